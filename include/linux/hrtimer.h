/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_HRTIMER_H
#define _LINUX_HRTIMER_H

#include <linux/ktime.h>
#include <linux/timer.h>

enum hrtimer_mode {
	HRTIMER_MODE_ABS = 0x00,
	HRTIMER_MODE_REL = 0x01,
	HRTIMER_MODE_PINNED = 0x02,
	HRTIMER_MODE_SOFT = 0x04,
	HRTIMER_MODE_HARD = 0x08,
	HRTIMER_MODE_ABS_PINNED = HRTIMER_MODE_ABS | HRTIMER_MODE_PINNED,
	HRTIMER_MODE_REL_PINNED = HRTIMER_MODE_REL | HRTIMER_MODE_PINNED,
	HRTIMER_MODE_ABS_SOFT = HRTIMER_MODE_ABS | HRTIMER_MODE_SOFT,
	HRTIMER_MODE_REL_SOFT = HRTIMER_MODE_REL | HRTIMER_MODE_SOFT,
	HRTIMER_MODE_ABS_HARD = HRTIMER_MODE_ABS | HRTIMER_MODE_HARD,
	HRTIMER_MODE_REL_HARD = HRTIMER_MODE_REL | HRTIMER_MODE_HARD,
};

enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART };

#ifndef CLOCK_REALTIME
#define CLOCK_REALTIME	0
#endif
#ifndef CLOCK_MONOTONIC
#define CLOCK_MONOTONIC	1
#endif
#ifndef CLOCK_BOOTTIME
#define CLOCK_BOOTTIME	7
#endif

struct task_struct;

/* Absolute times are monotonic whatever the clock. */
struct hrtimer {
	struct kmk_event kmk_event;
	ktime_t kmk_expires;
	enum hrtimer_restart (*function)(struct hrtimer *timer);
};

void hrtimer_init(struct hrtimer *t, int clock, enum hrtimer_mode mode);
void hrtimer_start(struct hrtimer *t, ktime_t when, enum hrtimer_mode mode);
int hrtimer_cancel(struct hrtimer *t);
int hrtimer_try_to_cancel(struct hrtimer *t);
u64 hrtimer_forward(struct hrtimer *t, ktime_t now, ktime_t interval);
/* Sleep in the state that is set: 0 when the time is over, -EINTR when woken before. expires NULL: no end. */
int schedule_hrtimeout(ktime_t *expires, enum hrtimer_mode mode);
#define schedule_hrtimeout_range(e, delta, m)	((void)(delta), schedule_hrtimeout(e, m))
#define schedule_hrtimeout_range_clock(e, delta, m, clock)	\
	((void)(delta), (void)(clock), schedule_hrtimeout(e, m))

/* A timer that wakes a task; task is NULL then. */
struct hrtimer_sleeper {
	struct hrtimer timer;
	struct task_struct *task;
};
void hrtimer_init_sleeper(struct hrtimer_sleeper *s, int clock, enum hrtimer_mode mode);
#define hrtimer_init_sleeper_on_stack(s, c, m)	hrtimer_init_sleeper(s, c, m)
#define hrtimer_sleeper_start_expires(s, m)	hrtimer_start_expires(&(s)->timer, m)

#define hrtimer_init_on_stack(t, c, m)	hrtimer_init(t, c, m)
#define hrtimer_setup(t, fn, c, m)	do { hrtimer_init(t, c, m); (t)->function = (fn); } while (0)
#define destroy_hrtimer_on_stack(t)	((void)(t))
#define hrtimer_start_range_ns(t, w, d, m)	((void)(d), hrtimer_start(t, w, m))
#define hrtimer_forward_now(t, i)	hrtimer_forward(t, ktime_get(), i)
#define hrtimer_get_expires(t)		((t)->kmk_expires)
#define hrtimer_set_expires(t, k)	((t)->kmk_expires = (k))
#define hrtimer_set_expires_tv64(t, k)	hrtimer_set_expires(t, k)
/* Slack is not used: an event comes when it is due. */
#define hrtimer_set_expires_range(t, k, delta)	((void)(delta), hrtimer_set_expires(t, k))
#define hrtimer_set_expires_range_ns(t, k, delta)	((void)(delta), hrtimer_set_expires(t, k))
#define hrtimer_add_expires(t, k)	((t)->kmk_expires = ktime_add_safe((t)->kmk_expires, k))
#define hrtimer_add_expires_ns(t, ns)	((t)->kmk_expires = ktime_add_ns((t)->kmk_expires, ns))
#define hrtimer_get_expires_ns(t)	ktime_to_ns((t)->kmk_expires)
#define hrtimer_get_expires_tv64(t)	((t)->kmk_expires)
#define hrtimer_get_softexpires(t)	((t)->kmk_expires)
#define hrtimer_get_softexpires_tv64(t)	((t)->kmk_expires)
#define hrtimer_expires_remaining(t)	hrtimer_get_remaining(t)
#define hrtimer_expires_remaining_adjusted(t)	hrtimer_get_remaining(t)
#define hrtimer_start_expires(t, m)	hrtimer_start(t, (t)->kmk_expires, m)
#define hrtimer_is_hres_active(t)	((void)(t), 1)
#define hrtimer_resolution		1u
#define hrtimer_restart(t)		hrtimer_start(t, (t)->kmk_expires, HRTIMER_MODE_ABS)
#define hrtimer_get_remaining(t)	ktime_sub((t)->kmk_expires, ktime_get())
#define hrtimer_active(t)		(kmk_event_queued(&(t)->kmk_event) || kmk_event_running(&(t)->kmk_event))
#define hrtimer_is_queued(t)		kmk_event_queued(&(t)->kmk_event)
#define hrtimer_callback_running(t)	kmk_event_running(&(t)->kmk_event)
#define hrtimer_cb_get_time(t)		((void)(t), ktime_get())

#endif
