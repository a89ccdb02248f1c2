/* SPDX-License-Identifier: MIT */
#include <linux/io.h>
#include <linux/vmalloc.h>
#include <kmemkit/iomem.h>

static const struct kmk_iomem_ops ops;

int main(void)
{
	void __iomem *r, *v = vmalloc(100);

	kmemkit_iomem_register(0xfe000000, 0x1000, "device", &ops, NULL);
	r = ioremap(0xfe000000, 0x100);
	iounmap(r);
	iounmap(r);
	iounmap(v);
	vfree(v);
	return 0;
}
