/* SPDX-License-Identifier: MIT */
/*
 * The process host: the kernel API's machine made of one Linux process.
 *
 *   physical memory   one memfd; file offset = physical address; holes of the map are holes of the file
 *   direct map        shared fixed mappings of it at PAGE_OFFSET + pa, one per RAM range
 *   windows           address reservations (vmalloc, kmap, fixmap) into which runs of the file are mapped
 *   private zeros     frame database, per-CPU arrays, the API's per-CPU memory: anonymous, on demand
 *   a CPU id          the host CPU of restartable sequences, or a slot shared by a few threads
 *   a thread          a pthread; its block is initial-exec thread storage
 *
 * Everything fixed is placed with MAP_FIXED_NOREPLACE and the result is compared: two libraries, or a
 * sanitizer, that want the same addresses get a named error instead of each other's memory.
 *
 * Life: a constructor (priority 101) maps the per-CPU arrays and chooses rseq or slots, so that fast
 * paths are correct before anybody started the library; port_describe() builds the rest.
 *
 * Host code is compiled with -D_GNU_SOURCE and sees the system's headers and port.h; the constants
 * come from asm/page.h, which is found *behind* the system's folders (-idirafter include).
 */
#ifndef KMK_PROCESS_HOST_H
#define KMK_PROCESS_HOST_H

#include <sys/types.h>
#include <ucontext.h>
#include "port.h"

#define KMK_HOST_PAGE		4096UL
#define KMK_HOST_FORK_LIMIT	(256UL << 20)	/* touched bytes a fork copies without being asked */
#define KMK_HOST_STACK		(256UL << 10)	/* usable stack of port_thread_start, by default */
#define KMK_HOST_ALTSTACK	(64UL << 10)	/* a fault report is written on it */
#define KMK_HOST_FRAMES		32		/* depth of a fault's backtrace */

#pragma GCC visibility push(hidden)

enum kmk_host_fork { KMK_FORK_COPY, KMK_FORK_ALWAYS, KMK_FORK_DENY };

struct kmk_host {
	int fd;				/* the memfd, -1 before port_describe */
	uint64_t fd_end;		/* its size: end of the last range */
	dev_t dev;
	ino_t ino;
	pid_t pid;			/* the process that owns the frames */
	bool rseq;			/* arrays are edited by restartable sequences */
	unsigned nr_host_cpus;		/* possible host CPUs */
	unsigned nr_ids;
	unsigned nr_slots;		/* 0 where sequences are used */
	unsigned nr_cpus;		/* virtual */
	size_t stack_size;
	enum kmk_host_fork fork;
	struct port_desc desc;
};
extern struct kmk_host kmk_host;

/* Stack of the calling thread. Nothing is read below lo, which moves with the first thread's stack. */
struct kmk_stack { uintptr_t lo, hi, alt_lo, alt_hi, outer; bool first; };	/* outer: our outermost frame, or 0 */

/* init.c: size of the array region in bytes, and its first address. */
uintptr_t kmk_host_arrays(size_t *len);

/* init.c: sequences are registered per address space; true if they can be fenced. */
bool kmk_host_register_fence(void);

int kmk_host_membarrier(int cmd, unsigned flags, int cpu);

bool kmk_host_note_thread(void);	/* true: thread_exit() will run at its end */

/* slot.c */
void kmk_host_slots_init(void);
int kmk_host_slot_fence(unsigned id);
void kmk_host_slot_leave(void);		/* the calling thread ends */
/* In a fork's child: drop slots and locks of threads that are gone; their half edits are whole ones or none. */
void kmk_host_forget_slots(void);

/* io.c: one formatted line to the log. Usable in a signal handler as far as vsnprintf is. */
void kmk_host_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Read a whole small file; returns its length or -1. buf is terminated. */
long kmk_host_read(const char *path, char *buf, size_t size);

/* options.c: fill ranges, options, nr_cpus and the host's own options. 0 or -EINVAL, printed. */
int kmk_host_options(struct port_desc *desc);

/* iomem.c: files that stand for devices. The map is 0, a negative errno, or 1 where pa is no device's. */
int kmk_host_iomem_init(struct port_desc *desc);
int kmk_host_iomem_map(void *va, uint64_t pa, size_t len, unsigned prot);

/* memory.c: place anonymous memory at a fixed address; 0 or -errno, printed. */
int kmk_host_reserve(const char *what, uintptr_t va, size_t len, int prot);
int kmk_host_memory_init(const struct port_desc *desc);
const char *kmk_host_region(uintptr_t addr);	/* name of our region that holds addr, or NULL */
int kmk_host_prot(unsigned prot);
void kmk_host_advise(int advice);		/* madvise all our regions */

/* guard.c: choose the kind of guard, fill desc->guard and max_mappings. 0 or -EINVAL, printed. */
int kmk_host_guard_init(struct port_desc *desc);
void kmk_host_guard_child(void);		/* one thread, behind a fork */
bool kmk_host_guarded(uintptr_t addr);		/* guards end in SIGBUS, and addr may be one */

/* threads.c */
int kmk_host_threads_init(void);
void kmk_host_stack(struct kmk_stack *s, uintptr_t sp);
unsigned kmk_host_walk(uintptr_t fp, const struct kmk_stack *s, uintptr_t *pc, unsigned max, unsigned skip);
void kmk_host_altstack_main(void);

/* fault.c, edges.c, fork.c */
void kmk_host_faults_init(void);
void kmk_host_edges_init(void);
void kmk_host_fork_register(void);	/* once */
int kmk_host_fork_init(void);
bool kmk_host_fork_refused(void);	/* this process is a child without memory; says so */

/* roots.c: one parsed line of /proc/self/maps. */
struct kmk_map {
	uintptr_t start, end;
	uint64_t offset;
	unsigned long dev_major, dev_minor, ino;
	char perm[5];
	const char *name;		/* not terminated */
	size_t name_len;
};
/* Call fn for each mapping of a snapshot of the table. 0 or -errno. */
int kmk_host_maps(void (*fn)(const struct kmk_map *m, void *data), void *data);

#pragma GCC visibility pop
#endif
