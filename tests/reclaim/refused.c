/* SPDX-License-Identifier: MIT */
/*
 * No request is refused while memory is a moment away, and none waits for what never comes: refused MODE.
 *	late	somebody frees while the request stands at its last resort
 *	held	the frames are in the hands of another thread's compaction
 *	slabs	empty slabs wait for a grace period, in another thread's hands
 *	disk	all that could be had is being written to a slow disk
 *	dead	the same, and the disk never ends: refused, after the time that kmk_page_disk_ns says
 *	exit	a thread ended in a shrinker's call-back: its hands are empty
 *	fork	a shrinker's call-back forked: parent's and child's hands are empty when it is over
 *	shared	a thread beyond the pool of tasks reclaims, and so may another one that shares its task
 * Run with 8 MiB of ZONE_DMA. What must be slow takes SLOW_MS, or until the request was refused.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <kmemkit/kmemkit.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include <linux/writeback.h>

#define FRAMES	2048
#define SLOW_MS	1500

extern u64 kmk_page_disk_ns;
bool kmk_hands_full(void);
struct task_struct *kmk_task_alloc(void);

static struct page *all[FRAMES];
static unsigned long nr_all;
static int begun, over, refused;

static void set(int *flag) { __atomic_store_n(flag, 1, __ATOMIC_SEQ_CST); }
static bool is_set(int *flag) { return __atomic_load_n(flag, __ATOMIC_SEQ_CST); }

/* A minute: what is waited for will never be. */
static void wait_for(int *flag)
{
	for (int i = 0; i < 60000 && !is_set(flag); i++)
		usleep(1000);
	if (!is_set(flag)) {
		printf("waited in vain\n");
		_exit(3);
	}
}

/* What takes long, for a request that waits; one that was refused has not waited. */
static void take_long(void)
{
	set(&begun);
	for (int i = 0; i < SLOW_MS && !is_set(&refused); i++)
		usleep(1000);
	set(&over);
}

static struct page *request(void)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_NOWARN);

	if (!page)
		set(&refused);
	return page;
}

static void eat_all(void)
{
	struct page *page;

	while (nr_all < FRAMES && (page = alloc_page(GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOWARN)))
		all[nr_all++] = page;
}

static void give_back(unsigned long keep)
{
	while (nr_all > keep) {
		struct page *page = all[--nr_all];

		if (page)
			__free_page(page);
	}
	drain_all_pages(NULL);
}

/* ---- late ---- */

static int at_last(struct notifier_block *nb, unsigned long unused, void *freed)
{
	set(&begun);
	wait_for(&over);
	return NOTIFY_OK;
}

static struct notifier_block last_resort = { .notifier_call = at_last };

static void *giver(void *unused)
{
	wait_for(&begun);
	give_back(nr_all / 2);
	set(&over);
	return NULL;
}

static int late(void)
{
	pthread_t thread;
	struct page *page;

	eat_all();
	register_oom_notifier(&last_resort);
	pthread_create(&thread, NULL, giver, NULL);
	page = request();
	printf("%s, with %lu frames free\n", page ? "granted" : "refused", nr_free_pages());
	pthread_join(thread, NULL);
	return !page;
}

/* ---- held ---- */

static bool driver_isolate(struct page *page, isolate_mode_t mode) { return true; }
static void driver_putback(struct page *page) { }

static int driver_migrate(struct page *to, struct page *from, enum migrate_mode mode);
static const struct movable_operations driver = {
	.isolate_page = driver_isolate, .migrate_page = driver_migrate, .putback_page = driver_putback,
};

static int driver_migrate(struct page *to, struct page *from, enum migrate_mode mode)
{
	take_long();
	__SetPageMovable(to, &driver);
	__ClearPageMovable(from);
	return 0;
}

static void *compactor(void *unused)
{
	return alloc_pages(GFP_KERNEL | __GFP_NOWARN, pageblock_order);
}

/* Free a pageblock but for one frame, which is a driver's from now on. */
static unsigned long free_block(unsigned long block)
{
	unsigned long have = 0;

	for (unsigned long i = 0; i < nr_all; i++)
		have += all[i] && page_to_pfn(all[i]) >> pageblock_order == block;
	if (have != pageblock_nr_pages)
		return 0;
	for (unsigned long i = 0; i < nr_all; i++) {
		if (!all[i] || page_to_pfn(all[i]) >> pageblock_order != block)
			continue;
		if (page_to_pfn(all[i]) % pageblock_nr_pages == 100) {
			lock_page(all[i]);
			__SetPageMovable(all[i], &driver);
			unlock_page(all[i]);
		} else {
			__free_page(all[i]);
		}
		all[i] = NULL;
	}
	return have - 1;
}

