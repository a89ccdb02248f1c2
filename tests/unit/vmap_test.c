// SPDX-License-Identifier: MIT
/* Virtual areas: frames really aliased, guards, counts that return, misuse that changes nothing. */
#include <kunit/test.h>
#include <kmemkit/kunit.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/vmap.h>
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleloader.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#define N 5

static unsigned long areas, frames;

static int vmap_test_init(struct kunit *test)
{
	kmk_vmap_drain();
	areas = kmk_vmap_areas();
	frames = vmalloc_nr_pages();
	return 0;
}

static void vmap_test_exit(struct kunit *test)
{
	kmk_vmap_drain();
	KUNIT_EXPECT_EQ(test, areas, kmk_vmap_areas());
	KUNIT_EXPECT_EQ(test, frames, vmalloc_nr_pages());
	KUNIT_EXPECT_TRUE(test, kmk_vmap_validate());
}

static u8 pattern(unsigned int page, unsigned int i)
{
	return (u8)(page * 37 + i * 11 + 5);
}

/* Written through one view, read through another, page by page. */
static void expect_same(struct kunit *test, char *area, struct page *page, unsigned int nr)
{
	u8 *other = kmap_local_page(page);
	unsigned int i;

	for (i = 0; i < PAGE_SIZE; i += 97)
		area[nr * PAGE_SIZE + i] = (char)pattern(nr, i);
	for (i = 0; i < PAGE_SIZE; i += 97)
		KUNIT_ASSERT_EQ(test, other[i], pattern(nr, i));
	other[PAGE_SIZE - 1] = (u8)~nr;
	KUNIT_EXPECT_EQ(test, (u8)area[(nr + 1) * PAGE_SIZE - 1], (u8)~nr);
	kunmap_local(other);
}

static void vmalloc_shows_its_frames(struct kunit *test)
{
	char *p = vmalloc(N * PAGE_SIZE);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(p));
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(p + N * PAGE_SIZE - 1));
	KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(p));
	KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), frames + N);
	for (i = 0; i < N; i++) {
		struct page *page = vmalloc_to_page(p + i * PAGE_SIZE + 17);

		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, page_to_pfn(page), vmalloc_to_pfn(p + i * PAGE_SIZE));
		KUNIT_EXPECT_EQ(test, page_count(page), 1);
		expect_same(test, p, page, i);
	}
	vfree(p);
	KUNIT_EXPECT_NULL(test, vmalloc_to_page(p));
	p = vmalloc(N * PAGE_SIZE - 100);
	KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), frames + N);
	vfree(p);
}

static void guard_behind_each_area(struct kunit *test)
{
	char *p[8];
	unsigned int i, j;

	for (i = 0; i < 8; i++)
		p[i] = vmalloc((i + 1) * PAGE_SIZE);
	for (i = 0; i < 8; i++) {
		struct vm_struct *vm = find_vm_area(p[i]);

		KUNIT_ASSERT_NOT_NULL(test, vm);
		KUNIT_EXPECT_PTR_EQ(test, vm->addr, (void *)p[i]);
		KUNIT_EXPECT_EQ(test, vm->size, (i + 2) * PAGE_SIZE);
		KUNIT_EXPECT_EQ(test, get_vm_area_size(vm), (i + 1) * PAGE_SIZE);
		KUNIT_EXPECT_NULL(test, vmalloc_to_page(p[i] + (i + 1) * PAGE_SIZE));
		for (j = 0; j < 8; j++)
			KUNIT_EXPECT_TRUE(test, i == j || p[j] >= p[i] + vm->size || p[j] < p[i]);
	}
	for (i = 0; i < 8; i++)
		vfree(p[i]);
}

static void zeroed_kinds(struct kunit *test)
{
	void *(*const kinds[])(unsigned long) = { vzalloc, vmalloc_user, vmalloc_32_user };
	unsigned int k;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		u8 *p = vmalloc(N * PAGE_SIZE);

		KUNIT_ASSERT_NOT_NULL(test, p);
		memset(p, 0xa5, N * PAGE_SIZE);
		vfree(p);
		p = kinds[k](N * PAGE_SIZE);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, N * PAGE_SIZE));
		vfree(p);
	}
}

static void limits_of_32(struct kunit *test)
{
	char *p = vmalloc_32(N * PAGE_SIZE);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (i = 0; i < N; i++)
		KUNIT_EXPECT_LT(test, vmalloc_to_pfn(p + i * PAGE_SIZE), 1UL << 20);
	vfree(p);
}

