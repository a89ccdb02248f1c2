/* SPDX-License-Identifier: MIT */
/* Locks that sleep, and completions. Each waits in the host on its own word. */
#include <kmemkit/event.h>
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>

#include "sync.h"

#define SEM_WRITER	0x80000000u
#define SEM_WAITS	0x40000000u	/* a writer waits: no new readers */
#define DONE_ALL	0x7fffffffu

/* Nanoseconds from now for a limit in jiffies; MAX_SCHEDULE_TIMEOUT: never. */
static uint64_t deadline(unsigned long limit)
{
	if (limit >= (unsigned long)MAX_SCHEDULE_TIMEOUT || limit > UINT64_MAX / 4 / KMK_NS_PER_JIFFY)
		return UINT64_MAX;
	return port_now() + limit * (uint64_t)KMK_NS_PER_JIFFY;
}

/* Sleep on a word until it changes or the deadline passes; false: passed. */
static bool wait_until(uint32_t *word, uint32_t val, uint64_t end)
{
	uint64_t now;

	if (end == UINT64_MAX) {
		kmk_sleep_on(word, val, UINT64_MAX);
		return true;
	}
	now = port_now();
	if (now >= end)
		return false;
	kmk_sleep_on(word, val, end - now);
	return true;
}

/* Jiffies left, at least 1: for the calls that return what remains of their limit. */
static unsigned long jiffies_left(uint64_t end)
{
	uint64_t now = port_now();
	uint64_t left = end > now ? (end - now) / KMK_NS_PER_JIFFY : 0;

	return left ? (unsigned long)left : 1;
}

static void mutex_slow(struct mutex *m)
{
	if (WARN_ONCE(__atomic_load_n(&m->owner, __ATOMIC_RELAXED) == kmk_self(),
		      "mutex %p is taken twice by the same thread\n", (void *)m))
		port_halt(1);
	for (unsigned i = 0; i < KMK_LOCK_SPINS; i++) {
		if (kmk_lock_try_state(&m->state))
			return;
		port_relax();
	}
	while (__atomic_exchange_n(&m->state, KMK_LOCK_WAITED, __ATOMIC_ACQUIRE) != KMK_LOCK_FREE)
		kmk_sleep_on(&m->state, KMK_LOCK_WAITED, UINT64_MAX);
}

static void mutex_take(struct mutex *m)
{
	if (!kmk_lock_try_state(&m->state))
		mutex_slow(m);
	__atomic_store_n(&m->owner, kmk_self(), __ATOMIC_RELAXED);
}

void kmk_mutex_fork_child(struct mutex *lock)
{
	if (!mutex_is_locked(lock) || lock->owner != kmk_self())
		mutex_init(lock);
}

void mutex_lock(struct mutex *lock)
{
	KMK_CHECK_SLEEP();
	mutex_take(lock);
}

int mutex_lock_interruptible(struct mutex *lock)
{
	KMK_CHECK_SLEEP();
	mutex_take(lock);
	return 0;
}

int mutex_lock_killable(struct mutex *lock)
{
	KMK_CHECK_SLEEP();
	mutex_take(lock);
	return 0;
}

void mutex_lock_io(struct mutex *lock)
{
	KMK_CHECK_SLEEP();
	mutex_take(lock);
}

int mutex_trylock(struct mutex *lock)
{
	if (!kmk_lock_try_state(&lock->state))
		return 0;
	__atomic_store_n(&lock->owner, kmk_self(), __ATOMIC_RELAXED);
	return 1;
}

void mutex_unlock(struct mutex *lock)
{
	if (WARN_ONCE(__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != kmk_self(),
		      "mutex %p is released by a thread that does not hold it\n", (void *)lock))
		return;
	__atomic_store_n(&lock->owner, NULL, __ATOMIC_RELAXED);
	kmk_word_unlock(&lock->state);
}

bool mutex_is_locked(struct mutex *lock)
{
	return __atomic_load_n(&lock->state, __ATOMIC_ACQUIRE) != KMK_LOCK_FREE;
}

void mutex_destroy(struct mutex *lock)
{
	WARN_ONCE(mutex_is_locked(lock), "mutex %p is destroyed while held\n", (void *)lock);
}

int atomic_dec_and_mutex_lock(atomic_t *cnt, struct mutex *lock)
{
	if (atomic_add_unless(cnt, -1, 1))
		return 0;
	mutex_lock(lock);
	if (atomic_dec_and_test(cnt))
		return 1;
	mutex_unlock(lock);
	return 0;
}

