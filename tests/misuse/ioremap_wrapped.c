/* SPDX-License-Identifier: MIT */
#include <linux/io.h>
#include <linux/printk.h>

int main(void)
{
	pr_info("%s\n", ioremap(~(phys_addr_t)0xfff, 0x2000) ? "mapped" : "NULL");
	pr_info("%s\n", ioremap(0xfe000000, 0) ? "mapped" : "NULL");
	return 0;
}
