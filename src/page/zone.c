/* SPDX-License-Identifier: MIT */
/* Zones, watermarks and zonelists from the host's memory map. Constant time in the amount of memory. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmstat.h>
#include "base/option.h"
#include "page.h"

struct zone kmk_zones[MAX_NR_ZONES];
struct kmk_zonelist kmk_zonelists[16];
struct kmk_page_limits kmk_page_limit[MAX_NR_ZONES];
bool kmk_page_tracked, kmk_page_lowest, kmk_page_mixed, kmk_init_on_alloc, kmk_init_on_free;
unsigned int kmk_nr_ids;
bool kmk_page_can_release;

void *high_memory;
unsigned long max_pfn, max_low_pfn, min_low_pfn, max_mapnr;
unsigned long kmk_direct_bytes, kmk_page_lowmem;
int min_free_kbytes;

static unsigned long high_start_pfn = ~0UL;
static struct kmk_fresh ram[PORT_MAX_RANGES];	/* where frames exist; never changes */
static unsigned int nr_ram;
static bool no_dma32, min_free_chosen;

#define DMA_END		PHYS_PFN(16ull << 20)
#define DMA32_END	PHYS_PFN(4ull << 30)

bool kmk_pfn_is_high(unsigned long pfn) { return pfn >= high_start_pfn; }

static unsigned int zone_of(unsigned long pfn)
{
	if (pfn < DMA_END)
		return ZONE_DMA;
	if (kmk_pfn_is_high(pfn))
		return ZONE_HIGHMEM;
	return pfn < DMA32_END && !no_dma32 ? ZONE_DMA32 : ZONE_NORMAL;
}

enum zone_type page_zonenum(const struct page *page) { return zone_of(page_to_pfn((struct page *)page)); }
struct zone *page_zone(const struct page *page) { return &kmk_zones[page_zonenum(page)]; }
const char *zone_name(const struct zone *zone) { return zone->name; }
unsigned long zone_managed_pages(const struct zone *zone) { return zone->managed; }
unsigned long zone_free_pages(const struct zone *zone) { return kmk_zone_free(zone); }
unsigned long zone_watermark(const struct zone *zone, enum zone_watermarks mark)
{
	return READ_ONCE(zone->watermark[mark]);
}

struct zone *kmk_zone(enum zone_type index)
{
	return index < MAX_NR_ZONES && kmk_zones[index].managed ? &kmk_zones[index] : NULL;
}

static void zone_init(struct zone *zone, unsigned int index)
{
	static const char *const names[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "HighMem" };

	memset(zone, 0, sizeof(*zone));
	kmk_lock_init(&zone->lock, KMK_RANK_ZONE);
	zone->name = names[index];
	zone->index = index;
	for (unsigned int o = 0; o < MAX_ORDER; o++)
		for (unsigned int t = 0; t < MIGRATE_TYPES; t++)
			INIT_LIST_HEAD(&zone->area[o].list[t]);
}

static int zone_add(struct zone *zone, unsigned long start, unsigned long end)
{
	bool next_to = zone->nr_fresh && zone->fresh[zone->nr_fresh - 1].end == start;

	if (zone->nr_fresh == KMK_ZONE_FRESH && !next_to)
		return -E2BIG;
	if (!zone->present || start < zone->start_pfn)
		zone->start_pfn = start;
	if (end > zone->end_pfn)
		zone->end_pfn = end;
	zone->present += end - start;
	zone->managed += end - start;
	zone->nr_free += end - start;
	if (next_to)		/* one range: blocks carved on both sides could be buddies */
		zone->fresh[zone->nr_fresh - 1].end = end;
	else
		zone->fresh[zone->nr_fresh++] = (struct kmk_fresh){ start, end };
	return 0;
}

/* Split a range where zones meet. Frame 0 is kept back: address 0 of the bus stays nobody's. */
static int add_range(const struct port_range *range)
{
	unsigned long pfn = PHYS_PFN(range->start), end = PHYS_PFN(range->end);

	if (!pfn) {
		SetPageReserved(pfn_to_page(0));
		kmk_zones[ZONE_DMA].present++;
		pfn = 1;
	}
	while (pfn < end) {
		unsigned int z = zone_of(pfn);
		unsigned long stop = end;
		int err;

		if (z == ZONE_DMA)
			stop = min(stop, (unsigned long)DMA_END);
		else if (z == ZONE_DMA32)
			stop = min(stop, (unsigned long)DMA32_END);
		err = zone_add(&kmk_zones[z], pfn, stop);
		if (err)
			return err;
		pfn = stop;
	}
	return 0;
}

