/* SPDX-License-Identifier: MIT */
/* Debug caches: reports in the kernel's form. The slab's node lock is held. */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include "base/report.h"
#include "debug.h"

#define RULE "============================================================================="
#define THIN "-----------------------------------------------------------------------------"

const struct kmk_slab_hooks *kmk_slab_hooks;

/* A test that damages objects on purpose counts what is found, and wants nothing printed. */
static bool counted(struct kmem_cache *s, bool error)
{
	s->errors += error;
	return kmk_slab_hooks && kmk_slab_hooks->count_error();
}

static void print_owner(const char *what, unsigned long caller, u64 time, unsigned int cpu, u32 pid, u32 stack)
{
	if (!caller)
		return;
	printk(KERN_ERR "%s in %pSR age=%llu cpu=%u pid=%u\n", what, (void *)caller,
	       (port_now() - time) / TICK_NSEC, cpu, pid);
	if (stack && kmk_slab_hooks)
		kmk_slab_hooks->print_stack(stack);
}

void kmk_debug_print_owners(const struct kmk_slab *slab, u32 i)
{
	const struct kmk_track *t = slab->track ? &slab->track[i] : NULL;

	if (!t || !slab->cache->tracked)
		return;
	print_owner("Allocated", t->caller, t->time, t->cpu, t->pid, t->stack);
	print_owner("Freed", t->freed_by, t->free_time, t->free_cpu, t->free_pid, t->free_stack);
}

void kmk_debug_print_slab(struct kmk_slab *slab)
{
	const struct kmem_cache *s = slab->cache;
	struct page *page = kmk_slab_page(slab);

	printk(KERN_ERR "Slab 0x%px objects=%u used=%u fp=0x%px flags=%pGp\n", page, s->nr,
	       s->debug ? kmk_debug_of(slab)->inuse : s->nr - slab->nr_free,
	       s->debug ? kmk_debug_of(slab)->freelist : NULL, &page->flags);
}

static void dump(const char *level, const char *what, const void *start, u32 n)
{
	print_hex_dump(level, what, DUMP_PREFIX_ADDRESS, 16, 1, start, n, true);
}

static void dump_bytes(struct kmk_slab *slab, const unsigned char *obj)
{
	const struct kmem_cache *s = slab->cache;
	u32 info = kmk_info_end(s);

	if (s->flags & SLAB_RED_ZONE)
		dump(KERN_ERR, "Redzone  ", obj - s->red_left_pad, s->red_left_pad);
	else if (obj > kmk_slab_block(slab) + 16)
		dump(KERN_ERR, "Bytes b4 ", obj - 16, 16);
	dump(KERN_ERR, "Object   ", obj, min(s->object_size, (u32)PAGE_SIZE));
	if (s->flags & SLAB_RED_ZONE)
		dump(KERN_ERR, "Redzone  ", obj + s->object_size, s->inuse - s->object_size);
	if (info < kmk_stride_end(s))
		dump(KERN_ERR, "Padding  ", obj + info, kmk_stride_end(s) - info);
}

void kmk_debug_print_object(struct kmk_slab *slab, u32 i)
{
	const struct kmem_cache *s = slab->cache;
	unsigned char *obj = kmk_slab_object(slab, i);

	kmk_debug_print_owners(slab, i);
	kmk_debug_print_slab(slab);
	if (!s->debug)
		return;
	printk(KERN_ERR "Object 0x%px @offset=%tu fp=0x%px\n\n", obj, obj - kmk_slab_block(slab),
	       kmk_get_link(s, obj));
	dump_bytes(slab, obj);
}

static void headline(const struct kmem_cache *s, const char *what, const char *rest)
{
	kmk_report_begin(KERN_ERR RULE "\n");
	kmk_report_line(KERN_ERR "BUG %s: %s%s\n", s->name, what, rest);
	kmk_report_line(KERN_ERR THIN "\n\n");
}

