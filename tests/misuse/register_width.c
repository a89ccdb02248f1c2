/* SPDX-License-Identifier: MIT */
/* Registers of 32 bits, accessed otherwise. */
#include <linux/io.h>
#include <linux/printk.h>
#include <kmemkit/iomem.h>

static u64 seven(void *ctx, u64 offset, unsigned int width) { return 7; }
static const struct kmk_iomem_ops ops = { .read = seven, .widths = KMK_IO_32 };

int main(void)
{
	void __iomem *r;

	kmemkit_iomem_register(0xfe000000, 0x1000, "device", &ops, NULL);
	r = ioremap(0xfe000000, 0x100);
	pr_info("%x\n", readl(r + 4));
	pr_info("%x\n", readb(r + 4));
	pr_info("%x\n", readl(r + 6));
	writel(1, r + 0x100);
	return 0;
}
