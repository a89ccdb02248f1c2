/* SPDX-License-Identifier: MIT */
/*
 * The bare-metal host: x86-64 processors, entered by PVH.
 *
 * Files, in the order they run:
 *	boot.S		PVH note, 32-bit entry, boot tables, long mode, upper half; where the others enter
 *	entry.c		the machine comes up (processor block, console, faults), then bare_main()
 *	serial.c	COM1: port_console; beside it the ports that `kmemkit boot` listens to
 *	idt.c, isr.S	descriptor tables, exceptions: demand-zero regions, else explain and halt
 *	host.c		port_describe (map, reservations, tables) and the small port calls
 *	memmap.c	the map normaliser, free of hardware
 *	paging.c	our tables: large pages, port_map, port_unmap, port_protect, demand zero
 *	table.c, user.c	other top-level tables, filled at the fault; code in ring 3 (space.h)
 *	early.c, highmem.c	claims before the core has the memory; RAM outside the direct map
 *	memmap_forms.c, screen.c	other loaders' maps; the display. Nothing here calls them
 *	pool.c		the host's frames, and the thread that asks the core for more
 *	time.c		TSC against the PIT, the date from the CMOS clock
 *	lapic.c		the local interrupt controller: timer and messages between processors
 *	sched.c		threads: start, switch, wait, wake, the timer's tick
 *	smp.c, acpi.c	the other processors: found, started, made to flush, to abort sections, to stop
 *	request.c	what `kmemkit boot` asks for, and symbols, out of a module of PVH's
 *	crt/bare_main.c	bare_main() of an image made by `kmemkit boot`: constructors, then the runner
 *	mem.c		memcpy, memset, memmove, memcmp, which the compiler calls
 *
 * Addresses. The image is linked at BARE_IMAGE_BASE + its physical address. Boot tables show the
 * low 4 GiB at 0, at PAGE_OFFSET and (1 GiB) at BARE_IMAGE_BASE; port_describe replaces them by the
 * final ones: direct map of RAM only, image by section (text r-x, rodata r--, data rw-, never two
 * of write and execute), guard page under the stack, nothing in the lower half.
 *
 * Frames of the host. What the host needs is taken from the map before the core sees it: the frame
 * database's backing, and one pool that feeds page tables, stacks and demand-zero pages; the core lends
 * more when it runs low. A table once made stays for its addresses' next use.
 *
 * Regions that must read as zeros (frame database, owner records, per-CPU) are filled at the
 * fault: reads of what was never written share one read-only zero frame, a write takes a frame of
 * the pool.
 *
 * Fresh RAM is whatever the firmware left in it, not zeros: clearing it all would cost more than
 * the rest of the boot, and the core clears what it promises to be zero.
 *
 * Processors. gs points to the processor's area of per-CPU arrays, so an array is an offset from gs.
 * Offset 0 of an area is no array by agreement; its first page holds struct bare_cpu.
 *
 * Array sections are restartable: whatever interrupts one (bare_interrupt) puts the return address
 * back to its begin. Interrupts stay on in the core. A thread is taken off its processor
 * involuntarily only by the tick, and only while the first word of its block (the core's context
 * word) is zero: between preempt_disable() and preempt_enable() nobody else runs there.
 *
 * Locks of the host spin with interrupts off, so nobody waits for another processor's answer while
 * holding one: messages that are waited for are sent with none held. Order: scheduler, then tables, then console.
 */
#ifndef KMK_BARE_H
#define KMK_BARE_H

#define BARE_IMAGE_BASE	0xffffffff80000000
#define BARE_STACK_SIZE	32768
#define BARE_IST_SIZE	8192
#define BARE_BOOT_MAP	0x100000000	/* physical bytes the boot tables show */

#define BARE_PAGE_DESC	64		/* bytes a frame's descriptor, or owner record, may take */

#define BARE_MAX_CPUS	16
#define BARE_MAX_THREADS 1024
#define BARE_THREAD_STACK 32768		/* and as much room that is never mapped below it */
#define BARE_STACKS	0xffffe10000000000	/* the threads' stacks */
#define BARE_DEVICES	0xffffe20000000000	/* LAPIC registers, the request: mapped by the host for itself */
#define BARE_CPU_OFFSET	64		/* of struct bare_cpu in a processor's area */

#define BARE_TIMER	0x40		/* interrupt vectors */
#define BARE_RESCHEDULE	0x41
#define BARE_CALL	0x42
#define BARE_STOP	0x43
#define BARE_SPURIOUS	0xff
#define BARE_VECTORS	256

#define BARE_CS		0x08
#define BARE_DS		0x10
#define BARE_TSS	0x18
#define BARE_USER_DS	(BARE_TSS + 16 * BARE_MAX_CPUS)
#define BARE_USER_CS	(BARE_USER_DS + 8)

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

struct bare_thread;

