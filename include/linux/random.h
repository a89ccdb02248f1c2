/* SPDX-License-Identifier: MIT */
/* Random numbers. get_random_*: seeded by the host. prandom_*_state: repeatable, the caller's state. */
#ifndef KMK_LINUX_RANDOM_H
#define KMK_LINUX_RANDOM_H

#include <linux/types.h>
#include <linux/prandom.h>

void get_random_bytes(void *buf, size_t len);
u8 get_random_u8(void);
u16 get_random_u16(void);
u32 get_random_u32(void);
u64 get_random_u64(void);
static inline unsigned int get_random_int(void) { return get_random_u32(); }
static inline unsigned long get_random_long(void) { return get_random_u64(); }
static inline int get_random_bytes_wait(void *buf, size_t len) { get_random_bytes(buf, len); return 0; }
static inline int wait_for_random_bytes(void) { return 0; }
static inline bool rng_is_initialized(void) { return true; }
static inline void add_device_randomness(const void *buf, size_t len) { (void)buf; (void)len; }

/* A process is never a copy of a running machine: nobody is called. */
struct notifier_block;
static inline int register_random_vmfork_notifier(struct notifier_block *nb) { (void)nb; return 0; }
static inline int unregister_random_vmfork_notifier(struct notifier_block *nb) { (void)nb; return 0; }

/* Uniform in [0, ceil); ceil 0 gives 0. */
static inline u32 get_random_u32_below(u32 ceil)
{
	u64 m;

	if (ceil <= 1)
		return 0;
	do
		m = (u64)get_random_u32() * ceil;
	while ((u32)m < -ceil % ceil);
	return (u32)(m >> 32);
}
static inline u32 prandom_u32_max(u32 ceil) { return get_random_u32_below(ceil); }
static inline u32 get_random_u32_inclusive(u32 floor, u32 ceil)
{
	return floor + (ceil - floor == 0xffffffffu ? get_random_u32() : get_random_u32_below(ceil - floor + 1));
}

#if KMK_MIXED && __has_include_next(<linux/random.h>)
#include_next <linux/random.h>
#endif
#endif
