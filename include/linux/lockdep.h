/* SPDX-License-Identifier: MIT */
/*
 * Lock assertions. lockdep_assert_held() checks what the lock itself knows: an owner for sleeping
 * locks, "somebody holds it" for spinning ones. Dependency tracking does not exist.
 */
#ifndef _LINUX_LOCKDEP_H
#define _LINUX_LOCKDEP_H

#include <linux/lockdep_types.h>
#include <linux/compiler.h>
#include <linux/bug.h>
#include <linux/preempt.h>
#include <linux/irqflags.h>

struct spinlock;
struct raw_spinlock;
struct rwlock;
struct mutex;
struct rw_semaphore;

int kmk_held_spin(const struct spinlock *l);
int kmk_held_raw_spin(const struct raw_spinlock *l);
int kmk_held_rwlock(const struct rwlock *l);
int kmk_held_mutex(const struct mutex *l);
int kmk_held_rwsem(const struct rw_semaphore *l);
int kmk_held_other(const void *l);
int kmk_write_held_rwlock(const struct rwlock *l);
int kmk_write_held_rwsem(const struct rw_semaphore *l);

#define lockdep_is_held(l)	_Generic((l),				\
	struct spinlock *: kmk_held_spin, const struct spinlock *: kmk_held_spin,	\
	struct raw_spinlock *: kmk_held_raw_spin, const struct raw_spinlock *: kmk_held_raw_spin, \
	struct rwlock *: kmk_held_rwlock, const struct rwlock *: kmk_held_rwlock,	\
	struct mutex *: kmk_held_mutex, const struct mutex *: kmk_held_mutex,		\
	struct rw_semaphore *: kmk_held_rwsem, const struct rw_semaphore *: kmk_held_rwsem, \
	default: kmk_held_other)(l)

#define kmk_lockdep_is_write_held(l)	_Generic((l),			\
	struct rwlock *: kmk_write_held_rwlock, const struct rwlock *: kmk_write_held_rwlock,	\
	struct rw_semaphore *: kmk_write_held_rwsem, const struct rw_semaphore *: kmk_write_held_rwsem, \
	struct spinlock *: kmk_held_spin, struct raw_spinlock *: kmk_held_raw_spin,	\
	struct mutex *: kmk_held_mutex,					\
	default: kmk_held_other)(l)
/* Of maps, which only dependency tracking has, nothing is known: as without it, they count as held. */
#define lock_is_held(map)		1
#define lock_is_held_type(map, r)	1
#define lockdep_is_held_type(l, r)	((r) ? lockdep_is_held(l) : kmk_lockdep_is_write_held(l))

#define lockdep_assert(cond)		do { WARN_ON(!(cond)); } while (0)
#define lockdep_assert_once(cond)	do { WARN_ON_ONCE(!(cond)); } while (0)
#define lockdep_assert_held(l)		lockdep_assert(lockdep_is_held(l))
#define lockdep_assert_held_once(l)	lockdep_assert_once(lockdep_is_held(l))
#define lockdep_assert_held_read(l)	lockdep_assert(lockdep_is_held(l))
#define lockdep_assert_held_write(l)	lockdep_assert(kmk_lockdep_is_write_held(l))
#define lockdep_assert_not_held(l)	do { (void)(l); } while (0)
#define lockdep_assert_none_held_once()	do { } while (0)
#define lockdep_assert_irqs_enabled()	lockdep_assert_once(!irqs_disabled())
#define lockdep_assert_irqs_disabled()	lockdep_assert_once(irqs_disabled())
#define lockdep_assert_in_irq()		lockdep_assert_once(in_hardirq())
#define lockdep_assert_in_softirq()	lockdep_assert_once(in_softirq() && !in_hardirq())
#define lockdep_assert_preemption_enabled()	lockdep_assert_once(preemptible())
#define lockdep_assert_preemption_disabled()	lockdep_assert_once(!preemptible())
#define lockdep_assert_RT_in_threaded_ctx()	do { } while (0)

#define LOCK_STATE_UNKNOWN	-1
#define LOCK_STATE_NOT_HELD	0
#define LOCK_STATE_HELD		1

#define lockdep_init()				do { } while (0)
#define lockdep_off()				do { } while (0)
#define lockdep_on()				do { } while (0)
#define lockdep_depth(t)			((void)(t), 0)
#define lockdep_recursing(t)			((void)(t), 0)
#define lockdep_register_key(k)			((void)(k))
#define lockdep_unregister_key(k)		((void)(k))
#define lockdep_set_class(l, k)			do { (void)(k); } while (0)
#define lockdep_set_class_and_name(l, k, n)	do { (void)(k); (void)(n); } while (0)
#define lockdep_set_class_and_subclass(l, k, s)	do { (void)(k); } while (0)
#define lockdep_set_subclass(l, s)		do { } while (0)
#define lockdep_set_novalidate_class(l)		do { } while (0)
#define lockdep_match_class(l, k)		((void)(l), (void)(k), 0)
#define lockdep_init_map(m, n, k, s)		do { (void)(n); (void)(k); } while (0)
#define lockdep_init_map_wait(m, n, k, s, i)	do { (void)(n); (void)(k); } while (0)
#define lockdep_init_map_type(m, n, k, s, i, o, t)	do { (void)(n); (void)(k); } while (0)
#define lockdep_copy_map(to, from)		do { } while (0)
#define lockdep_pin_lock(l)			({ (void)(l); (struct pin_cookie){ 0 }; })
#define lockdep_unpin_lock(l, c)		((void)(l), (void)(c))
#define lockdep_invariant_state(f)		do { } while (0)
#define lockdep_free_task(t)			((void)(t))
#define lockdep_reset()				do { } while (0)
#define lock_acquire(...)			do { } while (0)
#define lock_acquire_exclusive(l, s, t, n, i)	do { } while (0)
#define lock_acquire_shared(l, s, t, n, i)	do { } while (0)
#define lock_acquire_shared_recursive(l, s, t, n, i)	do { } while (0)
#define lock_release(...)			do { } while (0)
#define lock_map_acquire(m)			do { } while (0)
#define lock_map_acquire_read(m)		do { } while (0)
#define lock_map_acquire_tryread(m)		do { } while (0)
#define lock_map_release(m)			do { } while (0)
#define lock_acquired(m, ip)			do { } while (0)
#define lock_contended(m, ip)			do { } while (0)
#define lock_set_subclass(m, s, ip)		do { } while (0)
#define lock_downgrade(m, ip)			do { } while (0)
#define rwsem_acquire(...)			do { } while (0)
#define rwsem_release(...)			do { } while (0)
#define mutex_acquire(...)			do { } while (0)
#define mutex_release(...)			do { } while (0)
#define spin_acquire(...)			do { } while (0)
#define spin_release(...)			do { } while (0)
#define might_lock(l)				do { } while (0)
#define might_lock_read(l)			do { } while (0)
#define might_lock_nested(l, s)			do { } while (0)
#define debug_locks				1
#define debug_locks_off()			0
#define debug_check_no_locks_held()		do { } while (0)
#define DEFINE_WAIT_OVERRIDE_MAP(name, type)	struct lockdep_map name __maybe_unused
#define STATIC_LOCKDEP_MAP_INIT(n, k)		{ 0 }
#define SINGLE_DEPTH_NESTING			1

static inline void lockdep_rcu_suspicious(const char *file, const int line, const char *s)
{
	(void)file, (void)line, (void)s;
}

#endif
