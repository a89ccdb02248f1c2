/* SPDX-License-Identifier: MIT */
/*
 * Threads: one run queue, one lock.
 *
 * A thread is running, in the queue, waiting in a bucket by the address it waits on (perhaps in
 * its processor's list of timers as well), or free. The lock is held across a switch and released
 * by the thread switched to, so nobody can run, wake or reuse a thread that has not left its stack.
 *
 * Time is asked for, not regular: the timer is set to the sooner of the first sleeper's end and, while
 * others are ready, the end of the running thread's share. A machine with one busy thread has no
 * interrupts at all, which is what makes counted runs repeatable.
 */
#include "port/x86_64/bare.h"

#define STRIDE		(2UL * BARE_THREAD_STACK)
#define NR_BUCKETS	64u
#define SHARE_NS	2000000u
#define SHORT_NS	200000u		/* of the thread that another one yields to */
#define PATIENCE	100u		/* ticks that a section may refuse, a quarter of a share apart */
#define STACK_TRIES	10u		/* some 20 ms apart: a stack waits so long for frames */
#define NEVER		UINT64_MAX

enum state { FREE, READY, RUNNING, WAITING, ENDED };

struct bare_thread {
	uint8_t block[PORT_BLOCK_SIZE];
	uint64_t rsp;			/* while it does not run */
	uintptr_t lo, hi;		/* its stack; 0: none mapped yet */
	size_t mapped;			/* bytes of it, from its low end */
	struct bare_thread *next;	/* of the free list, the run queue or a bucket */
	struct bare_thread *timer_next;
	struct bare_cpu *cpu;		/* where it runs, or ran last */
	uint32_t *addr;			/* waited on, or NULL */
	uint64_t end;			/* of the wait */
	void (*fn)(void *);
	void *arg;
	enum state state;
	bool timed_out;
	char name[16];
} __attribute__((aligned(64)));

struct bucket {
	struct bare_thread *first, *last;
	uint32_t nr;			/* read without the lock */
};

static struct bare_thread threads[BARE_MAX_THREADS];
static struct bare_thread *free_threads;
static unsigned nr_threads = 1;		/* ever used; 0 is the first thread */
static struct bucket ready, buckets[NR_BUCKETS];
static struct bare_lock lock;

/* isr.S: save the caller's registers and stack pointer, go on at another's. */
void bare_switch(uint64_t *save, uint64_t load);
extern char bare_thread_begin[];
void bare_thread_main(void);

/* The core's context word: not zero between preempt_disable() and its end. */
static bool preemptible(const struct bare_thread *t)
{
	return !*(const volatile uint32_t *)t->block;
}

bool bare_sched_preemptible(void)
{
	const struct bare_thread *self = bare_self();

	return self != bare_this_cpu()->idle && preemptible(self);
}

/*
 * The word behind it is the core's hint which virtual CPU to take: the real one, unless the thread is pinned. Only
 * where the thread itself has stopped.
 */
static void hint_cpu(struct bare_thread *t, const struct bare_cpu *cpu)
{
	volatile uint32_t *words = (volatile uint32_t *)t->block;

	if (preemptible(t) && !(words[2] & PORT_BLOCK_PINNED))
		words[1] = (uint32_t)cpu->id;
}

/* ---- queues ---- */

static void append(struct bucket *q, struct bare_thread *t)
{
	t->next = NULL;
	if (q->first)
		q->last->next = t;
	else
		q->first = t;
	q->last = t;
	__atomic_fetch_add(&q->nr, 1, __ATOMIC_SEQ_CST);
}

/*
 * Who yields waits for somebody, usually in a loop: it comes again after two others (the one that is picked now and
 * one more) have run for a short while, not after everybody's whole share.
 */
static void append_second(struct bare_thread *t)
{
	struct bare_thread *second = ready.first ? ready.first->next : NULL;

	if (!second || second == ready.last) {
		append(&ready, t);
		return;
	}
	t->next = second->next;
	second->next = t;
	__atomic_fetch_add(&ready.nr, 1, __ATOMIC_SEQ_CST);
}

static void unlink_after(struct bucket *q, struct bare_thread *prev, struct bare_thread *t)
{
	if (prev)
		prev->next = t->next;
	else
		q->first = t->next;
	if (q->last == t)
		q->last = prev;
	__atomic_fetch_sub(&q->nr, 1, __ATOMIC_RELAXED);
}