static void alignment(struct kunit *test)
{
	unsigned long align;
	void *p;

	for (align = 1; align <= 4UL << 20; align <<= 1) {
		p = __vmalloc_node(PAGE_SIZE, align, GFP_KERNEL | __GFP_ZERO, 0,
				   __builtin_return_address(0));
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, (unsigned long)p & (align - 1), 0UL);
		vfree(p);
	}
	p = __vmalloc_node(PAGE_SIZE, 1UL << 63, GFP_KERNEL | __GFP_NOWARN, 0, NULL);
	KUNIT_EXPECT_NULL(test, p);
}

static void impossible_sizes(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, __vmalloc(SIZE_MAX, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, __vmalloc(SIZE_MAX - PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, __vmalloc(1UL << 46, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, vmalloc_array(SIZE_MAX / 2, 3));
	KUNIT_EXPECT_NULL(test, vcalloc(3, SIZE_MAX / 2));
	KUNIT_EXPECT_NULL(test, kvmalloc(SIZE_MAX, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, kvmalloc_array(SIZE_MAX / 2, 3, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, get_vm_area(SIZE_MAX, VM_MAP));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	KUNIT_EXPECT_NULL(test, vmalloc(0));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
}

static void many_areas_return_everything(struct kunit *test)
{
	enum { COUNT = 300 };
	static void *p[COUNT];
	unsigned long before = 0;
	int i, round;

	for (round = 0; round < 4; round++) {
		for (i = 0; i < COUNT; i++) {
			p[i] = vmalloc(((unsigned long)i % 9 + 1) * PAGE_SIZE);
			KUNIT_ASSERT_NOT_NULL(test, p[i]);
			*(int *)p[i] = i;
		}
		KUNIT_EXPECT_TRUE(test, kmk_vmap_validate());
		for (i = 0; i < COUNT; i++)
			KUNIT_ASSERT_EQ(test, *(int *)p[i], i);
		for (i = 0; i < COUNT; i++)
			vfree(p[i * 7 % COUNT]);
		kmemkit_drain();
		if (!round)
			before = nr_free_pages();
	}
	KUNIT_EXPECT_EQ(test, before, nr_free_pages());
}

static void vmap_of_scattered_pages(struct kunit *test)
{
	struct page *pages[N + 1];
	char *p;
	int i;

	for (i = N - 1; i >= 0; i--) {
		pages[i] = alloc_pages(GFP_KERNEL, 1);
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
	}
	pages[N] = pages[0];
	p = vmap(pages, N + 1, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	for (i = 0; i < N; i++) {
		KUNIT_EXPECT_PTR_EQ(test, vmalloc_to_page(p + i * PAGE_SIZE), pages[i]);
		expect_same(test, p, pages[i], (unsigned int)i);
	}
	p[3] = 'x';
	KUNIT_EXPECT_EQ(test, p[N * PAGE_SIZE + 3], 'x');
	KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), frames);
	vunmap(p);
	for (i = 0; i < N; i++) {
		KUNIT_EXPECT_EQ(test, page_count(pages[i]), 1);
		__free_pages(pages[i], 1);
	}
}

static void vmap_hands_over_pages(struct kunit *test)
{
	struct page **pages = kvmalloc_array(N, sizeof(*pages), GFP_KERNEL);
	struct page *kept;
	void *p;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	memset(pages, 0, N * sizeof(*pages));
	KUNIT_ASSERT_EQ(test, alloc_pages_bulk_array(GFP_KERNEL, N, pages), (unsigned long)N);
	kept = pages[2];
	get_page(kept);
	p = vmap(pages, N, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	vfree(p);
	KUNIT_EXPECT_EQ(test, page_count(kept), 1);
	put_page(kept);
}

static void vmap_refuses(struct kunit *test)
{
	struct page *pages[2] = { NULL, NULL };
	unsigned long pfn;

	KUNIT_EXPECT_NULL(test, vmap(pages, 0, VM_MAP, PAGE_KERNEL));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	KUNIT_EXPECT_NULL(test, vmap(pages, 2, VM_MAP, PAGE_KERNEL));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	pages[0] = alloc_page(GFP_KERNEL);
	pfn = page_to_pfn(pages[0]);
	KUNIT_EXPECT_NULL(test, vmap_pfn(&pfn, 1, PAGE_KERNEL));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	__free_page(pages[0]);
}

static void map_ram(struct kunit *test)
{
	struct page *pages[2] = { alloc_page(GFP_KERNEL), alloc_page(GFP_KERNEL) };
	char *p = vm_map_ram(pages, 2, NUMA_NO_NODE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	expect_same(test, p, pages[0], 0);
	expect_same(test, p, pages[1], 1);
	KUNIT_EXPECT_NULL(test, find_vm_area(p));
	vm_unmap_ram(p, 1);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	vfree(p);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	vm_unmap_ram(p, 2);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	__free_page(pages[0]);
	__free_page(pages[1]);
}

static void bad_frees_change_nothing(struct kunit *test)
{
	char *p = vmalloc(3 * PAGE_SIZE), *q = kmalloc(64, GFP_KERNEL);
	static char mine[2 * PAGE_SIZE] __aligned(PAGE_SIZE);
	void *const bad[] = { p + 1, p + PAGE_SIZE, p + 3 * PAGE_SIZE, q, mine, &test,
			      (void *)(VMALLOC_END - PAGE_SIZE) };
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, p);
	strcpy(p + PAGE_SIZE, "still here");
	vfree(NULL);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		vfree(bad[i]);
		KUNIT_EXPECT_EQ_MSG(test, kmk_kunit_take_reports(test), 1UL, "bad address %u", i);
	}
	vunmap(p);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	KUNIT_EXPECT_STREQ(test, p + PAGE_SIZE, "still here");
	KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), frames + 3);
	vfree(p);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	vfree(p);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	kfree(q);
}

static void atomic_context(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);
	char *p = vmalloc(PAGE_SIZE), *q;

	spin_lock(&lock);
	vfree_atomic(p);
	spin_unlock(&lock);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	KUNIT_EXPECT_NULL(test, vmalloc_to_page(p));
	spin_lock(&lock);
	q = vmalloc(PAGE_SIZE);
	spin_unlock(&lock);
	KUNIT_EXPECT_GE(test, kmk_kunit_take_reports(test), 1UL);
	vfree(q);
}

