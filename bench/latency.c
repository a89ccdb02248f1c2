/* SPDX-License-Identifier: MIT */
/*
 * How long GFP_ATOMIC takes when memory is nearly full: the time of each alloc_page(), in packets of 300 (more
 * than a CPU's array holds, so about one request in a hundred goes to the zone), on an idle system, with 90 %
 * of all frames in use, and with a page cache streaming through the last 10 %, so that kswapd works. The three
 * take turns, so that what else the machine does meets all of them. Prints percentiles and counts; exit status
 * 1 if the 99.9th percentile at 90 % is more than three times that of the idle system, or a request failed
 * although a tenth of memory was free (where it is not, the reserve is what there is: failures are printed).
 *
 *	KMEMKIT_MEM=dma=16M,dma32=240M ./latency [ROUNDS]
 */
#include "measure.h"
#include <kmemkit/kmemkit.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/vmstat.h>

#define PACKET		300
#define PACKETS		100			/* a round */
#define MAX_ROUNDS	100
#define SAMPLES		(PACKET * PACKETS * MAX_ROUNDS)

enum { IDLE, FULL, STREAM, CASES };
static const char *const names[CASES] = { "idle", "90 % in use", "90 % in use, page cache streaming through the rest" };
static struct { uint32_t *ns; size_t nr; unsigned long failed, stalls, kswapd; } results[CASES];

static LIST_HEAD(held);
static pthread_t thread;
static int stop;
static struct inode file;
static const struct address_space_operations aops;

static unsigned long event(enum vm_event_item item)
{
	return __atomic_load_n(&kmk_vm_event[item], __ATOMIC_RELAXED);
}

static unsigned long stalls(void)
{
	return event(ALLOCSTALL_DMA) + event(ALLOCSTALL_DMA32) + event(ALLOCSTALL_NORMAL) + event(ALLOCSTALL_HIGH);
}

static void fill(unsigned long percent)
{
	unsigned long keep = totalram_pages() * (100 - percent) / 100;

	while (nr_free_pages() > keep) {
		struct page *page = alloc_page(GFP_KERNEL | __GFP_NORETRY);

		if (!page)
			break;
		list_add(&page->lru, &held);
	}
}

static void release(void)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &held, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
	kmemkit_drain();
}

static void *stream(void *arg)
{
	struct timespec pause = { 0, 200000 };

	for (pgoff_t i = 0; !__atomic_load_n(&stop, __ATOMIC_RELAXED); i++) {
		struct page *page = find_or_create_page(&file.i_data, i, GFP_KERNEL);

		if (page) {
			SetPageUptodate(page);
			unlock_page(page);
			put_page(page);
		}
		if (i % 64 == 63)
			nanosleep(&pause, NULL);
	}
	truncate_inode_pages(&file.i_data, 0);
	return arg;
}

static void sample(int which)
{
	struct page *pages[PACKET];
	unsigned long before = stalls(), runs = event(PAGEOUTRUN);

	for (int p = 0; p < PACKETS; p++) {
		for (int i = 0; i < PACKET; i++) {
			uint64_t start = wall_ns();

			pages[i] = alloc_page(GFP_ATOMIC | __GFP_NOWARN);
			results[which].ns[results[which].nr++] = (uint32_t)(wall_ns() - start);
			results[which].failed += !pages[i];
		}
		for (int i = 0; i < PACKET; i++)
			if (pages[i])
				__free_page(pages[i]);
	}
	results[which].stalls += stalls() - before;
	results[which].kswapd += event(PAGEOUTRUN) - runs;
}

static void begin(int which)
{
	struct timespec warm = { 0, 5000000 };

	unsigned long runs = event(PAGEOUTRUN);

	if (which != IDLE)
		fill(90);
	if (which != STREAM)
		return;
	memset(&file, 0, sizeof(file));
	kmk_inode_setup(&file);
	file.i_data.a_ops = &aops;
	stop = 0;
	pthread_create(&thread, NULL, stream, NULL);
	while (event(PAGEOUTRUN) == runs)
		nanosleep(&warm, NULL);
}

static void end(int which)
{
	if (which == STREAM) {
		__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
		pthread_join(thread, NULL);
	}
	release();
}

static int shorter_first(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static uint32_t percentile(int which, double p)
{
	return results[which].ns[(size_t)((double)(results[which].nr - 1) * p)];
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 30, bad = 0;

	if (rounds < 1 || rounds > MAX_ROUNDS || kmemkit_start())
		return 2;
	for (int c = 0; c < CASES; c++)
		results[c].ns = calloc(SAMPLES, sizeof(uint32_t));
	for (int r = 0; r < rounds; r++)
		for (int c = 0; c < CASES; c++) {
			begin(c);
			sample(c);
			end(c);
		}
	printf("GFP_ATOMIC, ns     %8s %8s %8s %8s %8s   failed, direct reclaim, kswapd runs\n", "50 %", "99 %", "99.9 %",
	       "99.99 %", "max");
	for (int c = 0; c < CASES; c++) {
		qsort(results[c].ns, results[c].nr, sizeof(uint32_t), shorter_first);
		printf("%s\n                   %8u %8u %8u %8u %8u   %lu, %lu, %lu\n", names[c], percentile(c, 0.5),
		       percentile(c, 0.99), percentile(c, 0.999), percentile(c, 0.9999), percentile(c, 1.0), results[c].failed,
		       results[c].stalls, results[c].kswapd);
	}
	for (int c = FULL; c < CASES; c++) {
		double ratio = (double)percentile(c, 0.999) / (double)percentile(IDLE, 0.999);

		printf("99.9th percentile, %s: %.2f times the idle system's (at most 3)\n", names[c], ratio);
		bad |= ratio > 3 || (c == FULL && results[c].failed);
	}
	return bad;
}
