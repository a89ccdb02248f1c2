// SPDX-License-Identifier: MIT
/* Edges of vmalloc and its kin; and the leak scan at the end, which meets pages that nobody can read. */
#include <kunit/test.h>
#include <kmemkit/kunit.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

/* Not static: what is only written would be optimised away. */
void *kept, *kept_object, *kept_none, *kept_given, *kept_shown;
struct page *kept_page;

static void kvmalloc_too_large(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, kvmalloc((size_t)INT_MAX + 1, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	KUNIT_EXPECT_NULL(test, kvmalloc((size_t)INT_MAX + 1, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
}

static int free_soon(void *area)
{
	msleep(30);
	free_vm_area(area);
	return 0;
}

#define PLACE	(VMALLOC_START + (1ul << 34))

static void nofail_waits_for_addresses(struct kunit *test)
{
	unsigned long end = PLACE + 4 * PAGE_SIZE;
	struct vm_struct *area = __get_vm_area_caller(3 * PAGE_SIZE, VM_MAP, PLACE, end, NULL);
	struct task_struct *task;
	void *p;

	KUNIT_ASSERT_NOT_NULL(test, area);
	KUNIT_EXPECT_NULL(test, __vmalloc_node_range(3 * PAGE_SIZE, 1, PLACE, end, GFP_KERNEL | __GFP_NOWARN,
						     PAGE_KERNEL, 0, NUMA_NO_NODE, NULL));
	task = kthread_run(free_soon, area, "free_soon");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	p = __vmalloc_node_range(3 * PAGE_SIZE, 1, PLACE, end, GFP_KERNEL | __GFP_NOFAIL | __GFP_NOWARN,
				 PAGE_KERNEL, 0, NUMA_NO_NODE, NULL);
	KUNIT_EXPECT_PTR_EQ(test, p, (void *)PLACE);
	vfree(p);
	/* Never will there be room: no point in waiting. */
	KUNIT_EXPECT_NULL(test, __vmalloc_node_range(5 * PAGE_SIZE, 1, PLACE, end,
						     GFP_KERNEL | __GFP_NOFAIL | __GFP_NOWARN, PAGE_KERNEL, 0,
						     NUMA_NO_NODE, NULL));
}

static void remap_marks_the_mapping(struct kunit *test)
{
	struct vm_struct *area = get_vm_area(2 * PAGE_SIZE, VM_MAP);
	void *p = vmalloc_user(2 * PAGE_SIZE);
	struct vm_area_struct vma = { .vm_flags = VM_READ };

	KUNIT_ASSERT_TRUE(test, area && p);
	vma.vm_start = (unsigned long)area->addr;
	vma.vm_end = vma.vm_start + 2 * PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, remap_vmalloc_range(&vma, p, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, vma.vm_flags, VM_READ);
	KUNIT_EXPECT_EQ(test, remap_vmalloc_range(&vma, p, 0), 0);
	KUNIT_EXPECT_EQ(test, vma.vm_flags, VM_READ | VM_DONTEXPAND | VM_DONTDUMP);
	free_vm_area(area);
	vfree(p);
}

/* All of these stay in use: the scan for leaks comes when the suite is over. */
static void unreadable_pages_in_use(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	kept = vmalloc(64 * PAGE_SIZE);
	kept_object = kmalloc(2 * PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, page && kept && kept_object);
	*(void **)(kept + 2 * PAGE_SIZE) = kmalloc(40, GFP_KERNEL);	/* found behind the page, so no leak */
	KUNIT_EXPECT_EQ(test, set_memory_np((unsigned long)kept + PAGE_SIZE, 1), 0);
	kept_page = virt_to_page(kept_object);
	KUNIT_EXPECT_EQ(test, set_direct_map_invalid_noflush(kept_page), 0);
	kept_none = vmap(&page, 1, VM_MAP, __pgprot(0));
	KUNIT_EXPECT_NOT_NULL(test, kept_none);
}

/* What only an area names is no leak: its frames, and the array that vmap() was given. */
static void frames_named_by_areas(struct kunit *test)
{
	struct page **pages = kmalloc_array(2, sizeof(*pages), GFP_KERNEL), *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_TRUE(test, pages && page);
	pages[0] = alloc_page(GFP_KERNEL);
	pages[1] = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, pages[0] && pages[1]);
	kept_given = vmap(pages, 2, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	kept_shown = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	KUNIT_EXPECT_TRUE(test, kept_given && kept_shown);
}

/* A correct caller touches all it asked for, wherever the area's last page ends; asan watches. */
static void kvrealloc_of_an_area(struct kunit *test)
{
	char *p = vmalloc(200000);

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 1, 200000);
	p = kvrealloc(p, 203000, GFP_KERNEL);		/* the same last page */
	KUNIT_ASSERT_NOT_NULL(test, p);
	p[202999] = 2;
	p = kvrealloc(p, 100000, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, p);
	p[99999] = 3;
	p = kvrealloc(p, 400000, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, p[99998], 1);
	KUNIT_EXPECT_EQ(test, p[99999], 3);
	KUNIT_EXPECT_NULL(test, memchr_inv(p + 100000, 0, 300000));
	p[399999] = 4;
	kvfree(p);
}

static struct kunit_case vmap_edge_cases[] = {
	KUNIT_CASE(kvrealloc_of_an_area),
	KUNIT_CASE(kvmalloc_too_large),
	KUNIT_CASE(nofail_waits_for_addresses),
	KUNIT_CASE(remap_marks_the_mapping),
	KUNIT_CASE(unreadable_pages_in_use),
	KUNIT_CASE(frames_named_by_areas),
	{}
};

static struct kunit_suite vmap_edge_suite = { .name = "vmap_edge", .test_cases = vmap_edge_cases };
kunit_test_suite(vmap_edge_suite);
MODULE_LICENSE("GPL");
