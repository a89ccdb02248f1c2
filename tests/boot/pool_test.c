/* SPDX-License-Identifier: MIT */
/* Far more per-CPU memory than the host set aside at the start: the core lends it frames. */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/string.h>

#define N	20000
#define SIZE	2048

static void *objects[N];

static void per_cpu_memory_grows(struct kunit *test)
{
	unsigned int cpu, bad = 0;

	for (unsigned int i = 0; i < N; i++) {
		objects[i] = __alloc_percpu(SIZE, 8);
		KUNIT_ASSERT_NOT_NULL(test, objects[i]);
		for_each_possible_cpu(cpu)
			memset(per_cpu_ptr(objects[i], cpu), (int)(i + cpu), SIZE);
	}
	for (unsigned int i = 0; i < N; i++) {
		for_each_possible_cpu(cpu)
			bad += *((u8 *)per_cpu_ptr(objects[i], cpu) + i % SIZE) != (u8)(i + cpu);
		free_percpu(objects[i]);
	}
	KUNIT_EXPECT_EQ(test, bad, 0U);
}

static struct kunit_case pool_cases[] = { KUNIT_CASE(per_cpu_memory_grows), {} };
static struct kunit_suite pool_suite = { .name = "pool", .test_cases = pool_cases };
kunit_test_suite(pool_suite);

MODULE_LICENSE("GPL");
