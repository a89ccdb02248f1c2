// SPDX-License-Identifier: MIT
/* Managed register mappings: who may have the range, what a failure leaves behind, what the device's end gives back. */
#include <kunit/test.h>
#include <kmemkit/iomem.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/kunit.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#define BASE	0xf2340000ULL
#define SIZE	0x2000

static u32 regs[SIZE / 4];
static struct device *dev;

static u64 reg_read(void *ctx, u64 offset, unsigned int width) { return regs[offset / 4]; }
static void reg_write(void *ctx, u64 offset, u64 value, unsigned int width) { regs[offset / 4] = (u32)value; }
static const struct kmk_iomem_ops ops = { reg_read, reg_write, KMK_IO_32 };

static int devm_io_init(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, kmemkit_iomem_register(BASE, SIZE, "chip", &ops, NULL), 0);
	dev = root_device_register("devm_io");
	return PTR_ERR_OR_ZERO(dev);
}

/* The device is gone by now: nothing may map its registers, or they could not be taken away. */
static void devm_io_exit(struct kunit *test)
{
	if (!IS_ERR_OR_NULL(dev))
		root_device_unregister(dev);
	KUNIT_EXPECT_EQ(test, kmemkit_iomem_unregister(BASE), 0);
}

static void end_device(void)
{
	root_device_unregister(dev);
	dev = NULL;
}

static void mapping_ends_with_the_device(struct kunit *test)
{
	static void __iomem *(*const forms[])(struct device *, resource_size_t, resource_size_t) = {
		devm_ioremap, devm_ioremap_uc, devm_ioremap_wc,
	};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		void __iomem *r = forms[i](dev, BASE, 0x1000);

		KUNIT_ASSERT_NOT_NULL(test, r);
		writel(0x1000 + i, r + 0x40);
		KUNIT_EXPECT_EQ(test, readl(r + 0x40), (u32)(0x1000 + i));
		KUNIT_EXPECT_EQ(test, regs[0x10], (u32)(0x1000 + i));
	}
	KUNIT_EXPECT_EQ(test, kmemkit_iomem_unregister(BASE), -EBUSY);
	KUNIT_EXPECT_GE(test, kmk_kunit_take_reports(test), 1UL);
	end_device();
}

static void early_unmap_and_a_wrong_one(struct kunit *test)
{
	void __iomem *r = devm_ioremap(dev, BASE, 0x1000), *other = ioremap(BASE + 0x1000, 0x1000);

	KUNIT_ASSERT_NOT_NULL(test, r);
	KUNIT_ASSERT_NOT_NULL(test, other);
	devm_iounmap(dev, other);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	writel(7, other);
	KUNIT_EXPECT_EQ(test, regs[0x400], 7U);
	iounmap(other);
	devm_iounmap(dev, r);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	devm_iounmap(dev, r);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
}

static void wraps_and_ram_are_refused(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, devm_ioremap(dev, BASE, 0));
	kmk_kunit_take_reports(test);
	KUNIT_EXPECT_NULL(test, devm_ioremap(dev, ~0ULL - 0xfff, 0x2000));
	kmk_kunit_take_reports(test);
	KUNIT_EXPECT_NULL(test, devm_ioremap(dev, virt_to_phys(dev), 0x1000));
	KUNIT_EXPECT_GE(test, kmk_kunit_take_reports(test), 1UL);
}

static void a_resource_has_one_owner(struct kunit *test)
{
	struct resource res = DEFINE_RES_MEM_NAMED(BASE, 0x1000, "bank");
	void __iomem *r = devm_ioremap_resource(dev, &res);
	struct device *second;

	KUNIT_ASSERT_FALSE(test, IS_ERR(r));
	KUNIT_EXPECT_EQ(test, PTR_ERR(devm_ioremap_resource(dev, &res)), (long)-EBUSY);
	second = root_device_register("devm_io_second");
	KUNIT_ASSERT_FALSE(test, IS_ERR(second));
	KUNIT_EXPECT_EQ(test, PTR_ERR(devm_ioremap_resource_wc(second, &res)), (long)-EBUSY);
	end_device();
	KUNIT_EXPECT_FALSE(test, IS_ERR(devm_ioremap_resource_wc(second, &res)));
	root_device_unregister(second);
}

