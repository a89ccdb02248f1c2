// SPDX-License-Identifier: MIT
/*
 * After kill.c was killed: every page of its file is whole, and at least as new as the log says it was
 * written back. Parameters: file, log, size_mb; lie=1: the log is read as if it claimed more (the check
 * must fail then).
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../../examples/pagecache/pattern.h"
#include "log.h"

static char *file = "", *log = "";
static unsigned int size_mb = 64, lie;
module_param(file, charp, 0444);
module_param(log, charp, 0444);
module_param(size_mb, uint, 0444);
module_param(lie, uint, 0444);

static unsigned int read_log(struct kunit *test, u32 *synced, unsigned long pages)
{
	struct file *f = filp_open(log, O_RDONLY, 0);
	struct log_record r;
	unsigned int n = 0;
	loff_t pos = 0;

	KUNIT_ASSERT_FALSE(test, IS_ERR(f));
	while (kernel_read(f, &r, sizeof(r), &pos) == sizeof(r)) {
		if (r.magic != LOG_MAGIC)
			continue;	/* the other writer's number is taken, its record was not written */
		for (u32 i = 0; i < r.count && i < LOG_PAGES; i++) {
			unsigned long at = r.first + r.stride * i;

			if (at < pages && r.generation[i] + lie > synced[at])
				synced[at] = r.generation[i] + lie;
		}
		n++;
	}
	filp_close(f, NULL);
	return n;
}

static void check_after_kill(struct kunit *test)
{
	unsigned long pages = (unsigned long)size_mb << (20 - PAGE_SHIFT), older = 0, torn = 0, promised = 0, newer = 0;
	u32 *synced = vzalloc(pages * sizeof(u32));
	u8 *buf = kunit_kmalloc(test, PAGE_SIZE, GFP_KERNEL);
	struct file *f = filp_open(file, O_RDONLY, 0);
	unsigned int records = read_log(test, synced, pages);
	loff_t pos = 0;

	KUNIT_ASSERT_FALSE(test, IS_ERR(f));
	for (unsigned long at = 0; at < pages; at++) {
		long gen;

		KUNIT_ASSERT_EQ(test, kernel_read(f, buf, PAGE_SIZE, &pos), (ssize_t)PAGE_SIZE);
		gen = pattern_generation(buf, at);
		torn += gen < 0;
		older += gen >= 0 && gen < (long)synced[at];
		newer += gen > (long)synced[at];
		promised += synced[at] != 0;
	}
	filp_close(f, NULL);
	vfree(synced);
	kunit_info(test, "%u records promise %lu of %lu pages; %lu are newer, %lu older, %lu torn\n", records, promised,
		   pages, newer, older, torn);
	KUNIT_EXPECT_GT(test, records, 0U);
	KUNIT_EXPECT_EQ(test, older, 0UL);
	KUNIT_EXPECT_EQ(test, torn, 0UL);
}

static struct kunit_case check_cases[] = { KUNIT_CASE(check_after_kill), {} };
static struct kunit_suite check_suite = { .name = "after_kill", .test_cases = check_cases };
kunit_test_suite(check_suite);
MODULE_LICENSE("MIT");
