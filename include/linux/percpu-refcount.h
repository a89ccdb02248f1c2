/* SPDX-License-Identifier: MIT */
/*
 * Reference counts with a kill switch.
 *
 * Alive, a count is one word a CPU, and get and put touch only their own: nobody can tell whether the sum is
 * zero. percpu_ref_kill() folds the words into one shared count after a grace period, drops the first
 * reference, and from then on the last put calls release. Results and contexts as in Linux 6.1,
 * lib/percpu-refcount.c.
 */
#ifndef _LINUX_PERCPU_REFCOUNT_H
#define _LINUX_PERCPU_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/gfp_types.h>

struct percpu_ref;
typedef void (percpu_ref_func_t)(struct percpu_ref *ref);

enum {
	PERCPU_REF_INIT_ATOMIC = 1 << 0,	/* begin with the shared count */
	PERCPU_REF_INIT_DEAD = 1 << 1,		/* begin killed, without a reference; implies ATOMIC */
	PERCPU_REF_ALLOW_REINIT = 1 << 2,	/* may live again; the words are kept */
};

#define KMK_REF_ATOMIC	1u	/* bits of state: the shared count is in use */
#define KMK_REF_DEAD	2u

struct percpu_ref {
	unsigned int state;
	bool forced_atomic, allow_reinit, switching;
	unsigned long __percpu *words;
	atomic_long_t count;
	percpu_ref_func_t *release, *confirm;
	struct rcu_head rcu;
};

/* 0 or -ENOMEM. The new count is 1, or 0 with INIT_DEAD. May sleep as gfp says. */
int percpu_ref_init(struct percpu_ref *ref, percpu_ref_func_t *release, unsigned int flags, gfp_t gfp);
/* Frees the words. Nobody may use ref any more. Waits for a switch under way; may sleep. */
void percpu_ref_exit(struct percpu_ref *ref);
/*
 * kill: drop the first reference and stop tryget_live; confirm (may be NULL) is called when all CPUs see it, from
 * RCU's thread. Killing twice is reported. The switches change the form of the count only; confirm as above.
 * Any context; percpu_ref_switch_to_atomic_sync() sleeps, and so may each of these while another switch runs.
 */
void percpu_ref_kill_and_confirm(struct percpu_ref *ref, percpu_ref_func_t *confirm);
void percpu_ref_switch_to_atomic(struct percpu_ref *ref, percpu_ref_func_t *confirm);
void percpu_ref_switch_to_atomic_sync(struct percpu_ref *ref);
void percpu_ref_switch_to_percpu(struct percpu_ref *ref);
/* Alive again with a new first reference. reinit: the count must be zero. Only with ALLOW_REINIT. May sleep. */
void percpu_ref_resurrect(struct percpu_ref *ref);
void percpu_ref_reinit(struct percpu_ref *ref);
bool percpu_ref_is_zero(struct percpu_ref *ref);

static inline bool kmk_ref_percpu(const struct percpu_ref *ref)
{
	return !__atomic_load_n(&ref->state, __ATOMIC_ACQUIRE);
}

static inline void percpu_ref_get_many(struct percpu_ref *ref, unsigned long nr)
{
	rcu_read_lock();
	if (likely(kmk_ref_percpu(ref)))
		this_cpu_add(*ref->words, nr);
	else
		atomic_long_add((long)nr, &ref->count);
	rcu_read_unlock();
}

static inline void percpu_ref_put_many(struct percpu_ref *ref, unsigned long nr)
{
	bool last = false;

	rcu_read_lock();
	if (likely(kmk_ref_percpu(ref)))
		this_cpu_sub(*ref->words, nr);
	else
		last = atomic_long_sub_and_test((long)nr, &ref->count);
	if (unlikely(last))
		ref->release(ref);
	rcu_read_unlock();
}

/* live: also not once it has been killed, while others still hold references. */
static inline bool kmk_ref_tryget(struct percpu_ref *ref, unsigned long nr, bool live)
{
	bool got = true;

	rcu_read_lock();
	if (likely(kmk_ref_percpu(ref)))
		this_cpu_add(*ref->words, nr);
	else if (live && (__atomic_load_n(&ref->state, __ATOMIC_ACQUIRE) & KMK_REF_DEAD))
		got = false;
	else
		got = atomic_long_add_unless(&ref->count, (long)nr, 0);
	rcu_read_unlock();
	return got;
}

static inline void percpu_ref_get(struct percpu_ref *ref) { percpu_ref_get_many(ref, 1); }
static inline void percpu_ref_put(struct percpu_ref *ref) { percpu_ref_put_many(ref, 1); }
static inline bool percpu_ref_tryget_many(struct percpu_ref *ref, unsigned long nr)
{
	return kmk_ref_tryget(ref, nr, false);
}
static inline bool percpu_ref_tryget(struct percpu_ref *ref) { return kmk_ref_tryget(ref, 1, false); }
static inline bool percpu_ref_tryget_live(struct percpu_ref *ref) { return kmk_ref_tryget(ref, 1, true); }
static inline bool percpu_ref_tryget_live_rcu(struct percpu_ref *ref) { return kmk_ref_tryget(ref, 1, true); }
static inline void percpu_ref_kill(struct percpu_ref *ref) { percpu_ref_kill_and_confirm(ref, NULL); }
static inline bool percpu_ref_is_dying(struct percpu_ref *ref)
{
	return __atomic_load_n(&ref->state, __ATOMIC_ACQUIRE) & KMK_REF_DEAD;
}

#endif
