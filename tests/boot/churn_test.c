/* SPDX-License-Identifier: MIT */
/*
 * Many operations on all processors at once: objects are made on one and freed on another, areas come and go
 * (and with them flushes on all processors), and memory runs short, so that slabs and arrays are taken back.
 * Contents must be right, and afterwards as many frames free as before. `ops` is the number of operations, in thousands.
 */
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define BOXES	256
#define SLOTS	64
#define HOG	(1u << 20)	/* more frames than there are */

static unsigned long ops = 1000;
module_param(ops, ulong, 0);

struct object {
	unsigned long mark, size;
	unsigned long tail[];
};

static struct object *boxes[BOXES], *areas[SLOTS];
static atomic_long_t left, wrong, done_objects, done_areas, done_hogs;
static struct completion ended;

static struct object *fill(void *mem, unsigned long size, unsigned long mark)
{
	struct object *o = mem;

	if (!o)
		return NULL;
	o->mark = mark;
	o->size = size;
	*(unsigned long *)(mem + size - sizeof(long)) = ~mark;
	return o;
}

static void check(struct object *o)
{
	if (*(unsigned long *)((void *)o + o->size - sizeof(long)) != ~o->mark)
		atomic_long_inc(&wrong);
}

static void one_object(u64 r)
{
	unsigned long size = 24 + 8 * (r >> 16 & ((r >> 8 & 7) ? 31 : 255));
	struct object *o = fill(kmalloc(size, GFP_KERNEL | __GFP_NOWARN), size, r);

	o = xchg(&boxes[r >> 40 & (BOXES - 1)], o);
	if (o) {
		check(o);
		kfree(o);
	}
}

static void one_area(u64 r)
{
	unsigned long size = PAGE_SIZE * (1 + (r >> 16 & 15));
	struct object *o = fill(__vmalloc(size, GFP_KERNEL | __GFP_NOWARN), size, r);

	o = xchg(&areas[r >> 40 & (SLOTS - 1)], o);
	if (o) {
		check(o);
		vfree(o);
	}
	atomic_long_inc(&done_areas);
}

/* Take what there is, then give it back: others go on meanwhile with what is left. */
static void hog(void)
{
	struct page *first = NULL, *page;
	unsigned int n;

	for (n = 0; n < HOG; n++) {
		page = alloc_page(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY);
		if (!page)
			break;
		set_page_private(page, (unsigned long)first);
		first = page;
	}
	while (first) {
		page = first;
		first = (struct page *)page_private(page);
		set_page_private(page, 0);
		__free_page(page);
	}
	atomic_long_inc(&done_hogs);
}

static int churn(void *data)
{
	u64 r = (u64)data * 0x9e3779b97f4a7c15ULL;

	while (atomic_long_sub_return(1000, &left) >= 0) {
		for (int i = 0; i < 1000; i++) {
			r = r * 6364136223846793005ULL + 1442695040888963407ULL;
			if (i % 250 == 249)
				one_area(r);
			else
				one_object(r);
		}
		atomic_long_add(1000, &done_objects);
		if (!(r >> 58))
			hog();
	}
	complete(&ended);
	return 0;
}

static void empty(void)
{
	for (int i = 0; i < BOXES; i++)
		kfree(xchg(&boxes[i], NULL));
	for (int i = 0; i < SLOTS; i++)
		vfree(xchg(&areas[i], NULL));
	kmemkit_drain();
}

/* A thread has said its last word before it has ended, and what it stood on is given back: so up to a minute. */
static void stats_of_balance(struct kmemkit_stats *now, const struct kmemkit_stats *before)
{
	unsigned long end = jiffies + 60 * HZ;

	for (;;) {
		empty();
		kmemkit_get_stats(now);
		if (time_after(jiffies, end) || (now->objects_live == before->objects_live &&
						 now->frames_free + now->frames_slab == before->frames_free + before->frames_slab))
			return;
		msleep(10);
	}
}

static void everything_balances(struct kunit *test)
{
	int threads = (int)num_online_cpus() + 1;
	struct kmemkit_stats before, after;

	init_completion(&ended);
	hog();
	empty();
	kmemkit_get_stats(&before);
	atomic_long_set(&left, (long)(ops * 1000));
	for (long i = 0; i < threads; i++)
		kthread_run(churn, (void *)(i + 1), "churn%ld", i);
	for (int i = 0; i < threads; i++)
		wait_for_completion(&ended);
	stats_of_balance(&after, &before);
	kunit_info(test, "%ld operations, %ld areas, %ld times all memory\n", atomic_long_read(&done_objects),
		   atomic_long_read(&done_areas), atomic_long_read(&done_hogs));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&wrong), 0L);
	KUNIT_EXPECT_EQ(test, (unsigned long)atomic_long_read(&done_objects), ops * 1000);
	KUNIT_EXPECT_EQ(test, after.objects_live, before.objects_live);
	KUNIT_EXPECT_EQ(test, before.frames_free + before.frames_slab, after.frames_free + after.frames_slab);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0U);
}

static struct kunit_case churn_cases[] = { KUNIT_CASE(everything_balances), {} };
static struct kunit_suite churn_suite = { .name = "churn", .test_cases = churn_cases };
kunit_test_suite(churn_suite);

MODULE_LICENSE("GPL");
