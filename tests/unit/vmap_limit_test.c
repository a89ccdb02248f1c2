// SPDX-License-Identifier: MIT
/* Limits and extremes: the host's mappings, the ends of the window, one frame shown often, frees that race. */
#include <kunit/test.h>
#include <kmemkit/kunit.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/vmap.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

static unsigned long areas, mappings;

static int limit_test_init(struct kunit *test)
{
	kmemkit_drain();
	areas = kmk_vmap_areas();
	mappings = kmk_vmap_mappings();
	return 0;
}

static void limit_test_exit(struct kunit *test)
{
	kmk_vmap_mappings_limit(0);
	kmemkit_drain();
	KUNIT_EXPECT_EQ(test, kmk_vmap_areas(), areas);
	KUNIT_EXPECT_EQ(test, kmk_vmap_mappings(), mappings);
	KUNIT_EXPECT_TRUE(test, kmk_vmap_validate());
}

/* So many mappings more, and no idle area that could give up its own. */
static void allow(unsigned int n)
{
	kmemkit_drain();
	kmk_vmap_mappings_limit(kmk_vmap_mappings() + n);
}

static void areas_are_charged(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *v[3], *p;

	KUNIT_ASSERT_NOT_NULL(test, page);
	allow(5);
	v[0] = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	v[1] = vm_map_ram(&page, 1, NUMA_NO_NODE);
	KUNIT_EXPECT_NOT_NULL(test, v[0]);
	KUNIT_EXPECT_NOT_NULL(test, v[1]);
	KUNIT_EXPECT_NULL(test, vmap(&page, 1, VM_MAP, PAGE_KERNEL));
	KUNIT_EXPECT_NULL(test, vm_map_ram(&page, 1, NUMA_NO_NODE));
	KUNIT_EXPECT_NULL(test, __vmalloc(100 * PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, __vmalloc(PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN));
	vunmap(v[0]);
	v[2] = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, v[2]);
	vunmap(v[2]);
	vm_unmap_ram(v[1], 1);
	kmk_vmap_mappings_limit(0);
	p = vmalloc(PAGE_SIZE);
	KUNIT_EXPECT_NOT_NULL(test, p);
	vfree(p);
	__free_page(page);
}

static void idle_areas_make_room(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *v;

	vfree(vmalloc(100 * PAGE_SIZE));
	kmk_vmap_mappings_limit(kmk_vmap_mappings());
	v = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, v);
	vunmap(v);
	__free_page(page);
}

static void protections_are_charged(struct kunit *test)
{
	char *p = vmalloc(64 * PAGE_SIZE);
	unsigned long a = (unsigned long)p, before;

	KUNIT_ASSERT_NOT_NULL(test, p);
	allow(4);
	before = kmk_vmap_mappings();
	KUNIT_EXPECT_EQ(test, set_memory_ro(a, 9), 0);
	KUNIT_EXPECT_EQ(test, kmk_vmap_mappings(), before + 2);
	KUNIT_EXPECT_EQ(test, set_memory_rw(a + 4 * PAGE_SIZE, 1), 0);	/* one span becomes two */
	KUNIT_EXPECT_EQ(test, kmk_protect_changed(), 2U);
	KUNIT_EXPECT_EQ(test, kmk_vmap_mappings(), before + 4);
	KUNIT_EXPECT_EQ(test, set_memory_ro(a + 20 * PAGE_SIZE, 1), -ENOMEM);
	KUNIT_EXPECT_EQ(test, kmk_protect_changed(), 2U);
	p[20 * PAGE_SIZE] = 1;
	KUNIT_EXPECT_EQ(test, set_memory_rw(a, 4), 0);			/* fewer is always granted */
	KUNIT_EXPECT_EQ(test, kmk_vmap_mappings(), before + 2);
	KUNIT_EXPECT_EQ(test, set_memory_ro(a + 20 * PAGE_SIZE, 1), 0);
	vfree(p);
	KUNIT_EXPECT_EQ(test, kmk_protect_changed(), 0U);
	kmemkit_drain();
	KUNIT_EXPECT_LE(test, kmk_vmap_mappings(), before);
}

