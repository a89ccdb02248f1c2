/* SPDX-License-Identifier: MIT */
/*
 * Grace periods.
 *
 * A reader's word in its task holds the depth (low bits) and the phase read at the outermost
 * lock. A grace period flips the phase twice, each time waiting for the readers of the other
 * phase: after one flip alone, a reader that had read the old phase but not stored it yet could
 * be missed. All steps are sequentially consistent read-modify-writes, which ThreadSanitizer
 * follows (it does not know fences).
 *
 * Who holds a virtual CPU (preemption, bottom halves or interrupts disabled, a spin lock held) is a reader,
 * too, as in a kernel: each CPU is seen free once.
 */
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/percpu-defs.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "sync.h"

#define PHASE		0x10000UL
#define WAIT_SPINS	200u
#define SINGLES		4096u		/* one-argument kvfree_rcu's on their way */
#define RCU_LOOK_NS	500000u		/* between two looks at whether a batch is done */
#define MANY		200000u		/* above this, callers that may sleep wait */

struct rcu_list {
	struct rcu_head *first, **tail;
};

static unsigned long rcu_phase = 1;	/* phase bit, and 1: the depth of an outermost lock */
static unsigned long rcu_seq;		/* odd while a grace period is under way */
static struct mutex rcu_gp = __MUTEX_INITIALIZER(rcu_gp);

struct kmk_lock kmk_rcu_lock = KMK_LOCK_INIT(KMK_RANK_RCU);
static struct rcu_list callbacks, frees;
static void *singles[SINGLES];
static unsigned nr_singles;
static unsigned long nr_waiting;	/* objects of frees and singles not yet freed */
static uint32_t rcu_work;		/* changes when something is queued */
static uint32_t rcu_started;
static uint32_t rcu_batches;		/* done */
static bool rcu_busy;			/* one is under way */
static struct task_struct *rcu_task;	/* who does them */

void rcu_read_lock(void)
{
	struct task_struct *t = kmk_task();
	unsigned long v = t->kmk_rcu;

	if (v & KMK_RCU_DEPTH)
		__atomic_store_n(&t->kmk_rcu, v + 1, __ATOMIC_RELAXED);
	else
		__atomic_exchange_n(&t->kmk_rcu, __atomic_load_n(&rcu_phase, __ATOMIC_RELAXED),
				    __ATOMIC_SEQ_CST);
}

void rcu_read_unlock(void)
{
	struct task_struct *t = kmk_task();

	if (WARN_ONCE(!(t->kmk_rcu & KMK_RCU_DEPTH), "rcu_read_unlock() without rcu_read_lock()\n"))
		return;
	__atomic_store_n(&t->kmk_rcu, t->kmk_rcu - 1, __ATOMIC_RELEASE);
}

int kmk_rcu_depth(void)
{
	return (int)kmk_rcu_depth_now(kmk_self());
}

static bool reads_in_phase(const struct task_struct *t, unsigned long phase)
{
	unsigned long v = __atomic_load_n(&t->kmk_rcu, __ATOMIC_ACQUIRE);

	return (v & KMK_RCU_DEPTH) && (v & PHASE) == phase;
}

static void wait_for_phase(unsigned long phase)
{
	static uint32_t never;
	unsigned high = __atomic_fetch_add(&kmk_tasks_high, 0, __ATOMIC_SEQ_CST);

	for (unsigned i = 0; i < high; i++)
		for (unsigned round = 0; reads_in_phase(&kmk_tasks[i], phase); round++) {
			if (round < WAIT_SPINS)
				port_relax();
			else if (round < 2 * WAIT_SPINS)
				port_yield();
			else
				port_wait(&never, 0, 200000);
		}
}

static void grace_period(void)
{
	mutex_lock(&rcu_gp);
	__atomic_fetch_add(&rcu_seq, 1, __ATOMIC_SEQ_CST);
	for (int flip = 0; flip < 2; flip++) {
		unsigned long old = __atomic_fetch_xor(&rcu_phase, PHASE, __ATOMIC_SEQ_CST) & PHASE;

		wait_for_phase(old);
	}
	kmk_cpus_pass();
	__atomic_fetch_add(&rcu_seq, 1, __ATOMIC_SEQ_CST);
	mutex_unlock(&rcu_gp);
}

void synchronize_rcu(void)
{
	KMK_CHECK_SLEEP();
	if (WARN_ONCE(kmk_rcu_depth(), "synchronize_rcu() inside a reader would wait for itself\n"))
		return;
	grace_period();
}

/* A cookie is the end of the next grace period that begins after the call. */
unsigned long get_state_synchronize_rcu(void)
{
	return (__atomic_fetch_add(&rcu_seq, 0, __ATOMIC_SEQ_CST) + 3) & ~1ul;
}

