// SPDX-License-Identifier: MIT
/*
 * The curve of the range structure: finding the area around an address, and taking and giving
 * back a range, among 10 to 10^6 areas. Areas are reserved addresses (no frames) of 1 to 8 pages;
 * a third of them was freed again in random order, so that the space is full of holes.
 *
 * Prints "RANGES <areas> <ns a find> <ns a take and give>", the minimum of ROUNDS rounds, and last
 * the growth of each from 10^3 to 10^6: logarithmic is 2, linear 1000.
 *
 *	kmemkit cc -O2 bench/ranges.c -o ranges && ./ranges
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define ROUNDS	5
#define OPS	20000

static u32 state = 1;

static u32 rng(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static struct vm_struct *reserve(void)
{
	return get_vm_area((1 + rng() % 8) * PAGE_SIZE, VM_MAP);
}

static void drop(struct vm_struct **area, unsigned int i)
{
	if (area[i])
		free_vm_area(area[i]);
	area[i] = NULL;
}

/* Addresses of areas, at random: what is looked for is prepared before the clock runs. */
static u64 time_find(struct vm_struct **area, unsigned int n, const void **addr)
{
	unsigned int i, found = 0;
	u64 t;

	for (i = 0; i < OPS; i++) {
		const struct vm_struct *vm;

		do
			vm = area[rng() % n];
		while (!vm);
		addr[i] = vm->addr;
	}
	t = ktime_get_ns();
	for (i = 0; i < OPS; i++)
		found += find_vm_area(addr[i]) != NULL;
	t = ktime_get_ns() - t;
	return found == OPS ? t : ~0ULL;
}

static u64 time_take(void)
{
	unsigned int i;
	u64 t = ktime_get_ns();

	for (i = 0; i < OPS; i++)
		free_vm_area(reserve());
	return ktime_get_ns() - t;
}

static bool fill(struct vm_struct **area, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		area[i] = reserve();
		if (!area[i])
			return false;
	}
	for (i = 0; i < n / 3; i++)
		drop(area, rng() % n);
	return true;
}

static bool measure(unsigned int n, u64 *find, u64 *take)
{
	struct vm_struct **area = kvcalloc(n, sizeof(*area), GFP_KERNEL);
	const void **addr = kvmalloc_array(OPS, sizeof(*addr), GFP_KERNEL);
	bool good = area && addr && fill(area, n);
	unsigned int i;

	*find = *take = ~0ULL;
	for (i = 0; good && i < ROUNDS; i++) {
		*find = min(*find, time_find(area, n, addr));
		*take = min(*take, time_take());
	}
	for (i = 0; area && i < n; i++)
		drop(area, i);
	kvfree(area);
	kvfree(addr);
	return good;
}

static int __init ranges_init(void)
{
	static const unsigned int sizes[] = { 10, 100, 1000, 10000, 100000, 1000000 };
	u64 find[ARRAY_SIZE(sizes)], take[ARRAY_SIZE(sizes)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (!measure(sizes[i], &find[i], &take[i])) {
			pr_err("RANGES no memory for %u areas\n", sizes[i]);
			return -ENOMEM;
		}
		pr_info("RANGES %7u %6llu %6llu\n", sizes[i], find[i] / OPS, take[i] / OPS);
	}
	pr_info("RANGES growth from 1000 to 1000000: find %llu%%, take %llu%% (logarithmic is 200%%)\n",
		find[5] * 100 / find[2], take[5] * 100 / take[2]);
	return 0;
}
module_init(ranges_init);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("cost of finding virtual ranges");