static void what_fails_gives_the_region_back(struct kunit *test)
{
	struct resource io = DEFINE_RES_IO(0x60, 4), ram = DEFINE_RES_MEM(0, 0x1000), good = DEFINE_RES_MEM(BASE, 4);

	KUNIT_EXPECT_EQ(test, PTR_ERR(devm_ioremap_resource(dev, NULL)), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(devm_ioremap_resource(dev, &io)), (long)-EINVAL);
	ram.start = virt_to_phys(dev) & PAGE_MASK;
	ram.end = ram.start + PAGE_SIZE - 1;
	KUNIT_EXPECT_TRUE(test, IS_ERR(devm_ioremap_resource(dev, &ram)));
	kmk_kunit_take_reports(test);
	for (int i = 0; i < 3; i++) {
		void __iomem *r = devm_ioremap_resource(dev, &good);

		KUNIT_ASSERT_FALSE(test, IS_ERR(r));
		devm_iounmap(dev, r);
		devm_release_mem_region(dev, good.start, resource_size(&good));
	}
}

/* Each allocation on the way fails once: no mapping and no region stays, and the next try succeeds. */
static void each_failure_on_the_way(struct kunit *test)
{
	struct resource res = DEFINE_RES_MEM(BASE, 0x1000);
	void __iomem *r = IOMEM_ERR_PTR(-ENOMEM);
	int failed = 0;

	for (long n = 1; n < 50; n++) {
		struct device *d = root_device_register("devm_io_failing");

		KUNIT_ASSERT_FALSE(test, IS_ERR(d));
		kmemkit_fail_nth(n);
		r = devm_ioremap_resource(d, &res);
		if (kmemkit_fail_nth(0))
			n = 50;		/* nothing left to fail */
		failed += IS_ERR(r);
		if (IS_ERR(r))
			KUNIT_EXPECT_TRUE(test, PTR_ERR(r) == -ENOMEM || PTR_ERR(r) == -EBUSY);
		root_device_unregister(d);
		kmk_kunit_take_reports(test);
	}
	KUNIT_EXPECT_FALSE(test, IS_ERR(r));
	KUNIT_EXPECT_GE(test, failed, 2);
}

static void platform_forms(struct kunit *test)
{
	const struct resource res[] = {
		DEFINE_RES_MEM_NAMED(BASE, 0x1000, "control"), DEFINE_RES_MEM_NAMED(BASE + 0x1000, 0x1000, "data"),
	};
	struct platform_device *pdev = platform_device_register_simple("devm_io_chip", -1, res, ARRAY_SIZE(res));
	struct resource *got = NULL;
	int group;
	void __iomem *control, *data;

	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	/* No driver is bound, whose end would release them while the device's own resources stand. */
	KUNIT_ASSERT_NOT_NULL(test, devres_open_group(&pdev->dev, &group, GFP_KERNEL));
	control = devm_platform_ioremap_resource(pdev, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(control));
	data = devm_platform_ioremap_resource_byname(pdev, "data");
	KUNIT_ASSERT_FALSE(test, IS_ERR(data));
	writel(0xd, data);
	KUNIT_EXPECT_EQ(test, regs[0x400], 0xdU);
	KUNIT_EXPECT_EQ(test, PTR_ERR(devm_platform_ioremap_resource(pdev, 7)), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(devm_platform_ioremap_resource_byname(pdev, "nobody")), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(devm_platform_get_and_ioremap_resource(pdev, 1, &got)), (long)-EBUSY);
	KUNIT_ASSERT_NOT_NULL(test, got);
	KUNIT_EXPECT_EQ(test, got->start, (resource_size_t)BASE + 0x1000);
	KUNIT_EXPECT_EQ(test, devres_release_group(&pdev->dev, &group), 4);
	platform_device_unregister(pdev);
}

static struct kunit_case devm_io_cases[] = {
	KUNIT_CASE(mapping_ends_with_the_device),
	KUNIT_CASE(early_unmap_and_a_wrong_one),
	KUNIT_CASE(wraps_and_ram_are_refused),
	KUNIT_CASE(a_resource_has_one_owner),
	KUNIT_CASE(what_fails_gives_the_region_back),
	KUNIT_CASE(each_failure_on_the_way),
	KUNIT_CASE(platform_forms),
	{}
};

static struct kunit_suite devm_io_suite = {
	.name = "devm_io",
	.init = devm_io_init,
	.exit = devm_io_exit,
	.test_cases = devm_io_cases,
};
kunit_test_suite(devm_io_suite);
MODULE_LICENSE("GPL");
