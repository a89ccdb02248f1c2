/* SPDX-License-Identifier: MIT */
/* A register of a call-back range, read as if it were memory. (dies) */
#include <linux/io.h>
#include <linux/printk.h>
#include <kmemkit/iomem.h>

static const struct kmk_iomem_ops ops;

int main(void)
{
	u32 *r;

	kmemkit_iomem_register(0xfe000000, 0x1000, "device", &ops, NULL);
	r = (u32 *)ioremap(0xfe000000, 0x100);
	pr_info("%x\n", readl(r + 4));
	pr_info("%x\n", *(volatile u32 *)(r + 4));
	return 0;
}
