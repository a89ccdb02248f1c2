// SPDX-License-Identifier: MIT
/* Shrinkers: what is asked, how often and for how much; both ways of registration; list_lru. */
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/kunit.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/list_lru.h>
#include <linux/module.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

/* A cache that only counts. */
static struct counted {
	struct shrinker s;
	unsigned long have, freed, calls, counts, largest, smallest;
	bool stop, lazy;		/* refuse; claim to have looked at nothing */
	gfp_t gfp;
} one, two;

static unsigned long counted_count(struct shrinker *s, struct shrink_control *sc)
{
	struct counted *c = container_of(s, struct counted, s);

	c->counts++;
	return c->have ?: SHRINK_EMPTY;
}

static unsigned long counted_scan(struct shrinker *s, struct shrink_control *sc)
{
	struct counted *c = container_of(s, struct counted, s);
	unsigned long n = min(sc->nr_to_scan, c->have);

	c->calls++;
	c->gfp = sc->gfp_mask;
	c->largest = max(c->largest, sc->nr_to_scan);
	c->smallest = min(c->smallest, sc->nr_to_scan);
	if (c->stop)
		return SHRINK_STOP;
	if (c->lazy) {
		sc->nr_scanned = 0;
		return 0;
	}
	c->have -= n;
	c->freed += n;
	return n;
}

static void fresh(struct counted *c, unsigned long have)
{
	memset(c, 0, sizeof(*c));
	c->s.count_objects = counted_count;
	c->s.scan_objects = counted_scan;
	c->s.seeks = DEFAULT_SEEKS;
	c->have = have;
	c->smallest = ~0ul;
}

/* All priorities once, from what costs least to everything. */
static void squeeze(void)
{
	shrink_all_memory(1ul << 30);
}

/* One round at one priority: the library's own entry. */
unsigned long kmk_shrink_slab(gfp_t gfp, int priority);
static void kmk_test_shrink(int priority)
{
	kmk_shrink_slab(GFP_KERNEL, priority);
}

static unsigned long empty_count(struct shrinker *s, struct shrink_control *sc)
{
	struct counted *c = s->private_data;

	c->counts++;
	return SHRINK_EMPTY;
}

static int case_init(struct kunit *test)
{
	kmemkit_drain();
	fresh(&one, 10000);
	fresh(&two, 10000);
	return 0;
}

static void everything_goes_in_the_end(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, register_shrinker(&one.s, "one-%d", 1), 0);
	squeeze();
	KUNIT_EXPECT_EQ(test, one.have, 0ul);
	KUNIT_EXPECT_EQ(test, one.freed, 10000ul);
	KUNIT_EXPECT_LE(test, one.largest, 128ul);
	unregister_shrinker(&one.s);
	one.have = 500;
	squeeze();
	KUNIT_EXPECT_EQ(test, one.have, 500ul);
}

static void batch_and_its_default(struct kunit *test)
{
	one.s.batch = 1000;
	one.have = 3000;
	two.have = 100;			/* less than a batch: asked for when all of it is wanted */
	KUNIT_ASSERT_EQ(test, register_shrinker(&one.s), 0);
	KUNIT_ASSERT_EQ(test, register_shrinker(&two.s, "two"), 0);
	squeeze();
	KUNIT_EXPECT_EQ(test, one.largest, 1000ul);
	KUNIT_EXPECT_EQ(test, one.smallest, 1000ul);
	KUNIT_EXPECT_EQ(test, two.have, 0ul);
	KUNIT_EXPECT_GE(test, two.smallest, 100ul);
	unregister_shrinker(&two.s);
	unregister_shrinker(&one.s);
}

/* The share of a cache falls with the seeks its objects cost; none at all means half at once. */
static void seeks_weigh(struct kunit *test)
{
	unsigned long dear, cheap;

	one.s.seeks = 8;
	one.s.batch = two.s.batch = 1;
	two.s.seeks = 1;
	one.have = two.have = 1 << 20;
	KUNIT_ASSERT_EQ(test, register_shrinker(&one.s, "dear"), 0);
	KUNIT_ASSERT_EQ(test, register_shrinker(&two.s, "cheap"), 0);
	kmk_test_shrink(12);
	dear = one.freed;
	cheap = two.freed;
	KUNIT_EXPECT_EQ(test, dear, (1ul << 20 >> 12) * 4 / 8);
	KUNIT_EXPECT_EQ(test, cheap, (1ul << 20 >> 12) * 4);
	unregister_shrinker(&one.s);
	one.s.seeks = 0;
	one.have = 1000;
	one.freed = 0;
	KUNIT_ASSERT_EQ(test, register_shrinker(&one.s, "free of cost"), 0);
	kmk_test_shrink(12);
	KUNIT_EXPECT_EQ(test, one.freed, 500ul);
	unregister_shrinker(&one.s);
	unregister_shrinker(&two.s);
}

