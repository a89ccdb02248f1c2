/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PERCPU_H
#define _LINUX_PERCPU_H

#include <linux/mmdebug.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/cpumask.h>
#include <linux/gfp_types.h>
#include <linux/percpu-defs.h>
#include <asm/percpu.h>

#define PCPU_MIN_UNIT_SIZE	(32UL << 10)	/* largest object */
#define PERCPU_ENOUGH_ROOM	(64UL << 10)

/*
 * Zeroed memory, one copy for each CPU. NULL with a report when size is 0 or above
 * PCPU_MIN_UNIT_SIZE or align is no power of two up to PAGE_SIZE. Any context.
 */
void *__alloc_percpu(size_t size, size_t align);
void *__alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp);
void free_percpu(void *p);
/* True for an address inside a copy of a static per-CPU variable. */
bool is_kernel_percpu_address(unsigned long addr);
phys_addr_t per_cpu_ptr_to_phys(void *addr);
unsigned long pcpu_nr_pages(void);

#define alloc_percpu(type)	\
	((__typeof__(type) *)__alloc_percpu(sizeof(type), __alignof__(type)))
#define alloc_percpu_gfp(type, gfp)	\
	((__typeof__(type) *)__alloc_percpu_gfp(sizeof(type), __alignof__(type), gfp))
#define __alloc_reserved_percpu(size, align)	__alloc_percpu(size, align)

/* For crt: a linked image's kmk_percpu section, and its end. start == stop is fine. */
void kmk_percpu_register(void *start, void *stop);
void kmk_percpu_unregister(void *start);

#endif
