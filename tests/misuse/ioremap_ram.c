/* SPDX-License-Identifier: MIT */
#include <linux/io.h>
#include <linux/printk.h>

int main(void)
{
	pr_info("%s\n", ioremap(0x1000000, PAGE_SIZE) ? "mapped" : "NULL");
	pr_info("%s\n", ioremap(0xbffffff0, 0x20) ? "mapped" : "NULL");
	return 0;
}
