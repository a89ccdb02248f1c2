/* SPDX-License-Identifier: MIT */
/* Overlapping requests are refused; releasing what was not requested is reported. */
#include <linux/ioport.h>
#include <linux/printk.h>

int main(void)
{
	struct resource *a = request_mem_region(0xfe000000, 0x1000, "a");
	struct resource *b = request_mem_region(0xfe000800, 0x1000, "b");

	pr_info("%s %s\n", a ? "region" : "NULL", b ? "region" : "NULL");
	release_mem_region(0xfe000000, 0x800);
	release_mem_region(0xfe000000, 0x1000);
	return 0;
}