static void remaps_are_charged(struct kunit *test)
{
	char *p = vmalloc_user(3 * PAGE_SIZE);
	struct vm_struct *window = get_vm_area(3 * PAGE_SIZE, VM_MAP);
	struct vm_area_struct vma = { .vm_start = (unsigned long)window->addr,
				      .vm_end = (unsigned long)window->addr + 3 * PAGE_SIZE };
	struct vm_area_struct outside = { .vm_start = (unsigned long)p, .vm_end = (unsigned long)p + PAGE_SIZE };
	unsigned long before;

	allow(1);
	before = kmk_vmap_mappings();
	KUNIT_EXPECT_EQ(test, remap_vmalloc_range(&vma, p, 0), -ENOMEM);
	KUNIT_EXPECT_EQ(test, remap_vmalloc_range(&outside, p, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, kmk_vmap_mappings(), before);
	allow(4);
	KUNIT_ASSERT_EQ(test, remap_vmalloc_range(&vma, p, 0), 0);
	KUNIT_EXPECT_GT(test, kmk_vmap_mappings(), before);
	strcpy(p + 2 * PAGE_SIZE, "seen");
	KUNIT_EXPECT_STREQ(test, (char *)window->addr + 2 * PAGE_SIZE, "seen");
	free_vm_area(window);
	KUNIT_EXPECT_EQ(test, kmk_vmap_mappings(), before);
	vfree(p);
}

/* An area is found from all its addresses, be it as large as there is room. */
static void found_all_over(struct kunit *test, struct vm_struct *vm)
{
	unsigned long a = (unsigned long)vm->addr, size = get_vm_area_size(vm), step;

	for (step = PAGE_SIZE; step < size; step *= 3)
		KUNIT_EXPECT_PTR_EQ(test, find_vm_area((void *)(a + step - 1)), vm);
	KUNIT_EXPECT_PTR_EQ(test, find_vm_area((void *)a), vm);
	KUNIT_EXPECT_PTR_EQ(test, find_vm_area((void *)(a + size - 1)), vm);
	KUNIT_EXPECT_PTR_EQ(test, find_vm_area((void *)(a + size / 2)), vm);
}

static void huge_areas(struct kunit *test)
{
	unsigned long most = (VMALLOC_END - VMALLOC_START) / 4 * 3, size;
	struct vm_struct *vm, *small;

	for (size = most; size > PAGE_SIZE; size /= 7) {
		vm = get_vm_area(size & PAGE_MASK, VM_MAP);
		KUNIT_ASSERT_NOT_NULL(test, vm);
		small = get_vm_area(PAGE_SIZE, VM_MAP);
		KUNIT_ASSERT_NOT_NULL(test, small);
		found_all_over(test, vm);
		found_all_over(test, small);
		KUNIT_EXPECT_TRUE(test, kmk_vmap_validate());
		if (size == most)
			KUNIT_EXPECT_NULL(test, get_vm_area(most, VM_MAP));
		free_vm_area(vm);
		KUNIT_EXPECT_NULL(test, find_vm_area((void *)((unsigned long)small->addr - 1)));
		free_vm_area(small);
	}
}

static void near_the_end(struct kunit *test)
{
	unsigned long end = (VMALLOC_END & PAGE_MASK) & ~(2 * PAGE_SIZE - 1), size;
	struct vm_struct *vm, *second;

	for (size = PAGE_SIZE; size < (1UL << 32); size *= 5) {
		vm = __get_vm_area_caller(size, VM_MAP, end - 2 * size - 4 * PAGE_SIZE, VMALLOC_END, NULL);
		KUNIT_ASSERT_NOT_NULL(test, vm);
		second = __get_vm_area_caller(size, VM_MAP, (unsigned long)vm->addr, VMALLOC_END, NULL);
		KUNIT_ASSERT_NOT_NULL(test, second);
		KUNIT_EXPECT_LE(test, (unsigned long)second->addr + second->size, end);
		found_all_over(test, vm);
		found_all_over(test, second);
		KUNIT_EXPECT_NULL(test, __get_vm_area_caller(2 * size + 4 * PAGE_SIZE, VM_MAP,
							     end - 2 * size - 4 * PAGE_SIZE, VMALLOC_END, NULL));
		free_vm_area(vm);
		free_vm_area(second);
	}
	KUNIT_EXPECT_NULL(test, find_vm_area((void *)VMALLOC_END));
	KUNIT_EXPECT_NULL(test, find_vm_area((void *)(VMALLOC_END - PAGE_SIZE)));
	KUNIT_EXPECT_NULL(test, find_vm_area(NULL));
	KUNIT_EXPECT_NULL(test, find_vm_area((void *)ULONG_MAX));
}

static void sizes_that_wrap(struct kunit *test)
{
	static const unsigned long bad[] = { 0, ULONG_MAX, ULONG_MAX - 1, ULONG_MAX - PAGE_SIZE + 1, ULONG_MAX - PAGE_SIZE,
		ULONG_MAX - 2 * PAGE_SIZE, ULONG_MAX - 2 * PAGE_SIZE + 1, ULONG_MAX - 3 * PAGE_SIZE, 1UL << 63,
		VMALLOC_END - VMALLOC_START, VMALLOC_END - VMALLOC_START - PAGE_SIZE };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		KUNIT_EXPECT_NULL(test, get_vm_area(bad[i], VM_MAP));
		KUNIT_EXPECT_NULL(test, get_vm_area(bad[i], VM_MAP | VM_NO_GUARD));
		KUNIT_EXPECT_NULL(test, __get_vm_area_caller(bad[i], VM_IOREMAP, VMALLOC_START, VMALLOC_END, NULL));
		if (bad[i])
			KUNIT_EXPECT_NULL(test, __vmalloc(bad[i], GFP_KERNEL | __GFP_NOWARN));
	}
	KUNIT_EXPECT_NULL(test, __get_vm_area_caller(PAGE_SIZE, VM_MAP, VMALLOC_END, VMALLOC_START, NULL));
	KUNIT_EXPECT_NULL(test, __get_vm_area_caller(PAGE_SIZE, VM_MAP, ULONG_MAX - PAGE_SIZE, ULONG_MAX, NULL));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

static void one_frame_many_times(struct kunit *test)
{
	enum { N = 300 };
	static u32 *v[N];
	static struct page *same[64];
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	u32 *wide;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, page);
	for (i = 0; i < ARRAY_SIZE(same); i++)
		same[i] = page;
	wide = vmap(same, ARRAY_SIZE(same), VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, wide);
	for (i = 0; i < N; i++) {
		v[i] = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, v[i]);
		v[i][i] = (u32)i;
	}
	for (i = 0; i < N; i++) {
		KUNIT_EXPECT_EQ(test, v[N - 1 - i][i], (u32)i);
		KUNIT_EXPECT_EQ(test, wide[i % 64 * (PAGE_SIZE / 4) + i], (u32)i);
		KUNIT_EXPECT_PTR_EQ(test, vmalloc_to_page(v[i]), page);
	}
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	for (i = 0; i < N; i++)
		vunmap(v[i]);
	KUNIT_EXPECT_EQ(test, wide[63 * (PAGE_SIZE / 4) + 7], 7U);
	vunmap(wide);
	__free_page(page);
}