void kmk_debug_bad_bytes(struct kmk_slab *slab, u32 i, const struct kmk_bad_bytes *bad)
{
	struct kmem_cache *s = slab->cache;

	if (!counted(s, true)) {
		headline(s, bad->what, " overwritten");
		kmk_report_line(KERN_ERR "0x%px-0x%px @offset=%tu. First byte 0x%x instead of 0x%x\n", bad->start,
				bad->end - 1, bad->start - kmk_slab_block(slab), *bad->start, bad->want);
		kmk_debug_print_object(slab, i);
		kmk_report_end(KMK_POLICY_BUG);
	}
	kmk_debug_fix(s, "Restoring %s 0x%px-0x%px=0x%x", bad->what, bad->start, bad->end - 1, bad->want);
}

void kmk_debug_bad_object(struct kmk_slab *slab, u32 i, const char *reason)
{
	if (counted(slab->cache, true))
		return;
	headline(slab->cache, reason, "");
	kmk_debug_print_object(slab, i);
	kmk_report_end(KMK_POLICY_BUG);
}

void kmk_debug_bad_slab(struct kmk_slab *slab, const char *fmt, ...)
{
	char text[128];
	va_list args;

	if (counted(slab->cache, true))
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	headline(slab->cache, text, "");
	kmk_debug_print_slab(slab);
	kmk_report_end(KMK_POLICY_BUG);
}

/* A free of what is no live object of this slab: nothing is changed. */
void kmk_debug_bad_free(struct kmk_slab *slab, u32 i, const void *addr)
{
	struct kmk_node *node = &slab->cache->node[0];

	kmk_lock(&node->lock);
	if (addr != kmk_slab_object(slab, i))
		kmk_debug_bad_slab(slab, "Invalid object pointer 0x%px", addr);
	else
		kmk_debug_bad_object(slab, i, "Object already free");
	kmk_debug_fix(slab->cache, "Object at 0x%px not freed", addr);
	kmk_unlock(&node->lock);
}

/* What was done about a damage just reported. */
void kmk_debug_fix(struct kmem_cache *s, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	if (counted(s, false))
		return;
	va_start(args, fmt);
	vaf.va = &args;
	printk(KERN_ERR "FIX %s: %pV\n", s->name, &vaf);
	va_end(args);
}

void kmk_debug_trace(struct kmk_slab *slab, u32 i, bool alloc)
{
	const struct kmem_cache *s = slab->cache;
	unsigned char *obj = kmk_slab_object(slab, i);

	printk(KERN_INFO "TRACE %s %s 0x%px inuse=%u fp=0x%px\n", s->name, alloc ? "alloc" : "free", obj,
	       kmk_debug_of(slab)->inuse, kmk_debug_of(slab)->freelist);
	if (!alloc)
		dump(KERN_INFO, "Object   ", obj, s->object_size);
	kmk_print_stack(1);
}

/* ---- kmem_cache_destroy() of a cache in use ---- */

static void name_leaks_of(struct kmk_slab *slab)
{
	struct kmem_cache *s = slab->cache;

	printk(KERN_ERR RULE "\n");
	printk(KERN_ERR "BUG %s: Objects remaining in %s on __kmem_cache_shutdown()\n", s->name, s->name);
	printk(KERN_ERR THIN "\n\n");
	kmk_debug_print_slab(slab);
	for (u32 i = 0; i < s->nr; i++) {
		unsigned char *obj = kmk_slab_object(slab, i);

		if (slab->state[i] != KMK_OBJ_LIVE)
			continue;
		printk(KERN_ERR "Object 0x%px @offset=%tu\n", obj, obj - kmk_slab_block(slab));
		kmk_debug_print_owners(slab, i);
	}
}

/* Each live object, and who allocated it. The WARN that follows counts them. */
void kmk_debug_name_leaks(struct kmem_cache *s)
{
	for (unsigned int k = 0; k < kmk_nr_nodes; k++) {
		struct list_head *lists[] = { &s->node[k].full, &s->node[k].partial };
		struct kmk_slab *slab;

		kmk_lock(&s->node[k].lock);
		for (unsigned int l = 0; l < ARRAY_SIZE(lists); l++)
			list_for_each_entry(slab, lists[l], list)
				name_leaks_of(slab);
		kmk_unlock(&s->node[k].lock);
	}
}
