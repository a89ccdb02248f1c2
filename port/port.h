/* SPDX-License-Identifier: MIT */
/*
 * The host contract: everything the core needs from the place it runs in.
 *
 * A host (port/process, port/sim, port/x86_64) supplies the calls below and one
 * header, port_inline.h, found by include path, for what must be inlined
 * (per-CPU arrays, CPU id, thread block, interrupt state, relax).
 *
 * Both worlds include this file: the core with -nostdinc and host code with the
 * system's headers. It therefore uses only compiler-provided headers.
 *
 * Unless a call says otherwise: it may be called from any thread after
 * port_describe() returned 0, it does not sleep, and it takes no lock of the core.
 */
#ifndef KMK_PORT_H
#define KMK_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PORT_MAX_RANGES 16
#define PORT_MAX_IOMEM 16
#define PORT_MAX_CPUS 64		/* largest nr_cpus a host describes */
/*
 * Bytes of zeroed per-thread block a host provides. Its first 32-bit word is not zero while the thread must not be
 * taken off its CPU. The second says which virtual CPU the thread would rather have: a host with a scheduler of
 * its own may write it in a call of the thread's that may sleep, while the first word is zero and PORT_BLOCK_PINNED is
 * not set in the third.
 */
#define PORT_BLOCK_SIZE 512
#define PORT_BLOCK_PINNED 8u

/* What kind of memory a range is. RAM_HIGH is outside the direct map. */
enum port_kind { PORT_RAM = 1, PORT_RAM_HIGH = 2, PORT_RESERVED = 3 };

/* A physical range, bytes, [start, end), frame aligned. */
struct port_range {
	uint64_t start, end;
	unsigned kind;
};

/*
 * Registers of a device, [start, end), frame aligned, in no range of the memory map: port_map() shows them
 * like frames. widths: accesses they take, a mask of sizes in bytes (1, 2, 4, 8); 0: any.
 */
struct port_iomem {
	uint64_t start, end;
	unsigned widths;
	const char *name;
};

enum port_feature {
	PORT_F_ALIAS   = 1u << 0,	/* port_map can show a frame at a second address */
	PORT_F_THREADS = 1u << 1,	/* port_thread_start works */
	PORT_F_RELEASE = 1u << 2,	/* port_release really gives memory back */
	PORT_F_RSEQ    = 1u << 3,	/* arrays are edited by restartable sequences (else slots) */
	PORT_F_MMIO    = 1u << 4,	/* port_map shows any physical address: a real machine */
};

/*
 * How a page inside a mapping is made inaccessible. UNMAP: port_unmap() of the page, at the price of two
 * mappings where the host counts these. MARK: port_guard(), free of charge. FRAME: port_guard(); the frame
 * under the page belongs to the guard (its contents are lost, and touching it elsewhere opens the guard).
 */
enum port_guard_kind { PORT_GUARD_UNMAP = 0, PORT_GUARD_MARK, PORT_GUARD_FRAME };

/* Filled by port_describe(). Ranges are sorted, disjoint and inside the direct map limit. */
struct port_desc {
	unsigned features;		/* enum port_feature bits */
	unsigned nr_cpus;		/* virtual CPUs the kernel API shows, >= 1 */
	unsigned nr_ids;		/* host CPU ids (or slots): array owners are 0 .. nr_ids-1 */
	unsigned nr_ranges;
	struct port_range ranges[PORT_MAX_RANGES];
	const char *options;		/* boot options, kernel spelling, space separated; never NULL */
	unsigned nr_iomem;
	struct port_iomem iomem[PORT_MAX_IOMEM];
	enum port_guard_kind guard;
	unsigned long max_mappings;	/* that the core may hold at a time; 0: any number */
	bool no_dma32;			/* the map knows no DMA32 zone: NORMAL starts behind DMA */
};

enum port_prot { PORT_READ = 1, PORT_WRITE = 2, PORT_EXEC = 4, PORT_NOCACHE = 8,
		 PORT_HUGE = 16	/* large pages are welcome where va, pa and the host allow them */ };

