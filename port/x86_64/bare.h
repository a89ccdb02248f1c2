/* SPDX-License-Identifier: MIT */
/*
 * The bare-metal host: one x86-64 processor, entered by PVH.
 *
 * Files, in the order they run:
 *	boot.S		PVH note, 32-bit entry, boot tables, long mode, upper half
 *	entry.c		the machine comes up (processor block, console, faults), then bare_main()
 *	serial.c	COM1: port_console
 *	idt.c, isr.S	descriptor tables, exceptions: demand-zero regions, else explain and halt
 *	host.c		port_describe (map, reservations, tables) and the small port calls
 *	memmap.c	the map normaliser, free of hardware
 *	paging.c	our tables: large pages, port_map, port_unmap, port_protect, demand zero
 *	time.c		TSC against the PIT, the date from the CMOS clock
 *	mem.c		memcpy, memset, memmove, memcmp, which the compiler calls
 *
 * Addresses. The image is linked at BARE_IMAGE_BASE + its physical address. Boot tables show the
 * low 4 GiB at 0, at PAGE_OFFSET and (1 GiB) at BARE_IMAGE_BASE; port_describe replaces them by the
 * final ones: direct map of RAM only, image by section (text r-x, rodata r--, data rw-, never two
 * of write and execute), guard page under the stack, nothing in the lower half.
 *
 * Frames of the host. What the host needs is taken from the map before the core sees it: the frame
 * database's backing, and one pool that feeds page tables and demand-zero pages. The pool only
 * shrinks; a table once made stays for its addresses' next use.
 *
 * Regions that must read as zeros (frame database, owner records, per-CPU) are filled at the
 * fault: reads of what was never written share one read-only zero frame, a write takes a frame of
 * the pool.
 *
 * Fresh RAM is whatever the firmware left in it, not zeros: clearing it all would cost more than
 * the rest of the boot, and the core clears what it promises to be zero.
 *
 * Growth: per-processor state is reached through gs (struct bare_cpu) and the current thread's
 * block through its first word, so more processors and threads add structs, not new ways in.
 */
#ifndef KMK_BARE_H
#define KMK_BARE_H

#define BARE_IMAGE_BASE	0xffffffff80000000
#define BARE_STACK_SIZE	32768
#define BARE_IST_SIZE	8192
#define BARE_BOOT_MAP	0x100000000	/* physical bytes the boot tables show */

#define BARE_PAGE_DESC	64		/* bytes a frame's descriptor, or owner record, may take */

#define BARE_CS		0x08
#define BARE_DS		0x10
#define BARE_TSS	0x18

#define BARE_EXIT_PORT	0xf4		/* where isa-debug-exit is customarily put ... */
#define BARE_EXIT_PORT2	0x501		/* ... and where it is unless told */
#define BARE_EXIT_OK	0x10		/* the emulator ends with (value << 1) | 1: 33 */
#define BARE_EXIT_FAIL	0x11		/* 35 */

#ifndef __ASSEMBLER__
#include <asm/page.h>
#include "port/port.h"
#include "port/x86_64/memmap.h"

#define ENOMEM	12
#define EINVAL	22
#define EAGAIN	11
#define ENOSYS	38
#define ETIMEDOUT 110

/* Per processor; gs points here. The inline door reads block and id at these offsets. */
struct bare_cpu {
	void *block;			/* gs:0  the running thread's block */
	int32_t id;			/* gs:8  array owner */
	uint32_t depth;			/* gs:12 exceptions being handled */
};

/* Pushed by isr.S and the processor, lowest address first. */
struct bare_regs {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

/* Physical address of something inside the image. */
#define bare_image_pa(x)	((uint64_t)(uintptr_t)(x) - BARE_IMAGE_BASE)

/* The linker script's marks. */
extern char bare_text_start[], bare_text_end[], bare_rodata_end[], bare_data_start[], bare_image_end[];
extern char bare_stack_guard[], bare_stack[], bare_stack_top[], bare_ist[], bare_ist_top[];
extern uint64_t bare_gdt[];

/* What an image defines: its program. Returns the code for port_halt. */
int bare_main(void);

/* entry.c */
void bare_entry(uint32_t start_info);
/* The firmware's claims and the image's own, as found; options as a string. */
void bare_read_firmware(struct memmap *m);
extern char bare_options[];
extern struct bare_cpu bare_cpu0;
/* The whole map, reservations included, for reports; the core gets its normal form. */
extern struct memmap bare_map;

/* serial.c */
void bare_serial_init(void);
/* %s %d %u %x %p and l, ll, width and zero padding: for reports from anywhere. */
void bare_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void bare_format(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* idt.c */
void bare_idt_init(void);
void bare_exception(struct bare_regs *regs);
/* Return addresses by frame pointers from rbp; returns the number found. */
unsigned bare_frames(uintptr_t rbp, uintptr_t *pc, unsigned max);

/* paging.c */
/* Zeroed frame of the pool, or 0. */
uint64_t bare_pool_frame(void);
void bare_pool_init(uint64_t start, uint64_t len);
/* Build the final tables for these ranges and switch to them. 0 or -ENOMEM. */
int bare_paging_init(const struct port_range *r, unsigned nr);
/* Map with tables under construction or live; the largest pages that fit. 0 or -ENOMEM. */
int bare_map_range(uintptr_t va, uint64_t pa, uint64_t len, unsigned prot);
/* A page fault: true when it was a demand-zero page and now is there. */
bool bare_fill(uintptr_t va, uint64_t error);

/* time.c */
void bare_time_init(void);

/* Ports and registers. */
static inline void bare_out8(uint16_t port, uint8_t v)
{
	__asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}


static inline uint8_t bare_in8(uint16_t port)
{
	uint8_t v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline uint64_t bare_tsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

static inline void bare_cpuid(uint32_t leaf, uint32_t out[4])
{
	__asm__ volatile("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
			 : "a"(leaf), "c"(0));
}

static inline void bare_wrmsr(uint32_t msr, uint64_t v)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)) : "memory");
}

static inline uint64_t bare_cr2(void)
{
	uint64_t v;

	__asm__ volatile("mov %%cr2, %0" : "=r"(v));
	return v;
}

#endif
#endif