static int held(void)
{
	unsigned long freed = 0, granted = 0;
	pthread_t thread;
	bool good;

	eat_all();
	for (unsigned long block = 0; block < FRAMES >> pageblock_order && !freed; block++)
		freed = free_block(block);
	for (unsigned long i = 0; i < nr_all && freed < 700; i++)
		if (all[i] && page_to_pfn(all[i]) % 2) {
			__free_page(all[i]);
			all[i] = NULL;
			freed++;
		}
	drain_all_pages(NULL);
	pthread_create(&thread, NULL, compactor, NULL);
	wait_for(&begun);
	/* When compaction is over there may be no memory left, but not before. */
	while (!is_set(&over) && request())
		granted++;
	good = is_set(&over) && !is_set(&refused);
	printf("%lu granted, then %s\n", granted, good ? "granted when it was over" : "refused");
	pthread_join(thread, NULL);
	return !good;
}

/* ---- slabs ---- */

static struct kmem_cache *cache;

static void *reader(void *unused)
{
	rcu_read_lock();
	set(&begun);
	for (int i = 0; i < SLOW_MS && !is_set(&refused); i++)
		usleep(1000);
	set(&over);
	rcu_read_unlock();
	return NULL;
}

static void *shrink(void *unused)
{
	kmem_cache_shrink(cache);
	return NULL;
}

static unsigned long slab_frames(void)
{
	struct kmemkit_stats stats;

	kmemkit_get_stats(&stats);
	return stats.frames_slab;
}