/* Zones tried for each combination of modifiers; an empty list means an impossible request. */
static void build_zonelists(void)
{
	for (unsigned int bits = 0; bits < 16; bits++) {
		struct kmk_zonelist *list = &kmk_zonelists[bits];
		int top = ZONE_NORMAL;

		list->count = 0;
		if (bits & ___GFP_DMA)
			top = ZONE_DMA;
		else if (bits & ___GFP_HIGHMEM)
			top = ZONE_HIGHMEM;
		else if (bits & ___GFP_DMA32)
			top = ZONE_DMA32;
		if ((bits & ___GFP_DMA) && (bits & ___GFP_HIGHMEM))
			continue;
		for (int z = top; z >= 0; z--)
			if (kmk_zones[z].managed)
				list->zone[list->count++] = (u8)z;
	}
}

static unsigned long isqrt(unsigned long v)
{
	unsigned long r = 0;

	for (unsigned long bit = 1UL << 31; bit; bit >>= 1)
		if ((r | bit) <= v / (r | bit))
			r |= bit;
	return r;
}

static unsigned long lowmem(void)
{
	return kmk_zones[ZONE_DMA].managed + kmk_zones[ZONE_DMA32].managed + kmk_zones[ZONE_NORMAL].managed;
}

/* Does a free block of that order exist? Any context, no lock; true only at that moment. */
bool kmk_zone_has_order(const struct zone *zone, unsigned int order)
{
	u32 filled = 0;

	for (unsigned int t = 0; t < MIGRATE_TYPES; t++)
		filled |= kmk_zone_filled(zone, t);
	return filled >> order || READ_ONCE(zone->nr_fresh);
}

/* One of that type, or a whole pageblock of any? */
bool kmk_zone_has_own(const struct zone *zone, unsigned int order, unsigned int type)
{
	return kmk_zone_filled(zone, type) >> order || kmk_zone_has_order(zone, pageblock_order);
}

/* Frames of a zone that the marks are made for. */
static unsigned long present_of(const struct zone *zone)
{
	return zone->managed - zone->withheld;
}

static void set_marks(struct zone *zone, unsigned long min_frames, unsigned long low_frames)
{
	unsigned long min, gap;

	if (zone->index == ZONE_HIGHMEM && zone->managed)
		min = clamp(present_of(zone) / 1024, 32UL, 128UL);
	else
		min = low_frames && zone->index != ZONE_HIGHMEM ? min_frames * present_of(zone) / low_frames : 0;
	gap = max(min / 4, present_of(zone) / 1000);
	WRITE_ONCE(zone->watermark[WMARK_MIN], min);
	WRITE_ONCE(zone->watermark[WMARK_LOW], min + gap);
	WRITE_ONCE(zone->watermark[WMARK_HIGH], min + 2 * gap);
}

/* Frames of a low zone that a request which could have had a higher zone must leave. */
static void set_reserves(void)
{
	static const unsigned int ratio[MAX_NR_ZONES] = { 256, 256, 32, 0 };

	for (unsigned int z = 0; z < MAX_NR_ZONES; z++) {
		unsigned long above = 0;

		for (unsigned int class = z + 1; class < MAX_NR_ZONES; class++) {
			above += present_of(&kmk_zones[class]);
			WRITE_ONCE(kmk_zones[z].reserve[class], ratio[z] ? above / ratio[z] : 0);
		}
	}
}

/*
 * min_free_kbytes is four times the square root of the lowmem kilobytes, within 128 and 262144, as
 * Linux computes it. Very small memories keep at most a 32nd, else nothing could be allocated; who chooses
 * a number gets it, up to half of the lowmem.
 */
void kmk_page_set_watermarks(void)
{
	unsigned long low = 0, frames;

	for (unsigned int z = 0; z < ZONE_HIGHMEM; z++)
		low += present_of(&kmk_zones[z]);
	if (!min_free_chosen)
		min_free_kbytes = (int)clamp(isqrt(low * 4 * 16), 128UL, 262144UL);
	frames = min((unsigned long)min_free_kbytes / 4, min_free_chosen ? low / 2 : low / 32);
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		set_marks(&kmk_zones[z], frames, low);
	set_reserves();
}

