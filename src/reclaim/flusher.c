/* SPDX-License-Identifier: MIT */
/*
 * The flusher: one thread, started by the first dirty page, that writes back what is old, and what is too
 * much; and the brake for writers that are faster than it.
 *
 *     dirty pages    0 ... background ........ dirty ........ all that could be dirty
 *                         flusher writes       writers write their own, or wait
 *
 * The thread says in `busy` whose pages it writes: an owner that empties its mapping to free it waits for
 * that to change. A mapping that is being emptied gets no new dirty pages, so it is not chosen again.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include <linux/writeback.h>
#include <kmemkit/event.h>
#include <kmemkit/pagecache.h>
#include "mapping.h"
#include "page/page.h"
#include "sync/sync.h"

#define CHUNK		1024	/* pages of one mapping before the next one's turn */
#define OWN_CHUNK	64	/* pages a braked writer writes before it looks again */
#define BRAKE_NS	(10 * 1000 * 1000ull)
#define BRAKE_PAUSES	20	/* then the writer goes on: 6.1 brakes no longer than 200 ms a call */
#define BRAKE_CHUNKS	256

unsigned int dirty_writeback_interval = 5 * 100, dirty_expire_interval = 30 * 100;
int dirty_background_ratio = 10, vm_dirty_ratio = 20;

static DEFINE_SPINLOCK(dirty_lock);
static LIST_HEAD(dirty_mappings);	/* oldest first */
static struct address_space *busy;	/* under dirty_lock */
static void *flusher;			/* its thread block */
static uint32_t started, work, left;	/* left: a mapping was left; sleepers of kmk_flusher_leave() */
static uint32_t everything;		/* asked for: one turn over all that is dirty */
static struct kmk_flusher_stats stats;
static uint32_t dormant;		/* the thread sleeps without end */

static void count(unsigned long *n, long by)
{
	__atomic_fetch_add(n, (unsigned long)by, __ATOMIC_RELAXED);
}

void kmk_flusher_get_stats(struct kmk_flusher_stats *to)
{
	to->rounds = __atomic_load_n(&stats.rounds, __ATOMIC_RELAXED);
	to->flushed = __atomic_load_n(&stats.flushed, __ATOMIC_RELAXED);
	to->braked = __atomic_load_n(&stats.braked, __ATOMIC_RELAXED);
	to->own = __atomic_load_n(&stats.own, __ATOMIC_RELAXED);
}

/* ---- marks ---- */

/* Free frames of a zone that requests can have, whichever zone they would like best. */
static unsigned long spare(const struct zone *zone)
{
	unsigned long kept = 0, free = kmk_zone_free(zone);

	for (unsigned int class = 0; class < MAX_NR_ZONES; class++)
		kept = max(kept, READ_ONCE(zone->reserve[class]));
	kept += READ_ONCE(zone->watermark[WMARK_HIGH]);
	return free > kept ? free - kept : 0;
}

static unsigned long dirtyable(void)
{
	unsigned long n = global_node_page_state(NR_INACTIVE_FILE) + global_node_page_state(NR_ACTIVE_FILE);

	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		n += spare(&kmk_zones[z]);
	return n ? n : 1;
}

void global_dirty_limits(unsigned long *background, unsigned long *dirty)
{
	unsigned long all = dirtyable();
	unsigned long limit = all * (unsigned long)READ_ONCE(vm_dirty_ratio) / 100;
	unsigned long start = all * (unsigned long)READ_ONCE(dirty_background_ratio) / 100;

	*dirty = limit;
	*background = start < limit ? start : limit / 2;
}

static unsigned long nr_unwritten(void)
{
	return global_node_page_state(NR_FILE_DIRTY) + global_node_page_state(NR_WRITEBACK);
}

/* ---- the list ---- */

