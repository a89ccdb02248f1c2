/* SPDX-License-Identifier: MIT */
/* Texts in the forms of /proc, Linux 6.1 (see docs: formats). Counters are read without locks: a picture. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/vmstat.h>
#include "base/option.h"
#include "debug.h"

void kmk_sink_add(struct kmk_sink *sink, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	sink->len += (size_t)vscnprintf(sink->buf + sink->len, sizeof(sink->buf) - sink->len, fmt, args);
	va_end(args);
}

void kmk_sink_end(struct kmk_sink *sink)
{
	kmk_sink_add(sink, "\n");
	sink->line(sink->buf, sink->len, sink->data);
	sink->len = 0;
}

static const char *const type_names[MIGRATE_TYPES] = { "Unmovable", "Movable", "Reclaimable", "HighAtomic" };

#define for_each_populated(zone) \
	for (struct zone *zone = kmk_zones; zone < kmk_zones + MAX_NR_ZONES; zone++) if (zone->managed)

/* Never used memory counts as the blocks it will be carved into. */
static unsigned long fresh_blocks(const struct zone *zone, unsigned int order)
{
	unsigned long n = 0;

	for (unsigned int i = 0; i < zone->nr_fresh; i++) {
		unsigned long pfn = zone->fresh[i].next, end = zone->fresh[i].end;

		while (pfn < end) {
			unsigned int o = min_t(unsigned int, pfn ? (unsigned int)__builtin_ctzl(pfn) : MAX_ORDER,
					       MAX_ORDER - 1);
			unsigned long same = 1;

			while (1UL << o > end - pfn)
				o--;
			if (o == MAX_ORDER - 1)
				same = (end - pfn) >> o;
			n += o == order ? same : 0;
			pfn += same << o;
		}
	}
	return n;
}

static void buddyinfo(struct kmk_sink *sink)
{
	for_each_populated(zone) {
		kmk_sink_add(sink, "Node %d, zone %8s ", 0, zone->name);
		for (unsigned int o = 0; o < MAX_ORDER; o++)
			kmk_sink_add(sink, "%6lu ", zone->area[o].nr_free + fresh_blocks(zone, o));
		kmk_sink_end(sink);
	}
}

static unsigned long list_length(const struct list_head *list)
{
	const struct list_head *pos;
	unsigned long n = 0;

	list_for_each(pos, list)
		n++;
	return n;
}

static unsigned long forgotten_blocks(const struct zone *zone, unsigned int order, unsigned int type)
{
	return order < KMK_GROUP_ORDER ? 0 : zone->forgotten.nr[type][order - KMK_GROUP_ORDER];
}

static void pageblock_counts(struct kmk_sink *sink)
{
	kmk_sink_end(sink);
	kmk_sink_add(sink, "%-23s", "Number of blocks type ");
	for (unsigned int t = 0; t < MIGRATE_TYPES; t++)
		kmk_sink_add(sink, "%12s ", type_names[t]);
	kmk_sink_end(sink);
	for_each_populated(zone) {
		unsigned long count[MIGRATE_TYPES] = { 0 };
		unsigned long pfn = zone->start_pfn & ~(pageblock_nr_pages - 1);

		for (; pfn < zone->end_pfn; pfn += pageblock_nr_pages)
			count[pfn_valid(pfn) ? kmk_pageblock_type(pfn) & 3 : MIGRATE_MOVABLE]++;
		kmk_sink_add(sink, "Node %d, zone %8s ", 0, zone->name);
		for (unsigned int t = 0; t < MIGRATE_TYPES; t++)
			kmk_sink_add(sink, "%12lu ", count[t]);
		kmk_sink_end(sink);
	}
}

static void pagetypeinfo(struct kmk_sink *sink)
{
	kmk_sink_add(sink, "Page block order: %d", pageblock_order);
	kmk_sink_end(sink);
	kmk_sink_add(sink, "Pages per block:  %lu", pageblock_nr_pages);
	kmk_sink_end(sink);
	kmk_sink_end(sink);
	kmk_sink_add(sink, "%-43s ", "Free pages count per migrate type at order");
	for (int o = 0; o < MAX_ORDER; o++)
		kmk_sink_add(sink, "%6d ", o);
	kmk_sink_end(sink);
	for_each_populated(zone)
		for (unsigned int t = 0; t < MIGRATE_TYPES; t++) {
			kmk_sink_add(sink, "Node %4d, zone %8s, type %12s ", 0, zone->name, type_names[t]);
			for (unsigned int o = 0; o < MAX_ORDER; o++)
				kmk_sink_add(sink, "%6lu ", list_length(&zone->area[o].list[t]) + forgotten_blocks(zone, o, t) +
					     (t == MIGRATE_MOVABLE ? fresh_blocks(zone, o) : 0));
			kmk_sink_end(sink);
		}
	pageblock_counts(sink);
}

