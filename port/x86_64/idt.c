/* SPDX-License-Identifier: MIT */
/* Exceptions: page faults of demand-zero regions are served, all others explained; then halt. */
#include "port/x86_64/bare.h"

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

#define VECTORS		32
#define DOUBLE_FAULT	8
#define PAGE_FAULT	14

extern char bare_isr[];		/* entry of vector v at 16 * v */

static struct gate idt[VECTORS];
static struct tss tss;

static const char *const names[VECTORS] = {
	[0] = "divide error", [1] = "debug", [2] = "non-maskable interrupt", [3] = "breakpoint",
	[4] = "overflow", [5] = "bound range", [6] = "invalid opcode", [7] = "no coprocessor",
	[8] = "double fault", [10] = "invalid task segment", [11] = "segment not present",
	[12] = "stack segment", [13] = "general protection", [14] = "page fault",
	[16] = "x87 error", [17] = "alignment check", [18] = "machine check", [19] = "SIMD error",
};

/* Double faults run on a stack of their own: the usual reason is that the other one overflowed. */
static void tss_init(void)
{
	uint64_t base = (uintptr_t)&tss, limit = sizeof(tss) - 1;

	tss.ist[0] = (uintptr_t)bare_ist_top;
	tss.iomap = sizeof(tss);
	bare_gdt[BARE_TSS / 8] = limit | (base & 0xffffff) << 16 | 0x89ULL << 40 |
				 (base >> 24 & 0xff) << 56;
	bare_gdt[BARE_TSS / 8 + 1] = base >> 32;
	__asm__ volatile("ltr %w0" : : "r"(BARE_TSS));
}

void bare_idt_init(void)
{
	struct table_ref ref = { sizeof(idt) - 1, (uintptr_t)idt };

	for (unsigned v = 0; v < VECTORS; v++) {
		uint64_t at = (uintptr_t)bare_isr + 16 * v;

		idt[v] = (struct gate){ (uint16_t)at, BARE_CS, v == DOUBLE_FAULT, 0x8e,
					(uint16_t)(at >> 16), (uint32_t)(at >> 32), 0 };
	}
	tss_init();
	__asm__ volatile("lidt %0" : : "m"(ref));
}

static bool in_stack(uintptr_t at)
{
	return (at >= (uintptr_t)bare_stack && at + 16 <= (uintptr_t)bare_stack_top) ||
	       (at >= (uintptr_t)bare_ist && at + 16 <= (uintptr_t)bare_ist_top);
}

unsigned bare_frames(uintptr_t rbp, uintptr_t *pc, unsigned max)
{
	unsigned n = 0;

	while (n < max && in_stack(rbp) && !(rbp & 7)) {
		const uintptr_t *frame = (const uintptr_t *)rbp;

		pc[n++] = frame[1];
		if (frame[0] <= rbp)
			break;
		rbp = frame[0];
	}
	return n;
}

static const char *place(uint64_t va)
{
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
	if (kmk_upcall_explain_fault) {
		static char line[256];

		port_console(PORT_LOG, line, kmk_upcall_explain_fault(va, line, sizeof(line)));
		port_console(PORT_LOG, "\n", 1);
	}
}

static void explain(const struct bare_regs *r)
{
	const char *name = r->vector < VECTORS && names[r->vector] ? names[r->vector] : "reserved";
	uintptr_t pc[16];
	unsigned n = bare_frames(r->rbp, pc, 16);

	bare_printf("\nEXCEPTION %lu (%s) error %lx RIP %016lx CR2 %016lx\n", r->vector, name, r->error,
		    r->rip, bare_cr2());
	if (r->vector == PAGE_FAULT || r->vector == DOUBLE_FAULT)
		explain_page_fault(bare_cr2(), r->vector == PAGE_FAULT ? r->error : 2);
	bare_printf("RSP %016lx RBP %016lx RFLAGS %08lx CS %lx\n", r->rsp, r->rbp, r->rflags, r->cs);
	bare_printf("RAX %016lx RBX %016lx RCX %016lx RDX %016lx\n", r->rax, r->rbx, r->rcx, r->rdx);
	bare_printf("RSI %016lx RDI %016lx R8  %016lx R9  %016lx\n", r->rsi, r->rdi, r->r8, r->r9);
	bare_printf("R10 %016lx R11 %016lx R12 %016lx R13 %016lx\n", r->r10, r->r11, r->r12, r->r13);
	bare_printf("R14 %016lx R15 %016lx\nCall trace:\n", r->r14, r->r15);
	bare_printf(" %016lx\n", r->rip);
	for (unsigned i = 0; i < n; i++)
		bare_printf(" %016lx\n", pc[i]);
}

void bare_exception(struct bare_regs *r)
{
	if (r->vector == PAGE_FAULT && bare_fill(bare_cr2(), r->error))
		return;
	/* A fault while explaining one: say so once and stop. */
	if (bare_cpu0.depth++ == 0)
		explain(r);
	else
		bare_printf("EXCEPTION %lu in a report, RIP %016lx\n", r->vector, r->rip);
	port_halt(1);
}
