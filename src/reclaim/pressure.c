/* SPDX-License-Identifier: MIT */
/*
 * Word of pressure.
 *
 * The up-calls of the page room pass by here on their way. While somebody watches, each leaves the time at its
 * level and wakes the teller if that is higher than what was told last. The teller, a thread started by the
 * first such note, tells the watchers the highest level that was seen within the last second.
 */
#include <kmemkit/event.h>
#include <kmemkit/pressure.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include "port_inline.h"
#include "reclaim.h"

#define QUIET_NS	1000000000ull

/* ---- telling ---- */

static struct mutex watch_lock = __MUTEX_INITIALIZER(watch_lock);
static struct kmemkit_pressure_watch *watches;	/* under the mutex */
static int fd = -ENOSYS;			/* to poll; negative: none was asked for */
static u32 watching;				/* watches, and 1 if there is a descriptor */
static u32 level;				/* enum kmemkit_pressure, told last */
static u64 last[KMEMKIT_PRESSURE_CRITICAL + 1];	/* port_now() when each was seen; 0: never */
static u32 kick, started;

static void (*next_wake)(gfp_t gfp, unsigned int order, unsigned int zone);
static unsigned long (*next_direct)(gfp_t gfp, unsigned int order, unsigned int zone);
static bool (*next_oom)(gfp_t gfp, unsigned int order);

enum kmemkit_pressure kmemkit_pressure_level(void)
{
	return (enum kmemkit_pressure)__atomic_load_n(&level, __ATOMIC_RELAXED);
}

static void tell(u32 now)
{
	__atomic_store_n(&level, now, __ATOMIC_SEQ_CST);
	mutex_lock(&watch_lock);
	for (struct kmemkit_pressure_watch *w = watches; w; w = w->next)
		w->fn((enum kmemkit_pressure)now, w->data);
	if (fd >= 0)
		port_poll_raise(fd);
	mutex_unlock(&watch_lock);
}

/* The highest of the last second, and for how long that is so if nothing happens. */
static u32 highest(u64 *left)
{
	*left = UINT64_MAX;
	for (u32 l = KMEMKIT_PRESSURE_CRITICAL; l > KMEMKIT_PRESSURE_NONE; l--) {
		u64 seen = __atomic_load_n(&last[l], __ATOMIC_SEQ_CST), end = seen + QUIET_NS, now = port_now();

		if (!seen || now >= end)
			continue;
		*left = max(end - now, 1000000ull);
		return l;
	}
	return KMEMKIT_PRESSURE_NONE;
}

static int teller(void *unused)
{
	(void)unused;
	for (;;) {
		u32 seen = __atomic_load_n(&kick, __ATOMIC_ACQUIRE), now;
		u64 left;

		/* Whoever noted less than the level that was told last has kicked nobody: look again. */
		now = highest(&left);
		if (now != __atomic_load_n(&level, __ATOMIC_RELAXED))
			tell(now);
		else
			port_wait(&kick, seen, left);
	}
	return 0;
}

static void start_teller(void)
{
	u32 not_yet = 0;

	if (!__atomic_compare_exchange_n(&started, &not_yet, 1, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		return;
	if (IS_ERR(kmk_kthread_run_any(teller, NULL, "kmk_pressure")))
		__atomic_store_n(&started, 0, __ATOMIC_SEQ_CST);
}

/* Any context. */
static void note(u32 new)
{
	if (likely(!__atomic_load_n(&watching, __ATOMIC_RELAXED)))
		return;
	__atomic_store_n(&last[new], port_now(), __ATOMIC_SEQ_CST);
	if (new <= __atomic_load_n(&level, __ATOMIC_SEQ_CST))
		return;
	__atomic_fetch_add(&kick, 1, __ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&started, __ATOMIC_RELAXED))
		start_teller();
	port_wake(&kick, 1);
}

static void note_wake(gfp_t gfp, unsigned int order, unsigned int zone)
{
	note(KMEMKIT_PRESSURE_LOW);
	if (next_wake)
		next_wake(gfp, order, zone);
}

static unsigned long note_direct(gfp_t gfp, unsigned int order, unsigned int zone)
{
	note(KMEMKIT_PRESSURE_MEDIUM);
	return next_direct ? next_direct(gfp, order, zone) : 0;
}

static bool note_oom(gfp_t gfp, unsigned int order)
{
	note(KMEMKIT_PRESSURE_CRITICAL);
	return next_oom && next_oom(gfp, order);
}

int kmemkit_on_pressure(struct kmemkit_pressure_watch *watch)
{
	int err = kmemkit_start();

	if (err)
		return err;
	mutex_lock(&watch_lock);
	watch->next = watches;
	watches = watch;
	mutex_unlock(&watch_lock);
	__atomic_fetch_add(&watching, 1, __ATOMIC_SEQ_CST);
	return 0;
}

void kmemkit_off_pressure(struct kmemkit_pressure_watch *watch)
{
	mutex_lock(&watch_lock);
	for (struct kmemkit_pressure_watch **at = &watches; *at; at = &(*at)->next)
		if (*at == watch) {
			*at = watch->next;
			__atomic_fetch_sub(&watching, 1, __ATOMIC_SEQ_CST);
			break;
		}
	mutex_unlock(&watch_lock);
}

int kmemkit_pressure_fd(void)
{
	int err = kmemkit_start(), now;

	if (err || !port_poll_open)
		return err ? err : -ENOSYS;
	mutex_lock(&watch_lock);
	if (fd < 0) {
		fd = port_poll_open();
		if (fd >= 0)
			__atomic_fetch_add(&watching, 1, __ATOMIC_SEQ_CST);
	}
	now = fd;
	mutex_unlock(&watch_lock);
	return now;
}

/* Its thread is gone; the next note starts another. With one descriptor two processes would read each other's word. */
static void in_child(void)
{
	mutex_init(&watch_lock);
	started = level = 0;
	memset(last, 0, sizeof(last));
	if (fd < 0 || (port_poll_renew && !port_poll_renew(fd)))
		return;
	fd = -ENOSYS;			/* better none than the parent's */
	watching--;
}

static struct kmk_fork_hook fork_hook = { .fn = in_child };

void kmk_pressure_start(void)
{
	kmk_on_fork_child(&fork_hook);
	next_wake = kmk_page_wake_kswapd;
	next_direct = kmk_page_direct_reclaim;
	next_oom = kmk_page_oom;
	kmk_page_wake_kswapd = note_wake;
	kmk_page_direct_reclaim = note_direct;
	kmk_page_oom = note_oom;
}
