/* SPDX-License-Identifier: MIT */
/* The kernel's Mem-Info block (Linux 6.1, one node, no huge pages): what memory is used for, in pages and kB. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/vmstat.h>
#include "page.h"

#define KB(pages)	((pages) * (PAGE_SIZE / 1024))
#define NODE(item)	global_node_page_state(item)

/* Text is put together in pieces, printed as lines. */
struct line { char text[512]; int len; };

static __printf(2, 3) void add(struct line *line, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	line->len += vscnprintf(line->text + line->len, sizeof(line->text) - (size_t)line->len, fmt, args);
	va_end(args);
}

static void print(struct line *line)
{
	printk(KERN_WARNING "%s\n", line->text);
	line->len = 0;
}

static void show_totals(void)
{
	printk(KERN_WARNING "active_anon:%lu inactive_anon:%lu isolated_anon:%lu\n", NODE(NR_ACTIVE_ANON),
	       NODE(NR_INACTIVE_ANON), NODE(NR_ISOLATED_ANON));
	printk(KERN_WARNING " active_file:%lu inactive_file:%lu isolated_file:%lu\n", NODE(NR_ACTIVE_FILE),
	       NODE(NR_INACTIVE_FILE), NODE(NR_ISOLATED_FILE));
	printk(KERN_WARNING " unevictable:%lu dirty:%lu writeback:%lu\n", NODE(NR_UNEVICTABLE), NODE(NR_FILE_DIRTY),
	       NODE(NR_WRITEBACK));
	printk(KERN_WARNING " slab_reclaimable:%lu slab_unreclaimable:%lu\n", NODE(NR_SLAB_RECLAIMABLE_B),
	       NODE(NR_SLAB_UNRECLAIMABLE_B));
	printk(KERN_WARNING " mapped:%lu shmem:%lu pagetables:%lu\n", NODE(NR_FILE_MAPPED), NODE(NR_SHMEM),
	       NODE(NR_PAGETABLE));
	printk(KERN_WARNING " sec_pagetables:%lu bounce:%lu\n", NODE(NR_SECONDARY_PAGETABLE),
	       global_zone_page_state(NR_BOUNCE));
	printk(KERN_WARNING " kernel_misc_reclaimable:%lu\n", NODE(NR_KERNEL_MISC_RECLAIMABLE));
	printk(KERN_WARNING " free:%lu free_pcp:%lu free_cma:%lu\n", nr_free_pages(), kmk_pcp_count(), 0UL);
}

static void show_node(void)
{
	struct line line = { .len = 0 };

	add(&line, "Node 0 active_anon:%lukB inactive_anon:%lukB", KB(NODE(NR_ACTIVE_ANON)), KB(NODE(NR_INACTIVE_ANON)));
	add(&line, " active_file:%lukB inactive_file:%lukB", KB(NODE(NR_ACTIVE_FILE)), KB(NODE(NR_INACTIVE_FILE)));
	add(&line, " unevictable:%lukB isolated(anon):%lukB", KB(NODE(NR_UNEVICTABLE)), KB(NODE(NR_ISOLATED_ANON)));
	add(&line, " isolated(file):%lukB mapped:%lukB", KB(NODE(NR_ISOLATED_FILE)), KB(NODE(NR_FILE_MAPPED)));
	add(&line, " dirty:%lukB writeback:%lukB", KB(NODE(NR_FILE_DIRTY)), KB(NODE(NR_WRITEBACK)));
	add(&line, " shmem:%lukB writeback_tmp:%lukB", KB(NODE(NR_SHMEM)), KB(NODE(NR_WRITEBACK_TEMP)));
	add(&line, " kernel_stack:%lukB pagetables:%lukB", NODE(NR_KERNEL_STACK_KB), KB(NODE(NR_PAGETABLE)));
	add(&line, " sec_pagetables:%lukB", KB(NODE(NR_SECONDARY_PAGETABLE)));
	add(&line, " all_unreclaimable? %s", kmk_page_hopeless && kmk_page_hopeless() ? "yes" : "no");
	print(&line);
}

static unsigned long of_zone(const struct zone *zone, enum zone_stat_item item)
{
	return KB(zone_page_state((struct zone *)zone, item));
}