static void remove(struct bucket *q, struct bare_thread *t)
{
	struct bare_thread *prev = NULL, *at = q->first;

	for (; at && at != t; at = at->next)
		prev = at;
	if (at)
		unlink_after(q, prev, t);
}

static struct bucket *bucket_of(const uint32_t *addr)
{
	return &buckets[((uintptr_t)addr * 0x9e3779b97f4a7c15ULL) >> 58];
}

/* ---- the timer ---- */

static void set_timer(struct bare_cpu *c)
{
	uint64_t at = c->timers && c->timers->end < c->slice_end ? c->timers->end : c->slice_end, now;

	if (at == c->tick_at)
		return;
	c->tick_at = at;
	if (at == NEVER) {
		bare_lapic_timer(0);
		return;
	}
	now = port_now();
	bare_lapic_timer(at > now ? at - now : 1);
}

static void timer_add(struct bare_cpu *c, struct bare_thread *t)
{
	struct bare_thread **at = &c->timers;

	while (*at && (*at)->end <= t->end)
		at = &(*at)->timer_next;
	t->timer_next = *at;
	*at = t;
}

static void timer_remove(struct bare_thread *t)
{
	struct bare_thread **at = &t->cpu->timers;

	while (*at && *at != t)
		at = &(*at)->timer_next;
	if (*at)
		*at = t->timer_next;
	t->end = NEVER;
}

/* ---- ready and running ---- */

static struct bare_cpu *find_idle(struct bare_cpu *wanted)
{
	if (wanted && wanted->block == wanted->idle)
		return wanted;
	for (unsigned i = 0; i < bare_nr_cpus; i++) {
		struct bare_cpu *c = &bare_cpu_pages[i].cpu;

		if (c->block == c->idle && c->online)
			return c;
	}
	return NULL;
}

/* Somebody must come for it: an idle processor now, or this one at the end of its thread's share. */
static void make_ready(struct bare_thread *t)
{
	struct bare_cpu *here = bare_this_cpu(), *idle;

	t->state = READY;
	append(&ready, t);
	idle = find_idle(t->cpu);
	if (idle && idle != here)
		bare_kick(idle);
	if (!idle && here->slice_end == NEVER) {
		here->slice_end = port_now() + SHARE_NS;
		set_timer(here);
	}
}

static struct bare_thread *pick(struct bare_cpu *c)
{
	struct bare_thread *t = ready.first;

	if (!t)
		return c->idle;
	unlink_after(&ready, NULL, t);
	return t;
}

/* What the thread switched to does first: it is on its own stack, with the lock held. */
static void switched(void)
{
	struct bare_cpu *c = bare_this_cpu();
	struct bare_thread *dead = c->dead;

	c->dead = NULL;
	if (dead) {
		dead->state = FREE;
		dead->next = free_threads;
		free_threads = dead;
	}
}

/* The lock is held, interrupts are off, and the caller has put the running thread where it belongs. */
static void switch_away(uint64_t share)
{
	struct bare_cpu *c = bare_this_cpu();
	struct bare_thread *from = c->block, *to = pick(c);

	c->slice_end = NEVER;
	c->refused = 0;
	if (ready.first) {		/* more than one was ready: another idle one may come for it */
		struct bare_cpu *idle = find_idle(NULL);

		if (idle && idle != c)
			bare_kick(idle);
		c->slice_end = port_now() + share;
	}
	set_timer(c);
	to->state = RUNNING;
	to->cpu = c;
	if (to == from)
		return;
	if (from->state == ENDED)
		c->dead = from;
	c->block = to;
	bare_switch(&from->rsp, to->rsp);
	switched();
}

/* Voluntarily; returns with the lock released. */
static void give_up(unsigned long flags, uint64_t share)
{
	struct bare_thread *self = bare_self();

	switch_away(share);
	hint_cpu(self, bare_this_cpu());
	bare_unlock(&lock, flags);
}

static void expire(struct bare_cpu *c)
{
	uint64_t now = port_now();

	while (c->timers && c->timers->end <= now) {
		struct bare_thread *t = c->timers;

		c->timers = t->timer_next;
		t->end = NEVER;
		t->timed_out = true;
		remove(bucket_of(t->addr), t);
		make_ready(t);
	}
}

/* Has the running thread had its share, and may it be taken off now? */
static bool must_leave(struct bare_cpu *c)
{
	uint64_t now = port_now();

	if (c->slice_end > now || !ready.first)
		return false;
	/* A section too long is left all the same: its virtual CPU stays its own. */
	if (preemptible(c->block) || c->refused++ >= PATIENCE)
		return true;
	c->slice_end = now + SHARE_NS / 4;
	return false;
}

