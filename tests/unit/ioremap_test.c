// SPDX-License-Identifier: MIT
/* ioremap, register accesses and simulated devices. Files as devices: tests/iomem/. */
#include <kunit/test.h>
#include <kmemkit/iomem.h>
#include <kmemkit/kunit.h>
#include <kmemkit/vmap.h>
#include <linux/completion.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#ifdef KMK_BARE
#define REAL_MACHINE 1		/* every physical address can be shown */
#else
#define REAL_MACHINE 0
#endif

#define BASE 0xf1234000ULL

/* A device that writes down the last access and has 64 KiB of registers that remember. */
static struct {
	u8 reg[0x10000];
	u64 offset, value;
	unsigned int width, reads, writes;
} dev;

static u64 dev_read(void *ctx, u64 offset, unsigned int width)
{
	u64 v = 0;

	dev.reads++;
	dev.offset = offset;
	dev.width = width;
	memcpy(&v, dev.reg + offset, width);
	return v;
}

static void dev_write(void *ctx, u64 offset, u64 value, unsigned int width)
{
	dev.writes++;
	dev.offset = offset;
	dev.width = width;
	dev.value = value;
	memcpy(dev.reg + offset, &value, width);
}

static const struct kmk_iomem_ops ops = { dev_read, dev_write, 0 };
static const struct kmk_iomem_ops only32 = { dev_read, dev_write, KMK_IO_32 };
static const struct kmk_iomem_ops deaf = { NULL, NULL, 0 };

static int ioremap_init(struct kunit *test)
{
	memset(&dev, 0, sizeof(dev));
	KUNIT_ASSERT_EQ(test, kmemkit_iomem_register(BASE, sizeof(dev.reg), "scribe", &ops, &dev), 0);
	return 0;
}

static void ioremap_exit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, kmemkit_iomem_unregister(BASE), 0);
	KUNIT_EXPECT_TRUE(test, kmk_vmap_validate());
}

static void widths_reach_the_device(struct kunit *test)
{
	void __iomem *r = ioremap(BASE, 0x1000);

	KUNIT_ASSERT_NOT_NULL(test, r);
	writel(0x11223344, r + 8);
	KUNIT_EXPECT_EQ(test, dev.width, 4U);
	KUNIT_EXPECT_EQ(test, dev.offset, 8ULL);
	KUNIT_EXPECT_EQ(test, dev.value, 0x11223344ULL);
	writeq(0x8899aabbccddeeffULL, r + 16);
	KUNIT_EXPECT_EQ(test, dev.width, 8U);
	writeb(0x5a, r + 3);
	writew(0xbeef, r + 4);
	KUNIT_EXPECT_EQ(test, dev.width, 2U);
	KUNIT_EXPECT_EQ(test, readl(r + 8), 0x11223344U);
	KUNIT_EXPECT_EQ(test, readw(r + 8), 0x3344);
	KUNIT_EXPECT_EQ(test, readb(r + 11), 0x11);
	KUNIT_EXPECT_EQ(test, readq(r + 16), 0x8899aabbccddeeffULL);
	KUNIT_EXPECT_EQ(test, readl_relaxed(r), 0x5a000000U);
	KUNIT_EXPECT_EQ(test, ioread16be(r + 4), 0xefbe);
	KUNIT_EXPECT_EQ(test, ioread32be(r + 8), 0x44332211U);
	KUNIT_EXPECT_EQ(test, dev.writes, 4U);
	KUNIT_EXPECT_EQ(test, dev.reads, 7U);
	iounmap(r);
}

static void offset_in_the_page_is_kept(struct kunit *test)
{
	void __iomem *r = ioremap(BASE + 0x1230, 0x10), *s = ioremap_wc(BASE, 0x10000);

	KUNIT_ASSERT_NOT_NULL(test, r);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, (unsigned long)r & ~PAGE_MASK, 0x230UL);
	writel(7, r + 4);
	KUNIT_EXPECT_EQ(test, dev.offset, 0x1234ULL);
	KUNIT_EXPECT_EQ(test, readl(s + 0x1234), 7U);
	KUNIT_EXPECT_EQ(test, readl(s + 0xfffc), 0U);
	iounmap(r);
	KUNIT_EXPECT_EQ(test, readl(s + 0x1234), 7U);
	iounmap(s);
}