static void refusals_are_owed(struct kunit *test)
{
	long owed;

	one.have = 1 << 16;
	one.stop = true;
	KUNIT_ASSERT_EQ(test, register_shrinker(&one.s, "one"), 0);
	kmk_test_shrink(6);			/* 1024 * 4 / 2 */
	KUNIT_EXPECT_EQ(test, one.calls, 1ul);
	owed = atomic_long_read(one.s.nr_deferred);
	KUNIT_EXPECT_EQ(test, owed, 2048l);
	for (int i = 0; i < 200; i++)
		kmk_test_shrink(6);
	KUNIT_EXPECT_EQ(test, atomic_long_read(one.s.nr_deferred), 2l << 16);	/* twice what exists, no more */
	one.stop = false;
	kmk_test_shrink(6);
	KUNIT_EXPECT_EQ(test, one.freed, 4096ul);	/* a share of the debt, and its own */
	unregister_shrinker(&one.s);
}

static void looking_at_nothing_ends_the_call(struct kunit *test)
{
	one.lazy = true;
	KUNIT_ASSERT_EQ(test, register_shrinker(&one.s, "lazy"), 0);
	kmk_test_shrink(0);
	KUNIT_EXPECT_EQ(test, one.calls, 1ul);
	unregister_shrinker(&one.s);
}

static void empty_and_not_now_are_not_scanned(struct kunit *test)
{
	one.have = 0;
	KUNIT_ASSERT_EQ(test, register_shrinker(&one.s, "empty"), 0);
	squeeze();
	KUNIT_EXPECT_GT(test, one.counts, 0ul);
	KUNIT_EXPECT_EQ(test, one.calls, 0ul);
	unregister_shrinker(&one.s);
}

static void the_later_way(struct kunit *test)
{
	struct shrinker *s = shrinker_alloc(SHRINKER_NUMA_AWARE, "later-%s", "way");

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, s->seeks, DEFAULT_SEEKS);
	shrinker_free(s);			/* never registered */
	shrinker_free(NULL);
	s = shrinker_alloc(0, "later");
	KUNIT_ASSERT_NOT_NULL(test, s);
	s->count_objects = empty_count;
	s->private_data = &one;
	shrinker_register(s);
	squeeze();
	KUNIT_EXPECT_GT(test, one.counts, 0ul);
	shrinker_free(s);
	shrinker_register(&two.s);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);
}

static void prepared_and_given_up(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, prealloc_shrinker(&one.s, "prepared"), 0);
	squeeze();
	KUNIT_EXPECT_EQ(test, one.counts, 0ul);
	free_prealloced_shrinker(&one.s);
	KUNIT_ASSERT_EQ(test, prealloc_shrinker(&one.s, "prepared"), 0);
	register_shrinker_prepared(&one.s);
	squeeze();
	KUNIT_EXPECT_EQ(test, one.have, 0ul);
	unregister_shrinker(&one.s);
	unregister_shrinker(&one.s);		/* the second time does nothing */
}

/* ---- running and unregistering at once ---- */

static struct { struct shrinker s; struct completion entered, leave; bool gone, after; } slow;

static unsigned long slow_count(struct shrinker *s, struct shrink_control *sc) { return 1; }

static unsigned long slow_scan(struct shrinker *s, struct shrink_control *sc)
{
	slow.after |= READ_ONCE(slow.gone);
	complete(&slow.entered);
	wait_for_completion_timeout(&slow.leave, 20 * HZ);
	slow.after |= READ_ONCE(slow.gone);
	return SHRINK_STOP;
}

static int squeeze_thread(void *data)
{
	kmk_test_shrink(0);
	complete(data);
	return 0;
}