/*
 * 1. Bring the host up and describe it. Called once, before anything else. On return the direct
 *    map shows every PORT_RAM range at PAGE_OFFSET + physical address, contents undefined; the frame
 *    database region (KMK_VMEMMAP), the owner records (KMK_PAGE_EXT), the per-CPU arrays (KMK_PCPU_BASE), the
 *    per-CPU variables (KMK_PERCPU_BASE) and the vmalloc, kmap and fixmap windows are reserved: the first four
 *    readable and writable zeros on demand, the windows inaccessible. The arrays that the inline door finds read
 *    as zeros before the call already, if anything of the library runs before it. Returns 0, or a negative errno after printing what was wrong
 *    (a bad memory map names the token; a taken base address names the address).
 */
int port_describe(struct port_desc *desc);

/*
 * 2. Show frames [pa, pa+len) at va with enum port_prot bits. va, pa and len are page multiples,
 *    va lies in a reserved window. Replaces what was there. 0, -ENOMEM or -EINVAL (also for what is neither
 *    frames nor registers, unless PORT_F_MMIO). May sleep.
 */
int port_map(void *va, uint64_t pa, size_t len, unsigned prot);

/* 3. Undo port_map: the window is inaccessible again, touching it faults. May sleep. */
void port_unmap(void *va, size_t len);

/*
 * 3b. Hosts whose guard is not PORT_GUARD_UNMAP: make the last page of each stride bytes of [va, va+len)
 *     inaccessible, where port_map() has just shown frames. port_map() and port_unmap() end it; a fork's
 *     child must ask again. 0 or a negative errno; then some guards may stand.
 */
int port_guard(void *va, size_t len, size_t stride) __attribute__((weak));

/* 4. Change protection of a mapped piece of a window or the direct map. 0 or -ENOMEM. */
int port_protect(void *va, size_t len, unsigned prot);

/* 5. The contents of free frames [pa, pa+len) are no longer needed; they read as zeros next. */
void port_release(uint64_t pa, size_t len);

/*
 * 5b. Optional: entries [va, va+len) of the frame database, page multiples, are not needed now; they read
 *     as zeros next.
 */
void port_forget(void *va, size_t len) __attribute__((weak));

/* 6. Zero frames that may lie outside the direct map. */
void port_clear(uint64_t pa, size_t len);

/* 7. Write text. stream PORT_LOG is the kernel log, PORT_OUT is test output (KTAP). Any context. */
enum port_stream { PORT_LOG = 0, PORT_OUT = 1 };
void port_console(enum port_stream stream, const char *text, size_t len);

/* 8. Stop. code 0: normal end of the program; else a panic (a process dies by SIGABRT). */
void port_halt(int code) __attribute__((noreturn));

/* 9. Monotonic time in nanoseconds; port_realtime: since the epoch. Any context. */
uint64_t port_now(void);
uint64_t port_realtime(void);

/* 10. Fill with random bytes. */
void port_entropy(void *buf, size_t len);

/*
 * 11. Sleep while *addr == val, at most timeout_ns (UINT64_MAX: for ever). Returns 0 when woken
 *     or when the value differed, -ETIMEDOUT (-110) at the limit. Spurious returns are allowed.
 */
int port_wait(uint32_t *addr, uint32_t val, uint64_t timeout_ns);

/* 12. Wake up to n sleepers of port_wait on addr. */
void port_wake(uint32_t *addr, unsigned n);

/*
 * 13. Start a thread running fn(arg) on a stack of the host's choice; it ends when fn returns.
 *     The name (15 characters are shown) is for debuggers. 0 or -EAGAIN.
 */
int port_thread_start(void (*fn)(void *), void *arg, const char *name);

/* The calling thread used the library: kmk_upcall_thread_exit(port_self()) is owed at its end. Cheap, idempotent. */
void port_thread_note(void);

/* The calling thread is about to end: what lies on its stack below the caller is not needed any more. */
void port_stack_trim(void);

/* Give the processor away for a moment. */
void port_yield(void);

/* 14. Return addresses of the caller's stack, nearest first, skipping `skip`; count filled. */
unsigned port_backtrace(uintptr_t *pc, unsigned max, unsigned skip);

/* Symbol for an address as "name+0xoff/0xsize [file:line]", or hex. Only in reports: may be slow. */
void port_symbol(uintptr_t pc, char *buf, size_t size);

