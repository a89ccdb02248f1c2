/* SPDX-License-Identifier: MIT */
/*
 * The per-thread block: what the library knows about a thread without asking anyone.
 *
 * The host provides PORT_BLOCK_SIZE zeroed bytes for each thread; all-zero is a thread that has
 * not used the library yet. The block dies with its thread, so nothing here is linked into a list:
 * what others must reach (RCU state, wake-ups) lies in the thread's task.
 *
 * ctx is the execution context in one word: the kernel's preemption count (KMK_PREEMPT_*,
 * SOFTIRQ, HARDIRQ, NMI fields) and one bit for "interrupts off". A thread holds a virtual CPU
 * exactly while ctx is not zero; cpu is then its number.
 */
#ifndef KMK_SYNC_THREAD_H
#define KMK_SYNC_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate.h"
#include "port_inline.h"
#include "ranks.h"

struct task_struct;
struct kmk_try_frame;

#define KMK_CTX_PREEMPT		0x00000001u
#define KMK_CTX_SOFTIRQ		0x00000100u	/* serving a softirq */
#define KMK_CTX_BH_OFF		0x00000200u	/* local_bh_disable() */
#define KMK_CTX_HARDIRQ		0x00010000u
#define KMK_CTX_NMI		0x00100000u
#define KMK_CTX_COUNT_MASK	0x00ffffffu
#define KMK_CTX_IRQ_OFF		0x80000000u

struct kmk_thread {
	uint32_t ctx;			/* depths; not zero: a virtual CPU is held */
	uint32_t cpu;			/* virtual CPU held, else the one held last (a hint) */
	uint32_t flags;			/* KMK_T_* */
	struct task_struct *task;	/* NULL until something needs `current` */
	struct kmk_try_frame *frame;	/* innermost kmk_try() */
	uint32_t seed;			/* cheap random numbers of this thread */
	uint32_t slab_depth;		/* slab: inside its own slow path */
	void *slab_private;		/* slab: free for its use */
	void *debug_private;		/* debug: free for its use */
	uint32_t internal;		/* > 0: what is allocated now belongs to the library */
	uint32_t fs_reclaim;		/* page: depth of fs_reclaim_acquire(), and where it began */
	unsigned long fs_reclaim_ip;
	uint32_t non_block;		/* depth of non_block_start() */
	uint32_t kmap_depth;		/* vmap: kmap_local slots this thread holds */
	uint32_t gate[KMK_NR_GATES];	/* depth behind each gate that a fork closes (gate.h) */
	uint32_t hands;			/* page: how many of the full ones (hands.c) are this thread's */
	uint32_t memalloc;		/* page: depth of kmk_memalloc_begin() */
	void *reclaim_mark[3];		/* reclaim: whose call-backs it is in */
	uint16_t held[KMK_NR_RANKS];	/* debug builds: internal locks held, by rank */
};

#define KMK_T_NO_TASK	1u		/* ended, or ending: give out no task again */
#define KMK_T_CORE	2u		/* a thread of the library's own */
#define KMK_T_NO_CPU	4u		/* slept in error, and found no virtual CPU free afterwards */
#define KMK_T_PINNED	PORT_BLOCK_PINNED	/* takes no other virtual CPU than cpu */

_Static_assert(sizeof(struct kmk_thread) <= PORT_BLOCK_SIZE, "the host's block is too small");
_Static_assert(!offsetof(struct kmk_thread, ctx) && offsetof(struct kmk_thread, cpu) == 4 &&
	       offsetof(struct kmk_thread, flags) == 8, "hosts know these words");

/*
 * gcc 12 miscompiles the null check of -fsanitize=undefined on the address of a thread-local
 * variable (it tests stale flags), so sanitizer builds hide where the pointer comes from.
 */
#ifdef __SANITIZE_ADDRESS__
#define KMK_HIDE_SELF 1
#else
#define KMK_HIDE_SELF 0
#endif

static inline __attribute__((always_inline)) struct kmk_thread *kmk_self(void)
{
	struct kmk_thread *self = port_self();

	if (KMK_HIDE_SELF)
		__asm__("" : "+r"(self));
	return self;
}

/* Called when a thread ends that still holds kmap_local slots: the vmap room's. */
extern void (*kmk_thread_exit_hook)(struct kmk_thread *self);

/* Called in each thread that ends: the reclaim room's. */
extern void (*kmk_thread_leave_hook)(void);

static inline void kmk_thread_check_maps(struct kmk_thread *self)
{
	if (self->kmap_depth && kmk_thread_exit_hook)
		kmk_thread_exit_hook(self);
	if (kmk_thread_leave_hook)
		kmk_thread_leave_hook();
	kmk_gates_left();
}

/* In a context that must not sleep: a virtual CPU is held. RCU readers are counted in the task. */
static inline bool kmk_atomic_context(void)
{
	return kmk_self()->ctx != 0;
}

#endif
