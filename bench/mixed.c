// SPDX-License-Identifier: MIT
/*
 * What mixing size classes costs: replace one of 4,096 objects at a time, in order or at random, of one
 * size, of two, or of many. Written against the kernel's API and bench/peers alike:
 * build/kmemkit cc -O2 bench/mixed.c -o mixed && taskset -c 0 ./mixed
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/slab.h>

#define SLOTS	4096
#define ROUNDS	7
#define LOOPS	1000000

static void *slot[SLOTS];
static u32 state = 12345;

static inline u32 rng(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

#define REPLACE(k, size) do {						\
	kfree(slot[k]);							\
	slot[k] = kmalloc(size, GFP_KERNEL);				\
	*(volatile char *)slot[k] = 1;					\
} while (0)

#define CASE(name, body) do {						\
	u64 best = ~0ULL;						\
	for (int round = 0; round < ROUNDS; round++) {			\
		u64 t = ktime_get_ns();					\
		for (u32 i = 0; i < LOOPS; i++) {			\
			u32 r = rng();					\
			body;						\
		}							\
		t = ktime_get_ns() - t;					\
		best = t < best ? t : best;				\
	}								\
	for (int i = 0; i < SLOTS; i++) {				\
		kfree(slot[i]);						\
		slot[i] = NULL;						\
	}								\
	pr_info("KMEMBENCH %-24s %llu.%02llu\n", name,			\
		(unsigned long long)(best / LOOPS),			\
		(unsigned long long)(best * 100 / LOOPS % 100));	\
} while (0)

static int __init mixed_init(void)
{
	CASE("loop_alone", *(volatile u32 *)&state = r);
	CASE("in_order_64", (void)r; REPLACE(i % SLOTS, 64));
	CASE("random_64", REPLACE(r % SLOTS, 64));
	CASE("random_64_128", REPLACE(r % SLOTS, 64 + (r >> 20 & 64)));
	CASE("random_8_to_135", REPLACE(r % SLOTS, 8 + (r >> 20 & 127)));
	CASE("in_order_8_to_135", REPLACE(i % SLOTS, 8 + (r >> 20 & 127)));
	CASE("random_8_to_2055", REPLACE(r % SLOTS, 8 + (r >> 12 & ((16u << (r >> 28 & 7)) - 1))));
	return 0;
}
module_init(mixed_init);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("kmalloc of mixed classes");