/* The next mapping to write: its turn ends with put_mapping(). Old: only one dirtied before the expiry. */
static struct address_space *take_mapping(bool old)
{
	unsigned long expiry = jiffies - msecs_to_jiffies(READ_ONCE(dirty_expire_interval) * 10);
	struct address_space *mapping;
	unsigned long flags;

	spin_lock_irqsave(&dirty_lock, flags);
	mapping = list_first_entry_or_null(&dirty_mappings, struct address_space, kmk_dirty_link);
	if (mapping && old && time_after(mapping->kmk_dirtied_when, expiry))
		mapping = NULL;
	if (mapping) {
		mapping->kmk_dirtied_when = jiffies;
		list_move_tail(&mapping->kmk_dirty_link, &dirty_mappings);
	}
	WRITE_ONCE(busy, mapping);
	spin_unlock_irqrestore(&dirty_lock, flags);
	return mapping;
}

static void put_mapping(void)
{
	unsigned long flags;

	spin_lock_irqsave(&dirty_lock, flags);
	WRITE_ONCE(busy, NULL);
	spin_unlock_irqrestore(&dirty_lock, flags);
	__atomic_add_fetch(&left, 1, __ATOMIC_SEQ_CST);
	port_wake(&left, UINT32_MAX);
}

static bool is_busy(const struct address_space *mapping)
{
	unsigned long flags;
	bool yes;

	spin_lock_irqsave(&dirty_lock, flags);
	yes = busy == mapping;
	spin_unlock_irqrestore(&dirty_lock, flags);
	return yes;
}

void kmk_flusher_leave(struct address_space *mapping)
{
	while (READ_ONCE(flusher) != port_self()) {
		uint32_t seen = __atomic_load_n(&left, __ATOMIC_SEQ_CST);

		if (!is_busy(mapping))
			return;
		kmk_sleep_on(&left, seen, UINT64_MAX);
	}
}

/* ---- the thread ---- */

/* Pages written; < 0: an error, and some of its pages stay dirty. */
static long write_chunk(struct address_space *mapping, long nr, bool background)
{
	struct writeback_control wbc = {
		.sync_mode = WB_SYNC_NONE, .nr_to_write = nr, .range_cyclic = 1,
		.for_background = background, .for_kupdate = !background,
	};
	long written;
	int err;

	kmk_reclaim_enter();
	err = do_writepages(mapping, &wbc);
	kmk_reclaim_leave();
	written = nr - wbc.nr_to_write - wbc.pages_skipped;
	return err ? err : written;
}

static unsigned int nr_listed(void)
{
	struct list_head *at;
	unsigned long flags;
	unsigned int n = 0;

	spin_lock_irqsave(&dirty_lock, flags);
	list_for_each(at, &dirty_mappings)
		n++;
	spin_unlock_irqrestore(&dirty_lock, flags);
	return n;
}

/* One turn of every mapping at most, while it is wanted. Pages written. */
static long turn(bool old, bool (*wanted)(void))
{
	struct address_space *mapping;
	long total = 0;

	count(&stats.rounds, 1);
	for (unsigned int n = nr_listed(); n && wanted() && (mapping = take_mapping(old)); n--) {
		long written = write_chunk(mapping, old ? LONG_MAX : CHUNK, !old);

		put_mapping();
		total += written > 0 ? written : 0;
	}
	count(&stats.flushed, total);
	return total;
}

static bool always(void) { return true; }

static bool above_background(void)
{
	unsigned long background, dirty;

	global_dirty_limits(&background, &dirty);
	return global_node_page_state(NR_FILE_DIRTY) > background;
}

static void flush_once(void)
{
	if (__atomic_exchange_n(&everything, 0, __ATOMIC_ACQ_REL))
		turn(false, always);
	while (turn(false, above_background))
		;
	turn(true, always);
}

