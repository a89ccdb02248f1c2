/* SPDX-License-Identifier: MIT */
/* A stack buffer is executed: near the stack pointer, but no overflow. */
#include <stdio.h>
#include <linux/slab.h>

int main(void)
{
	char code[64] = { 0 };
	void (*volatile fn)(void) = (void (*)(void))code;

	kfree(kmalloc(10, GFP_KERNEL));
	fn();
	return 0;
}