static void kvmalloc_by_flags(struct kunit *test)
{
	void *small = kvmalloc(100, GFP_KERNEL), *large = kvzalloc(16UL << 20, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, small);
	KUNIT_ASSERT_NOT_NULL(test, large);
	KUNIT_EXPECT_FALSE(test, is_vmalloc_addr(small));
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(large));
	KUNIT_EXPECT_NULL(test, memchr_inv(large, 0, 16UL << 20));
	kvfree(small);
	kvfree_sensitive(large, 16UL << 20);
	KUNIT_EXPECT_NULL(test, kvmalloc(16UL << 20, GFP_ATOMIC));
	KUNIT_EXPECT_NULL(test, kvmalloc(16UL << 20, GFP_NOWAIT));
	KUNIT_EXPECT_PTR_EQ(test, kvmalloc(0, GFP_KERNEL), (void *)ZERO_SIZE_PTR);
	kvfree(ZERO_SIZE_PTR);
	kvfree(NULL);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

static void kvrealloc_keeps_contents(struct kunit *test)
{
	const size_t big = 6UL << 20;
	char *p = kvmalloc(100, GFP_KERNEL);

	strcpy(p, "contents");
	p = kvrealloc(p, 100, big, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(p));
	KUNIT_EXPECT_STREQ(test, p, "contents");
	KUNIT_EXPECT_PTR_EQ(test, (char *)kvrealloc(p, big, 50, GFP_KERNEL), p);
	p = kvrealloc(p, big + PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_STREQ(test, p, "contents");
	KUNIT_EXPECT_NULL(test, kvrealloc(p, 0, GFP_KERNEL));
	p = kvrealloc(NULL, 200, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 200));
	kvfree(p);
}