static struct page *shared[8];
static struct completion done;

static int map_ram_turns(void *data)
{
	unsigned int id = (unsigned int)(long)data, i, n;

	for (i = 0; i < 400; i++) {
		char *v;

		n = 1 + (i + id) % 8;
		v = vm_map_ram(shared, n, NUMA_NO_NODE);
		if (!v || find_vm_area(v) || v[(n - 1) * PAGE_SIZE] != (char)(n - 1))
			return -EFAULT;
		WRITE_ONCE(v[64 * id + 64], (char)i);
		if (READ_ONCE(v[64 * id + 64]) != (char)i)
			return -EIO;
		vm_unmap_ram(v, n);
	}
	return 0;
}

static int map_ram_churn(void *data)
{
	int err = map_ram_turns(data);

	complete(&done);
	return err;
}

static void map_ram_races(struct kunit *test)
{
	struct task_struct *t[4];
	long i;

	for (i = 0; i < 8; i++) {
		shared[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		KUNIT_ASSERT_NOT_NULL(test, shared[i]);
		*(char *)page_address(shared[i]) = (char)i;
	}
	init_completion(&done);
	for (i = 0; i < 4; i++) {
		t[i] = kthread_create(map_ram_churn, (void *)i, "ram/%ld", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(t[i]));
		get_task_struct(t[i]);
		wake_up_process(t[i]);
	}
	vm_unmap_aliases();
	for (i = 0; i < 4; i++)
		wait_for_completion(&done);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, kthread_stop_put(t[i]), 0);
	for (i = 0; i < 8; i++)
		__free_page(shared[i]);
}

static void *victim;
static int waiting;

static int free_it(void *unused)
{
	__atomic_add_fetch(&waiting, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&waiting, __ATOMIC_ACQUIRE) < 2)
		cond_resched();
	vfree(victim);
	complete(&done);
	return 0;
}

/* Two frees of one address at a time: one wins, the other is the misuse. */
static void frees_that_race(struct kunit *test)
{
	struct task_struct *t[2];
	int round, i;

	for (round = 0; round < 10; round++) {
		victim = vmalloc(round % 2 ? PAGE_SIZE : 100 * PAGE_SIZE);
		waiting = 0;
		init_completion(&done);
		for (i = 0; i < 2; i++) {
			t[i] = kthread_create(free_it, NULL, "free/%d", i);
			KUNIT_ASSERT_FALSE(test, IS_ERR(t[i]));
			get_task_struct(t[i]);
			wake_up_process(t[i]);
		}
		for (i = 0; i < 2; i++)
			wait_for_completion(&done);
		for (i = 0; i < 2; i++)
			kthread_stop_put(t[i]);
		KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
		KUNIT_EXPECT_EQ(test, kmk_vmap_areas(), areas);
	}
}

static struct kunit_case limit_cases[] = {
	KUNIT_CASE(areas_are_charged),
	KUNIT_CASE(idle_areas_make_room),
	KUNIT_CASE(protections_are_charged),
	KUNIT_CASE(remaps_are_charged),
	KUNIT_CASE(huge_areas),
	KUNIT_CASE(near_the_end),
	KUNIT_CASE(sizes_that_wrap),
	KUNIT_CASE(one_frame_many_times),
	KUNIT_CASE(map_ram_races),
	KUNIT_CASE(frees_that_race),
	{}
};

static struct kunit_suite limit_suite = {
	.name = "vmap_limit",
	.init = limit_test_init,
	.exit = limit_test_exit,
	.test_cases = limit_cases,
};
kunit_test_suite(limit_suite);
MODULE_LICENSE("Dual MIT/GPL");