#define LINE(...) (kmk_sink_add(sink, __VA_ARGS__), kmk_sink_end(sink))

static void zoneinfo(struct kmk_sink *sink)
{
	bool first = true;

	for_each_populated(zone) {
		LINE("Node %d, zone %8s", 0, zone->name);
		if (first) {
			LINE("  per-node stats");
			for (unsigned int i = 0; i < NR_VM_NODE_STAT_ITEMS; i++)
				LINE("      %-12s %lu", node_stat_name((enum node_stat_item)i),
				     global_node_page_state((enum node_stat_item)i));
		}
		first = false;
		LINE("  pages free     %lu", zone->nr_free);
		LINE("        boost    %lu", READ_ONCE(zone->boost));
		LINE("        min      %lu", READ_ONCE(zone->watermark[WMARK_MIN]));
		LINE("        low      %lu", READ_ONCE(zone->watermark[WMARK_LOW]));
		LINE("        high     %lu", READ_ONCE(zone->watermark[WMARK_HIGH]));
		LINE("        spanned  %lu", zone->end_pfn - zone->start_pfn);
		LINE("        present  %lu", zone->present);
		LINE("        managed  %lu", zone->managed);
		LINE("        cma      0");
		LINE("        protection: (%lu, %lu, %lu, %lu)", READ_ONCE(zone->reserve[0]), READ_ONCE(zone->reserve[1]),
		     READ_ONCE(zone->reserve[2]), READ_ONCE(zone->reserve[3]));
		for (unsigned int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
			LINE("      %-12s %lu", zone_stat_name((enum zone_stat_item)i),
			     zone_page_state(zone, (enum zone_stat_item)i));
		LINE("      %-12s %lu", "kmk_locked", zone->nr_locked);
		LINE("  node_unreclaimable:  %d", kmk_page_hopeless && kmk_page_hopeless());
		LINE("  start_pfn:           %lu", zone->start_pfn);
	}
}

static void vmstat(struct kmk_sink *sink)
{
	unsigned long events[NR_VM_EVENT_ITEMS];

	for (unsigned int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
		LINE("%s %lu", zone_stat_name((enum zone_stat_item)i), global_zone_page_state((enum zone_stat_item)i));
	for (unsigned int i = 0; i < NR_VM_NODE_STAT_ITEMS; i++)
		LINE("%s %lu", node_stat_name((enum node_stat_item)i), global_node_page_state((enum node_stat_item)i));
	all_vm_events(events);
	for (unsigned int i = 0; i < NR_VM_EVENT_ITEMS; i++)
		LINE("%s %lu", vm_event_name((enum vm_event_item)i), events[i]);
}

static unsigned long slab_frames(bool reclaimable)
{
	struct kmem_cache *s;
	unsigned long n = 0;

	kmk_lock(&kmk_caches_lock);
	list_for_each_entry(s, &slab_caches, list)
		if (!!(s->flags & SLAB_RECLAIM_ACCOUNT) == reclaimable)
			for (unsigned int k = 0; k < kmk_nr_nodes; k++)
				n += READ_ONCE(s->node[k].nr_slabs) << s->order;
	kmk_unlock(&kmk_caches_lock);
	return n;
}

unsigned long vmalloc_nr_pages(void) __attribute__((weak));

#define NODE(item)	global_node_page_state(item)

static void lru_sizes(unsigned long *pages)
{
	for (unsigned int i = 0; i < NR_LRU_LISTS; i++)
		pages[i] = NODE((enum node_stat_item)(NR_LRU_BASE + i));
}

static void meminfo_rows(struct kmk_sink *sink, const unsigned long *lists, unsigned long swap, unsigned long swap_free)
{
	unsigned long rcl = slab_frames(true), unrcl = slab_frames(false), kb = PAGE_SIZE / 1024;
	unsigned long file = NODE(NR_FILE_PAGES), cached = NODE(NR_SWAPCACHE);
	const struct { const char *name; unsigned long kb; } rows[] = {
		{ "MemTotal:", totalram_pages() * kb }, { "MemFree:", nr_free_pages() * kb },
		{ "MemAvailable:", (unsigned long)si_mem_available() * kb }, { "Buffers:", 0 },
		{ "Cached:", (file > cached ? file - cached : 0) * kb }, { "SwapCached:", cached * kb },
		{ "Active:", (lists[LRU_ACTIVE_ANON] + lists[LRU_ACTIVE_FILE]) * kb },
		{ "Inactive:", (lists[LRU_INACTIVE_ANON] + lists[LRU_INACTIVE_FILE]) * kb },
		{ "Active(anon):", lists[LRU_ACTIVE_ANON] * kb }, { "Inactive(anon):", lists[LRU_INACTIVE_ANON] * kb },
		{ "Active(file):", lists[LRU_ACTIVE_FILE] * kb }, { "Inactive(file):", lists[LRU_INACTIVE_FILE] * kb },
		{ "Unevictable:", lists[LRU_UNEVICTABLE] * kb }, { "Mlocked:", global_zone_page_state(NR_MLOCK) * kb },
		{ "HighTotal:", totalhigh_pages() * kb },
		{ "HighFree:", kmk_zone_free(&kmk_zones[ZONE_HIGHMEM]) * kb },
		{ "LowTotal:", (totalram_pages() - totalhigh_pages()) * kb },
		{ "LowFree:", (nr_free_pages() - kmk_zone_free(&kmk_zones[ZONE_HIGHMEM])) * kb },
		{ "SwapTotal:", swap * kb }, { "SwapFree:", swap_free * kb }, { "Dirty:", NODE(NR_FILE_DIRTY) * kb },
		{ "Writeback:", NODE(NR_WRITEBACK) * kb }, { "AnonPages:", NODE(NR_ANON_MAPPED) * kb },
		{ "Mapped:", NODE(NR_FILE_MAPPED) * kb }, { "Shmem:", NODE(NR_SHMEM) * kb },
		{ "KReclaimable:", (rcl + NODE(NR_KERNEL_MISC_RECLAIMABLE)) * kb }, { "Slab:", (rcl + unrcl) * kb },
		{ "SReclaimable:", rcl * kb }, { "SUnreclaim:", unrcl * kb },
		{ "VmallocTotal:", (VMALLOC_END - VMALLOC_START) / 1024 },
		{ "VmallocUsed:", vmalloc_nr_pages ? vmalloc_nr_pages() * kb : 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		LINE("%-16s%8lu kB", rows[i].name, rows[i].kb);
}

static void meminfo(struct kmk_sink *sink)
{
	unsigned long lists[NR_LRU_LISTS], swap = 0, swap_free = 0;

	lru_sizes(lists);
	if (kmk_page_swap)
		kmk_page_swap(&swap, &swap_free);
	meminfo_rows(sink, lists, swap, swap_free);
}

static void area(struct kmk_sink *sink, const char *name, unsigned long start, unsigned long end, const char *what)
{
	LINE("%-12s 0x%016lx - 0x%016lx  %10lu MiB  %s", name, start, end, (end - start) >> 20, what);
}

/* From the end of the direct map to whatever comes next. */
static unsigned long gap_end(unsigned long start)
{
	static const unsigned long next[] = { KMK_VMEMMAP, KMK_PAGE_EXT };
	unsigned long end = VMALLOC_START;

	for (unsigned int i = 0; i < ARRAY_SIZE(next); i++)
		if (next[i] >= start)
			end = min(end, next[i]);
	return end;
}

/* The address space as it is now; not a kernel format. */
static void layout(struct kmk_sink *sink)
{
	unsigned long lowmem_end = PAGE_OFFSET + kmk_direct_bytes;

	area(sink, "lowmem", PAGE_OFFSET, lowmem_end, "direct map: physical memory, address - base");
	area(sink, "gap", lowmem_end, gap_end(lowmem_end), "nothing: what overruns the direct map faults");
	area(sink, "vmemmap", KMK_VMEMMAP, KMK_VMEMMAP + max_pfn * sizeof(struct page), "frame database: 64 bytes a frame");
	area(sink, "vmalloc", VMALLOC_START, VMALLOC_END, "virtual areas over scattered frames");
	area(sink, "pkmap", PKMAP_BASE, PKMAP_BASE + LAST_PKMAP * 2 * PAGE_SIZE, "kmap window for HIGHMEM frames");
	area(sink, "fixmap", FIXADDR_START, FIXADDR_START + KMK_FIXMAP_SLOTS * 2 * PAGE_SIZE, "kmap_local slots");
	area(sink, "arrays", KMK_PCPU_BASE, KMK_PCPU_BASE + ((unsigned long)(kmk_nr_ids + 2) << KMK_PCPU_SHIFT),
	     "per-CPU object arrays");
	for_each_populated(zone)
		LINE("zone %-8s frames 0x%lx - 0x%lx, %lu MiB, watermarks min %lu low %lu high %lu frames", zone->name,
		     zone->start_pfn, zone->end_pfn, zone->managed >> 8, READ_ONCE(zone->watermark[WMARK_MIN]),
		     READ_ONCE(zone->watermark[WMARK_LOW]), READ_ONCE(zone->watermark[WMARK_HIGH]));
}

static void say_line(const char *text, size_t len, void *data)
{
	printk("%s%.*s", (const char *)data, (int)len, text);
}

/* At start: a runner asks for it (`layout`); any other program's standard error is its own. */
void kmk_layout_say(void)
{
	bool asked = kmk_option("layout");
	char level[] = KERN_INFO;
	struct kmk_sink sink = { .line = say_line, .data = level };

	if (!asked)
		level[1] = KERN_DEBUG[1];
	if (console_loglevel > (asked ? LOGLEVEL_INFO : LOGLEVEL_DEBUG))
		layout(&sink);
}

void kmk_vmallocinfo(void (*emit)(const char *line, void *), void *data) __attribute__((weak));

static void emit_line(const char *line, void *data)
{
	struct kmk_sink *sink = data;
	size_t len = strlen(line);

	if (len && line[len - 1] == '\n')
		len--;
	LINE("%.*s", (int)len, line);
}

static void vmallocinfo(struct kmk_sink *sink)
{
	if (kmk_vmallocinfo)
		kmk_vmallocinfo(emit_line, sink);
}

void kmk_iomem_text(void (*emit)(const char *line, void *), void *data) __attribute__((weak));

static void iomem(struct kmk_sink *sink)
{
	if (kmk_iomem_text)
		kmk_iomem_text(emit_line, sink);
}

static const struct { const char *name; void (*print)(struct kmk_sink *sink); } texts[] = {
	{ "buddyinfo", buddyinfo }, { "pagetypeinfo", pagetypeinfo }, { "zoneinfo", zoneinfo },
	{ "meminfo", meminfo }, { "vmstat", vmstat }, { "slabinfo", kmk_proc_slabinfo }, { "vmallocinfo", vmallocinfo },
	{ "iomem", iomem }, { "layout", layout },
};

bool kmk_proc_text(const char *name, size_t len, struct kmk_sink *sink)
{
	if (len > 5 && !strncmp(name, "slab/", 5))
		return kmk_proc_slab(name + 5, len - 5, sink);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (strlen(texts[i].name) == len && !strncmp(texts[i].name, name, len)) {
			texts[i].print(sink);
			return true;
		}
	return false;
}

static void comment_line(const char *text, size_t len, void *data)
{
	char line[520] = "# ";

	(void)data;
	memcpy(line + 2, text, len);
	port_console(PORT_OUT, line, len + 2);
}

/* At the end of a program: each text as comments of the test output. */
void kmk_proc_report(const char *names);
void kmk_proc_report(const char *names)
{
	while (*names) {
		size_t len = strcspn(names, ",");
		struct kmk_sink sink = { .line = comment_line };

		kmk_sink_add(&sink, "proc: %.*s", (int)len, names);
		kmk_sink_end(&sink);
		if (!kmk_proc_text(names, len, &sink)) {
			kmk_sink_add(&sink, "there is no such text");
			kmk_sink_end(&sink);
		}
		names += len + (names[len] == ',');
	}
}
