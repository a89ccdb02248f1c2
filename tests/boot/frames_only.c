/* SPDX-License-Identifier: MIT */
/*
 * An image with the page room alone: no slab, no virtual ranges, no start.c. It brings the frames
 * up, takes and returns blocks of every order, and shows that buddyinfo is what it was before.
 * Another kernel that wants only frames starts them in the same four calls.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "base/option.h"
#include "page/page.h"
#include "port.h"
#include "sync/sync.h"

int bare_main(void);

/*
 * Two names of higher rooms that the lower ones call: in an image that starts its rooms itself
 * they are the image's business.
 */
int kmemkit_start(void);
int kmemkit_start(void) { return 0; }
void kvfree(const void *addr) { WARN(1, "kvfree(%px) without a slab room\n", addr); }

#define LIVE 64
#define TEXT 1024

static unsigned int passed, failed;

static void say(const char *text)
{
	port_console(PORT_OUT, text, strlen(text));
}

#define CHECK(c) check((c), #c)
static void check(bool ok, const char *what)
{
	passed += ok;
	failed += !ok;
	if (!ok) {
		say("not ok: ");
		say(what);
		say("\n");
	}
}

/* Untouched frames count as the free blocks they would be, had they been freed one by one. */
static void count_fresh(const struct kmk_fresh *range, unsigned long blocks[MAX_ORDER])
{
	unsigned long pfn = range->next;

	while (pfn < range->end) {
		unsigned int order = MAX_ORDER - 1;

		while (pfn & ((1UL << order) - 1) || pfn + (1UL << order) > range->end)
			order--;
		blocks[order]++;
		pfn += 1UL << order;
	}
}

static size_t zone_line(char *buf, size_t size, struct zone *zone)
{
	unsigned long blocks[MAX_ORDER];
	size_t n = 0;

	for (unsigned int o = 0; o < MAX_ORDER; o++)
		blocks[o] = zone->area[o].nr_free;
	for (unsigned int i = 0; i < zone->nr_fresh; i++)
		count_fresh(&zone->fresh[i], blocks);
	n += (size_t)scnprintf(buf, size, "Node %d, zone %8s ", 0, zone->name);
	for (unsigned int o = 0; o < MAX_ORDER; o++)
		n += (size_t)scnprintf(buf + n, size - n, "%6lu ", blocks[o]);
	n += (size_t)scnprintf(buf + n, size - n, "\n");
	return n;
}

static void buddyinfo(char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = 0;
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		if (kmk_zones[z].managed)
			n += zone_line(buf + n, size - n, &kmk_zones[z]);
}

/* What is free, from the text alone. */
static unsigned long frames_in(const char *text)
{
	unsigned long sum = 0, value = 0;
	unsigned int field = 0;
	bool in_number = false;

	for (; *text; text++) {
		if (*text >= '0' && *text <= '9') {
			value = value * 10 + (unsigned long)(*text - '0');
			in_number = text[-1] == ' ' || in_number;
			continue;
		}
		if (in_number && field++)		/* the first number is the node */
			sum += value << (field - 2);
		in_number = false;
		value = 0;
		if (*text == '\n')
			field = 0;
	}
	return sum;
}

struct held {
	struct page *page;
	unsigned int order;
};

static bool disjoint(const struct held *h, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		for (unsigned int k = 0; k < i; k++) {
			unsigned long a = page_to_pfn(h[i].page), b = page_to_pfn(h[k].page);

			if (a < b + (1UL << h[k].order) && b < a + (1UL << h[i].order))
				return false;
		}
	return true;
}

/* Mark the first and the last word of each block, then find all marks in place. */
static void *word(const struct held *h, bool last)
{
	return (char *)page_address(h->page) + (last ? (PAGE_SIZE << h->order) - sizeof(long) : 0);
}

static void mark(struct held *h)
{
	*(unsigned long *)word(h, false) = page_to_pfn(h->page);
	*(unsigned long *)word(h, true) = ~page_to_pfn(h->page);
}

static bool marked(const struct held *h)
{
	unsigned long pfn = page_to_pfn(h->page);

	return *(unsigned long *)word(h, false) == pfn && *(unsigned long *)word(h, true) == ~pfn;
}

static void churn(void)
{
	static struct held held[LIVE];
	unsigned int n = 0;
	bool good = true;

	for (; n < LIVE; n++) {
		gfp_t gfp = n % 3 ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE;

		held[n].order = n % MAX_ORDER;
		held[n].page = alloc_pages(gfp | __GFP_NOWARN, held[n].order);
		if (!held[n].page)
			break;
		good &= !(page_to_pfn(held[n].page) & ((1UL << held[n].order) - 1));
		mark(&held[n]);
	}
	CHECK(n >= MAX_ORDER && good && disjoint(held, n));
	for (unsigned int i = 0; i < n; i++)
		good &= marked(&held[i]);
	CHECK(good);
	for (unsigned int i = 0; i < n; i += 2)
		__free_pages(held[i].page, held[i].order);
	for (unsigned int i = 1; i < n; i += 2) {
		good &= marked(&held[i]);
		__free_pages(held[i].page, held[i].order);
	}
	CHECK(good);
}

static void zeroed(void)
{
	unsigned long *p = (unsigned long *)get_zeroed_page(GFP_KERNEL);
	unsigned long any = 0;

	CHECK(p != NULL);
	for (unsigned int i = 0; p && i < PAGE_SIZE / sizeof(*p); i++)
		any |= p[i];
	CHECK(!any);
	free_page((unsigned long)p);
}

int bare_main(void)
{
	static char before[TEXT], after[TEXT];
	static struct port_desc desc;

	if (port_describe(&desc))
		return 1;
	kmk_option_set(desc.options);
	if (kmk_sync_start(&desc) || kmk_page_start(&desc))
		return 1;

	buddyinfo(before, sizeof(before));
	say(before);
	CHECK(frames_in(before) == nr_free_pages());
	churn();
	zeroed();
	kmk_pcp_drain_all();
	buddyinfo(after, sizeof(after));
	say(after);
	CHECK(!strcmp(before, after));
	CHECK(frames_in(after) == nr_free_pages());
	CHECK(!page_validate());

	scnprintf(after, sizeof(after), "%u passed, %u failed\n", passed, failed);
	say(after);
	return failed != 0;
}