static void copies_use_wide_accesses(struct kunit *test)
{
	void __iomem *r = ioremap(BASE, 0x1000);
	char in[16] = "fifteen letters", out[16] = "";

	KUNIT_ASSERT_NOT_NULL(test, r);
	memcpy_toio(r + 1, in, 16);
	KUNIT_EXPECT_EQ(test, dev.writes, 6U);		/* 1, 2, 4, 4, 4, 1 */
	memcpy_fromio(out, r + 1, 16);
	KUNIT_EXPECT_STREQ(test, out, in);
	memset_io(r, 0xa5, 8);
	KUNIT_EXPECT_EQ(test, dev.writes, 8U);
	KUNIT_EXPECT_EQ(test, readq(r), 0xa5a5a5a5a5a5a5a5ULL);
	iowrite32_rep(r + 32, in, 4);
	KUNIT_EXPECT_EQ(test, dev.writes, 12U);
	KUNIT_EXPECT_EQ(test, dev.offset, 32ULL);
	KUNIT_EXPECT_MEMEQ(test, &dev.reg[32], in + 12, 4);
	ioread32_rep(r + 32, out, 2);
	KUNIT_EXPECT_MEMEQ(test, out + 4, in + 12, 4);
	iounmap(r);
}

static void plain_memory_is_taken_too(struct kunit *test)
{
	u32 *p = kzalloc(64, GFP_KERNEL), local = 0;

	writel(5, p + 1);
	KUNIT_EXPECT_EQ(test, p[1], 5U);
	writel(6, &local);
	KUNIT_EXPECT_EQ(test, readl(&local), 6U);
	kfree(p);
}

static void missing_functions_read_ones(struct kunit *test)
{
	void __iomem *r;

	KUNIT_ASSERT_EQ(test, kmemkit_iomem_register(BASE + 0x100000, 0x100, "deaf", &deaf, NULL), 0);
	r = ioremap(BASE + 0x100000, 0x100);
	KUNIT_ASSERT_NOT_NULL(test, r);
	writel(1, r);
	KUNIT_EXPECT_EQ(test, readl(r), 0xffffffffU);
	KUNIT_EXPECT_EQ(test, readb(r), 0xff);
	iounmap(r);
	KUNIT_EXPECT_EQ(test, kmemkit_iomem_unregister(BASE + 0x100000), 0);
}

static void wrong_accesses_are_reported(struct kunit *test)
{
	void __iomem *r;

	KUNIT_ASSERT_EQ(test, kmemkit_iomem_register(BASE + 0x100000, 0x1000, "narrow", &only32, NULL), 0);
	r = ioremap(BASE + 0x100000, 0x20);
	KUNIT_ASSERT_NOT_NULL(test, r);
	KUNIT_EXPECT_EQ(test, readl(r + 2), 0xffffffffU);
	KUNIT_EXPECT_EQ(test, readw(r), 0xffff);
	writeq(1, r);
	KUNIT_EXPECT_EQ(test, readl(r + 0x20), 0xffffffffU);
	writel(1, r + 0x1c);
	KUNIT_EXPECT_EQ(test, dev.writes, 1U);
	KUNIT_EXPECT_EQ(test, kmemkit_iomem_unregister(BASE + 0x100000), -EBUSY);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 5UL);
	iounmap(r);
	KUNIT_EXPECT_EQ(test, kmemkit_iomem_unregister(BASE + 0x100000), 0);
	KUNIT_EXPECT_EQ(test, kmemkit_iomem_unregister(BASE + 0x100000), -ENOENT);
}

