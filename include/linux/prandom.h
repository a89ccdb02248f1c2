/* SPDX-License-Identifier: MIT */
/* Repeatable pseudo-random numbers from a state the caller keeps. The sequence is our own. */
#ifndef _LINUX_PRANDOM_H
#define _LINUX_PRANDOM_H

#include <linux/types.h>

struct rnd_state { __u32 s1, s2, s3, s4; };

u32 prandom_u32_state(struct rnd_state *state);
void prandom_bytes_state(struct rnd_state *state, void *buf, size_t len);
void prandom_seed_state(struct rnd_state *state, u64 seed);
u32 get_random_u32(void);
static inline u32 prandom_u32(void) { return get_random_u32(); }
void get_random_bytes(void *buf, size_t len);
static inline void prandom_bytes(void *buf, size_t len) { get_random_bytes(buf, len); }
static inline u32 next_pseudo_random32(u32 seed) { return seed * 1664525u + 1013904223u; }
#endif
