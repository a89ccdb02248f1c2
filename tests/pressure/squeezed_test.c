// SPDX-License-Identifier: MIT
/*
 * A suite that is run under scripts of --pressure: it takes 600 frames one by one with each kind of request, and
 * says which of them failed. What it expects is in run.sh.
 */
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>

#define REQUESTS 600

static void take(struct kunit *test, const char *name, gfp_t gfp)
{
	int failed = 0, first = -1, last = -1;
	struct page *page, *next;
	LIST_HEAD(pages);

	for (int i = 0; i < REQUESTS; i++) {
		page = alloc_page(gfp | __GFP_NOWARN);
		if (page) {
			list_add(&page->lru, &pages);
			continue;
		}
		first = failed++ ? first : i;
		last = i;
	}
	list_for_each_entry_safe(page, next, &pages, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
	kunit_info(test, "%s: %d of %d failed, first %d, last %d\n", name, failed, REQUESTS, first, last);
}

static void no_wait(struct kunit *test) { take(test, "GFP_NOWAIT", GFP_NOWAIT); }
static void atomic(struct kunit *test) { take(test, "GFP_ATOMIC", GFP_ATOMIC); }
static void kernel(struct kunit *test) { take(test, "GFP_KERNEL", GFP_KERNEL | __GFP_NORETRY); }

static struct kunit_case squeezed_cases[] = { KUNIT_CASE(no_wait), KUNIT_CASE(atomic), KUNIT_CASE(kernel), {} };
static struct kunit_suite squeezed_suite = { .name = "squeezed", .test_cases = squeezed_cases };
kunit_test_suite(squeezed_suite);
MODULE_LICENSE("GPL");