/*
 * Every zone goes without the same share. Marks and reserves follow, as if the zones were smaller; what the
 * arrays may hold does not, so the caller drains them.
 */
/* amount * part / whole, for frames: the product fits 64 bits. Bare metal has no 128-bit division (__udivti3). */
static unsigned long portion(unsigned long amount, unsigned long part, unsigned long whole)
{
	return whole ? amount * part / whole : 0;
}

/*
 * Free frames are withheld first, each zone's in proportion: so what is in use stays within the sum, wherever it
 * is. Only what must still be freed is spread over the used ones.
 */
void kmk_page_withhold(unsigned long frames)
{
	unsigned long total = totalram_pages(), all_free = 0, from_free, left, free[MAX_NR_ZONES];

	frames = min(frames, total);
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		all_free += free[z] = READ_ONCE(kmk_zones[z].nr_free);
	from_free = min(frames, all_free);
	left = frames;
	for (unsigned int z = MAX_NR_ZONES; z-- > 0; ) {
		struct zone *zone = &kmk_zones[z];
		unsigned long share = portion(from_free, free[z], all_free) +
				      portion(frames - from_free, zone->managed - free[z], total - all_free);

		share = min3(share, zone->managed, left);
		left -= share;
		__atomic_store_n(&zone->withheld, share, __ATOMIC_RELAXED);
	}
	for (unsigned int z = 0; z < MAX_NR_ZONES && left; z++) {	/* what rounding left over */
		struct zone *zone = &kmk_zones[z];
		unsigned long more = min(left, zone->managed - zone->withheld);

		__atomic_store_n(&zone->withheld, zone->withheld + more, __ATOMIC_RELAXED);
		left -= more;
	}
	kmk_page_set_watermarks();
}

unsigned long kmk_page_withheld(void)
{
	unsigned long n = 0;

	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		n += __atomic_load_n(&kmk_zones[z].withheld, __ATOMIC_RELAXED);
	return n;
}

/* Arrays may hold at most a 32nd of a zone over all CPUs; small zones have none. */
static void set_limits(void)
{
	static const u16 most[KMK_PAGE_SLOTS] = { KMK_PAGE_ENTRIES, 128, 64, 32, 2 };
	static const u8 order[KMK_PAGE_SLOTS] = { 0, 1, 2, 3, pageblock_order };

	for (unsigned int z = 0; z < MAX_NR_ZONES; z++) {
		unsigned long frames = kmk_zones[z].managed / 32 / KMK_PAGE_SLOTS / kmk_nr_ids;

		for (unsigned int s = 0; s < KMK_PAGE_SLOTS; s++)
			kmk_page_limit[z].entries[s] = kmk_page_tracked || kmk_page_lowest ? 0
				: (u32)min(frames >> order[s], (unsigned long)most[s]);
	}
}

static void set_fast_table(void)
{
	for (unsigned int bits = 0; bits < 32; bits++) {
		const struct kmk_zonelist *list = &kmk_zonelists[bits & 15];
		unsigned int type = bits >> GFP_MOVABLE_SHIFT & 3, group = 0;

		if (list->count && type < MIGRATE_PCPTYPES)
			group = kmk_group_of(list->zone[0], type);
		kmk_page_fast[bits] = kmk_group_array(group, 0);
	}
}

/* Owners of frames are recorded when asked for, and where those of objects are (slub_debug with U). */
static bool want_owners(void)
{
	const char *debug = kmk_option("slub_debug");

	return kmk_option_flag("page_owner", false) || (debug && (!*debug || strpbrk(debug, "Uu")));
}

static void read_options(void)
{
	const char *policy = kmk_option("page_policy");
	unsigned long long free_kb;

	kmk_init_on_alloc = kmk_option_flag("init_on_alloc", false);
	kmk_init_on_free = kmk_option_flag("init_on_free", false);
	if (kmk_option_number("min_free_kbytes", &free_kb))
		min_free_kbytes = (int)free_kb;
	min_free_chosen = min_free_kbytes;
	kmk_page_tracked = want_owners();
	kmk_page_lowest = policy && !strcmp(policy, "lowest");
	kmk_page_mixed = !kmk_option_flag("page_group", true);
}

