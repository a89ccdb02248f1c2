/* SPDX-License-Identifier: MIT */
/*
 * Processors and what they ask of each other.
 *
 * A request is a bit in the other's `calls` and an interrupt; it is served when the bit is clear
 * again. Every interrupt aborts the array section it meets, so a fence asks for nothing else. The
 * one who asks waits with its own interrupts on, and so answers others meanwhile.
 *
 * A halted processor runs nothing and is left alone: it finds the bit when it wakes. It clears `halted`
 * and then reads `calls`; the one who asks sets the bit and then reads `halted`: one of them sees the other.
 */
#include "port/x86_64/bare.h"

#define FLUSH_PAGES	32u		/* beyond so many, everything is forgotten */

#define SPINS		200u		/* looks at an answer before the asking thread's processor halts */

/* One flush at a time: its bounds. The lock is of three states, as the core's are: waiters sleep. */
static struct { uintptr_t va; uint64_t len; } flush_range;
static uint32_t flush_lock;

static void flush_all(void)
{
	uint64_t cr4;

	/* Global translations go only when PGE changes. */
	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4 & ~0x80UL) : "memory");
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4) : "memory");
}

static void flush_here(uintptr_t va, uint64_t len)
{
	if (len > FLUSH_PAGES * PAGE_SIZE) {
		flush_all();
		return;
	}
	for (uint64_t at = 0; at < len; at += PAGE_SIZE)
		__asm__ volatile("invlpg (%0)" : : "r"(va + at) : "memory");
}

void bare_smp_calls(void)
{
	struct bare_cpu *c = bare_this_cpu();
	uint32_t calls = __atomic_load_n(&c->calls, __ATOMIC_ACQUIRE);

	if (calls & BARE_CALL_FLUSH_ALL)
		flush_all();
	else if (calls & BARE_CALL_FLUSH)
		flush_here(flush_range.va, flush_range.len);
	if (!calls)
		return;
	__atomic_fetch_and(&c->calls, ~calls, __ATOMIC_SEQ_CST);
	for (uint32_t who = __atomic_exchange_n(&c->askers, 0, __ATOMIC_SEQ_CST); who; who &= who - 1)
		bare_kick(&bare_cpu_pages[__builtin_ctz(who)].cpu);
}

void bare_smp_woken(void)
{
	struct bare_cpu *c = bare_this_cpu();

	if (!c->halted)
		return;
	__atomic_exchange_n(&c->halted, 0, __ATOMIC_SEQ_CST);
	bare_smp_calls();
}

void bare_smp_halt(void)
{
	struct bare_cpu *c = bare_this_cpu();

	__atomic_exchange_n(&c->halted, 1, __ATOMIC_SEQ_CST);
	bare_smp_calls();
	__asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
	bare_smp_woken();
}

/* lazy: what a halted processor does instead, once awake. */
static void ask(struct bare_cpu *c, uint32_t call, uint32_t lazy)
{
	if (__atomic_load_n(&c->halted, __ATOMIC_RELAXED)) {
		__atomic_fetch_or(&c->calls, lazy, __ATOMIC_SEQ_CST);
		if (__atomic_load_n(&c->halted, __ATOMIC_SEQ_CST))
			return;
	}
	__atomic_fetch_or(&c->calls, call, __ATOMIC_SEQ_CST);
	bare_lapic_send(c->apic, BARE_IPI_FIXED | BARE_CALL);
}

static bool asked(const struct bare_cpu *c, uint32_t call)
{
	return __atomic_load_n(&c->calls, __ATOMIC_SEQ_CST) & call;
}

/*
 * Spinning is right where the other runs. An emulator's processors take turns on fewer real ones, and a
 * spinning one would only keep the other from its turn: so halt, until the other's answer or whatever comes.
 */
static void wait_for(struct bare_cpu *c, uint32_t call)
{
	unsigned long flags;

	for (unsigned i = 0; i < SPINS; i++) {
		if (!asked(c, call))
			return;
		__asm__ volatile("pause");
	}
	while (asked(c, call)) {
		flags = bare_irq_save();
		__atomic_fetch_or(&c->askers, 1u << bare_this_cpu()->id, __ATOMIC_SEQ_CST);
		if (asked(c, call))
			__asm__ volatile("sti\n\thlt" : : : "memory");
		bare_irq_restore(flags);
	}
}

