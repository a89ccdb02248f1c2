// SPDX-License-Identifier: MIT
/* Drives the kernel's lib/btree.c, whose nodes come from a memory pool, against a plain array. */
#include <kunit/test.h>
#include <linux/btree.h>
#include <linux/mempool.h>
#include <linux/module.h>
#include <linux/vmalloc.h>
#include "pressure.h"

#define KEYS	4096u

static void *model[KEYS];

static void check(struct kunit *test, struct btree_head64 *tree)
{
	unsigned int n = 0, wrong = 0;
	void *value;
	u64 key;

	for (unsigned int i = 0; i < KEYS; i++)
		wrong += btree_lookup64(tree, (u64)i << 20 | 7) != model[i];
	KUNIT_EXPECT_EQ(test, wrong, 0U);
	btree_for_each_safe64(tree, key, value) {
		n++;
		wrong += value != model[key >> 20];
	}
	for (unsigned int i = 0; i < KEYS; i++)
		n -= model[i] != NULL;
	KUNIT_EXPECT_EQ(test, n, 0U);
	KUNIT_EXPECT_EQ(test, wrong, 0U);
}

/* Random insertions and removals; an insertion that finds no node fails and changes nothing. */
static unsigned int churn(struct kunit *test, struct btree_head64 *tree, unsigned int rounds, gfp_t gfp, u64 *seed)
{
	unsigned int refused = 0;

	while (rounds--) {
		unsigned int i = draw(seed) % KEYS;
		u64 key = (u64)i << 20 | 7;

		if (model[i]) {
			KUNIT_ASSERT_PTR_EQ(test, btree_remove64(tree, key), model[i]);
			model[i] = NULL;
		} else {
			void *value = (void *)(unsigned long)(draw(seed) | 1);
			int err = btree_insert64(tree, key, value, gfp);

			KUNIT_ASSERT_TRUE(test, err == 0 || err == -ENOMEM);
			refused += err != 0;
			model[i] = err ? NULL : value;
		}
	}
	return refused;
}

static void against_an_array(struct kunit *test)
{
	struct btree_head64 tree;
	unsigned int refused;
	u64 seed = 20261122;

	KUNIT_ASSERT_EQ(test, btree_init64(&tree), 0);
	churn(test, &tree, 20000, GFP_KERNEL, &seed);
	check(test, &tree);
	squeeze();
	refused = churn(test, &tree, 20000, GFP_ATOMIC | __GFP_NOWARN, &seed);
	check(test, &tree);
	kunit_info(test, "%u insertions refused under pressure", refused);
	unsqueeze();
	churn(test, &tree, 5000, GFP_KERNEL, &seed);
	check(test, &tree);
	for (unsigned int i = 0; i < KEYS; i++)
		if (model[i])
			btree_remove64(&tree, (u64)i << 20 | 7);
	btree_destroy64(&tree);
}

static struct kunit_case btree_cases[] = { KUNIT_CASE(against_an_array), {} };
static struct kunit_suite btree_suite = { .name = "btree", .test_cases = btree_cases };
kunit_test_suite(btree_suite);
MODULE_LICENSE("GPL");
