// SPDX-License-Identifier: MIT
/* Resource trees and regions. */
#include <kunit/test.h>
#include <kmemkit/kunit.h>
#include <kmemkit/vmap.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/string.h>

static struct resource root, a, b, c;

static int ioport_init(struct kunit *test)
{
	root = (struct resource)DEFINE_RES_MEM_NAMED(0x1000, 0x1000, "root");
	a = (struct resource)DEFINE_RES_MEM_NAMED(0x1100, 0x100, "a");
	b = (struct resource)DEFINE_RES_MEM_NAMED(0x1300, 0x100, "b");
	c = (struct resource)DEFINE_RES_MEM_NAMED(0x1180, 0x200, "c");
	return 0;
}

static void requests_conflict(struct kunit *test)
{
	struct resource outside = DEFINE_RES_MEM(0x0f00, 0x200);

	KUNIT_EXPECT_EQ(test, request_resource(&root, &b), 0);
	KUNIT_EXPECT_EQ(test, request_resource(&root, &a), 0);
	KUNIT_EXPECT_PTR_EQ(test, root.child, &a);
	KUNIT_EXPECT_PTR_EQ(test, a.sibling, &b);
	KUNIT_EXPECT_EQ(test, request_resource(&root, &c), -EBUSY);
	KUNIT_EXPECT_PTR_EQ(test, request_resource_conflict(&root, &c), &a);
	KUNIT_EXPECT_PTR_EQ(test, request_resource_conflict(&root, &outside), &root);
	KUNIT_EXPECT_PTR_EQ(test, lookup_resource(&root, 0x1300), &b);
	KUNIT_EXPECT_NULL(test, lookup_resource(&root, 0x1301));
	KUNIT_EXPECT_EQ(test, release_resource(&a), 0);
	KUNIT_EXPECT_EQ(test, release_resource(&a), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_resource(&root, &c), -EBUSY);
	KUNIT_EXPECT_EQ(test, release_resource(&b), 0);
	KUNIT_EXPECT_EQ(test, request_resource(&root, &c), 0);
}

static void insert_adopts_and_remove_dissolves(struct kunit *test)
{
	struct resource both = DEFINE_RES_MEM(0x1100, 0x300), same = both, inner = DEFINE_RES_MEM(0x1110, 1);

	request_resource(&root, &a);
	request_resource(&root, &b);
	KUNIT_EXPECT_EQ(test, insert_resource(&root, &c), -EBUSY);
	KUNIT_EXPECT_EQ(test, insert_resource(&root, &both), 0);
	KUNIT_EXPECT_PTR_EQ(test, root.child, &both);
	KUNIT_EXPECT_PTR_EQ(test, both.child, &a);
	KUNIT_EXPECT_PTR_EQ(test, b.parent, &both);
	KUNIT_EXPECT_NULL(test, both.sibling);
	KUNIT_EXPECT_EQ(test, insert_resource(&root, &inner), 0);
	KUNIT_EXPECT_PTR_EQ(test, inner.parent, &a);
	KUNIT_EXPECT_EQ(test, insert_resource(&root, &same), 0);
	KUNIT_EXPECT_PTR_EQ(test, same.child, &both);
	KUNIT_EXPECT_EQ(test, remove_resource(&same), 0);
	KUNIT_EXPECT_EQ(test, remove_resource(&both), 0);
	KUNIT_EXPECT_PTR_EQ(test, root.child, &a);
	KUNIT_EXPECT_PTR_EQ(test, b.parent, &root);
	release_child_resources(&root);
	KUNIT_EXPECT_NULL(test, root.child);
	KUNIT_EXPECT_EQ(test, a.end, (resource_size_t)0xff);
}

/* A region's memory goes when it is released: what lies below must not keep it as its parent. */
static void release_leaves_no_parent_behind(struct kunit *test)
{
	struct resource *region = request_mem_region(0xfe000000, 0x1000, "outer"), inner = DEFINE_RES_MEM(0xfe000000, 0x10);

	KUNIT_ASSERT_NOT_NULL(test, region);
	KUNIT_ASSERT_EQ(test, request_resource(region, &inner), 0);
	release_mem_region(0xfe000000, 0x1000);
	KUNIT_EXPECT_NULL(test, inner.parent);
	KUNIT_EXPECT_EQ(test, release_resource(&inner), -EINVAL);

	/* One that is released by its owner keeps what is below it, and has it when it comes back. */
	KUNIT_ASSERT_EQ(test, request_resource(&root, &c), 0);
	inner = (struct resource)DEFINE_RES_MEM(0x1200, 0x10);
	KUNIT_ASSERT_EQ(test, request_resource(&c, &inner), 0);
	KUNIT_EXPECT_EQ(test, release_resource(&c), 0);
	KUNIT_EXPECT_NULL(test, root.child);
	KUNIT_EXPECT_EQ(test, request_resource(&root, &c), 0);
	KUNIT_EXPECT_PTR_EQ(test, c.child, &inner);
	KUNIT_EXPECT_EQ(test, release_resource(&inner), 0);
	KUNIT_EXPECT_EQ(test, release_resource(&c), 0);
}