static int late_leave(void *data)
{
	msleep(30);
	complete(&slow.leave);
	return 0;
}

static void unregistering_waits_for_the_call(struct kunit *test)
{
	struct completion done;

	init_completion(&done);
	init_completion(&slow.entered);
	init_completion(&slow.leave);
	slow.s = (struct shrinker){ .count_objects = slow_count, .scan_objects = slow_scan, .seeks = 2, .batch = 1 };
	slow.gone = slow.after = false;
	KUNIT_ASSERT_EQ(test, register_shrinker(&slow.s, "slow"), 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(squeeze_thread, &done, "squeeze")));
	wait_for_completion(&slow.entered);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(late_leave, NULL, "late-leave")));
	unregister_shrinker(&slow.s);
	WRITE_ONCE(slow.gone, true);
	wait_for_completion(&done);
	KUNIT_EXPECT_FALSE(test, slow.after);
	synchronize_shrinkers();
}

/* ---- list_lru ---- */

struct item { struct list_head lru; int n; };

static enum lru_status drop_odd(struct list_head *at, struct list_lru_one *list, spinlock_t *lock, void *arg)
{
	struct item *item = container_of(at, struct item, lru);

	if (item->n % 2 == 0)
		return item->n % 4 ? LRU_SKIP : LRU_ROTATE;
	list_lru_isolate_move(list, at, arg);
	return LRU_REMOVED;
}

static enum lru_status drop_with_lock_dropped(struct list_head *at, struct list_lru_one *list, spinlock_t *lock, void *arg)
{
	list_lru_isolate(list, at);
	spin_unlock(lock);
	cond_resched();
	spin_lock(lock);
	return LRU_REMOVED_RETRY;
}

static void list_lru_keeps_order_and_count(struct kunit *test)
{
	struct item items[16];
	unsigned long left = 16;
	struct list_lru lru;
	LIST_HEAD(gone);

	KUNIT_ASSERT_EQ(test, list_lru_init(&lru), 0);
	for (int i = 0; i < 16; i++) {
		items[i].n = i;
		INIT_LIST_HEAD(&items[i].lru);
		KUNIT_EXPECT_TRUE(test, list_lru_add(&lru, &items[i].lru));
	}
	KUNIT_EXPECT_FALSE(test, list_lru_add(&lru, &items[3].lru));
	KUNIT_EXPECT_EQ(test, list_lru_count(&lru), 16ul);
	KUNIT_EXPECT_EQ(test, list_lru_walk_one(&lru, 0, NULL, drop_odd, &gone, &left), 8ul);
	KUNIT_EXPECT_EQ(test, left, 0ul);
	KUNIT_EXPECT_EQ(test, list_lru_count(&lru), 8ul);
	KUNIT_EXPECT_EQ(test, list_first_entry(&lru.node[0].lru.list, struct item, lru)->n, 2);	/* 0 and 4 rotated */
	KUNIT_EXPECT_TRUE(test, list_lru_del(&lru, &items[2].lru));
	KUNIT_EXPECT_FALSE(test, list_lru_del(&lru, &items[2].lru));
	KUNIT_EXPECT_EQ(test, list_lru_walk(&lru, drop_with_lock_dropped, NULL, 5), 5ul);
	KUNIT_EXPECT_EQ(test, list_lru_count(&lru), 2ul);
	KUNIT_EXPECT_EQ(test, list_lru_walk(&lru, drop_with_lock_dropped, NULL, 100), 2ul);
	KUNIT_EXPECT_EQ(test, list_lru_count_node(&lru, 0), 0ul);
	list_lru_destroy(&lru);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(everything_goes_in_the_end),
	KUNIT_CASE(batch_and_its_default),
	KUNIT_CASE(seeks_weigh),
	KUNIT_CASE(refusals_are_owed),
	KUNIT_CASE(looking_at_nothing_ends_the_call),
	KUNIT_CASE(empty_and_not_now_are_not_scanned),
	KUNIT_CASE(the_later_way),
	KUNIT_CASE(prepared_and_given_up),
	KUNIT_CASE(unregistering_waits_for_the_call),
	KUNIT_CASE(list_lru_keeps_order_and_count),
	{ }
};

static struct kunit_suite suite = { .name = "shrinker", .init = case_init, .test_cases = cases };
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
