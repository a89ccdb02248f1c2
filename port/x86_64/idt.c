/* SPDX-License-Identifier: MIT */
/*
 * Exceptions: page faults of demand-zero regions are served, all others explained; then halt.
 * Interrupts: the timer, and what other processors ask; each aborts the array section it meets.
 */
#include "port/x86_64/bare.h"
#include "port/x86_64/space.h"

struct gate {
	uint16_t low, cs;
	uint8_t ist, type;
	uint16_t mid;
	uint32_t high, zero;
};

struct tss {
	uint32_t reserved0;
	uint64_t rsp[3], reserved1, ist[7], reserved2;
	uint16_t reserved3, iomap;
} __attribute__((packed));

struct table_ref {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

#define VECTORS		32		/* exceptions */
#define EMPTY_TRIES	200u		/* looks at an empty pool, some 20 ms apart */
#define NMI		2
#define DOUBLE_FAULT	8
#define PAGE_FAULT	14

extern char bare_isr[];		/* entry of vector v at 16 * v */

static struct gate idt[BARE_VECTORS];
static struct tss tss[BARE_MAX_CPUS];
static int explainer = -1;		/* the processor whose exception is explained */
static uint32_t dying;			/* exceptions that are being explained */

static const char *const names[VECTORS] = {
	[0] = "divide error", [1] = "debug", [2] = "non-maskable interrupt", [3] = "breakpoint",
	[4] = "overflow", [5] = "bound range", [6] = "invalid opcode", [7] = "no coprocessor",
	[8] = "double fault", [10] = "invalid task segment", [11] = "segment not present",
	[12] = "stack segment", [13] = "general protection", [14] = "page fault",
	[16] = "x87 error", [17] = "alignment check", [18] = "machine check", [19] = "SIMD error",
};

/* Double faults run on a stack of their own: the usual reason is that the other one overflowed. */
void bare_idt_load(struct bare_cpu *cpu)
{
	struct table_ref ref = { sizeof(idt) - 1, (uintptr_t)idt };
	struct tss *t = &tss[cpu->id];
	uint64_t base = (uintptr_t)t, limit = sizeof(*t) - 1;
	unsigned at = BARE_TSS / 8 + 2 * (unsigned)cpu->id;

	t->ist[0] = (uintptr_t)bare_ist + ((unsigned)cpu->id + 1) * BARE_IST_SIZE;
	t->iomap = sizeof(*t);
	bare_gdt[at] = limit | (base & 0xffffff) << 16 | 0x89ULL << 40 | (base >> 24 & 0xff) << 56;
	bare_gdt[at + 1] = base >> 32;
	__asm__ volatile("ltr %w0" : : "r"(at * 8));
	__asm__ volatile("lidt %0" : : "m"(ref));
}

void bare_ring0_stack(uintptr_t top)
{
	tss[bare_this_cpu()->id].rsp[0] = top;
}

void bare_idt_init(void)
{
	for (unsigned v = 0; v < BARE_VECTORS; v++) {
		uint64_t at = (uintptr_t)bare_isr + 16 * v;

		idt[v] = (struct gate){ (uint16_t)at, BARE_CS, v == DOUBLE_FAULT, 0x8e,
					(uint16_t)(at >> 16), (uint32_t)(at >> 32), 0 };
	}
	bare_idt_load(&bare_cpu_pages[0].cpu);
}

bool bare_stack_bounds(uintptr_t sp, uintptr_t *lo, uintptr_t *hi)
{
	const char *name;
	bool overflowed;

	if (bare_sched_stack(sp, lo, hi, &overflowed, &name))
		return !overflowed;
	if (sp >= (uintptr_t)bare_stack && sp <= (uintptr_t)bare_stack_top) {
		*lo = (uintptr_t)bare_stack;
		*hi = (uintptr_t)bare_stack_top;
		return true;
	}
	*lo = (uintptr_t)bare_ist;
	*hi = (uintptr_t)bare_ist_top;
	return sp >= *lo && sp <= *hi;
}

unsigned bare_frames(uintptr_t rbp, uintptr_t *pc, unsigned max)
{
	uintptr_t lo, hi;
	unsigned n = 0;

	if (!bare_stack_bounds(rbp, &lo, &hi))
		return 0;
	while (n < max && rbp >= lo && rbp + 16 <= hi && !(rbp & 7)) {
		const uintptr_t *frame = (const uintptr_t *)rbp;

		if (!frame[1])
			break;
		pc[n++] = frame[1];
		if (frame[0] <= rbp)
			break;
		rbp = frame[0];
	}
	return n;
}

static const char *place(uint64_t va)
{
	uintptr_t lo, hi;
	const char *name;
	bool overflowed;

	if (bare_sched_stack(va, &lo, &hi, &overflowed, &name))
		return overflowed ? "stack overflow: below a thread's stack" : "a thread's stack";
	if (va >= (uintptr_t)bare_stack_guard && va < (uintptr_t)bare_stack)
		return "stack overflow: the guard page";
	if (va >= (uintptr_t)bare_text_start && va < (uintptr_t)bare_rodata_end)
		return "the image's read-only part";
	if (va >= (uintptr_t)bare_data_start && va < (uintptr_t)bare_image_end)
		return "the image's data";
	if (va < PAGE_SIZE)
		return "null pointer";
	if (va >= PAGE_OFFSET && va - PAGE_OFFSET < KMK_DIRECT_MAX)
		return "direct map";
	if (va >= VMALLOC_START && va <= VMALLOC_END)
		return "vmalloc window";
	if (va >= KMK_VMEMMAP && va - KMK_VMEMMAP < KMK_DIRECT_MAX / 64)
		return "frame database";
	if (va >= KMK_PCPU_BASE && va < KMK_PERCPU_BASE)
		return "per-CPU arrays";
	return "no region of ours";
}

static void explain_page_fault(uint64_t va, uint64_t error)
{
	const char *what = error & 16 ? "execute of" : error & 2 ? "write to" : "read of";

	bare_printf("%s %016lx: %s (%s)\n", what, va,
		    error & 1 ? "protection" : "not present", place(va));
	if (bare_pool_empty())
		bare_printf("the host has no frame left for demand-zero pages\n");
	if (kmk_upcall_explain_fault) {
		static char line[256];
		size_t len = kmk_upcall_explain_fault(va, line, sizeof(line));

		port_console(PORT_LOG, line, len);
		port_console(PORT_LOG, "\n", len != 0);
	}
}

static void print_place(uintptr_t pc)
{
	char buf[160];

	port_symbol(pc, buf, sizeof(buf));
	bare_printf(" %016lx %s\n", pc, buf);
}

static void explain(const struct bare_regs *r, uint64_t cr2)
{
	const char *name = r->vector < VECTORS && names[r->vector] ? names[r->vector] : "reserved";
	uintptr_t pc[16];
	unsigned n = bare_frames(r->rbp, pc, 16);

	bare_printf("\nEXCEPTION %lu (%s) error %lx RIP %016lx CR2 %016lx\n", r->vector, name, r->error,
		    r->rip, cr2);
	if (r->vector == PAGE_FAULT || r->vector == DOUBLE_FAULT)
		explain_page_fault(cr2, r->vector == PAGE_FAULT ? r->error : 2);
	bare_printf("RSP %016lx RBP %016lx RFLAGS %08lx CS %lx CPU %d\n", r->rsp, r->rbp, r->rflags, r->cs,
		    bare_this_cpu()->id);
	bare_printf("RAX %016lx RBX %016lx RCX %016lx RDX %016lx\n", r->rax, r->rbx, r->rcx, r->rdx);
	bare_printf("RSI %016lx RDI %016lx R8  %016lx R9  %016lx\n", r->rsi, r->rdi, r->r8, r->r9);
	bare_printf("R10 %016lx R11 %016lx R12 %016lx R13 %016lx\n", r->r10, r->r11, r->r12, r->r13);
	bare_printf("R14 %016lx R15 %016lx\nCall trace:\n", r->r14, r->r15);
	print_place(r->rip);
	for (unsigned i = 0; i < n; i++)
		print_place(pc[i]);
}

/* The words that the one who started this machine shows for the case that did not end. */
static void send_crash(const struct bare_regs *r, uint64_t cr2)
{
	const char *name = r->vector < VECTORS && names[r->vector] ? names[r->vector] : "exception";
	uintptr_t lo, hi;
	const char *thread;
	bool overflowed = false;
	char line[80];
	size_t n = 0;

	bare_sched_stack(cr2, &lo, &hi, &overflowed, &thread);
	if (r->vector == DOUBLE_FAULT && (overflowed || cr2 - (uintptr_t)bare_stack_guard < PAGE_SIZE))
		bare_format(line, sizeof(line), "crash\tstack overflow\n");
	else if (r->vector == PAGE_FAULT)
		bare_format(line, sizeof(line), "crash\t%s at 0x%lx\n", name, cr2);
	else
		bare_format(line, sizeof(line), "crash\t%s at 0x%lx\n", name, r->rip);
	while (line[n])
		n++;
	bare_send_event(line, n);
}

extern const int32_t bare_sections[], bare_sections_end[];

/* Back to the begin of the array section that was interrupted, if it was in one and had not committed. */
static void abort_section(struct bare_regs *r)
{
	for (const int32_t *s = bare_sections; s < bare_sections_end; s += 2) {
		uint64_t begin = (uint64_t)s + (uint64_t)(int64_t)s[0];
		uint64_t end = (uint64_t)(s + 1) + (uint64_t)(int64_t)s[1];

		if (r->rip > begin && r->rip < end) {
			r->rip = begin;
			bare_this_cpu()->aborts++;
			return;
		}
	}
}

/* A thread that the tick could take off may give its processor to the one that fills the pool. */
static bool filled(struct bare_regs *r, uintptr_t va)
{
	bool open = r->rflags & 0x200, leave = open && bare_sched_preemptible();
	int done = bare_fill(va, r->error);

	if (!done)
		return false;
	if (leave)
		abort_section(r);
	for (unsigned i = 0; done < 0 && leave && i < EMPTY_TRIES; i++) {
		bare_pool_check(true);
		done = bare_fill(va, r->error);
	}
	if (done > 0 && open)
		bare_pool_check(leave);
	return done > 0;
}

/* A page that the core keeps elsewhere: it may sleep over that, as the thread itself could. */
static bool core_fault(const struct bare_regs *r, uintptr_t va)
{
	bool done;

	if (!kmk_upcall_fault || !(r->rflags & 0x200))
		return false;
	__asm__ volatile("sti" : : : "memory");
	done = kmk_upcall_fault(va, r->error & 2) > 0;
	__asm__ volatile("cli" : : : "memory");
	return done;
}

/* One processor explains; the others, which may have met the same, leave it the line. */
static void be_explainer(void)
{
	int nobody = -1, here = bare_this_cpu()->id;

	if (__atomic_compare_exchange_n(&explainer, &nobody, here, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) ||
	    nobody == here)
		return;
	for (;;)
		__asm__ volatile("cli\n\thlt");
}

void bare_exception(struct bare_regs *r)
{
	/* Read once: where interrupts are let in, others may fault. */
	uint64_t cr2 = bare_cr2();

	if (r->vector == NMI)
		return;
	if (r->vector == PAGE_FAULT && bare_space_fault(cr2, r->error))
		return;
	if (r->vector == PAGE_FAULT && (filled(r, cr2) || core_fault(r, cr2)))
		return;
	if (bare_user_fault(r, cr2))
		return;
	be_explainer();
	/* A fault while explaining one: say so once and stop. */
	bare_console_break();
	switch (__atomic_fetch_add(&dying, 1, __ATOMIC_SEQ_CST)) {
	case 0:
		bare_smp_stop_others();
		send_crash(r, cr2);
		explain(r, cr2);
		break;
	case 1:
		bare_printf("EXCEPTION %lu in a report, RIP %016lx\n", r->vector, r->rip);
		break;
	}
	bare_exit(1);
}

void bare_interrupt(struct bare_regs *r)
{
	if (r->vector == BARE_SPURIOUS)
		return;
	bare_smp_woken();
	abort_section(r);
	bare_lapic_eoi();
	switch (r->vector) {
	case BARE_TIMER:
		bare_sched_tick();
		break;
	case BARE_CALL:
		bare_smp_calls();
		break;
	case BARE_STOP:
		for (;;)
			__asm__ volatile("cli\n\thlt");
	}
}