static void allocate_finds_the_lowest_gap(struct kunit *test)
{
	struct resource n = { .name = "new", .flags = IORESOURCE_MEM }, all = n;

	request_resource(&root, &a);
	request_resource(&root, &b);
	KUNIT_EXPECT_EQ(test, allocate_resource(&root, &n, 0x100, 0, ~0ULL, 0x100, NULL, NULL), 0);
	KUNIT_EXPECT_EQ(test, n.start, (resource_size_t)0x1000);
	KUNIT_EXPECT_EQ(test, resource_size(&n), (resource_size_t)0x100);
	release_resource(&n);
	KUNIT_EXPECT_EQ(test, allocate_resource(&root, &n, 0x80, 0x1180, ~0ULL, 0x200, NULL, NULL), 0);
	KUNIT_EXPECT_EQ(test, n.start, (resource_size_t)0x1200);
	KUNIT_EXPECT_EQ(test, allocate_resource(&root, &all, 0x1000, 0, ~0ULL, 1, NULL, NULL), -EBUSY);
	KUNIT_EXPECT_EQ(test, adjust_resource(&n, 0x1200, 0x100), 0);
	KUNIT_EXPECT_EQ(test, adjust_resource(&n, 0x1200, 0x101), -EBUSY);
	KUNIT_EXPECT_EQ(test, adjust_resource(&a, 0x0f00, 0x300), -EBUSY);
}

static void regions(struct kunit *test)
{
	struct resource bus = DEFINE_RES_MEM_NAMED(0xfe000000, 0x10000, "bus"), *r;

	KUNIT_ASSERT_EQ(test, insert_resource(&iomem_resource, &bus), 0);
	r = request_mem_region(0xfe000000, 0x1000, "regs");
	KUNIT_ASSERT_NOT_NULL(test, r);
	KUNIT_EXPECT_PTR_EQ(test, r->parent, &bus);
	KUNIT_EXPECT_EQ(test, r->flags, (unsigned long)(IORESOURCE_MEM | IORESOURCE_BUSY));
	KUNIT_EXPECT_NULL(test, request_mem_region(0xfe000800, 0x1000, "overlap"));
	KUNIT_EXPECT_NULL(test, request_mem_region(0xfe000000, 0x1000, "same"));
	KUNIT_EXPECT_NULL(test, request_mem_region(~0ULL, 2, "wraps"));
	KUNIT_EXPECT_NULL(test, request_mem_region(0xfe002000, 0, "empty"));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	release_mem_region(0xfe000000, 0x800);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	release_mem_region(0xfe000000, 0x1000);
	release_mem_region(0xfe000000, 0x1000);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	r = request_region(0x3f8, 8, "serial");
	KUNIT_EXPECT_NOT_NULL(test, r);
	release_region(0x3f8, 8);
	KUNIT_EXPECT_EQ(test, remove_resource(&bus), 0);
}

static int take_muxed(void *data)
{
	void *r = request_muxed_region(0x70, 2, "second");

	WRITE_ONCE(*(int *)data, r ? 2 : 1);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void muxed_region_waits(struct kunit *test)
{
	static int got;
	unsigned long end;
	struct task_struct *t;

	got = 0;
	KUNIT_ASSERT_NOT_NULL(test, request_muxed_region(0x70, 2, "first"));
	t = kthread_run(take_muxed, &got, "muxed");
	msleep(20);
	KUNIT_EXPECT_EQ(test, READ_ONCE(got), 0);
	release_region(0x70, 2);
	for (end = jiffies + 20 * HZ; !READ_ONCE(got) && time_before(jiffies, end); )
		msleep(1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(got), 2);
	kthread_stop(t);
	release_region(0x70, 2);
}

static void collect(const char *line, void *data)
{
	strlcat(data, line, 2048);
}

static void text_of_the_tree(struct kunit *test)
{
	struct resource bus = DEFINE_RES_MEM_NAMED(0xfd000000, 0x1000, "bus"), *r;
	static char text[2048];

	insert_resource(&iomem_resource, &bus);
	r = request_mem_region(0xfd000100, 0x10, "device");
	text[0] = 0;
	kmk_iomem_text(collect, text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "fd000000-fd000fff : bus\n  fd000100-fd00010f : device\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, " : System RAM\n"));
	KUNIT_ASSERT_NOT_NULL(test, r);
	release_mem_region(0xfd000100, 0x10);
	remove_resource(&bus);
}

static void registers_are_accessed_by_width(struct kunit *test)
{
	u64 reg[2] = { 0, 0x1122334455667788ULL };
	u8 back[8];

	writel(0xdeadbeef, reg);
	KUNIT_EXPECT_EQ(test, readl(reg), 0xdeadbeefU);
	KUNIT_EXPECT_EQ(test, readb(reg), 0xef);
	KUNIT_EXPECT_EQ(test, ioread16be(reg), 0xefbe);
	KUNIT_EXPECT_EQ(test, readq(&reg[1]), 0x1122334455667788ULL);
	memcpy_fromio(back, &reg[1], 8);
	KUNIT_EXPECT_EQ(test, back[0], 0x88);
	memset_io(reg, 0, 8);
	KUNIT_EXPECT_EQ(test, reg[0], 0ULL);
}

static struct kunit_case ioport_cases[] = {
	KUNIT_CASE(requests_conflict),
	KUNIT_CASE(insert_adopts_and_remove_dissolves),
	KUNIT_CASE(release_leaves_no_parent_behind),
	KUNIT_CASE(allocate_finds_the_lowest_gap),
	KUNIT_CASE(regions),
	KUNIT_CASE(muxed_region_waits),
	KUNIT_CASE(text_of_the_tree),
	KUNIT_CASE(registers_are_accessed_by_width),
	{}
};

static struct kunit_suite ioport_suite = {
	.name = "ioport",
	.init = ioport_init,
	.test_cases = ioport_cases,
};
kunit_test_suite(ioport_suite);
MODULE_LICENSE("Dual MIT/GPL");
