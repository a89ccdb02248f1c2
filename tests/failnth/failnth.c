/* SPDX-License-Identifier: MIT */
/*
 * Fail the N-th: each scenario is run with its first request failing, then its second, and so on
 * until a run in which nothing failed. After each run the counters must equal those before. Needs
 * slub_debug=U, so that every request reaches the slow path, where failures are injected.
 *
 * usage: failnth [NAME...]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <kmemkit/anon.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/swap.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/list_lru.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/percpu.h>
#include <linux/shmem_fs.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmalloc.h>

#define QUIET (GFP_KERNEL | __GFP_NOWARN)

/* A scenario returns how many of its requests were refused. */

static int page_orders(void)
{
	struct page *page[MAX_ORDER];
	int refused = 0;

	for (unsigned int order = 0; order < MAX_ORDER; order++)
		page[order] = alloc_pages(QUIET | (order & 1 ? __GFP_COMP : 0), order);
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		if (page[order])
			__free_pages(page[order], order);
		else
			refused++;
	return refused;
}

static int page_forms(void)
{
	struct page *bulk[10] = { NULL };
	unsigned long got = alloc_pages_bulk_array(QUIET, 10, bulk), zeroed = get_zeroed_page(QUIET);
	void *exact = alloc_pages_exact(5 * PAGE_SIZE, QUIET);

	for (unsigned long i = 0; i < got; i++)
		__free_page(bulk[i]);
	free_page(zeroed);
	if (exact)
		free_pages_exact(exact, 5 * PAGE_SIZE);
	return (got < 10) + !zeroed + !exact;
}

static int kmalloc_family(void)
{
	char *p[20];
	int refused = 0;

	for (int i = 0; i < 20; i++) {
		p[i] = kmalloc(8ul << i, QUIET);
		refused += !p[i];
	}
	for (int i = 0; i < 20; i++)
		kfree(p[i]);
	return refused;
}

static int kmalloc_growing(void)
{
	size_t size = 10;
	char *p = kmalloc(size, QUIET), *q;

	if (!p)
		return 1;
	strcpy(p, "contents");
	while (size < 500000) {
		size *= 3;
		q = krealloc(p, size, QUIET | __GFP_ZERO);
		if (!q || strcmp(q, "contents")) {
			kfree(p);
			return q ? -1 : 1;
		}
		p = q;
	}
	kfree(p);
	return 0;
}

static int copies(void)
{
	char *a = kstrdup("one", QUIET), *b = kmemdup("two", 4, QUIET), *c = kasprintf(QUIET, "%s-%d", "three", 3);
	void *d = kcalloc(30, 7, QUIET), *e = kvmalloc(300000, QUIET);
	int refused = !a + !b + !c + !d + !e;

	kfree(a);
	kfree(b);
	kfree(c);
	kfree(d);
	kvfree(e);
	return refused;
}

static void zero(void *p) { memset(p, 0, 100); }

static int a_cache(void)
{
	struct kmem_cache *s = kmem_cache_create("failing", 100, 0, 0, zero);
	void *one, *many[64];
	int got;

	if (!s)
		return 1;
	one = kmem_cache_alloc(s, QUIET);
	got = kmem_cache_alloc_bulk(s, QUIET, 64, many);
	kmem_cache_free_bulk(s, (size_t)got, many);
	if (one)
		kmem_cache_free(s, one);
	kmem_cache_destroy(s);
	return !one + (got != 64);
}

static int large_objects(void)
{
	struct kmem_cache *s = kmem_cache_create("failing large", 3000, 64, SLAB_HWCACHE_ALIGN, NULL);
	void *p[10];
	int refused = 0;

	if (!s)
		return 1;
	for (int i = 0; i < 10; i++)
		refused += !(p[i] = kmem_cache_alloc(s, QUIET));
	for (int i = 0; i < 10; i++)
		if (p[i])
			kmem_cache_free(s, p[i]);
	kmem_cache_destroy(s);
	return refused;
}

