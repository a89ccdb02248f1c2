/* SPDX-License-Identifier: MIT */
/*
 * Shrinkers: one list in order of registration. A walk holds a reference to the shrinker it runs, so the
 * list may change meanwhile; unregistering drops the first reference, waits for the last, and only then
 * unlinks.
 *
 * How much is asked for: a request at priority p wants to look at 1/2^p of what the lists hold, and puts
 * 4/seeks of that share on each cache (half of all, if its objects cost nothing). What is less than a
 * batch, or was refused, waits in the deferred count.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/vmstat.h>
#include "reclaim.h"

#define BATCH 128

static LIST_HEAD(shrinkers);
static struct kmk_lock lock = KMK_LOCK_INIT(KMK_RANK_RECLAIM);
static unsigned int walkers[2], phase;		/* walks under way, by the phase they began in */

/* ---- asking one ---- */

static unsigned long delta_of(const struct shrinker *s, unsigned long freeable, int priority)
{
	if (!s->seeks)
		return freeable / 2;
	return (freeable >> priority) * 4 / (unsigned long)s->seeks;
}

static unsigned long scan_some(struct shrinker *s, gfp_t gfp, unsigned long freeable, unsigned long want,
			       unsigned long *scanned)
{
	unsigned long batch = s->batch > 0 ? (unsigned long)s->batch : BATCH, freed = 0;

	while (want >= batch || want >= freeable) {
		unsigned long part = min(batch, want), got;
		struct shrink_control sc = { .gfp_mask = gfp, .nr_to_scan = part, .nr_scanned = part };

		if (!part)
			break;
		got = s->scan_objects(s, &sc);
		if (got == SHRINK_STOP)
			break;
		freed += got;
		count_vm_events(SLABS_SCANNED, (long)sc.nr_scanned);
		*scanned += sc.nr_scanned;
		want -= min(want, sc.nr_scanned);
		if (!sc.nr_scanned)		/* it says so itself: no use to go on */
			break;
		cond_resched();
	}
	return freed;
}

static unsigned long ask(struct shrinker *s, gfp_t gfp, int priority)
{
	struct shrink_control sc = { .gfp_mask = gfp };
	unsigned long freeable = s->count_objects(s, &sc), owed, delta, scanned = 0, freed;
	long left;

	if (!freeable || freeable == SHRINK_EMPTY)
		return 0;
	owed = (unsigned long)atomic_long_xchg(&s->deferred, 0);
	delta = delta_of(s, freeable, priority);
	freed = scan_some(s, gfp, freeable, min((owed >> priority) + delta, 2 * freeable), &scanned);
	/* What was not looked at is owed, within what exists. */
	left = (long)(owed + delta) - (long)scanned;
	if (left > 0)
		atomic_long_add(min(left, (long)(2 * freeable)), &s->deferred);
	return freed;
}

/* ---- walking the list ---- */

/* The next that can be asked, with a reference; NULL: none. */
static struct shrinker *next_locked(struct list_head *at)
{
	for (at = at->next; at != &shrinkers; at = at->next) {
		struct shrinker *s = list_entry(at, struct shrinker, list);

		if (shrinker_try_get(s))
			return s;
	}
	return NULL;
}

static struct shrinker *step(struct shrinker *s)
{
	struct shrinker *next;

	kmk_lock(&lock);
	next = next_locked(s ? &s->list : &shrinkers);
	kmk_unlock(&lock);
	if (s)
		shrinker_put(s);
	return next;
}

bool kmk_have_shrinkers(void)
{
	return !list_empty(&shrinkers);
}

/*
 * A walk marks in its task whom it asks, with its phase: the thread may end in there (a failed assertion).
 * A shrinker may allocate, and so begin a second walk; a third one overwrites the second one's mark.
 */
static void **mark_of_walk(void)
{
	void **marks = kmk_self()->reclaim_mark;

	return &marks[marks[KMK_IN_SHRINKER] ? KMK_IN_SHRINKER_2 : KMK_IN_SHRINKER];
}

unsigned long kmk_shrink_slab(gfp_t gfp, int priority)
{
	unsigned int mine = __atomic_load_n(&phase, __ATOMIC_SEQ_CST) & 1;
	void **mark = mark_of_walk(), *outer = *mark;
	unsigned long freed = 0;

	__atomic_fetch_add(&walkers[mine], 1, __ATOMIC_SEQ_CST);
	for (struct shrinker *s = step(NULL); s; s = step(s)) {
		*mark = (void *)((unsigned long)s | mine);
		freed += ask(s, gfp, priority);
	}
	*mark = outer;
	__atomic_fetch_sub(&walkers[mine], 1, __ATOMIC_SEQ_CST);
	return freed;
}

void kmk_shrinker_left(void)
{
	for (unsigned int i = KMK_IN_SHRINKER; i <= KMK_IN_SHRINKER_2; i++) {
		unsigned long mark = (unsigned long)kmk_self()->reclaim_mark[i];

		kmk_self()->reclaim_mark[i] = NULL;
		if (!mark)
			continue;
		shrinker_put((struct shrinker *)(mark & ~1ul));
		__atomic_fetch_sub(&walkers[mark & 1], 1, __ATOMIC_SEQ_CST);
	}
}

