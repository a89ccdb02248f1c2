/* SPDX-License-Identifier: MIT */
/*
 * The local interrupt controller (xAPIC, memory mapped): a one-shot timer and messages. Its clock
 * is measured against the TSC, which time.c has measured against the PIT.
 */
#include "port/x86_64/bare.h"

#define MSR_APIC_BASE	0x1b
#define APIC_ENABLE	(1u << 11)

#define REG_ID		0x020
#define REG_EOI		0x0b0
#define REG_SPURIOUS	0x0f0
#define REG_COMMAND	0x300
#define REG_COMMAND_HI	0x310
#define REG_TIMER	0x320
#define REG_LINT0	0x350
#define REG_LINT1	0x360
#define REG_INITIAL	0x380
#define REG_COUNT	0x390
#define REG_DIVIDE	0x3e0

#define MASKED		(1u << 16)
#define DIVIDE_BY_1	0xbu
#define PENDING		(1u << 12)
#define SPIN_NS		1000000u	/* how long the clock is watched */

static volatile uint32_t *regs;
static uint64_t ticks_mult;		/* timer ticks per ns, 32.32 */

static uint32_t get(unsigned reg)
{
	return regs[reg / 4];
}

static void set(unsigned reg, uint32_t v)
{
	regs[reg / 4] = v;
}

static void measure(void)
{
	uint64_t start, took;

	set(REG_DIVIDE, DIVIDE_BY_1);
	set(REG_TIMER, MASKED);
	set(REG_INITIAL, UINT32_MAX);
	start = port_now();
	bare_delay(SPIN_NS);
	ticks_mult = (uint64_t)(UINT32_MAX - get(REG_COUNT)) << 32;
	took = port_now() - start;
	ticks_mult /= took ? took : 1;
	set(REG_INITIAL, 0);
	set(REG_TIMER, BARE_TIMER);
}

bool bare_lapic_init(void)
{
	uint64_t base = bare_rdmsr(MSR_APIC_BASE);
	uint32_t id[4];

	bare_cpuid(1, id);
	if (!(id[3] & 1u << 9) || !(base & APIC_ENABLE))
		return false;
	if (bare_map_range(BARE_DEVICES, base & 0xffffff000, PAGE_SIZE, PORT_READ | PORT_WRITE | PORT_NOCACHE))
		return false;
	regs = (volatile uint32_t *)BARE_DEVICES;
	bare_out8(0x21, 0xff);		/* the old controllers stay silent */
	bare_out8(0xa1, 0xff);
	bare_lapic_enable();
	measure();
	return true;
}

void bare_lapic_enable(void)
{
	set(REG_SPURIOUS, 0x100 | BARE_SPURIOUS);	/* first: until it is enabled, all others stay masked */
	set(REG_LINT0, MASKED);
	set(REG_LINT1, MASKED);
	set(REG_DIVIDE, DIVIDE_BY_1);
	set(REG_TIMER, BARE_TIMER);
}

uint32_t bare_lapic_id(void)
{
	return regs ? get(REG_ID) >> 24 : 0;
}

void bare_lapic_eoi(void)
{
	set(REG_EOI, 0);
}

void bare_lapic_timer(uint64_t ns)
{
	uint64_t ticks = (uint64_t)((unsigned __int128)ns * ticks_mult >> 32);

	if (!regs)
		return;
	if (ns && !ticks)
		ticks = 1;
	set(REG_INITIAL, ticks > UINT32_MAX ? UINT32_MAX : (uint32_t)ticks);
}

void bare_lapic_send(uint32_t apic, uint32_t command)
{
	unsigned long flags;

	if (!regs)
		return;
	flags = bare_irq_save();
	while (get(REG_COMMAND) & PENDING)
		__asm__ volatile("pause");
	set(REG_COMMAND_HI, apic << 24);
	set(REG_COMMAND, command);
	bare_irq_restore(flags);
}