static void reserved_areas(struct kunit *test)
{
	struct vm_struct *vm = get_vm_area(3 * PAGE_SIZE, VM_IOREMAP), *other;

	KUNIT_ASSERT_NOT_NULL(test, vm);
	KUNIT_EXPECT_EQ(test, (unsigned long)vm->addr & (4 * PAGE_SIZE - 1), 0UL);
	KUNIT_EXPECT_PTR_EQ(test, find_vm_area(vm->addr + PAGE_SIZE), vm);
	KUNIT_EXPECT_NULL(test, vmalloc_to_page(vm->addr));
	other = __get_vm_area_caller(PAGE_SIZE, VM_MAP, VMALLOC_END - 64 * PAGE_SIZE, VMALLOC_END,
				     __builtin_return_address(0));
	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_EXPECT_GE(test, (unsigned long)other->addr, VMALLOC_END - 64 * PAGE_SIZE);
	KUNIT_EXPECT_PTR_EQ(test, remove_vm_area(other->addr), other);
	KUNIT_EXPECT_NULL(test, remove_vm_area(other->addr));
	kfree(other);
	free_vm_area(vm);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

static void remap_shows_the_same_frames(struct kunit *test)
{
	char *p = vmalloc_user(4 * PAGE_SIZE), *plain = vmalloc(PAGE_SIZE);
	struct vm_struct *window = get_vm_area(3 * PAGE_SIZE, VM_MAP);
	struct vm_area_struct vma = { .vm_start = (unsigned long)window->addr,
				      .vm_end = (unsigned long)window->addr + 3 * PAGE_SIZE };

	KUNIT_EXPECT_EQ(test, remap_vmalloc_range(&vma, plain, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, remap_vmalloc_range(&vma, p, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, remap_vmalloc_range(&vma, p, ULONG_MAX), -EINVAL);
	KUNIT_ASSERT_EQ(test, remap_vmalloc_range(&vma, p, 1), 0);
	strcpy(p + PAGE_SIZE, "shared");
	KUNIT_EXPECT_STREQ(test, (char *)window->addr, "shared");
	free_vm_area(window);
	vfree(p);
	vfree(plain);
}

static void module_memory(struct kunit *test)
{
	void *p = module_alloc(100);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_or_module_addr(p));
	module_memfree(p);
	KUNIT_EXPECT_NULL(test, module_alloc(0));
}

struct wanted { char prefix[64]; char line[256]; unsigned int lines; };

static void look_at_line(const char *line, void *data)
{
	struct wanted *w = data;

	w->lines++;
	if (!strncmp(line, w->prefix, strlen(w->prefix)))
		strscpy(w->line, line, sizeof(w->line));
}

static noinline void *caller_in_text(void)
{
	void *p = vmalloc(3 * PAGE_SIZE);

	barrier();
	return p;
}

static void text_of_an_area(struct kunit *test)
{
	struct wanted w = { "" };
	char *p = caller_in_text();

	snprintf(w.prefix, sizeof(w.prefix), "0x%px-0x%px %7ld ", p, p + 4 * PAGE_SIZE,
		 (long)(4 * PAGE_SIZE));
	kmk_vmallocinfo(look_at_line, &w);
	KUNIT_EXPECT_NOT_NULL(test, strstr(w.line, "caller_in_text+0x"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(w.line, " pages=3 vmalloc\n"));
	KUNIT_EXPECT_EQ(test, w.lines, kmk_vmap_areas());
	KUNIT_EXPECT_EQ(test, kmk_vmalloc_used(), (frames + 3) * PAGE_SIZE);
	vfree(p);
}

static atomic_t begun;

static int churn(void *data)
{
	struct kunit *test = data;
	char *p[16] = { NULL };
	int i;

	atomic_inc(&begun);
	for (i = 0; i < 1500; i++) {
		unsigned int k = (unsigned int)i * 7 % 16;

		if (p[k])
			KUNIT_EXPECT_EQ(test, p[k][PAGE_SIZE], (char)k);
		vfree(p[k]);
		p[k] = vmalloc((2 + (unsigned long)i % 5) * PAGE_SIZE);
		if (p[k])
			p[k][PAGE_SIZE] = (char)k;
	}
	for (i = 0; i < 16; i++)
		vfree(p[i]);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void two_threads(struct kunit *test)
{
	struct task_struct *t[2];
	int i;

	atomic_set(&begun, 0);
	for (i = 0; i < 2; i++)
		t[i] = kthread_run(churn, test, "churn%d", i);
	/* A thread stopped before it began never runs. */
	while (atomic_read(&begun) < 2)
		msleep(1);
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, kthread_stop(t[i]), 0);
}

static struct kunit_case vmap_cases[] = {
	KUNIT_CASE(vmalloc_shows_its_frames),
	KUNIT_CASE(guard_behind_each_area),
	KUNIT_CASE(zeroed_kinds),
	KUNIT_CASE(limits_of_32),
	KUNIT_CASE(alignment),
	KUNIT_CASE(impossible_sizes),
	KUNIT_CASE(many_areas_return_everything),
	KUNIT_CASE(vmap_of_scattered_pages),
	KUNIT_CASE(vmap_hands_over_pages),
	KUNIT_CASE(vmap_refuses),
	KUNIT_CASE(map_ram),
	KUNIT_CASE(bad_frees_change_nothing),
	KUNIT_CASE(atomic_context),
	KUNIT_CASE(kvmalloc_by_flags),
	KUNIT_CASE(kvrealloc_keeps_contents),
	KUNIT_CASE(reserved_areas),
	KUNIT_CASE(remap_shows_the_same_frames),
	KUNIT_CASE(module_memory),
	KUNIT_CASE(text_of_an_area),
	KUNIT_CASE(two_threads),
	{}
};

static struct kunit_suite vmap_suite = {
	.name = "vmap",
	.init = vmap_test_init,
	.exit = vmap_test_exit,
	.test_cases = vmap_cases,
};
kunit_test_suite(vmap_suite);
MODULE_LICENSE("Dual MIT/GPL");