static void limits_of_memory(const struct port_desc *desc)
{
	for (unsigned int i = 0; i < desc->nr_ranges; i++) {
		const struct port_range *r = &desc->ranges[i];

		if (r->kind == PORT_RESERVED)
			continue;
		ram[nr_ram++] = (struct kmk_fresh){ PHYS_PFN(r->start), PHYS_PFN(r->end) };
		max_pfn = max(max_pfn, (unsigned long)PHYS_PFN(r->end));
		if (r->kind == PORT_RAM_HIGH)
			high_start_pfn = min(high_start_pfn, (unsigned long)PHYS_PFN(r->start));
		else
			max_low_pfn = max(max_low_pfn, (unsigned long)PHYS_PFN(r->end));
	}
	max_mapnr = max_pfn;
	high_memory = __va(PFN_PHYS(max_low_pfn));
}

int kmk_page_start(const struct port_desc *desc)
{
	int err;

	no_dma32 = desc->no_dma32;
	kmk_nr_ids = desc->nr_ids;
	kmk_page_can_release = (desc->features & PORT_F_RELEASE) && (desc->features & PORT_F_THREADS);
	read_options();
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		zone_init(&kmk_zones[z], z);
	limits_of_memory(desc);
	for (unsigned int i = 0; i < desc->nr_ranges; i++) {
		if (desc->ranges[i].kind == PORT_RESERVED)
			continue;
		err = add_range(&desc->ranges[i]);
		if (err)
			return err;
	}
	contig_page_data.node_spanned_pages = max_pfn;
	contig_page_data.node_present_pages = totalram_pages();
	build_zonelists();
	kmk_page_set_watermarks();
	set_limits();
	set_fast_table();
	/* Only now may an address be looked up: before, every free is a foreign one. */
	kmk_direct_bytes = kmk_page_lowmem = PFN_PHYS(max_low_pfn);
	return 0;
}

int pfn_valid(unsigned long pfn)
{
	for (unsigned int i = 0; i < nr_ram; i++)
		if (pfn >= ram[i].next && pfn < ram[i].end)
			return 1;
	return 0;
}

bool kmk_virt_addr_valid(unsigned long addr)
{
	return addr - PAGE_OFFSET < kmk_direct_bytes && pfn_valid(virt_to_pfn(addr));
}

unsigned long totalram_pages(void) { return lowmem() + totalhigh_pages(); }
unsigned long totalhigh_pages(void) { return kmk_zones[ZONE_HIGHMEM].managed; }

unsigned long kmk_frames_free(void)
{
	unsigned long n = 0;

	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		n += READ_ONCE(kmk_zones[z].nr_free);
	return n;
}

unsigned long nr_free_pages(void)
{
	unsigned long n = 0;

	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		n += kmk_zone_free(&kmk_zones[z]);
	return n;
}

/* What can be allocated without swapping: free beyond the low marks, and most of the file pages. */
long si_mem_available(void)
{
	unsigned long lists = global_node_page_state(NR_ACTIVE_FILE) + global_node_page_state(NR_INACTIVE_FILE);
	long n = (long)nr_free_pages(), low = 0;

	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		low += (long)READ_ONCE(kmk_zones[z].watermark[WMARK_LOW]);
	/* A part of the lists is needed, or thrashing begins: 6.1's rule. */
	n += (long)lists - min((long)lists / 2, low) - low;
	return max(n, 0L);
}

void si_meminfo(struct sysinfo *val)
{
	memset(val, 0, sizeof(*val));
	val->totalram = totalram_pages();
	val->freeram = nr_free_pages();
	val->totalhigh = totalhigh_pages();
	val->freehigh = kmk_zone_free(&kmk_zones[ZONE_HIGHMEM]);
	val->mem_unit = PAGE_SIZE;
}

bool want_init_on_alloc(gfp_t flags) { return kmk_init_on_alloc || (flags & __GFP_ZERO); }
bool want_init_on_free(void) { return kmk_init_on_free; }

void *page_address(const struct page *page)
{
	return PageHighMem(page) ? page->virtual : lowmem_page_address(page);
}
