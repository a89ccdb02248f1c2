// SPDX-License-Identifier: MIT
/*
 * vmalloc_huge(): 64 MiB read at random, beside vmalloc(). Where the host gives large pages for shared
 * memory (/sys/kernel/mm/transparent_hugepage/shmem_enabled: advise or more), the first needs fewer
 * translations; where it does not, both are the same.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/vmalloc.h>

#define BYTES	(64ul << 20)
#define READS	2000000

static void walk(const char *name, volatile u64 *p)
{
	u64 best = ~0ull, t, x = 1, sum = 0;

	if (!p)
		return;
	for (unsigned long i = 0; i < BYTES / 8; i += 512)
		p[i] = i;
	for (int round = 0; round < 7; round++) {
		t = ktime_get_ns();
		for (int i = 0; i < READS; i++) {
			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			sum += p[(x + (sum & 1)) % (BYTES / 8)];
		}
		t = ktime_get_ns() - t;
		best = t < best ? t : best;
	}
	pr_info("KMEMBENCH %-24s %llu.%02llu\n", name, (unsigned long long)(best / READS),
		(unsigned long long)(best * 100 / READS % 100));
}

static int __init huge_init(void)
{
	void *huge = vmalloc_huge(BYTES, GFP_KERNEL), *plain = vmalloc(BYTES);

	pr_info("addresses %px %px\n", huge, plain);
	walk("read_vmalloc_huge", huge);
	walk("read_vmalloc", plain);
	vfree(huge);
	vfree(plain);
	return 0;
}
module_init(huge_init);
MODULE_LICENSE("Dual MIT/GPL");