void bare_sched_tick(void)
{
	struct bare_cpu *c = bare_this_cpu();
	unsigned long flags = bare_lock(&lock);

	c->tick_at = 0;			/* it has fired: whatever comes next must be set */
	expire(c);
	if (c->block == c->idle) {
		c->slice_end = NEVER;	/* the idle loop looks at the queue */
	} else if (must_leave(c)) {
		struct bare_thread *self = c->block;

		self->state = READY;
		append(&ready, self);
		switch_away(SHARE_NS);
		bare_unlock(&lock, flags);
		return;
	} else if (!ready.first) {
		c->slice_end = NEVER;
	}
	set_timer(c);
	bare_unlock(&lock, flags);
}

/* The processor's idle thread: interrupts come only inside hlt. */
void bare_sched_idle(void)
{
	for (;;) {
		unsigned long flags = bare_lock(&lock);

		if (ready.first)
			switch_away(SHARE_NS);
		bare_unlock(&lock, flags & ~0x200UL);
		if (!__atomic_load_n(&ready.nr, __ATOMIC_SEQ_CST))
			bare_smp_halt();
	}
}

/* ---- the port's calls ---- */

int port_wait(uint32_t *addr, uint32_t val, uint64_t timeout_ns)
{
	struct bare_thread *t = bare_self();
	struct bucket *b = bucket_of(addr);
	unsigned long flags;

	if (!timeout_ns)
		return __atomic_load_n(addr, __ATOMIC_ACQUIRE) == val ? -ETIMEDOUT : 0;
	flags = bare_lock(&lock);
	t->addr = addr;
	t->timed_out = false;
	append(b, t);
	/* Counted before the word is read: port_wake() reads the count behind the word. */
	if (__atomic_load_n(addr, __ATOMIC_SEQ_CST) != val) {
		remove(b, t);
		bare_unlock(&lock, flags);
		return 0;
	}
	t->state = WAITING;
	t->end = NEVER;
	if (timeout_ns < NEVER / 2) {
		t->end = port_now() + timeout_ns;
		timer_add(t->cpu, t);
	}
	give_up(flags, SHARE_NS);
	return t->timed_out ? -ETIMEDOUT : 0;
}

void port_wake(uint32_t *addr, unsigned n)
{
	struct bucket *b = bucket_of(addr);
	struct bare_thread *t, *prev = NULL, *next;
	unsigned long flags;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&b->nr, __ATOMIC_SEQ_CST))
		return;
	flags = bare_lock(&lock);
	for (t = b->first; t && n; t = next) {
		next = t->next;
		if (t->addr != addr) {
			prev = t;
			continue;
		}
		unlink_after(b, prev, t);
		if (t->end != NEVER)
			timer_remove(t);
		make_ready(t);
		n--;
	}
	bare_unlock(&lock, flags);
}

void port_yield(void)
{
	struct bare_thread *self = bare_self();
	unsigned long flags;

	__asm__ volatile("pause");
	if (!__atomic_load_n(&ready.nr, __ATOMIC_RELAXED))
		return;
	flags = bare_lock(&lock);
	self->state = READY;
	append_second(self);
	give_up(flags, SHORT_NS);
}

static struct bare_thread *take_slot(void)
{
	unsigned long flags = bare_lock(&lock);
	struct bare_thread *t = free_threads;

	if (t)
		free_threads = t->next;
	else if (nr_threads < BARE_MAX_THREADS)
		t = &threads[nr_threads++];
	bare_unlock(&lock, flags);
	return t;
}

static void drop_slot(struct bare_thread *t)
{
	unsigned long flags = bare_lock(&lock);

	t->next = free_threads;
	free_threads = t;
	bare_unlock(&lock, flags);
}

/* Frames once mapped stay with the slot; the next try goes on behind them. False: the host's pool is empty. */
static bool map_stack(struct bare_thread *t)
{
	uintptr_t lo = BARE_STACKS + (uintptr_t)(t - threads) * STRIDE + BARE_THREAD_STACK;

	for (; t->mapped < BARE_THREAD_STACK; t->mapped += PAGE_SIZE) {
		uint64_t pa = bare_pool_frame(BARE_POOL_ANY);

		if (!pa)
			return false;
		if (bare_map_range(lo + t->mapped, pa, PAGE_SIZE, PORT_READ | PORT_WRITE)) {
			bare_pool_put(pa);
			return false;
		}
	}
	t->lo = lo;
	t->hi = lo + BARE_THREAD_STACK;
	return true;
}