/* Per processor, at gs:64. The inline door reads block and id. */
struct bare_cpu {
	void *block;			/* gs:64 the running thread's block, which begins its struct bare_thread */
	int32_t id;			/* gs:72 array owner */
	uint32_t apic;
	struct bare_cpu *self;		/* gs:80 */
	struct bare_thread *idle;
	struct bare_thread *dead;	/* left at the last switch: its stack is free now */
	struct bare_thread *timers;	/* sleepers with an end, soonest first */
	uint64_t tick_at;		/* when the timer is to fire, or UINT64_MAX */
	uint64_t slice_end;		/* when the running thread has had its share, or UINT64_MAX */
	uint32_t refused;		/* ticks of this share that found preemption disabled */
	uint32_t aborts;		/* array sections that an interrupt sent back to their begin */
	uint32_t calls;			/* enum bare_call bits asked of this processor */
	uint32_t askers;		/* processors that halted until it has done that: a bit each */
	uint32_t online;
	uint32_t halted;		/* in hlt: what it is asked can wait until it wakes */
};

/* What a processor can be asked to do. Every message also aborts an array section. */
enum bare_call { BARE_CALL_FENCE = 1, BARE_CALL_FLUSH = 2, BARE_CALL_FLUSH_ALL = 4 };

struct bare_lock { uint32_t word; };

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
#define BARE_OPTIONS_MAX 4096
extern char bare_options[];
/* Physical memory as the boot tables show it; NULL: not all of it. */
const void *bare_low(uint64_t pa, uint64_t len);
uint64_t bare_rsdp(void);		/* of the firmware's ACPI tables, or 0 */
/* Let the calling processor's gs point to cpu's area, whose first page the tables show. */
void bare_cpu_enter(struct bare_cpu *cpu);
extern struct bare_cpu_page {
	uint8_t none[BARE_CPU_OFFSET];	/* array 0: empty and full for ever */
	struct bare_cpu cpu;
} __attribute__((aligned(4096))) bare_cpu_pages[BARE_MAX_CPUS];
extern unsigned bare_nr_cpus;		/* processors that run */
/* End the emulator: 0 good, 1 failed, 2 bad use; port_halt() without its words. */
void bare_exit(int status) __attribute__((noreturn));
/* The whole map, reservations included, for reports; the core gets its normal form. */
extern struct memmap bare_map;

/* host.c */
uint64_t bare_ram_bytes(const struct port_desc *d);	/* of its ranges that are PORT_RAM */

