/* SPDX-License-Identifier: MIT */
/*
 * Execution context and virtual CPUs.
 *
 * A section's entry takes the CPU held last by one compare-and-swap; its end is a plain store.
 * A thread that finds no CPU free counts itself a waiter and sleeps in the host for a bounded
 * time: the store of the end and the load of the waiter count may pass each other, so a wake-up
 * can be missed, which then costs WAIT_NS at most. The alternative is a second locked instruction
 * in every section.
 */
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/percpu-defs.h>
#include <linux/preempt.h>
#include <linux/smp.h>

#include "base/report.h"
#include "sync.h"

#define WAIT_NS		500000u
#define LENT_NS		100000000u	/* how long a sleeper in error waits for a CPU afterwards */
#define NR_SITES	1024u

struct vcpu {
	uint32_t held;
} __attribute__((aligned(64)));

static struct vcpu cpus[NR_CPUS];
static uint32_t cpu_waiters, cpu_freed __attribute__((aligned(64)));

unsigned int nr_cpu_ids = 1;
struct cpumask kmk_cpu_mask = { { 1 } }, kmk_cpu_none;

#define BIT4(n)		1UL << (n), 1UL << ((n) + 1), 1UL << ((n) + 2), 1UL << ((n) + 3)
#define BIT16(n)	BIT4(n), BIT4((n) + 4), BIT4((n) + 8), BIT4((n) + 12)
const unsigned long kmk_cpu_bit[64] = { BIT16(0), BIT16(16), BIT16(32), BIT16(48) };

void kmk_cpu_set_count(unsigned nr)
{
	nr = nr < 1 ? 1 : nr > NR_CPUS ? NR_CPUS : nr;
	kmk_cpu_mask.bits[0] = ~0UL >> (64 - nr);
	__atomic_store_n(&nr_cpu_ids, nr, __ATOMIC_RELEASE);
}