static void lock_flush(void)
{
	uint32_t free = 0;

	if (__atomic_compare_exchange_n(&flush_lock, &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(&flush_lock, 2, __ATOMIC_ACQUIRE))
		port_wait(&flush_lock, 2, UINT64_MAX);
}

static void unlock_flush(void)
{
	if (__atomic_exchange_n(&flush_lock, 0, __ATOMIC_RELEASE) == 2)
		port_wake(&flush_lock, 1);
}

/* Sections of this processor's other threads were aborted when they left it. */
int port_fence(unsigned id)
{
	struct bare_cpu *c = &bare_cpu_pages[id < BARE_MAX_CPUS ? id : 0].cpu;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (id >= bare_nr_cpus || !c->online || bare_this_cpu() == c)
		return 0;
	ask(c, BARE_CALL_FENCE, 0);
	wait_for(c, BARE_CALL_FENCE);
	return 0;
}

void bare_flush_range(uintptr_t va, uint64_t len)
{
	struct bare_cpu *here;
	unsigned long flags;

	if (bare_nr_cpus == 1) {
		flush_here(va, len);
		return;
	}
	lock_flush();
	flush_range.va = va;
	flush_range.len = len;
	flags = bare_irq_save();
	here = bare_this_cpu();
	for (unsigned i = 0; i < bare_nr_cpus; i++)
		if (&bare_cpu_pages[i].cpu != here && bare_cpu_pages[i].cpu.online)
			ask(&bare_cpu_pages[i].cpu, BARE_CALL_FLUSH, BARE_CALL_FLUSH_ALL);
	flush_here(va, len);
	bare_irq_restore(flags);
	for (unsigned i = 0; i < bare_nr_cpus; i++)
		wait_for(&bare_cpu_pages[i].cpu, BARE_CALL_FLUSH);
	unlock_flush();
}

void bare_kick(struct bare_cpu *cpu)
{
	bare_lapic_send(cpu->apic, BARE_IPI_FIXED | BARE_RESCHEDULE);
}

void bare_smp_stop_others(void)
{
	struct bare_cpu *here = bare_this_cpu();

	for (unsigned i = 0; i < bare_nr_cpus; i++)
		if (&bare_cpu_pages[i].cpu != here && bare_cpu_pages[i].cpu.online)
			bare_lapic_send(bare_cpu_pages[i].cpu.apic, BARE_IPI_FIXED | BARE_STOP);
}

/* ---- starting the others ---- */

#define MSR_EFER	0xc0000080
#define EFER_LMA	(1u << 10)
#define LOW_LIMIT	0xa0000u
#define INIT_NS		10000000u	/* between INIT and the start message */
#define START_NS	2000000000u	/* an emulator's host may be busy */
#define RETRY_NS	20000000u

extern const char bare_low_code[], bare_low_code_end[], bare_low_efer[];
uint64_t bare_ap_tables, bare_ap_stack;
struct bare_cpu *bare_ap_cpu;
void bare_ap_main(struct bare_cpu *cpu);

static uint64_t low_page;
static uint32_t apic_ids[BARE_MAX_CPUS];
static unsigned nr_apic_ids;
bool bare_smp_expected;

void bare_smp_prepare(void)
{
	nr_apic_ids = bare_acpi_cpus(bare_rsdp(), apic_ids, BARE_MAX_CPUS);
	bare_smp_expected = nr_apic_ids > 1;
	if (bare_smp_expected)
		low_page = memmap_take(&bare_map, PAGE_SIZE, PAGE_SIZE, LOW_LIMIT);
}

/* A further processor's first C: tables and stack are its own already. */
void bare_ap_main(struct bare_cpu *cpu)
{
	bare_cpu_enter(cpu);
	bare_idt_load(cpu);
	bare_lapic_enable();
	__atomic_store_n(&cpu->online, 1, __ATOMIC_SEQ_CST);
	bare_sched_idle();
}

static bool online_within(const struct bare_cpu *cpu, uint64_t ns)
{
	uint64_t start = port_now();

	while (!__atomic_load_n(&cpu->online, __ATOMIC_ACQUIRE))
		if (port_now() - start > ns)
			return false;
	return true;
}

/* The next one gets the same block, stack and words: it must not come up late. */
static bool forget(struct bare_cpu *cpu, uint32_t apic)
{
	bare_lapic_send(apic, BARE_IPI_INIT);
	bare_delay(INIT_NS);
	__atomic_store_n(&cpu->online, 0, __ATOMIC_SEQ_CST);
	return false;
}

static bool start_one(struct bare_cpu *cpu, uint32_t apic)
{
	uint32_t vector = (uint32_t)(low_page >> 12);

	cpu->apic = apic;
	bare_ap_stack = bare_sched_new_idle(cpu);
	if (!bare_ap_stack)
		return false;
	bare_ap_cpu = cpu;
	bare_lapic_send(apic, BARE_IPI_INIT);
	bare_delay(INIT_NS);
	bare_lapic_send(apic, BARE_IPI_START | vector);
	if (online_within(cpu, RETRY_NS))
		return true;
	bare_lapic_send(apic, BARE_IPI_START | vector);
	return online_within(cpu, START_NS) || forget(cpu, apic);
}

void bare_smp_start(unsigned max)
{
	char *to = __va(low_page);
	unsigned n = 1;

	if (!low_page)
		return;
	__builtin_memcpy(to, bare_low_code, (size_t)(bare_low_code_end - bare_low_code));
	*(uint32_t *)(to + (bare_low_efer - bare_low_code)) = (uint32_t)bare_rdmsr(MSR_EFER) & ~EFER_LMA;
	__asm__ volatile("mov %%cr3, %0" : "=r"(bare_ap_tables));
	for (unsigned i = 0; i < nr_apic_ids && n < max; i++) {
		if (apic_ids[i] == bare_cpu_pages[0].cpu.apic)
			continue;
		if (start_one(&bare_cpu_pages[n].cpu, apic_ids[i]))
			bare_nr_cpus = ++n;
		else
			bare_printf("bare: the processor with APIC id %u does not answer\n", apic_ids[i]);
	}
}