static int areas(void)
{
	char *a = __vmalloc(10 * PAGE_SIZE, QUIET), *b = __vmalloc(100000, QUIET | __GFP_ZERO);
	int refused = !a + !b;

	if (a)
		a[0] = a[10 * PAGE_SIZE - 1] = 1;
	vfree(a);
	vfree(b);
	return refused;
}

static int mapped_pages(void)
{
	struct page *page[4] = { NULL };
	int refused = alloc_pages_bulk_array(QUIET, 4, page) < 4;
	void *p = refused ? NULL : vmap(page, 4, VM_MAP, PAGE_KERNEL);

	vunmap(p);
	for (int i = 0; i < 4; i++)
		if (page[i])
			__free_page(page[i]);
	return refused + !p;
}

static int a_pool(void)
{
	mempool_t *pool = mempool_create_kmalloc_pool(4, 200);
	void *p;

	if (!pool)
		return 1;
	/* The reserve answers when the allocator does not. */
	p = mempool_alloc(pool, GFP_NOWAIT | __GFP_NOWARN);
	if (!p)
		return -1;
	mempool_free(p, pool);
	if (mempool_resize(pool, 12)) {
		mempool_destroy(pool);
		return 1;
	}
	mempool_destroy(pool);
	return 0;
}

static int per_cpu_areas(void)
{
	void __percpu *a = alloc_percpu(long), *b = __alloc_percpu(3000, 64);
	int refused = !a + !b;

	free_percpu(a);
	free_percpu(b);
	return refused;
}

static int nothing(void *data)
{
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1000);
	return data != NULL;
}

static int a_thread(void)
{
	struct task_struct *t = kthread_run(nothing, NULL, "failing");
	int ended;

	if (IS_ERR(t))
		return 1;
	ended = kthread_stop(t);
	return ended && ended != -EINTR ? -1 : 0;	/* stopped before it ran at all */
}

/* What was written without an error is in the file, whatever failed before or after. */
static int page_cache(void)
{
	struct file *f = filp_open("/tmp", O_TMPFILE | O_RDWR, 0600);
	static char page[4096], back[4096];
	int refused = 0, wrong = 0;
	loff_t pos;

	if (IS_ERR(f))
		return 1;
	mapping_set_gfp_mask(f->f_mapping, QUIET);
	for (int i = 0; i < 6; i++) {
		pos = (loff_t)i * 70 * 4096;
		memset(page, 'a' + i, sizeof(page));
		page[1] = kernel_write(f, page, sizeof(page), &pos) == sizeof(page) ? 'y' : 'n';
		refused += page[1] == 'n';
		if (page[1] == 'n')
			continue;
		pos = (loff_t)i * 70 * 4096;
		wrong += !!vfs_fsync(f, 1);
		invalidate_mapping_pages(f->f_mapping, 0, ~0UL);
		if (kernel_read(f, back, sizeof(back), &pos) != sizeof(back))
			refused++;
		else
			wrong += back[0] != 'a' + i || memcmp(back + 2, page + 2, sizeof(page) - 2);
	}
	wrong += !!filp_close(f, NULL);
	return wrong ? -1 : refused;
}

#define SWAPPED	48

/* Pages go out to the swap file and come back; a page that cannot be brought is asked for again. */
static int swapped_pages(void)
{
	static bool on;
	struct file *f = shmem_kernel_file_setup("failing", SWAPPED * PAGE_SIZE, 0);
	int refused = 0, wrong = 0;
	bool filled[SWAPPED] = { false };
	struct kmemkit_swap_stats stats;

	if (IS_ERR(f))
		return 1;
	if (!on)
		wrong += kmemkit_swapon(getenv("FAILNTH_SWAP"), 1 << 20) != 0;
	on = true;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < SWAPPED; i++) {
			struct page *page = shmem_read_mapping_page_gfp(f->f_mapping, (pgoff_t)i, QUIET);

			refused += IS_ERR(page);
			if (IS_ERR(page))
				continue;
			if (filled[i])
				wrong += *(int *)page_address(page) != i;
			*(int *)page_address(page) = i;
			filled[i] = true;
			set_page_dirty(page);
			put_page(page);
		}
		shrink_all_memory(SWAPPED);
	}
	fput(f);
	kmemkit_swap_stats(&stats);
	return wrong || !stats.pages_out ? -1 : refused;
}