/* One round of waiting for a reader-writer semaphore. */
static void sem_wait(struct kmk_rw *rw, uint32_t seen)
{
	__atomic_fetch_add(&rw->waiters, 1, __ATOMIC_SEQ_CST);
	kmk_sleep_on(&rw->state, seen, UINT64_MAX);
	__atomic_fetch_sub(&rw->waiters, 1, __ATOMIC_SEQ_CST);
}

static void sem_wake(struct kmk_rw *rw)
{
	if (__atomic_load_n(&rw->waiters, __ATOMIC_SEQ_CST))
		port_wake(&rw->state, ~0u >> 1);
}

static bool sem_try_read(struct kmk_rw *rw, uint32_t *seen)
{
	*seen = __atomic_load_n(&rw->state, __ATOMIC_RELAXED);
	while (!(*seen & (SEM_WRITER | SEM_WAITS)))
		if (__atomic_compare_exchange_n(&rw->state, seen, *seen + 1, true, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

/* Take it for writing, or leave the mark that keeps new readers out. */
static bool sem_try_write(struct kmk_rw *rw, uint32_t *seen, bool mark)
{
	*seen = __atomic_load_n(&rw->state, __ATOMIC_RELAXED);
	for (;;) {
		bool free = !(*seen & ~SEM_WAITS);

		if (!free && (!mark || *seen & SEM_WAITS))
			return false;
		if (__atomic_compare_exchange_n(&rw->state, seen, free ? SEM_WRITER : *seen | SEM_WAITS, true,
						__ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
			*seen |= SEM_WAITS;
			return free;
		}
	}
}

static void sem_read(struct rw_semaphore *sem)
{
	uint32_t seen;

	while (!sem_try_read(&sem->rw, &seen))
		sem_wait(&sem->rw, seen);
}

static void sem_write(struct rw_semaphore *sem)
{
	uint32_t seen;

	while (!sem_try_write(&sem->rw, &seen, true))
		sem_wait(&sem->rw, seen);
	__atomic_store_n(&sem->owner, kmk_self(), __ATOMIC_RELAXED);
}

void down_read(struct rw_semaphore *sem)
{
	KMK_CHECK_SLEEP();
	sem_read(sem);
}

int down_read_interruptible(struct rw_semaphore *sem)
{
	KMK_CHECK_SLEEP();
	sem_read(sem);
	return 0;
}

int down_read_killable(struct rw_semaphore *sem)
{
	KMK_CHECK_SLEEP();
	sem_read(sem);
	return 0;
}

int down_read_trylock(struct rw_semaphore *sem)
{
	uint32_t seen;

	return sem_try_read(&sem->rw, &seen);
}

void down_write(struct rw_semaphore *sem)
{
	KMK_CHECK_SLEEP();
	sem_write(sem);
}

int down_write_killable(struct rw_semaphore *sem)
{
	KMK_CHECK_SLEEP();
	sem_write(sem);
	return 0;
}

int down_write_trylock(struct rw_semaphore *sem)
{
	uint32_t seen;

	if (!sem_try_write(&sem->rw, &seen, false))
		return 0;
	__atomic_store_n(&sem->owner, kmk_self(), __ATOMIC_RELAXED);
	return 1;
}

void up_read(struct rw_semaphore *sem)
{
	uint32_t left = __atomic_sub_fetch(&sem->rw.state, 1, __ATOMIC_SEQ_CST);

	WARN_ONCE((left & ~SEM_WAITS) == ~SEM_WAITS, "rwsem %p: up_read without a reader\n", (void *)sem);
	if (!(left & ~SEM_WAITS))
		sem_wake(&sem->rw);
}

void up_write(struct rw_semaphore *sem)
{
	__atomic_store_n(&sem->owner, NULL, __ATOMIC_RELAXED);
	WARN_ONCE(!(__atomic_load_n(&sem->rw.state, __ATOMIC_RELAXED) & SEM_WRITER),
		  "rwsem %p: up_write without a writer\n", (void *)sem);
	__atomic_exchange_n(&sem->rw.state, 0, __ATOMIC_SEQ_CST);
	sem_wake(&sem->rw);
}

void downgrade_write(struct rw_semaphore *sem)
{
	__atomic_store_n(&sem->owner, NULL, __ATOMIC_RELAXED);
	__atomic_exchange_n(&sem->rw.state, 1, __ATOMIC_SEQ_CST);
	sem_wake(&sem->rw);
}

int rwsem_is_locked(struct rw_semaphore *sem)
{
	return (__atomic_load_n(&sem->rw.state, __ATOMIC_ACQUIRE) & ~SEM_WAITS) != 0;
}

int rwsem_is_contended(struct rw_semaphore *sem)
{
	return __atomic_load_n(&sem->rw.waiters, __ATOMIC_RELAXED) != 0;
}

static bool sema_try(struct semaphore *sem)
{
	uint32_t n = __atomic_load_n(&sem->count, __ATOMIC_RELAXED);

	while (n)
		if (__atomic_compare_exchange_n(&sem->count, &n, n - 1, true, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

static int sema_down(struct semaphore *sem, uint64_t end)
{
	bool in_time = true;

	if (sema_try(sem))
		return 0;
	__atomic_fetch_add(&sem->waiters, 1, __ATOMIC_SEQ_CST);
	while (in_time && !sema_try(sem))
		in_time = wait_until(&sem->count, 0, end);
	__atomic_fetch_sub(&sem->waiters, 1, __ATOMIC_SEQ_CST);
	return in_time ? 0 : -ETIME;
}

void down(struct semaphore *sem)
{
	KMK_CHECK_SLEEP();
	sema_down(sem, UINT64_MAX);
}

int down_interruptible(struct semaphore *sem)
{
	KMK_CHECK_SLEEP();
	return sema_down(sem, UINT64_MAX);
}

int down_killable(struct semaphore *sem)
{
	KMK_CHECK_SLEEP();
	return sema_down(sem, UINT64_MAX);
}

int down_timeout(struct semaphore *sem, long jiffies_limit)
{
	KMK_CHECK_SLEEP();
	return sema_down(sem, deadline((unsigned long)jiffies_limit));
}

int down_trylock(struct semaphore *sem)
{
	return !sema_try(sem);
}

void up(struct semaphore *sem)
{
	__atomic_fetch_add(&sem->count, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&sem->waiters, __ATOMIC_SEQ_CST))
		port_wake(&sem->count, 1);
}

bool try_wait_for_completion(struct completion *x)
{
	unsigned int n = __atomic_load_n(&x->done, __ATOMIC_ACQUIRE);

	while (n && n < DONE_ALL)
		if (__atomic_compare_exchange_n(&x->done, &n, n - 1, true, __ATOMIC_ACQUIRE,
						__ATOMIC_ACQUIRE))
			return true;
	return n != 0;
}

bool completion_done(struct completion *x)
{
	return __atomic_load_n(&x->done, __ATOMIC_ACQUIRE) != 0;
}

void complete(struct completion *x)
{
	unsigned int n = __atomic_load_n(&x->done, __ATOMIC_RELAXED);

	while (n < DONE_ALL && !__atomic_compare_exchange_n(&x->done, &n, n + 1, true, __ATOMIC_RELEASE,
							    __ATOMIC_RELAXED))
		;
	port_wake(&x->done, 1);
}

void complete_all(struct completion *x)
{
	__atomic_store_n(&x->done, DONE_ALL, __ATOMIC_RELEASE);
	port_wake(&x->done, ~0u >> 1);
}

static unsigned long completion_wait(struct completion *x, unsigned long limit)
{
	uint64_t end = deadline(limit);

	while (!try_wait_for_completion(x))
		if (!wait_until(&x->done, 0, end))
			return try_wait_for_completion(x);
	return end == UINT64_MAX ? limit : jiffies_left(end);
}

void wait_for_completion(struct completion *x)
{
	KMK_CHECK_SLEEP();
	completion_wait(x, MAX_SCHEDULE_TIMEOUT);
}

void wait_for_completion_io(struct completion *x)
{
	KMK_CHECK_SLEEP();
	completion_wait(x, MAX_SCHEDULE_TIMEOUT);
}

int wait_for_completion_interruptible(struct completion *x)
{
	KMK_CHECK_SLEEP();
	completion_wait(x, MAX_SCHEDULE_TIMEOUT);
	return 0;
}

int wait_for_completion_killable(struct completion *x)
{
	KMK_CHECK_SLEEP();
	completion_wait(x, MAX_SCHEDULE_TIMEOUT);
	return 0;
}

int wait_for_completion_state(struct completion *x, unsigned int state)
{
	(void)state;
	KMK_CHECK_SLEEP();
	completion_wait(x, MAX_SCHEDULE_TIMEOUT);
	return 0;
}

unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	KMK_CHECK_SLEEP();
	return completion_wait(x, timeout);
}

unsigned long wait_for_completion_io_timeout(struct completion *x, unsigned long timeout)
{
	KMK_CHECK_SLEEP();
	return completion_wait(x, timeout);
}

long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout)
{
	KMK_CHECK_SLEEP();
	return (long)completion_wait(x, timeout);
}

long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout)
{
	KMK_CHECK_SLEEP();
	return (long)completion_wait(x, timeout);
}
