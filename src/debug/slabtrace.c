/* SPDX-License-Identifier: MIT */
/* alloc_traces and free_traces of a cache: its live objects by who allocated, or last freed, them. */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/stackdepot.h>
#include "debug.h"
#include "reclaim/reclaim.h"

struct site {
	unsigned long caller, count;
	u64 sum, youngest, oldest;	/* ages in jiffies */
	u32 stack, waste, min_pid, max_pid;
};

#define MAX_SITES	4096ul		/* distinct ones; what comes after those is only counted */

struct table {
	struct site *site;
	unsigned long nr, room, lost;
	u64 now;
	bool alloc;
};

static int compare(const struct site *a, const struct site *b)
{
	if (a->caller != b->caller)
		return a->caller < b->caller ? -1 : 1;
	if (a->stack != b->stack)
		return a->stack < b->stack ? -1 : 1;
	return a->waste == b->waste ? 0 : a->waste < b->waste ? -1 : 1;
}

/* The place of the site in the ordered table, where it is or belongs. */
static unsigned long place_of(const struct table *t, const struct site *s)
{
	unsigned long low = 0, high = t->nr;

	while (low < high) {
		unsigned long mid = (low + high) / 2;

		if (compare(&t->site[mid], s) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void add(struct table *t, const struct site *s)
{
	unsigned long at = place_of(t, s);
	struct site *same = &t->site[at];

	if (at < t->nr && !compare(same, s)) {
		same->count++;
		same->sum += s->sum;
		same->youngest = min(same->youngest, s->youngest);
		same->oldest = max(same->oldest, s->oldest);
		same->min_pid = min(same->min_pid, s->min_pid);
		same->max_pid = max(same->max_pid, s->max_pid);
	} else if (t->nr == t->room) {
		t->lost++;
	} else {
		memmove(same + 1, same, (t->nr - at) * sizeof(*same));
		*same = *s;
		t->nr++;
	}
}

static void add_object(struct kmem_cache *s, void *obj, struct kmk_track *track, void *data)
{
	struct table *t = data;
	struct site site = { .count = 1 };
	u64 age;

	(void)obj;
	if (!track)
		return;
	site.caller = t->alloc ? track->caller : track->freed_by;
	site.stack = t->alloc ? track->stack : track->free_stack;
	site.waste = t->alloc && track->size ? s->object_size - track->size : 0;
	site.min_pid = site.max_pid = t->alloc ? track->pid : track->free_pid;
	age = site.caller ? (t->now - (t->alloc ? track->time : track->free_time)) / TICK_NSEC : 0;
	site.sum = site.youngest = site.oldest = age;
	add(t, &site);
}

static void print_stack(u32 stack, struct kmk_sink *sink)
{
	unsigned long *entries;
	unsigned int n = stack ? stack_depot_fetch(stack, &entries) : 0;

	for (unsigned int i = 0; i < n; i++) {
		kmk_sink_add(sink, "        %pS", (void *)entries[i]);
		kmk_sink_end(sink);
	}
}

static void print_site(const struct site *s, struct kmk_sink *sink)
{
	kmk_sink_add(sink, "%7ld ", s->count);
	if (s->caller)
		kmk_sink_add(sink, "%pS", (void *)s->caller);
	else
		kmk_sink_add(sink, "<not-available>");
	if (s->waste)
		kmk_sink_add(sink, " waste=%lu/%u", s->count * s->waste, s->waste);
	if (s->sum != s->youngest)
		kmk_sink_add(sink, " age=%llu/%llu/%llu", s->youngest, s->sum / s->count, s->oldest);
	else
		kmk_sink_add(sink, " age=%llu", s->youngest);
	if (s->min_pid != s->max_pid)
		kmk_sink_add(sink, " pid=%u-%u", s->min_pid, s->max_pid);
	else
		kmk_sink_add(sink, " pid=%u", s->min_pid);
	kmk_sink_end(sink);
	print_stack(s->stack, sink);
}

/* Most frequent first. */
static void print_all(struct table *t, struct kmk_sink *sink)
{
	for (unsigned long n = 0; n < t->nr; n++) {
		struct site *best = NULL;

		for (unsigned long i = 0; i < t->nr; i++)
			if (t->site[i].count && (!best || t->site[i].count > best->count))
				best = &t->site[i];
		if (!best)
			break;
		print_site(best, sink);
		best->count = 0;
	}
}

void kmk_slab_traces(struct kmem_cache *s, bool alloc, struct kmk_sink *sink)
{
	struct table t = { .now = port_now(), .alloc = alloc };

	t.room = clamp(kmk_cache_live(s), 1ul, MAX_SITES);
	t.site = s->tracked ? alloc_pages_exact(t.room * sizeof(*t.site), GFP_KERNEL) : NULL;
	if (t.site) {
		kmk_reclaim_pause();
		kmk_slab_each_live(s, add_object, &t);
		kmk_reclaim_resume();
		print_all(&t, sink);
		free_pages_exact(t.site, t.room * sizeof(*t.site));
	}
	if (!t.nr) {
		kmk_sink_add(sink, "No data");
		kmk_sink_end(sink);
	} else if (t.lost) {
		kmk_sink_add(sink, "%7lu objects of further callers", t.lost);
		kmk_sink_end(sink);
	}
}