static int a_region(void)
{
	int *at = kmemkit_anon_map(16 * PAGE_SIZE), refused = 0, wrong = 0;

	if (!at)
		return 1;
	for (int i = 0; i < 16; i++) {
		if (kmemkit_anon_touch(at + i * 1024, PAGE_SIZE, true)) {
			refused++;
			continue;
		}
		wrong += at[i * 1024] != 0;
		at[i * 1024] = i;
	}
	wrong += kmemkit_anon_unmap(at) != 0;
	return wrong ? -1 : refused;
}

static unsigned long none(struct shrinker *s, struct shrink_control *sc)
{
	return s && sc ? 0 : 1;
}

static int shrinkers(void)
{
	static struct shrinker old = { .count_objects = none, .scan_objects = none, .seeks = DEFAULT_SEEKS };
	struct shrinker *new = shrinker_alloc(0, "failing-%d", 1);
	struct list_lru lru;
	int refused = !new, err = register_shrinker(&old, "failing");

	if (new) {
		new->count_objects = new->scan_objects = none;
		shrinker_register(new);
		shrinker_free(new);
	}
	refused += err != 0;
	if (!err)
		unregister_shrinker(&old);
	err = list_lru_init(&lru);
	refused += err != 0;
	if (!err)
		list_lru_destroy(&lru);
	return refused;
}

static const struct { const char *name; int (*run)(void); } scenarios[] = {
	{ "page orders", page_orders }, { "page forms", page_forms }, { "kmalloc", kmalloc_family },
	{ "krealloc", kmalloc_growing }, { "copies", copies }, { "cache", a_cache },
	{ "large objects", large_objects }, { "vmalloc", areas }, { "vmap", mapped_pages },
	{ "mempool", a_pool }, { "percpu", per_cpu_areas }, { "kthread", a_thread },
	{ "page cache", page_cache }, { "swapped pages", swapped_pages }, { "anonymous region", a_region },
	{ "shrinkers", shrinkers },
};

static void counters(struct kmemkit_stats *s)
{
	kmemkit_drain();
	kmemkit_get_stats(s);
}

static int changed(const char *name, long n, const struct kmemkit_stats *a)
{
	struct kmemkit_stats b;

	counters(&b);
	if (a->frames_free + a->frames_records == b.frames_free + b.frames_records &&
	    a->frames_slab == b.frames_slab && a->objects_live == b.objects_live &&
	    a->warns == b.warns && a->bugs == b.bugs && !kmemkit_validate())
		return 0;
	printf("not ok %s, request %ld failing: frames %lu -> %lu, of slabs %lu -> %lu, objects %lu -> %lu, "
	       "reports %lu\n", name, n, a->frames_free, b.frames_free, a->frames_slab, b.frames_slab,
	       a->objects_live, b.objects_live, b.warns + b.bugs - a->warns - a->bugs);
	return 1;
}

static int run(const char *name, int (*scenario)(void))
{
	struct kmemkit_stats before;
	long n = 0, left;
	int refused, noticed = 0;

	/* Once untouched: what is set up for good at a first use is set up now. */
	refused = scenario();
	counters(&before);
	do {
		kmemkit_fail_nth(++n);
		refused = scenario();
		left = kmemkit_fail_nth(0);
		noticed += refused != 0;
		if (refused < 0 || changed(name, n, &before)) {
			printf("not ok %s: request %ld failing gave %d\n", name, n, refused);
			return 1;
		}
	} while (!left && n < 10000);
	printf("ok %s: %ld requests failed one by one, %d were noticed\n", name, n - 1, noticed);
	return left && refused;
}

static int wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(name, argv[i]))
			return 1;
	return argc == 1;
}

int main(int argc, char **argv)
{
	int passed = 0, failed = 0;

	for (unsigned int i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		if (!wanted(scenarios[i].name, argc, argv))
			continue;
		else if (run(scenarios[i].name, scenarios[i].run))
			failed++;
		else
			passed++;
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}