/*
 * 15. Call fn(start, end, data) for each memory range outside our own frames that may hold
 *     pointers: data segments, thread stacks and thread storage, registers spilled. For leak scans.
 */
void port_roots(void (*fn)(uintptr_t start, uintptr_t end, void *data), void *data);

/*
 * 16. Restartable arrays: abort the sections that are running on host CPU id, and order their
 *     effects before the return. 0, or -ENOSYS where arrays are slots.
 */
int port_fence(unsigned id);

/*
 * 17. Files of the host: the swap file, the file behind a page cache. Optional: a host without files leaves
 *     these out, and swapon() and filp_open() say so. path is the host's; flags of enum port_open.
 *     open: a handle >= 0, or a negative errno. io: len bytes at off between the file and buf (the direct
 *     map, or any mapped memory); bytes done, fewer only at the end of the file, or a negative errno.
 *     All may sleep; none takes a signal as an end.
 */
enum port_open { PORT_OPEN_WRITE = 1, PORT_OPEN_CREATE = 2, PORT_OPEN_TRUNC = 4, PORT_OPEN_EXCL = 8,
		 PORT_OPEN_TEMP = 16	/* a file without a name in the folder path */ };
int port_file_open(const char *path, unsigned flags, unsigned mode) __attribute__((weak));
long port_file_io(int file, bool write, void *buf, size_t len, uint64_t off) __attribute__((weak));
int port_file_sync(int file) __attribute__((weak));
int port_file_truncate(int file, uint64_t size) __attribute__((weak));
int64_t port_file_size(int file) __attribute__((weak));
int port_file_id(int file, uint64_t id[2]) __attribute__((weak));	/* equal for two opens of one file */
void port_file_close(int file) __attribute__((weak));

/*
 * 18. Ask kmk_upcall_fault() about faults from now on, also where the program or a sanitizer has a handler of
 *     its own: that one gets what the core does not know. Idempotent. 0 or a negative errno. Optional: a
 *     host that cannot do it leaves it out. A handler installed later goes first.
 */
int port_fault_catch(void) __attribute__((weak));

/*
 * 19. Optional: physical address of the kernel's reference page table, in the processor's own format (see
 *     asm/pgtable.h), reached with all below it through the direct map. Absent or 0: tables cannot be seen.
 */
uint64_t port_page_table(void) __attribute__((weak));

/*
 * 20. Optional: something a thread of the program can wait for with poll(). open: a descriptor, or a negative
 *     errno; raise makes it readable, until the program reads 8 bytes from it. Any context.
 */
int port_poll_open(void) __attribute__((weak));
void port_poll_raise(int fd) __attribute__((weak));
/* In a fork's child, which shares it with its parent: the number names one of the child's own from now on. 0, -errno */
int port_poll_renew(int fd) __attribute__((weak));

/* Up-calls: the core defines them, a host calls them (bare-metal hosts may never do so). */
void kmk_upcall_thread_exit(void *block);	/* a thread that used the library ends */
void kmk_upcall_fork_prepare(void);		/* take every lock in rank order */
void kmk_upcall_fork_parent(void);		/* release them */
void kmk_upcall_fork_child(void);		/* re-initialise them; other threads are gone */
/*
 * Optional: a fault at addr by plain code of the program (not of the core). 1: the page is there now, run the
 * instruction again; 0: nothing that the core knows; a negative errno: it should be there and cannot be (reported
 * by then): the thread gets SIGBUS. May sleep; called on the faulting thread with signals as they were.
 */
int kmk_upcall_fault(uintptr_t addr, bool write) __attribute__((weak));
/*
 * Optional: 2^order frames, direct-mapped, for the host's own use for good: their physical address, or 0. From a
 * thread that may sleep and holds nothing.
 */
uint64_t kmk_upcall_lend(unsigned order) __attribute__((weak));
/* Optional: say in one line what lies at a faulting address (area, by how much, allocated where); its length. */
size_t kmk_upcall_explain_fault(uintptr_t addr, char *buf, size_t size) __attribute__((weak));

#ifdef __cplusplus
}
#endif
#endif
