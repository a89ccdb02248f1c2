/* SPDX-License-Identifier: MIT */
/*
 * The texts of /sys/kernel/slab/CACHE/ATTRIBUTE, Linux 6.1: "slab/CACHE/ATTRIBUTE" here. Counters
 * are totals, followed by " N0=n" unless zero. What has no meaning in this allocator: cpu_slabs is 0
 * (a CPU keeps objects, not slabs), min_partial is 0 (empty slabs are kept whatever their number).
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include "debug.h"

struct counts { unsigned long slabs, partial, objects, objects_partial; };

static unsigned long live_in(const struct kmem_cache *s, const struct list_head *list)
{
	const struct kmk_slab *slab;
	unsigned long n = 0;

	list_for_each_entry(slab, list, list)
		for (u32 i = 0; i < s->nr; i++)
			n += slab->state[i] == KMK_OBJ_LIVE;
	return n;
}

static struct counts count(struct kmem_cache *s)
{
	struct counts c = { 0 };

	for (unsigned int k = 0; k < kmk_nr_nodes; k++) {
		struct kmk_node *node = &s->node[k];

		kmk_lock(&node->lock);
		c.slabs += node->nr_slabs;
		c.partial += node->nr_partial + node->nr_empty;
		c.objects_partial += live_in(s, &node->partial);
		c.objects += live_in(s, &node->full);
		kmk_unlock(&node->lock);
	}
	c.objects += c.objects_partial;
	return c;
}

static void number(struct kmk_sink *sink, unsigned long n)
{
	kmk_sink_add(sink, "%lu", n);
	kmk_sink_end(sink);
}

static void per_node(struct kmk_sink *sink, unsigned long n)
{
	kmk_sink_add(sink, "%lu", n);
	if (n)
		kmk_sink_add(sink, " N0=%lu", n);
	kmk_sink_end(sink);
}

static const struct { const char *name; slab_flags_t flag; } flags[] = {
	{ "hwcache_align", SLAB_HWCACHE_ALIGN }, { "reclaim_account", SLAB_RECLAIM_ACCOUNT },
	{ "destroy_by_rcu", SLAB_TYPESAFE_BY_RCU }, { "cache_dma", SLAB_CACHE_DMA },
	{ "sanity_checks", SLAB_CONSISTENCY_CHECKS }, { "red_zone", SLAB_RED_ZONE },
	{ "poison", SLAB_POISON }, { "store_user", SLAB_STORE_USER }, { "trace", SLAB_TRACE },
	{ "failslab", SLAB_FAILSLAB },
};

static bool flag_attr(const struct kmem_cache *s, const char *name, struct kmk_sink *sink)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (!strcmp(name, flags[i].name)) {
			number(sink, !!(s->flags & flags[i].flag));
			return true;
		}
	return false;
}

static bool plain_attr(const struct kmem_cache *s, const char *name, struct kmk_sink *sink)
{
	const struct { const char *name; unsigned long value; } rows[] = {
		{ "slab_size", s->size }, { "object_size", s->object_size }, { "objs_per_slab", s->nr },
		{ "order", s->order }, { "align", s->align }, { "min_partial", 0 }, { "cpu_partial", s->entries },
		{ "usersize", s->usersize },
		/* Not its maker, and not the walk that found it. */
		{ "aliases", s->refcount > 2 ? (unsigned long)s->refcount - 2 : 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strcmp(name, rows[i].name)) {
			number(sink, rows[i].value);
			return true;
		}
	return false;
}

static bool count_attr(struct kmem_cache *s, const char *name, struct kmk_sink *sink)
{
	const struct counts c = count(s);
	const struct { const char *name; unsigned long value; } rows[] = {
		{ "objects", c.objects }, { "objects_partial", c.objects_partial }, { "partial", c.partial },
		{ "cpu_slabs", 0 }, { "slabs", c.slabs }, { "total_objects", c.slabs * s->nr },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strcmp(name, rows[i].name)) {
			per_node(sink, rows[i].value);
			return true;
		}
	return false;
}

/* Written to in a kernel; reading gives nothing. */
static bool silent_attr(const struct kmem_cache *s, const char *name, struct kmk_sink *sink)
{
	if (!strcmp(name, "ctor")) {
		if (s->ctor) {
			kmk_sink_add(sink, "%pS", s->ctor);
			kmk_sink_end(sink);
		}
		return true;
	}
	return !strcmp(name, "shrink") || !strcmp(name, "validate");
}

static bool show(struct kmem_cache *s, const char *name, struct kmk_sink *sink)
{
	if (!strcmp(name, "alloc_traces") || !strcmp(name, "free_traces")) {
		kmk_slab_traces(s, *name == 'a', sink);
		return true;
	}
	return flag_attr(s, name, sink) || silent_attr(s, name, sink) || plain_attr(s, name, sink) ||
	       count_attr(s, name, sink);
}

/* The cache of this name, pinned; give it back with kmk_put_cache(). */
static struct kmem_cache *find(const char *name, size_t len)
{
	struct kmem_cache *s = kmk_next_cache(NULL);

	while (s && (strlen(s->name) != len || strncmp(s->name, name, len)))
		s = kmk_next_cache(s);
	return s;
}

bool kmk_slab_attr(const char *cache, size_t len, const char *name, struct kmk_sink *sink)
{
	struct kmem_cache *s = find(cache, len);
	bool known;

	if (!s)
		return false;
	known = show(s, name, sink);
	kmk_put_cache(s);
	return known;
}

/* Run what writing 1 to "shrink" or "validate" does. False: no such cache or attribute. */
bool kmk_slab_attr_run(const char *cache, const char *name)
{
	struct kmem_cache *s = find(cache, strlen(cache));
	bool shrink = !strcmp(name, "shrink"), validate = !strcmp(name, "validate");

	if (!s)
		return false;
	if (shrink)
		kmem_cache_shrink(s);
	validate = validate && s->debug && validate_slab_cache(s) >= 0;
	kmk_put_cache(s);
	return shrink || validate;
}

/* "CACHE/ATTRIBUTE" as the rest of a text's name. */
bool kmk_proc_slab(const char *path, size_t len, struct kmk_sink *sink)
{
	const char *slash = memchr(path, '/', len);
	char name[32];
	size_t n;

	if (!slash)
		return false;
	n = len - (size_t)(slash + 1 - path);
	if (n >= sizeof(name))
		return false;
	memcpy(name, slash + 1, n);
	name[n] = '\0';
	return kmk_slab_attr(path, (size_t)(slash - path), name, sink);
}