bool poll_state_synchronize_rcu(unsigned long cookie)
{
	return cookie == get_completed_synchronize_rcu() ||
		(long)(__atomic_load_n(&rcu_seq, __ATOMIC_ACQUIRE) - cookie) >= 0;
}

static struct rcu_head poll_head;
static uint32_t poll_queued;
static unsigned long poll_wanted;	/* the latest cookie */

/* The batch may have begun before the cookie was given out: then another one is needed. */
static void poll_reached(struct rcu_head *head)
{
	__atomic_exchange_n(&poll_queued, 0, __ATOMIC_SEQ_CST);
	if (!poll_state_synchronize_rcu(__atomic_fetch_add(&poll_wanted, 0, __ATOMIC_SEQ_CST)) &&
	    !__atomic_exchange_n(&poll_queued, 1, __ATOMIC_SEQ_CST))
		call_rcu(head, poll_reached);
}

unsigned long start_poll_synchronize_rcu(void)
{
	unsigned long cookie = get_state_synchronize_rcu(), old = __atomic_load_n(&poll_wanted, __ATOMIC_RELAXED);

	while ((long)(cookie - old) > 0 && !__atomic_compare_exchange_n(&poll_wanted, &old, cookie, false,
									__ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		;
	if (!__atomic_exchange_n(&poll_queued, 1, __ATOMIC_SEQ_CST))
		call_rcu(&poll_head, poll_reached);
	return cookie;
}

void cond_synchronize_rcu(unsigned long cookie)
{
	if (!poll_state_synchronize_rcu(cookie))
		synchronize_rcu();
}

static void list_append(struct rcu_list *l, struct rcu_head *head)
{
	head->next = NULL;
	if (!l->first)
		l->tail = &l->first;
	*l->tail = head;
	l->tail = &head->next;
}

static struct rcu_head *list_take(struct rcu_list *l)
{
	struct rcu_head *first = l->first;

	l->first = NULL;
	return first;
}

static void run_callbacks(struct rcu_head *head)
{
	while (head) {
		struct rcu_head *next = head->next;
		void (*func)(struct rcu_head *) = head->func;

		kmk_ctx_add(KMK_CTX_SOFTIRQ);
		func(head);
		WARN_ONCE(kmk_ctx() != KMK_CTX_SOFTIRQ, "RCU call-back %pS leaves preempt_count %#x\n",
			  (void *)func, kmk_ctx());
		kmk_ctx_reset(0);
		head = next;
	}
}

static unsigned long free_list(struct rcu_head *head)
{
	unsigned long n = 0;

	for (; head; n++) {
		struct rcu_head *next = head->next;

		kvfree((void *)head->func);
		head = next;
	}
	return n;
}

/* One batch: what is queued now, after one grace period. */
static void rcu_batch(void)
{
	static void *batch[SINGLES];
	struct rcu_head *cbs, *objects;
	unsigned nr;
	unsigned long freed;

	kmk_lock(&kmk_rcu_lock);
	cbs = list_take(&callbacks);
	objects = list_take(&frees);
	nr = nr_singles;
	nr_singles = 0;
	memcpy(batch, singles, nr * sizeof(batch[0]));
	memset(singles, 0, nr * sizeof(singles[0]));
	rcu_busy = cbs || objects || nr;
	kmk_unlock(&kmk_rcu_lock);
	if (!cbs && !objects && !nr)
		return;
	grace_period();
	freed = free_list(objects);
	for (unsigned i = 0; i < nr; i++)
		kvfree(batch[i]);
	memset(batch, 0, nr * sizeof(batch[0]));	/* a leak scan reads this too */
	__atomic_fetch_sub(&nr_waiting, freed + nr, __ATOMIC_RELEASE);
	run_callbacks(cbs);
	kmk_lock(&kmk_rcu_lock);
	rcu_busy = false;
	__atomic_fetch_add(&rcu_batches, 1, __ATOMIC_RELEASE);
	kmk_unlock(&kmk_rcu_lock);
}

static void rcu_thread(void *arg)
{
	struct task_struct *t = kmk_current();

	(void)arg;
	kmk_self()->flags |= KMK_T_CORE;
	kmk_set_comm(t, "rcu");
	t->flags |= PF_KTHREAD;
	__atomic_store_n(&rcu_task, t, __ATOMIC_RELAXED);
	for (;;) {
		uint32_t seen = __atomic_load_n(&rcu_work, __ATOMIC_SEQ_CST);

		rcu_batch();
		port_wait(&rcu_work, seen, UINT64_MAX);
	}
}

static void rcu_kick(void)
{
	__atomic_fetch_add(&rcu_work, 1, __ATOMIC_SEQ_CST);
	port_wake(&rcu_work, 1);
	if (__builtin_expect(__atomic_load_n(&rcu_started, __ATOMIC_ACQUIRE), 1))
		return;
	if (__atomic_exchange_n(&rcu_started, 1, __ATOMIC_ACQ_REL))
		return;
	if (kmemkit_start() || port_thread_start(rcu_thread, NULL, "rcu"))
		__atomic_store_n(&rcu_started, 0, __ATOMIC_RELEASE);
}

/* Who finds the queue empty wakes the thread; a fork's child has what was queued, and no thread. */
static void kick_if(bool first)
{
	if (first || __builtin_expect(!__atomic_load_n(&rcu_started, __ATOMIC_RELAXED), 0))
		rcu_kick();
}

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	bool first;

	head->func = func;
	kmk_lock(&kmk_rcu_lock);
	first = !callbacks.first;
	list_append(&callbacks, head);
	kmk_unlock(&kmk_rcu_lock);
	kick_if(first);
}

static bool may_sleep(void)
{
	struct kmk_thread *self = kmk_self();

	return !self->ctx && !kmk_rcu_depth_now(self);
}

/*
 * A limit and no call-back of ours: a reader may wait for what the caller does next, so this must not be a
 * promise, and is safe with any lock held that a reader does not spin on.
 */
bool kmk_rcu_wait(uint64_t limit_ns)
{
	uint64_t end = port_now() + limit_ns;
	uint32_t target, seen;
	bool queued, busy;

	if (!may_sleep() || kmk_task() == __atomic_load_n(&rcu_task, __ATOMIC_RELAXED))
		return false;
	kmk_lock(&kmk_rcu_lock);
	queued = callbacks.first || frees.first || nr_singles;
	busy = rcu_busy;
	target = rcu_batches + queued + busy;
	kmk_unlock(&kmk_rcu_lock);
	if (!queued && !busy)
		return false;
	rcu_kick();
	if (!__atomic_load_n(&rcu_started, __ATOMIC_ACQUIRE))	/* a host without threads */
		return false;
	while ((int32_t)(target - (seen = __atomic_load_n(&rcu_batches, __ATOMIC_ACQUIRE))) > 0 && port_now() < end)
		port_wait(&rcu_batches, seen, RCU_LOOK_NS);
	return true;
}

/* Too many objects wait: whoever may sleep waits for a batch instead of making more. */
static void back_pressure(void)
{
	if (__atomic_load_n(&nr_waiting, __ATOMIC_RELAXED) > MANY && may_sleep())
		rcu_barrier();
}

static void free_later(struct rcu_head *head, void *ptr)
{
	bool first;

	head->func = (rcu_callback_t)ptr;
	kmk_lock(&kmk_rcu_lock);
	first = !frees.first;
	list_append(&frees, head);
	__atomic_fetch_add(&nr_waiting, 1, __ATOMIC_RELAXED);
	kmk_unlock(&kmk_rcu_lock);
	kick_if(first);
}

static bool free_single_later(void *ptr)
{
	unsigned at;

	kmk_lock(&kmk_rcu_lock);
	at = nr_singles;
	if (at < SINGLES) {
		singles[nr_singles++] = ptr;
		__atomic_fetch_add(&nr_waiting, 1, __ATOMIC_RELAXED);
	}
	kmk_unlock(&kmk_rcu_lock);
	kick_if(at == 0);
	return at < SINGLES;
}

void kmk_kvfree_call_rcu(struct rcu_head *head, void *ptr)
{
	if (head) {
		free_later(head, ptr);
		back_pressure();
		return;
	}
	KMK_CHECK_SLEEP();
	if (!free_single_later(ptr)) {
		grace_period();
		kvfree(ptr);
	}
}

struct barrier {
	struct rcu_head head;
	struct completion done;
};

static void barrier_reached(struct rcu_head *head)
{
	complete(&((struct barrier *)head)->done);
}

/* Batches run in order and free objects before they run call-backs, so one more call-back tells. */
void rcu_barrier(void)
{
	struct barrier b = { .done = { 0 } };

	KMK_CHECK_SLEEP();
	call_rcu(&b.head, barrier_reached);
	rcu_kick();
	wait_for_completion(&b.done);
}

/* What the parent's thread had taken off the list is lost. */
static void poll_fork_child(void)
{
	const struct rcu_head *h = callbacks.first;

	while (h && h != &poll_head)
		h = h->next;
	poll_queued = h != NULL;
}

void kmk_rcu_fork_child(void)
{
	poll_fork_child();
	rcu_seq = (rcu_seq + 1) & ~1ul;	/* one that was under way was the parent's */
	mutex_init(&rcu_gp);
	rcu_started = 0;
	rcu_busy = false;
	rcu_task = NULL;
	kmk_srcu_fork_child();
}