static int slabs(void)
{
	pthread_t reading, shrinking;
	static void *object[1024];
	unsigned long before;
	struct page *page;

	cache = kmem_cache_create("refused", 1024, 0, SLAB_TYPESAFE_BY_RCU | SLAB_NO_REAP, NULL);
	for (int i = 0; i < 1024; i++)
		object[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	eat_all();
	pthread_create(&reading, NULL, reader, NULL);
	wait_for(&begun);
	for (int i = 0; i < 1024; i++)
		kmem_cache_free(cache, object[i]);
	before = slab_frames();
	pthread_create(&shrinking, NULL, shrink, NULL);
	/* It waits for the reader: what it has belongs to no cache any more, and is not free. */
	for (int i = 0; i < 60000 && slab_frames() + 200 > before; i++)
		usleep(1000);
	page = request();
	printf("%s\n", page ? "granted" : "refused");
	pthread_join(reading, NULL);
	pthread_join(shrinking, NULL);
	return !page;
}

/* ---- disk, dead ---- */

static struct page *written[FRAMES];
static unsigned long nr_written;

static int write_page(struct page *page, struct writeback_control *wbc)
{
	set_page_writeback(page);
	unlock_page(page);
	written[__atomic_fetch_add(&nr_written, 1, __ATOMIC_SEQ_CST)] = page;
	return 0;
}

static const struct address_space_operations aops = { .writepage = write_page, .dirty_folio = filemap_dirty_folio };
static struct inode file;

/* Nearly all of memory, on its way to the disk. */
static void write_all(void)
{
	struct writeback_control wbc = { .nr_to_write = LONG_MAX, .range_end = LLONG_MAX, .sync_mode = WB_SYNC_NONE };
	struct page *page;

	kmk_inode_setup(&file);
	file.i_data.a_ops = &aops;
	for (unsigned long i = 0; i < FRAMES / 2; i++) {
		page = find_or_create_page(&file.i_data, i, GFP_KERNEL | __GFP_NOWARN);
		if (!page)
			break;
		SetPageUptodate(page);
		set_page_dirty(page);
		unlock_page(page);
		put_page(page);
	}
	eat_all();
	generic_writepages(&file.i_data, &wbc);
	printf("%lu pages under write-back, ", global_node_page_state(NR_WRITEBACK));
}

static void *device(void *unused)
{
	take_long();
	for (unsigned long i = 0; i < nr_written; i++)
		end_page_writeback(written[i]);
	return NULL;
}

static int disk(void)
{
	pthread_t thread;
	struct page *page;

	write_all();
	pthread_create(&thread, NULL, device, NULL);
	page = request();
	printf("%s\n", page ? "granted" : "refused");
	pthread_join(thread, NULL);
	return !page;
}

static int dead(void)
{
	kmk_page_disk_ns = 200 * 1000 * 1000;
	write_all();
	request();
	printf("%s\n", is_set(&refused) ? "refused" : "granted");
	return !is_set(&refused);
}

/* ---- exit, fork ---- */

static bool leave_it, is_child;
static pid_t child;

static unsigned long one_count(struct shrinker *s, struct shrink_control *sc)
{
	return is_set(&begun) || (current->flags & PF_KSWAPD) ? 0 : 1000;
}

static unsigned long one_scan(struct shrinker *s, struct shrink_control *sc)
{
	if (is_set(&begun) || (current->flags & PF_KSWAPD))
		return SHRINK_STOP;
	set(&begun);
	if (leave_it)
		pthread_exit(NULL);
	child = fork();
	is_child = !child;
	return SHRINK_STOP;
}

static struct shrinker one = { .count_objects = one_count, .scan_objects = one_scan, .seeks = 2 };

static void *reclaim(void *unused)
{
	shrink_all_memory(1);
	return NULL;
}

/* Nobody else is at it for long. */
static bool hands_are_empty(void)
{
	for (int i = 0; i < 5000 && kmk_hands_full(); i++)
		usleep(1000);
	return !kmk_hands_full();
}

static int call_back(bool leave)
{
	pthread_t thread;
	int status = 0;
	bool empty;

	leave_it = leave;
	if (register_shrinker(&one, "refused"))
		return 1;
	if (leave) {
		pthread_create(&thread, NULL, reclaim, NULL);
		pthread_join(thread, NULL);
	} else {
		reclaim(NULL);
	}
	empty = is_set(&begun) && hands_are_empty();
	if (child && !is_child)
		waitpid(child, &status, 0);
	printf("hands of the %s: %s\n", is_child ? "child" : "process", empty ? "empty" : "full");
	return !empty || status;
}

/* ---- shared ---- */

static int stock;
static struct page *stocked[FRAMES];
static unsigned long granted;
static __thread bool first_thread;

static unsigned long stock_count(struct shrinker *s, struct shrink_control *sc)
{
	return (unsigned long)__atomic_load_n(&stock, __ATOMIC_SEQ_CST);
}

static unsigned long stock_scan(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long n = 0;

	if (first_thread) {
		set(&begun);
		wait_for(&over);
		return SHRINK_STOP;
	}
	while (n < sc->nr_to_scan) {
		int i = __atomic_sub_fetch(&stock, 1, __ATOMIC_SEQ_CST);

		if (i < 0) {
			__atomic_fetch_add(&stock, 1, __ATOMIC_SEQ_CST);
			break;
		}
		__free_page(stocked[i]);
		n++;
	}
	return n ? n : SHRINK_STOP;
}

static struct shrinker stock_shrinker = { .count_objects = stock_count, .scan_objects = stock_scan, .seeks = 2 };

static void *first(void *unused)
{
	first_thread = true;
	shrink_all_memory(1000);
	return NULL;
}

static void *second(void *unused)
{
	while (granted < 800 && request())
		granted++;
	set(&over);
	return NULL;
}

/* The reserve must stay, and the stock must be found, although the first thread is in reclaim with the same task. */
static int shared(void)
{
	pthread_t a, b;

	(void)current;
	for (stock = 0; stock < 1000; stock++)
		stocked[stock] = alloc_page(GFP_KERNEL);
	while (kmk_task_alloc())
		;
	if (register_shrinker(&stock_shrinker, "refused"))
		return 1;
	while (alloc_page((GFP_NOWAIT & ~__GFP_KSWAPD_RECLAIM) | __GFP_NOWARN))
		;
	pthread_create(&a, NULL, first, NULL);
	wait_for(&begun);
	pthread_create(&b, NULL, second, NULL);
	pthread_join(b, NULL);
	pthread_join(a, NULL);
	printf("%lu of 800 granted, %d in stock, %lu free\n", granted, stock, nr_free_pages());
	return granted < 800;
}

static int end_thread(void) { return call_back(true); }
static int fork_there(void) { return call_back(false); }

int main(int argc, char **argv)
{
	static const struct { const char *name; int (*fn)(void); } modes[] = {
		{ "late", late }, { "held", held }, { "slabs", slabs }, { "disk", disk }, { "dead", dead },
		{ "exit", end_thread }, { "fork", fork_there }, { "shared", shared },
	};

	if (kmemkit_start())
		return 2;
	for (unsigned int i = 0; i < ARRAY_SIZE(modes); i++)
		if (argc > 1 && !strcmp(argv[1], modes[i].name)) {
			int status = modes[i].fn();

			fflush(stdout);
			_exit(status);
		}
	return 2;
}
