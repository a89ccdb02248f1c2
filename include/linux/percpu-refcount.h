/* SPDX-License-Identifier: MIT */
/* Reference counts with a kill switch. One shared word: correct, not per CPU. */
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
	PERCPU_REF_INIT_ATOMIC = 1 << 0,
	PERCPU_REF_INIT_DEAD = 1 << 1,
	PERCPU_REF_ALLOW_REINIT = 1 << 2,
};

struct percpu_ref {
	unsigned long count;
	u32 dead;
	percpu_ref_func_t *release;
};

static inline int percpu_ref_init(struct percpu_ref *r, percpu_ref_func_t *release, unsigned int flags, gfp_t gfp)
{
	(void)gfp;
	r->count = !(flags & PERCPU_REF_INIT_DEAD);
	r->dead = !!(flags & PERCPU_REF_INIT_DEAD);
	r->release = release;
	return 0;
}

static inline void percpu_ref_exit(struct percpu_ref *r) { (void)r; }
static inline void percpu_ref_get_many(struct percpu_ref *r, unsigned long n)
{
	__atomic_fetch_add(&r->count, n, __ATOMIC_RELAXED);
}
static inline void percpu_ref_get(struct percpu_ref *r) { percpu_ref_get_many(r, 1); }
static inline bool percpu_ref_tryget(struct percpu_ref *r)
{
	unsigned long old = __atomic_load_n(&r->count, __ATOMIC_RELAXED);

	while (old && !__atomic_compare_exchange_n(&r->count, &old, old + 1, true, __ATOMIC_ACQUIRE,
						   __ATOMIC_RELAXED))
		;
	return old != 0;
}
static inline bool percpu_ref_is_dying(struct percpu_ref *r)
{
	return __atomic_load_n(&r->dead, __ATOMIC_ACQUIRE) != 0;
}
static inline bool percpu_ref_tryget_live(struct percpu_ref *r)
{
	return !percpu_ref_is_dying(r) && percpu_ref_tryget(r);
}
static inline void percpu_ref_put_many(struct percpu_ref *r, unsigned long n)
{
	if (__atomic_sub_fetch(&r->count, n, __ATOMIC_ACQ_REL) == 0)
		r->release(r);
}
static inline void percpu_ref_put(struct percpu_ref *r) { percpu_ref_put_many(r, 1); }
static inline void percpu_ref_kill(struct percpu_ref *r)
{
	if (!__atomic_exchange_n(&r->dead, 1, __ATOMIC_ACQ_REL))
		percpu_ref_put(r);
}
static inline void percpu_ref_kill_and_confirm(struct percpu_ref *r, percpu_ref_func_t *confirm)
{
	percpu_ref_kill(r);
	if (confirm)
		confirm(r);
}
static inline void percpu_ref_reinit(struct percpu_ref *r)
{
	__atomic_store_n(&r->dead, 0, __ATOMIC_RELEASE);
	percpu_ref_get(r);
}
static inline bool percpu_ref_is_zero(struct percpu_ref *r)
{
	return __atomic_load_n(&r->count, __ATOMIC_ACQUIRE) == 0;
}
#define percpu_ref_resurrect(r)		percpu_ref_reinit(r)
#define percpu_ref_switch_to_atomic(r, c)	((void)(r))
#define percpu_ref_switch_to_atomic_sync(r)	((void)(r))
#define percpu_ref_switch_to_percpu(r)	((void)(r))

#endif