/* A slot with a stack. Whoever may wait does so for what the core may lend. */
static struct bare_thread *new_slot(bool may_wait)
{
	struct bare_thread *t;

	bare_pool_check(may_wait);
	t = take_slot();
	for (unsigned i = 0; t && !map_stack(t); i++) {
		if (!may_wait || i == STACK_TRIES) {
			drop_slot(t);
			return NULL;
		}
		bare_pool_check(true);
	}
	return t;
}

static struct bare_thread *new_thread(void (*fn)(void *), void *arg, const char *name)
{
	struct bare_thread *t = new_slot(bare_sched_preemptible());
	unsigned i = 0;

	if (!t)
		return NULL;
	__builtin_memset(t->block, 0, sizeof(t->block));
	t->fn = fn;
	t->arg = arg;
	t->cpu = bare_this_cpu();
	t->end = NEVER;
	for (; name && name[i] && i < sizeof(t->name) - 1; i++)
		t->name[i] = name[i];
	t->name[i] = 0;
	/* As if bare_thread_begin had called bare_switch(): six saved registers, the address; then rsp is aligned to 16. */
	t->rsp = t->hi - 72;
	__builtin_memset((void *)t->rsp, 0, 72);
	((uint64_t *)t->rsp)[6] = (uintptr_t)bare_thread_begin;
	return t;
}

int port_thread_start(void (*fn)(void *), void *arg, const char *name)
{
	struct bare_thread *t = new_thread(fn, arg, name);
	unsigned long flags;

	if (!t)
		return -EAGAIN;
	flags = bare_lock(&lock);
	make_ready(t);
	bare_unlock(&lock, flags);
	return 0;
}

/* A thread's first function, on its own stack. */
void bare_thread_main(void)
{
	struct bare_thread *self = bare_self();

	switched();
	hint_cpu(self, bare_this_cpu());
	bare_unlock(&lock, 0x200);
	self->fn(self->arg);
	if (kmk_upcall_thread_exit)
		kmk_upcall_thread_exit(self->block);
	bare_lock(&lock);
	self->state = ENDED;
	switch_away(SHARE_NS);
	__builtin_unreachable();
}

/* The end of a thread calls up whether it used the library or not. */
void port_thread_note(void)
{
}

/* Nobody looks below a thread's stack pointer. */
void port_stack_trim(void)
{
}

/* ---- for the host itself ---- */

static void idle_main(void *arg)
{
	(void)arg;
	bare_sched_idle();
}

uintptr_t bare_sched_new_idle(struct bare_cpu *cpu)
{
	struct bare_thread *t = new_thread(idle_main, NULL, "idle");

	if (!t)
		return 0;
	t->cpu = cpu;
	t->state = RUNNING;
	cpu->idle = t;
	cpu->block = t;
	cpu->tick_at = cpu->slice_end = NEVER;
	return t->hi;
}

void *bare_first_block(void)
{
	return threads[0].block;
}

void bare_sched_init(void)
{
	struct bare_cpu *c = bare_this_cpu();
	struct bare_thread *first = &threads[0];

	first->state = RUNNING;
	first->cpu = c;
	first->lo = (uintptr_t)bare_stack;
	first->hi = (uintptr_t)bare_stack_top;
	first->end = NEVER;
	__builtin_memcpy(first->name, "main", 5);
	bare_sched_new_idle(c);
	c->block = first;
	c->online = 1;
	__asm__ volatile("sti");
}

bool bare_sched_stack(uintptr_t va, uintptr_t *lo, uintptr_t *hi, bool *overflowed, const char **name)
{
	unsigned slot = (unsigned)((va - BARE_STACKS) / STRIDE);

	if (va < BARE_STACKS || slot >= BARE_MAX_THREADS || !threads[slot].hi)
		return false;
	*lo = threads[slot].lo;
	*hi = threads[slot].hi;
	*overflowed = va < *lo;
	*name = threads[slot].name;
	return true;
}

/* Stacks of the others: from the stack pointer where it is known. Blocks hold pointers, too. */
void bare_sched_roots(void (*fn)(uintptr_t start, uintptr_t end, void *data), void *data)
{
	for (unsigned i = 0; i < nr_threads; i++) {
		struct bare_thread *t = &threads[i];

		if (t == bare_self() || t->state == FREE || !t->hi)
			continue;
		fn(t->state == RUNNING ? t->lo : (uintptr_t)t->rsp, t->hi, data);
	}
}