static inline bool cpu_try(uint32_t cpu)
{
	uint32_t free = 0;

	return __atomic_compare_exchange_n(&cpus[cpu].held, &free, 1, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static bool cpu_try_any(struct kmk_thread *self)
{
	uint32_t nr = __atomic_load_n(&nr_cpu_ids, __ATOMIC_RELAXED);
	uint32_t tries = self->flags & KMK_T_PINNED ? 1 : nr;

	for (uint32_t i = 0; i < tries; i++) {
		uint32_t cpu = self->cpu + i < nr ? self->cpu + i : self->cpu + i - nr;

		if (__atomic_load_n(&cpus[cpu].held, __ATOMIC_RELAXED) || !cpu_try(cpu))
			continue;
		self->cpu = cpu;
		return true;
	}
	return false;
}

/* Take any CPU, sleeping while there is none; false when `limit` (0: none) is reached first. */
static bool noinline cpu_take_slow(struct kmk_thread *self, uint64_t limit)
{
	bool got = false;

	for (unsigned i = 0; i < KMK_LOCK_SPINS && !got; i++) {
		got = cpu_try_any(self);
		port_relax();
	}
	if (got)
		return true;
	__atomic_fetch_add(&cpu_waiters, 1, __ATOMIC_SEQ_CST);
	do {
		uint32_t freed = __atomic_load_n(&cpu_freed, __ATOMIC_ACQUIRE);

		got = cpu_try_any(self);
		if (got || (limit && port_now() > limit))
			break;
		port_wait(&cpu_freed, freed, WAIT_NS);
	} while (true);
	__atomic_fetch_sub(&cpu_waiters, 1, __ATOMIC_SEQ_CST);
	return got;
}

static void noinline cpu_wake_waiter(void)
{
	__atomic_fetch_add(&cpu_freed, 1, __ATOMIC_RELEASE);
	port_wake(&cpu_freed, 1);
}

static inline void cpu_take(struct kmk_thread *self)
{
	if (__builtin_expect(!cpu_try(self->cpu), 0))
		cpu_take_slow(self, 0);
}

static inline void cpu_give(struct kmk_thread *self)
{
	if (__builtin_expect(self->flags & KMK_T_NO_CPU, 0)) {
		self->flags &= ~KMK_T_NO_CPU;
		return;
	}
	__atomic_store_n(&cpus[self->cpu].held, 0, __ATOMIC_RELEASE);
	if (__builtin_expect(__atomic_load_n(&cpu_waiters, __ATOMIC_RELAXED) != 0, 0))
		cpu_wake_waiter();
}

void kmk_cpu_pin(int cpu)
{
	struct kmk_thread *self = kmk_self();

	KMK_CHECK_SLEEP();
	if ((unsigned)cpu >= __atomic_load_n(&nr_cpu_ids, __ATOMIC_RELAXED))
		return;
	self->cpu = (uint32_t)cpu;
	self->flags |= KMK_T_PINNED;
}

void kmk_cpu_unpin(void)
{
	kmk_self()->flags &= ~KMK_T_PINNED;
}

/* Sections that have begun before the call are over when it returns; the caller's own is not waited for. */
void kmk_cpus_pass(void)
{
	static uint32_t never;
	const struct kmk_thread *self = kmk_self();
	uint32_t nr = __atomic_load_n(&nr_cpu_ids, __ATOMIC_RELAXED);

	for (uint32_t cpu = 0; cpu < nr; cpu++)
		for (unsigned round = 0; __atomic_load_n(&cpus[cpu].held, __ATOMIC_ACQUIRE); round++) {
			if (self->ctx && self->cpu == cpu)
				break;
			if (round < KMK_LOCK_SPINS)
				port_relax();
			else
				port_wait(&never, 0, round < 4 * KMK_LOCK_SPINS ? 1000 : WAIT_NS);
		}
}

static inline void ctx_enter(struct kmk_thread *self, uint32_t what)
{
	if (!self->ctx)
		cpu_take(self);
	self->ctx += what;
}

static inline void ctx_leave(struct kmk_thread *self, uint32_t what)
{
	self->ctx -= what;
	if (!self->ctx)
		cpu_give(self);
}

unsigned int kmk_ctx(void)
{
	return kmk_self()->ctx;
}

unsigned int kmk_cpu(void)
{
	return kmk_self()->cpu;
}

/* Whether each field of what is contained in ctx. */
static bool ctx_covers(uint32_t ctx, uint32_t what)
{
	static const uint32_t fields[] = { PREEMPT_MASK, SOFTIRQ_MASK, HARDIRQ_MASK, NMI_MASK };

	for (unsigned i = 0; i < ARRAY_SIZE(fields); i++)
		if ((what & fields[i]) > (ctx & fields[i]))
			return false;
	return true;
}

static void noinline __cold ctx_underflow(uint32_t ctx, uint32_t what)
{
	WARN(1, "unbalanced enable: preempt_count %#x, would subtract %#x\n", ctx, what);
}

void kmk_ctx_add(unsigned int what)
{
	ctx_enter(kmk_self(), what);
}

void kmk_ctx_sub(unsigned int what)
{
	struct kmk_thread *self = kmk_self();

	if (__builtin_expect(!ctx_covers(self->ctx, what), 0))
		ctx_underflow(self->ctx, what);
	else
		ctx_leave(self, what);
}

void kmk_preempt_disable(void)
{
	ctx_enter(kmk_self(), KMK_CTX_PREEMPT);
}

void kmk_preempt_enable(void)
{
	struct kmk_thread *self = kmk_self();

	if (__builtin_expect(!(self->ctx & PREEMPT_MASK), 0))
		ctx_underflow(self->ctx, KMK_CTX_PREEMPT);
	else
		ctx_leave(self, KMK_CTX_PREEMPT);
}

unsigned int kmk_pcpu_enter(void)
{
	struct kmk_thread *self = kmk_self();

	ctx_enter(self, KMK_CTX_PREEMPT);
	return self->cpu;
}

void kmk_pcpu_leave(void)
{
	kmk_preempt_enable();
}

unsigned long kmk_irq_save(void)
{
	struct kmk_thread *self = kmk_self();

	if (self->ctx & KMK_CTX_IRQ_OFF)
		return 0;
	ctx_enter(self, KMK_CTX_IRQ_OFF);
	return KMK_IRQ_ENABLED;
}

void kmk_irq_restore(unsigned long flags)
{
	struct kmk_thread *self = kmk_self();

	if (!(flags & KMK_IRQ_ENABLED))
		kmk_irq_save();
	else if (self->ctx & KMK_CTX_IRQ_OFF)
		ctx_leave(self, KMK_CTX_IRQ_OFF);
}

unsigned long kmk_irq_flags(void)
{
	return kmk_self()->ctx & KMK_CTX_IRQ_OFF ? 0 : KMK_IRQ_ENABLED;
}

/* Back to an earlier context, whatever was entered since. */
void kmk_ctx_reset(uint32_t ctx)
{
	struct kmk_thread *self = kmk_self();
	uint32_t now = self->ctx;

	self->ctx = ctx;
	if (now && !ctx)
		cpu_give(self);
	else if (!now && ctx)
		cpu_take(self);
}

int kmk_sleep_on(uint32_t *addr, uint32_t val, uint64_t timeout_ns)
{
	struct kmk_thread *self = kmk_self();
	int ret;

	if (!self->ctx)
		return port_wait(addr, val, timeout_ns);
	cpu_give(self);
	ret = port_wait(addr, val, timeout_ns);
	if (!cpu_take_slow(self, port_now() + LENT_NS))
		self->flags |= KMK_T_NO_CPU;
	return ret;
}

/* True the first time a site is seen. A full table counts as seen. */
static bool site_first(uintptr_t site)
{
	static uintptr_t sites[NR_SITES];
	uint32_t h = (uint32_t)((site * 0x9e3779b97f4a7c15ull) >> 54);

	for (uint32_t i = 0; i < NR_SITES; i++) {
		uintptr_t *slot = &sites[(h + i) % NR_SITES], old = 0;

		if (__atomic_compare_exchange_n(slot, &old, site, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return true;
		if (old == site)
			return false;
	}
	return false;
}

static void noinline __cold report_sleep(const char *file, int line, uintptr_t site)
{
	struct kmk_thread *self = kmk_self();
	struct task_struct *t;

	if (!site_first(site))
		return;
	t = kmk_task();
	kmk_report_begin("BUG: sleeping function called from invalid context at %s:%d\n", file, line);
	kmk_report_line("in_atomic(): %d, irqs_disabled(): %d, non_block: %d, pid: %d, name: %s\n",
			in_atomic(), irqs_disabled(), (int)self->non_block, t->pid, t->comm);
	kmk_report_line("preempt_count: %x, expected: %x\n", self->ctx & KMK_CTX_COUNT_MASK, 0);
	kmk_report_line("RCU nest depth: %u, expected: %d\n", kmk_rcu_depth_now(self), 0);
	kmk_report_end(KMK_POLICY_BUG);
}

static bool may_not_sleep(void)
{
	const struct kmk_thread *self = kmk_self();

	return __builtin_expect(self->ctx || self->non_block || kmk_rcu_depth_now(self), 0);
}

void kmk_check_sleep(const char *file, int line, const void *site)
{
	if (may_not_sleep())
		report_sleep(file, line, (uintptr_t)site);
}

/* A line is one site even where the compiler has copied the call. */
void kmk_might_sleep(const char *file, int line)
{
	if (may_not_sleep())
		report_sleep(file, line, (uintptr_t)file ^ (uintptr_t)line << 48);
}

void kmk_might_fault(const char *file, int line)
{
	const struct task_struct *t = kmk_self()->task;

	if (!t || !t->pagefault_disabled)
		kmk_might_sleep(file, line);
}

void kmk_cant_sleep(const char *file, int line)
{
	struct kmk_thread *self = kmk_self();

	if (self->ctx || !site_first((uintptr_t)file ^ (uintptr_t)line << 48))
		return;
	kmk_report_begin("BUG: assuming atomic context at %s:%d\n", file, line);
	kmk_report_line("in_atomic(): %d, irqs_disabled(): %d, pid: %d, name: %s\n", in_atomic(), irqs_disabled(),
			kmk_task()->pid, kmk_task()->comm);
	kmk_report_end(KMK_POLICY_BUG);
}

void non_block_start(void)
{
	kmk_self()->non_block++;
}

void non_block_end(void)
{
	struct kmk_thread *self = kmk_self();

	if (!WARN_ON(!self->non_block))
		self->non_block--;
}

int kmk_cond_resched(const char *file, int line)
{
	kmk_might_sleep(file, line);
	return 0;
}

/* Run func as an interrupt on a CPU this thread has just taken beside the one it may hold. */
static void call_on(struct kmk_thread *self, uint32_t cpu, smp_call_func_t func, void *info)
{
	uint32_t own = self->cpu, ctx = self->ctx;

	self->cpu = cpu;
	self->ctx = (ctx + KMK_CTX_HARDIRQ) | KMK_CTX_IRQ_OFF;
	func(info);
	self->ctx = ctx;
	self->cpu = own;
}

/*
 * Two threads that each hold a CPU and call across would wait for each other for ever: a kernel
 * solves that because a waiting CPU still takes interrupts. Here the caller lends its own CPU
 * out while it waits, which is what being interrupted there amounts to.
 */
static void cpu_wait_for(struct kmk_thread *self, uint32_t cpu)
{
	uint32_t own = self->cpu;
	bool lend = self->ctx && !(self->flags & KMK_T_NO_CPU);

	while (!cpu_try(cpu)) {
		if (lend)
			__atomic_store_n(&cpus[own].held, 0, __ATOMIC_RELEASE);
		port_yield();
		while (lend && !cpu_try(own))
			port_yield();
	}
}

void kmk_smp_call(const struct cpumask *mask, smp_call_func_t func, void *info, smp_cond_func_t cond,
		  bool skip_self)
{
	struct kmk_thread *self = kmk_self();
	unsigned int cpu;

	preempt_disable();
	for_each_cpu(cpu, mask) {
		if ((skip_self && cpu == self->cpu) || (cond && !cond((int)cpu, info)))
			continue;
		if (cpu == self->cpu) {
			call_on(self, cpu, func, info);
			continue;
		}
		cpu_wait_for(self, cpu);
		call_on(self, cpu, func, info);
		__atomic_store_n(&cpus[cpu].held, 0, __ATOMIC_RELEASE);
	}
	preempt_enable();
}

int smp_call_function_single(int cpu, smp_call_func_t func, void *info, int wait)
{
	(void)wait;
	if ((unsigned int)cpu >= nr_cpu_ids)
		return -ENXIO;
	kmk_smp_call(cpumask_of(cpu), func, info, NULL, false);
	return 0;
}

static bool my_cpu(const struct kmk_thread *self, uint32_t cpu)
{
	return self->ctx && !(self->flags & KMK_T_NO_CPU) && self->cpu == cpu;
}

static void thaw_below(uint32_t end)
{
	const struct kmk_thread *self = kmk_self();

	for (uint32_t cpu = 0; cpu < end; cpu++)
		if (!my_cpu(self, cpu))
			__atomic_store_n(&cpus[cpu].held, 0, __ATOMIC_RELEASE);
	if (__atomic_load_n(&cpu_waiters, __ATOMIC_RELAXED)) {
		__atomic_fetch_add(&cpu_freed, 1, __ATOMIC_RELEASE);
		port_wake(&cpu_freed, UINT32_MAX);
	}
}

/* What is free already is kept meanwhile, so that sections end and none begins. */
bool kmk_cpus_freeze(uint64_t limit_ns)
{
	const struct kmk_thread *self = kmk_self();
	uint32_t nr = __atomic_load_n(&nr_cpu_ids, __ATOMIC_RELAXED);
	uint64_t end = port_now() + limit_ns;
	static uint32_t never;

	for (uint32_t cpu = 0; cpu < nr; cpu++)
		for (unsigned round = 0; !my_cpu(self, cpu) && !cpu_try(cpu); round++) {
			if (round < KMK_LOCK_SPINS) {
				port_relax();
				continue;
			}
			if (port_now() >= end) {
				thaw_below(cpu);
				return false;
			}
			port_wait(&never, 0, 5000);
		}
	return true;
}

void kmk_cpus_thaw(void)
{
	thaw_below(__atomic_load_n(&nr_cpu_ids, __ATOMIC_RELAXED));
}

void kmk_context_fork_child(void)
{
	struct kmk_thread *self = kmk_self();

	for (unsigned i = 0; i < NR_CPUS; i++)
		cpus[i].held = 0;
	cpu_waiters = 0;
	if (self->ctx && !(self->flags & KMK_T_NO_CPU))
		cpus[self->cpu].held = 1;
}

/* With no other thread in a section, exactly the calling thread's CPU is held. */
bool kmk_cpus_validate(void)
{
	struct kmk_thread *self = kmk_self();
	unsigned held = 0;

	for (unsigned i = 0; i < nr_cpu_ids; i++)
		held += cpus[i].held;
	return held == (self->ctx && !(self->flags & KMK_T_NO_CPU)) && self->cpu < nr_cpu_ids;
}
