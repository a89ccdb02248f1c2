/* SPDX-License-Identifier: MIT */
/* A table of call stacks, each kept once; a handle of 32 bits names one. Handles are never freed. */
#ifndef _LINUX_STACKDEPOT_H
#define _LINUX_STACKDEPOT_H

#include <linux/gfp_types.h>
#include <linux/types.h>

typedef u32 depot_stack_handle_t;
typedef u32 depot_flags_t;

#define STACK_DEPOT_EXTRA_BITS	5
#define STACK_DEPOT_FLAG_CAN_ALLOC	1u
#define STACK_DEPOT_FLAG_GET	2u
#define CONFIG_STACKDEPOT_MAX_FRAMES	64

/* 0 when there is no memory. Any context; takes frames by alloc_pages(gfp) from time to time. */
depot_stack_handle_t stack_depot_save(unsigned long *entries, unsigned int nr_entries, gfp_t gfp);
depot_stack_handle_t __stack_depot_save(unsigned long *entries, unsigned int nr_entries,
					unsigned int extra_bits, gfp_t gfp, bool can_alloc);
unsigned int stack_depot_fetch(depot_stack_handle_t handle, unsigned long **entries);
unsigned int stack_depot_get_extra_bits(depot_stack_handle_t handle);
void stack_depot_print(depot_stack_handle_t handle);
int stack_depot_snprint(depot_stack_handle_t handle, char *buf, size_t size, int spaces);

static inline int stack_depot_init(void) { return 0; }
static inline void stack_depot_want_early_init(void) { }
static inline int stack_depot_early_init(void) { return 0; }
static inline void stack_depot_put(depot_stack_handle_t handle) { (void)handle; }

#endif