/* serial.c */
void bare_serial_init(void);
/* %s %d %u %x %p and l, ll, width and zero padding: for reports from anywhere. */
void bare_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void bare_format(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The ports that stand for the log and the events of a run; 0: the log goes to COM1, there are no events. */
extern unsigned bare_log_port, bare_event_port;
void bare_send_event(const char *line, size_t len);
/* In a report that must come out even if the console's holder is stuck. */
void bare_console_break(void);

/* idt.c */
void bare_idt_init(void);		/* the first processor's, and the table all share */
void bare_idt_load(struct bare_cpu *cpu);	/* the calling processor's */
void bare_exception(struct bare_regs *regs);
void bare_interrupt(struct bare_regs *regs);
/* Return addresses by frame pointers from rbp; returns the number found. */
unsigned bare_frames(uintptr_t rbp, uintptr_t *pc, unsigned max);

/* pool.c */
/* What a frame is for: each use leaves those behind it a rest. */
enum bare_pool_use { BARE_POOL_ANY, BARE_POOL_FAULT, BARE_POOL_UNMAP, BARE_POOL_USES };
/* Zeroed frame of the pool, or 0. */
uint64_t bare_pool_frame(enum bare_pool_use use);
void bare_pool_put(uint64_t pa);	/* a frame that was not needed after all */
bool bare_pool_empty(void);		/* even for faults */
void bare_pool_init(uint64_t start, uint64_t len);
void bare_pool_lend(void);		/* from now on the core is asked for more */
/* With interrupts on and no lock of the host's: have the pool filled if it is low. may_leave: the caller can be taken off. */
void bare_pool_check(bool may_leave);

/* paging.c */
/* Build the final tables for these ranges and switch to them. 0 or -ENOMEM. */
int bare_paging_init(const struct port_range *r, unsigned nr);
/* Map with tables under construction or live; the largest pages that fit. 0 or -ENOMEM. */
int bare_map_range(uintptr_t va, uint64_t pa, uint64_t len, unsigned prot);
/* A page fault: 1 when it was a demand-zero page and now is there, -ENOMEM when the pool is empty, else 0. */
int bare_fill(uintptr_t va, uint64_t error);
/* The reference's top-level entry of va, made if it is not there. False: no frame. */
bool bare_top_entry(uintptr_t va);
uint64_t bare_nx_bit(void);		/* 0 where the processor has none */

/* Bounds of the stack that holds sp: a thread's, the first one, or a double fault's. False: none. */
bool bare_stack_bounds(uintptr_t sp, uintptr_t *lo, uintptr_t *hi);

/* time.c */
void bare_time_init(void);
/* Spin for ns by the TSC. */
void bare_delay(uint64_t ns);

/* lapic.c */
bool bare_lapic_init(void);		/* registers shown, timer measured; false: none */
void bare_lapic_enable(void);		/* the calling processor's */
uint32_t bare_lapic_id(void);
void bare_lapic_eoi(void);
void bare_lapic_timer(uint64_t ns);	/* one interrupt, ns from now; 0: none */
void bare_lapic_send(uint32_t apic, uint32_t command);
#define BARE_IPI_FIXED	0x4000u
#define BARE_IPI_INIT	0x4500u
#define BARE_IPI_START	0x4600u

/* sched.c */
void *bare_first_block(void);		/* of the code that boots */
void bare_sched_init(void);		/* the running code becomes the first thread */
bool bare_sched_preemptible(void);	/* may the tick take the running thread off? */
void bare_sched_tick(void);		/* the timer fired; interrupts off */
/* A stack and an idle thread for a further processor, and the end of its start. */
uintptr_t bare_sched_new_idle(struct bare_cpu *cpu);
void bare_sched_idle(void) __attribute__((noreturn));
/* Bounds of the thread stack at va; overflowed: va lies in the unmapped part below it. */
bool bare_sched_stack(uintptr_t va, uintptr_t *lo, uintptr_t *hi, bool *overflowed, const char **name);
void bare_sched_roots(void (*fn)(uintptr_t start, uintptr_t end, void *data), void *data);

/* smp.c */
extern bool bare_smp_expected;		/* the firmware names more than one processor */
void bare_smp_prepare(void);		/* reserves the low page; before the map's normal form */
void bare_smp_start(unsigned max);	/* the others, at most max in all */
void bare_smp_calls(void);		/* serve what this processor was asked */
void bare_smp_stop_others(void);
void bare_smp_halt(void);		/* hlt until an interrupt; called and returns with interrupts off */
void bare_smp_woken(void);		/* first thing in an interrupt */
void bare_kick(struct bare_cpu *cpu);	/* look at the run queue */
/* Forget translations of [va, va+len) everywhere. Interrupts must be on if there are others. */
void bare_flush_range(uintptr_t va, uint64_t len);

/* acpi.c: local APIC ids of usable processors, by the boot tables' view of memory. Their number; 0: no table. */
unsigned bare_acpi_cpus(uint64_t rsdp, uint32_t *apic, unsigned max);

/* request.c */
void bare_request_found(uint64_t pa, uint64_t len);
void bare_request_map(void);		/* into the final tables; sets the ports of log and events */
/* The value of NAME=value in the request, writable and kept for good, or NULL. */
char *bare_request(const char *name);
unsigned bare_request_number(const char *name);	/* 0: none */
/* name+0xoff/0xsize of a text address; false: no symbols, or none there. */
bool bare_symbol(uintptr_t pc, const char **name, uint64_t *off, uint64_t *size);

static inline struct bare_cpu *bare_this_cpu(void)
{
	struct bare_cpu *cpu;

	__asm__ volatile("movq %%gs:80, %0" : "=r"(cpu));
	return cpu;
}

/* The running thread, in one instruction: between two it could be moved to another processor. */
static inline struct bare_thread *bare_self(void)
{
	struct bare_thread *self;

	__asm__ volatile("movq %%gs:64, %0" : "=r"(self));
	return self;
}

/* Interrupts off; returns the flags before. */
static inline unsigned long bare_irq_save(void)
{
	unsigned long flags;

	__asm__ volatile("pushfq\n\tpopq %0\n\tcli" : "=r"(flags) : : "memory");
	return flags;
}

static inline void bare_irq_restore(unsigned long flags)
{
	if (flags & 0x200)
		__asm__ volatile("sti" : : : "memory");
}

static inline unsigned long bare_lock(struct bare_lock *l)
{
	unsigned long flags = bare_irq_save();

	while (__atomic_exchange_n(&l->word, 1, __ATOMIC_ACQUIRE))
		while (__atomic_load_n(&l->word, __ATOMIC_RELAXED))
			__asm__ volatile("pause");
	return flags;
}

static inline void bare_unlock(struct bare_lock *l, unsigned long flags)
{
	__atomic_store_n(&l->word, 0, __ATOMIC_RELEASE);
	bare_irq_restore(flags);
}

/* Up-calls that an image without the core has not. */
void kmk_upcall_thread_exit(void *block) __attribute__((weak));

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

static inline uint64_t bare_rdmsr(uint32_t msr)
{
	uint32_t lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (uint64_t)hi << 32 | lo;
}

static inline uint64_t bare_cr2(void)
{
	uint64_t v;

	__asm__ volatile("mov %%cr2, %0" : "=r"(v));
	return v;
}

#endif
#endif