/* How long to sleep. Without anything dirty twice in a row: until the next first dirty page asks for us. */
static uint64_t nap(void)
{
	static unsigned int idle;

	idle = nr_listed() ? 0 : idle + 1;
	__atomic_store_n(&dormant, idle > 1, __ATOMIC_SEQ_CST);
	if (idle > 1 && !nr_listed())
		return UINT64_MAX;
	return READ_ONCE(dirty_writeback_interval) * 10000000ull;
}

static void flusher_thread(void *arg)
{
	struct task_struct *t = kmk_current();

	(void)arg;
	kmk_self()->flags |= KMK_T_CORE;
	WRITE_ONCE(flusher, port_self());
	kmk_set_comm(t, "flush");
	t->flags |= PF_KTHREAD;
	for (;;) {
		uint32_t seen = __atomic_load_n(&work, __ATOMIC_SEQ_CST);

		flush_once();
		port_wait(&work, seen, nap());
	}
}

/* In a fork's child: the thread is gone, and what it was about to write is the parent's business too. */
static void fork_child(void)
{
	spin_lock_init(&dirty_lock);
	busy = NULL;
	flusher = NULL;
	started = dormant = 0;
}

static struct kmk_fork_hook fork_hook = { .fn = fork_child };

void kmk_flusher_kick(void)
{
	static uint32_t hooked;

	__atomic_fetch_add(&work, 1, __ATOMIC_SEQ_CST);
	port_wake(&work, 1);
	if (likely(__atomic_load_n(&started, __ATOMIC_ACQUIRE)) || __atomic_exchange_n(&started, 1, __ATOMIC_ACQ_REL))
		return;
	if (!__atomic_exchange_n(&hooked, 1, __ATOMIC_ACQ_REL))
		kmk_on_fork_child(&fork_hook);
	if (port_thread_start(flusher_thread, NULL, "flush"))
		__atomic_store_n(&started, 0, __ATOMIC_RELEASE);
}

void kmk_dirty_begin_locked(struct address_space *mapping)
{
	spin_lock(&dirty_lock);
	mapping->kmk_dirtied_when = jiffies;
	if (list_empty(&mapping->kmk_dirty_link))
		list_add_tail(&mapping->kmk_dirty_link, &dirty_mappings);
	spin_unlock(&dirty_lock);
	if (__atomic_load_n(&dormant, __ATOMIC_SEQ_CST) || !__atomic_load_n(&started, __ATOMIC_ACQUIRE))
		kmk_flusher_kick();
}

void kmk_dirty_end_locked(struct address_space *mapping)
{
	spin_lock(&dirty_lock);
	list_del_init(&mapping->kmk_dirty_link);
	spin_unlock(&dirty_lock);
}

void wakeup_flusher_threads(int reason)
{
	(void)reason;
	__atomic_store_n(&everything, 1, __ATOMIC_RELEASE);
	kmk_flusher_kick();
}

/* ---- the brake ---- */

/* Above the dirty mark: the writer's own pages first; where none can be written, a moment for the others. */
static void brake(struct address_space *mapping)
{
	static uint32_t never;
	unsigned long background, dirty;
	long written;

	count(&stats.braked, 1);
	for (unsigned int chunk = 0, pause = 0; chunk < BRAKE_CHUNKS && pause < BRAKE_PAUSES; chunk++) {
		global_dirty_limits(&background, &dirty);
		if (nr_unwritten() <= dirty)
			return;
		written = write_chunk(mapping, OWN_CHUNK, true);
		if (written > 0) {
			count(&stats.own, written);
			continue;
		}
		kmk_flusher_kick();
		kmk_sleep_on(&never, 0, BRAKE_NS);
		pause++;
	}
}

void balance_dirty_pages_ratelimited(struct address_space *mapping)
{
	unsigned long background, dirty, now = nr_unwritten();

	might_sleep();
	global_dirty_limits(&background, &dirty);
	if (now <= background)
		return;
	if (now > dirty)
		brake(mapping);
	else
		kmk_flusher_kick();
}