/* CPU lists are not kept apart by zone when they are counted, so theirs stands in the totals only. */
static void show_zone(const struct zone *zone)
{
	struct line line = { .len = 0 };

	add(&line, "Node 0 %s free:%lukB boost:%lukB min:%lukB low:%lukB high:%lukB", zone->name, KB(kmk_zone_free(zone)),
	    KB(READ_ONCE(zone->boost)), KB(zone_watermark(zone, WMARK_MIN)), KB(zone_watermark(zone, WMARK_LOW)),
	    KB(zone_watermark(zone, WMARK_HIGH)));
	add(&line, " reserved_highatomic:0KB active_anon:%lukB inactive_anon:%lukB", of_zone(zone, NR_ZONE_ACTIVE_ANON),
	    of_zone(zone, NR_ZONE_INACTIVE_ANON));
	add(&line, " active_file:%lukB inactive_file:%lukB", of_zone(zone, NR_ZONE_ACTIVE_FILE),
	    of_zone(zone, NR_ZONE_INACTIVE_FILE));
	add(&line, " unevictable:%lukB writepending:%lukB", of_zone(zone, NR_ZONE_UNEVICTABLE),
	    of_zone(zone, NR_ZONE_WRITE_PENDING));
	add(&line, " present:%lukB managed:%lukB mlocked:%lukB", KB(zone->present), KB(zone->managed - zone->withheld),
	    of_zone(zone, NR_MLOCK));
	add(&line, " bounce:%lukB free_pcp:0kB local_pcp:0kB free_cma:0kB", of_zone(zone, NR_BOUNCE));
	print(&line);
	printk(KERN_WARNING "lowmem_reserve[]: %lu %lu %lu %lu\n", READ_ONCE(zone->reserve[0]),
	       READ_ONCE(zone->reserve[1]), READ_ONCE(zone->reserve[2]), READ_ONCE(zone->reserve[3]));
}

static void show_free_lists(struct zone *zone)
{
	static const char letters[MIGRATE_TYPES] = { 'U', 'M', 'E', 'H' };
	unsigned long total = 0, blocks[MAX_ORDER];
	struct line line = { .len = 0 };
	u32 filled[MIGRATE_TYPES];

	kmk_lock(&zone->lock);
	for (unsigned int t = 0; t < MIGRATE_TYPES; t++)
		filled[t] = kmk_zone_filled(zone, t);
	for (unsigned int o = 0; o < MAX_ORDER; o++)
		blocks[o] = zone->area[o].nr_free;
	kmk_unlock(&zone->lock);
	add(&line, "%s: ", zone->name);
	for (unsigned int o = 0; o < MAX_ORDER; o++) {
		char types[MIGRATE_TYPES + 4] = "(";
		unsigned int k = 1;

		for (unsigned int t = 0; t < MIGRATE_TYPES; t++)
			if (filled[t] >> o & 1)
				types[k++] = letters[t];
		types[k] = ')';
		add(&line, "%lu*%lukB ", blocks[o], KB(1UL) << o);
		if (blocks[o])
			add(&line, "%s ", types);
		total += blocks[o] << o;
	}
	add(&line, "= %lukB", KB(total));
	print(&line);
}

static void show_swap(void)
{
	printk(KERN_WARNING "%lu total pagecache pages\n", NODE(NR_FILE_PAGES));
	printk(KERN_WARNING "%lu pages in swap cache\n", NODE(NR_SWAPCACHE));
	if (kmk_page_swap) {
		unsigned long total, free;

		kmk_page_swap(&total, &free);
		printk(KERN_WARNING "Free swap  = %lukB\n", KB(free));
		printk(KERN_WARNING "Total swap = %lukB\n", KB(total));
	}
}

void kmk_show_mem(void)
{
	unsigned long present = 0;

	printk(KERN_WARNING "Mem-Info:\n");
	show_totals();
	show_node();
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++) {
		present += kmk_zones[z].present;
		if (kmk_zones[z].managed)
			show_zone(&kmk_zones[z]);
	}
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		if (kmk_zones[z].managed)
			show_free_lists(&kmk_zones[z]);
	show_swap();
	printk(KERN_WARNING "%lu pages RAM\n", present);
	printk(KERN_WARNING "%lu pages HighMem/MovableOnly\n", totalhigh_pages());
	printk(KERN_WARNING "%lu pages reserved\n", present - totalram_pages() + kmk_page_withheld());
}
