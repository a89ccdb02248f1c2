/* SPDX-License-Identifier: MIT */
#include <linux/ioport.h>
#include <linux/printk.h>

int main(void)
{
	struct resource *a = request_mem_region(0xfe000000, 0x1000, "a");
	struct resource *b = request_mem_region(0xfe000800, 0x1000, "b");
	struct resource *c = request_mem_region(0x1000, 0x1000, "c");

	pr_info("%s %s %s\n", a ? "region" : "NULL", b ? "region" : "NULL", c ? "region" : "NULL");
	release_mem_region(0xfe000000, 0x1000);
	return 0;
}
