// SPDX-License-Identifier: MIT
/*
 * Batches below and beyond what a CPU's array holds (4,096 objects, about 1 MiB): allocate n, free n.
 * build/kmemkit cc -O2 bench/batches.c -o batches; peers: gcc -O2 -fno-builtin -I bench/peers, preloaded.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/slab.h>

#define ROUNDS	7
#define TOTAL	200000

static void *slot[65536];

static void batch(size_t size, int n)
{
	u64 best = ~0ULL;
	int rep = TOTAL / n;

	for (int round = 0; round < ROUNDS; round++) {
		u64 t = ktime_get_ns();

		for (int r = 0; r < rep; r++) {
			for (int i = 0; i < n; i++) {
				slot[i] = kmalloc(size, GFP_KERNEL);
				*(volatile char *)slot[i] = 1;
			}
			for (int i = 0; i < n; i++)
				kfree(slot[i]);
		}
		t = (ktime_get_ns() - t) * 100 / ((u64)rep * n);
		best = t < best ? t : best;
	}
	pr_info("KMEMBENCH size %llu batch %d: %llu.%02llu\n", (unsigned long long)size, n,
		(unsigned long long)(best / 100), (unsigned long long)(best % 100));
}

static int __init batches_init(void)
{
	static const int counts[] = { 2048, 4096, 8192, 16384, 65536 };
	static const size_t sizes[] = { 16, 64, 256 };

	for (int s = 0; s < 3; s++)
		for (int c = 0; c < 5; c++)
			batch(sizes[s], counts[c]);
	return 0;
}
module_init(batches_init);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("batches beyond the per-CPU arrays");