static void what_is_refused(struct kunit *test)
{
	void *page = (void *)__get_free_page(GFP_KERNEL), *area = vmalloc(100);

	if (!REAL_MACHINE) {
		KUNIT_EXPECT_NULL(test, ioremap(BASE + 0x10000, 1));
		KUNIT_EXPECT_NULL(test, ioremap(BASE + 0xfff0, 0x20));
	}
	KUNIT_EXPECT_NULL(test, ioremap(virt_to_phys(page), PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, ioremap(BASE, 0));
	KUNIT_EXPECT_NULL(test, ioremap(~0ULL - 1, 3));
	iounmap((void __iomem *)area);
	iounmap((void __iomem *)page);
	vfree(area);
	iounmap((void __iomem *)area);
	iounmap(NULL);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 6UL);
	free_page((unsigned long)page);
	KUNIT_EXPECT_EQ(test, kmemkit_iomem_register(BASE, 0, "none", &ops, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, kmemkit_iomem_register(~0ULL, 2, "wraps", &ops, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, kmemkit_iomem_register(BASE + 0xff00, 0x200, "twice", &ops, NULL), -EBUSY);
	KUNIT_EXPECT_EQ(test, kmemkit_iomem_register(virt_to_phys(page), 0x1000, "ram", &ops, NULL), -EBUSY);
}

static void region_goes_below_the_device(struct kunit *test)
{
	struct resource *r = request_mem_region(BASE + 0x100, 0x100, "driver");

	KUNIT_ASSERT_NOT_NULL(test, r);
	KUNIT_EXPECT_STREQ(test, r->parent->name, "scribe");
	KUNIT_EXPECT_NULL(test, request_mem_region(BASE + 0x1f0, 0x20, "other"));
	release_mem_region(BASE + 0x100, 0x100);
	KUNIT_EXPECT_EQ(test, region_intersects(BASE, 1, IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE), REGION_DISJOINT);
	KUNIT_EXPECT_EQ(test, region_intersects(BASE, 1, IORESOURCE_MEM, IORES_DESC_NONE), REGION_INTERSECTS);
	KUNIT_EXPECT_TRUE(test, page_is_ram(1));
	KUNIT_EXPECT_FALSE(test, page_is_ram(PHYS_PFN(BASE)));
}

static bool listed;

static void look_for(const char *line, void *data)
{
	listed |= strstr(line, data) && strstr(line, " ioremap");
}

static void shown_in_vmallocinfo(struct kunit *test)
{
	void __iomem *r = ioremap(BASE + 0x1004, 8);
	char phys[32];

	KUNIT_ASSERT_NOT_NULL(test, r);
	snprintf(phys, sizeof(phys), " phys=0x%016llx", BASE + 0x1000);
	listed = false;
	kmk_vmallocinfo(look_for, phys);
	KUNIT_EXPECT_TRUE(test, listed);
	iounmap(r);
	listed = false;
	kmk_vmallocinfo(look_for, phys);
	KUNIT_EXPECT_FALSE(test, listed);
}

/* Many mappings, freed in another order: slots of the window are reused. */
static void many_mappings(struct kunit *test)
{
	static void __iomem *r[200];
	unsigned long areas = kmk_vmap_areas();
	int i;

	for (i = 0; i < 200; i++) {
		r[i] = ioremap(BASE + i * 0x100, 0x40);
		KUNIT_ASSERT_NOT_NULL(test, r[i]);
		writel(i, r[i] + 4);
	}
	for (i = 0; i < 200; i += 2)
		iounmap(r[i]);
	for (i = 1; i < 200; i += 2) {
		KUNIT_EXPECT_EQ(test, readl(r[i] + 4), (u32)i);
		iounmap(r[i]);
	}
	KUNIT_EXPECT_EQ(test, kmk_vmap_areas(), areas);
}

static struct completion done;

static int map_and_unmap(void *data)
{
	u32 id = (u32)(long)data;
	int i;

	for (i = 0; i < 200; i++) {
		void __iomem *r = ioremap(BASE + id * 0x1000, 0x1000);

		if (!r)
			break;
		writel(id + i, r + 4 * (i % 100));
		if (readl(r + 4 * (i % 100)) != id + i)
			break;
		iounmap(r);
	}
	complete(&done);
	return i;
}

static u64 quiet_read(void *ctx, u64 offset, unsigned int width) { return READ_ONCE(*(u32 *)(dev.reg + offset)); }
static void quiet_write(void *ctx, u64 offset, u64 value, unsigned int width)
{
	WRITE_ONCE(*(u32 *)(dev.reg + offset), (u32)value);
}
static const struct kmk_iomem_ops quiet = { quiet_read, quiet_write, KMK_IO_32 };

static void four_threads(struct kunit *test)
{
	struct task_struct *t[4];
	long i;

	KUNIT_ASSERT_EQ(test, kmemkit_iomem_unregister(BASE), 0);
	KUNIT_ASSERT_EQ(test, kmemkit_iomem_register(BASE, sizeof(dev.reg), "scribe", &quiet, NULL), 0);
	init_completion(&done);
	for (i = 0; i < 4; i++) {
		t[i] = kthread_create(map_and_unmap, (void *)i, "map/%ld", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(t[i]));
		get_task_struct(t[i]);
		wake_up_process(t[i]);
	}
	for (i = 0; i < 4; i++)
		wait_for_completion(&done);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, kthread_stop_put(t[i]), 200);
}

static struct kunit_case ioremap_cases[] = {
	KUNIT_CASE(widths_reach_the_device),
	KUNIT_CASE(offset_in_the_page_is_kept),
	KUNIT_CASE(copies_use_wide_accesses),
	KUNIT_CASE(plain_memory_is_taken_too),
	KUNIT_CASE(missing_functions_read_ones),
	KUNIT_CASE(wrong_accesses_are_reported),
	KUNIT_CASE(what_is_refused),
	KUNIT_CASE(region_goes_below_the_device),
	KUNIT_CASE(shown_in_vmallocinfo),
	KUNIT_CASE(many_mappings),
	KUNIT_CASE(four_threads),
	{}
};

static struct kunit_suite ioremap_suite = {
	.name = "ioremap",
	.init = ioremap_init,
	.exit = ioremap_exit,
	.test_cases = ioremap_cases,
};
kunit_test_suite(ioremap_suite);
MODULE_LICENSE("Dual MIT/GPL");