/* Two turns: a walk that read the phase just before the first counts itself just after it. */
void synchronize_shrinkers(void)
{
	might_sleep();
	for (int turn = 0; turn < 2; turn++) {
		unsigned int old = __atomic_fetch_add(&phase, 1, __ATOMIC_SEQ_CST) & 1;

		while (__atomic_load_n(&walkers[old], __ATOMIC_SEQ_CST))
			usleep_range(100, 200);
	}
}

unsigned long kmk_drop_slab(void)
{
	unsigned long freed, all = 0;

	do {
		freed = kmk_shrink_slab(GFP_KERNEL, 0);
		all += freed;
	} while (freed > 10);
	count_vm_event(DROP_SLAB);
	return all;
}

/* ---- registration ---- */

static int name_it(struct shrinker *s, const char *fmt, va_list args)
{
	s->name = NULL;
	if (!fmt)
		return 0;
	kmk_self()->internal++;
	s->name = kvasprintf(GFP_KERNEL, fmt, args);
	kmk_self()->internal--;
	return s->name ? 0 : -ENOMEM;
}

static int prepare(struct shrinker *s, const char *fmt, va_list args)
{
	atomic_long_set(&s->deferred, 0);
	s->nr_deferred = &s->deferred;
	s->flags &= ~(unsigned int)SHRINKER_REGISTERED;
	INIT_LIST_HEAD(&s->list);
	refcount_set(&s->refcount, 1);
	init_completion(&s->done);
	return name_it(s, fmt, args);
}

static void unname(struct shrinker *s)
{
	kfree(s->name);
	s->name = NULL;
	s->nr_deferred = NULL;
}

int kmk_prealloc_shrinker(struct shrinker *s, const char *fmt, ...)
{
	va_list args;
	int err;

	va_start(args, fmt);
	err = prepare(s, fmt, args);
	va_end(args);
	return err;
}

void register_shrinker_prepared(struct shrinker *s)
{
	s->flags |= SHRINKER_REGISTERED;
	kmk_lock(&lock);
	list_add_tail(&s->list, &shrinkers);
	kmk_unlock(&lock);
}

int kmk_register_shrinker(struct shrinker *s, const char *fmt, ...)
{
	va_list args;
	int err;

	va_start(args, fmt);
	err = prepare(s, fmt, args);
	va_end(args);
	if (!err)
		register_shrinker_prepared(s);
	return err;
}

void free_prealloced_shrinker(struct shrinker *s)
{
	unname(s);
}

void unregister_shrinker(struct shrinker *s)
{
	if (!(s->flags & SHRINKER_REGISTERED))
		return;
	might_sleep();
	s->flags &= ~(unsigned int)SHRINKER_REGISTERED;
	shrinker_put(s);
	wait_for_completion(&s->done);
	kmk_lock(&lock);
	list_del_init(&s->list);
	kmk_unlock(&lock);
	unname(s);
}

struct shrinker *shrinker_alloc(unsigned int flags, const char *fmt, ...)
{
	struct shrinker *s = kzalloc(sizeof(*s), GFP_KERNEL);
	va_list args;
	int err;

	if (!s)
		return NULL;
	s->flags = flags | SHRINKER_ALLOCATED;
	s->seeks = DEFAULT_SEEKS;
	va_start(args, fmt);
	err = prepare(s, fmt, args);
	va_end(args);
	if (!err)
		return s;
	kfree(s);
	return NULL;
}

void shrinker_register(struct shrinker *s)
{
	if (WARN(!(s->flags & SHRINKER_ALLOCATED), "shrinker_register: this shrinker is not from shrinker_alloc()\n"))
		return;
	register_shrinker_prepared(s);
}

void shrinker_free(struct shrinker *s)
{
	if (!s)
		return;
	if (s->flags & SHRINKER_REGISTERED)
		unregister_shrinker(s);
	else
		unname(s);
	kfree(s);
}

/* ---- fork ---- */

void kmk_shrinker_fork_lock(void) { kmk_lock(&lock); }
void kmk_shrinker_fork_unlock(void) { kmk_unlock(&lock); }

/* Walks of other threads ended with them; one whose call-back forked goes on. */
void kmk_shrinker_fork_child(void)
{
	struct shrinker *s;

	walkers[0] = walkers[1] = 0;
	list_for_each_entry(s, &shrinkers, list)
		if (s->flags & SHRINKER_REGISTERED)
			refcount_set(&s->refcount, 1);
	for (unsigned int i = KMK_IN_SHRINKER; i <= KMK_IN_SHRINKER_2; i++) {
		unsigned long mark = (unsigned long)kmk_self()->reclaim_mark[i];

		if (!mark)
			continue;
		refcount_inc(&((struct shrinker *)(mark & ~1ul))->refcount);
		walkers[mark & 1]++;
	}
}
