/* SPDX-License-Identifier: MIT */
/*
 * One attempt to free pages, cheapest first: what the page room's sources hold back, what shrinkers can
 * spare, then the tails of the lists. docs/reclaim.md has the rules for a page in one table.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/swap.h>
#include <linux/writeback.h>
#include "reclaim.h"

int vm_swappiness = 60;

enum verdict { KEEP, ACTIVATE, WRITE_OUT, DROP, FREED };

static struct address_space *mapping_of(const struct page *page)
{
	struct address_space *mapping = READ_ONCE(page->mapping);

	return (unsigned long)mapping & PAGE_MAPPING_FLAGS ? NULL : mapping;
}

/* May this request write the page? Files need the file system's call-backs, swap only I/O. */
static bool may_write(struct page *page, struct kmk_scan *sc)
{
	bool allowed = sc->gfp & (PageSwapBacked(page) ? __GFP_IO : __GFP_FS);

	if (PageHighMem(page) && !kmk_gfp_highio(sc->gfp))
		allowed = false;
	if (!allowed || !sc->may_writepage)
		sc->skipped_io++;
	return allowed && sc->may_writepage;
}

/*
 * A page that is shown somewhere was touched since it was last looked at, for it was taken away from view
 * then. The second time in a row makes it active.
 */
static enum verdict look_mapped(struct page *page, struct address_space *mapping, struct kmk_scan *sc)
{
	bool again = TestClearPageReferenced(page);

	if (!sc->may_unmap || !mapping->kmk_ops || !mapping->kmk_ops->unmap || !mapping->kmk_ops->unmap(page))
		return KEEP;
	SetPageReferenced(page);
	return again ? ACTIVATE : KEEP;
}

/* What to do with a locked, isolated page. */
static enum verdict look(struct page *page, struct kmk_scan *sc)
{
	struct address_space *mapping = mapping_of(page);
	bool referenced;

	if (!mapping || PageMlocked(page) || mapping_unevictable(mapping))
		return KEEP;			/* truncated, or on the wrong list: putting back settles it */
	if (PageWriteback(page)) {
		SetPageReclaim(page);		/* the end of the writing turns it to the tail */
		sc->writeback++;
		return KEEP;
	}
	if (page_mapcount(page) > 0)
		return look_mapped(page, mapping, sc);
	referenced = TestClearPageReferenced(page);
	if (!PageDirty(page))
		return DROP;
	if (referenced && !PageSwapBacked(page))
		return KEEP;			/* used lately: dropping would be cheap, writing is not */
	return may_write(page, sc) ? WRITE_OUT : KEEP;
}

static void note_error(struct page *page, struct address_space *mapping, int err)
{
	lock_page(page);
	if (page->mapping == mapping)
		mapping_set_error(mapping, err);
	unlock_page(page);
}

/* Have the page's owner write it. DROP: it is clean and locked again; all others: it is not locked. */
static enum verdict write_out(struct page *page)
{
	struct writeback_control wbc = {
		.nr_to_write = SWAP_CLUSTER_MAX, .range_end = LLONG_MAX, .sync_mode = WB_SYNC_NONE, .for_reclaim = 1,
	};
	struct address_space *mapping = mapping_of(page);
	int err;

	if (!mapping->a_ops || !mapping->a_ops->writepage || page_ref_count(page) != 2 + PagePrivate(page)) {
		bool hopeless = !mapping->a_ops || !mapping->a_ops->writepage;

		unlock_page(page);
		return hopeless ? ACTIVATE : KEEP;
	}
	if (!clear_page_dirty_for_io(page))
		return DROP;
	SetPageReclaim(page);
	err = mapping->a_ops->writepage(page, &wbc);
	if (err == AOP_WRITEPAGE_ACTIVATE) {
		ClearPageReclaim(page);
		unlock_page(page);
		return ACTIVATE;
	}
	if (err < 0)
		note_error(page, mapping, err);
	if (!PageWriteback(page))
		ClearPageReclaim(page);
	mod_node_page_state(NULL, NR_VMSCAN_WRITE, 1);
	if (!trylock_page(page))
		return KEEP;
	if (mapping_of(page) && !PageDirty(page) && !PageWriteback(page) && !page_mapcount(page))
		return DROP;
	unlock_page(page);
	return KEEP;
}

static enum verdict drop(struct page *page, struct kmk_scan *sc)
{
	struct address_space *mapping = mapping_of(page);
	void *value = NULL;

	if (PagePrivate(page) && !filemap_release_folio(page_folio(page), sc->gfp))
		return ACTIVATE;
	if (mapping->kmk_ops && mapping->kmk_ops->stand_in)
		value = mapping->kmk_ops->stand_in(page);
	return kmk_mapping_evict(mapping, page, value) ? FREED : KEEP;
}

static enum verdict try_page(struct page *page, struct kmk_scan *sc)
{
	enum verdict verdict;

	if (!trylock_page(page))
		return KEEP;
	verdict = look(page, sc);
	if (verdict == WRITE_OUT) {
		verdict = write_out(page);
		if (verdict != DROP)
			return verdict;
	}
	if (verdict == DROP)
		verdict = drop(page, sc);
	unlock_page(page);
	return verdict;
}

static void count_scan(const struct kmk_scan *sc, bool file, unsigned long scanned, unsigned long freed)
{
	count_vm_events(sc->kswapd ? PGSCAN_KSWAPD : PGSCAN_DIRECT, (long)scanned);
	count_vm_events(file ? PGSCAN_FILE : PGSCAN_ANON, (long)scanned);
	count_vm_events(sc->kswapd ? PGSTEAL_KSWAPD : PGSTEAL_DIRECT, (long)freed);
	count_vm_events(file ? PGSTEAL_FILE : PGSTEAL_ANON, (long)freed);
}

static void shrink_inactive(enum lru_list lru, unsigned long nr, struct kmk_scan *sc)
{
	unsigned long scanned, freed = 0;
	LIST_HEAD(list);

	kmk_reclaim_enter();
	scanned = kmk_lru_isolate_tail(lru, sc->class_zone, nr, &list);
	while (!list_empty(&list)) {
		struct page *page = list_last_entry(&list, struct page, lru);
		enum verdict verdict;

		list_del(&page->lru);
		verdict = try_page(page, sc);
		if (verdict == FREED) {
			freed += compound_nr(page);
			kmk_lru_isolated_gone(page);
			put_page(page);
			continue;
		}
		if (verdict == ACTIVATE) {
			SetPageActive(page);
			count_vm_event(PGACTIVATE);
		}
		kmk_lru_putback(page);
	}
	kmk_reclaim_leave();
	sc->scanned += scanned;
	sc->reclaimed += freed;
	count_scan(sc, is_file_lru(lru), scanned, freed);
}

/* Shown pages are taken away from view, so that the next touch is noticed. */
static void age(struct page *page)
{
	struct address_space *mapping;

	ClearPageActive(page);
	SetPageWorkingset(page);
	if (page_mapcount(page) <= 0 || !trylock_page(page))
		return;
	mapping = mapping_of(page);
	if (mapping && mapping->kmk_ops && mapping->kmk_ops->unmap && page_mapcount(page) > 0)
		mapping->kmk_ops->unmap(page);
	unlock_page(page);
}

static void shrink_active(enum lru_list lru, unsigned long nr, struct kmk_scan *sc)
{
	unsigned long scanned, aged = 0;
	LIST_HEAD(list);

	kmk_reclaim_enter();
	scanned = kmk_lru_isolate_tail(lru, sc->class_zone, nr, &list);
	while (!list_empty(&list)) {
		struct page *page = list_last_entry(&list, struct page, lru);

		list_del(&page->lru);
		age(page);
		kmk_lru_putback(page);
		aged++;
	}
	kmk_reclaim_leave();
	sc->scanned += scanned;
	count_vm_events(PGREFILL, (long)scanned);
	count_vm_events(PGDEACTIVATE, (long)aged);
}

/* Active pages may outnumber inactive ones by the square root of ten times the memory in GiB. */
static bool inactive_is_low(enum lru_list inactive)
{
	unsigned long few = READ_ONCE(kmk_lru.nr[inactive]), many = READ_ONCE(kmk_lru.nr[inactive + LRU_ACTIVE]);
	unsigned long gb = (few + many) >> (30 - PAGE_SHIFT), ratio = 1;

	while (gb && (ratio + 1) * (ratio + 1) <= 10 * gb)
		ratio++;
	return few * ratio < many;
}

static bool can_swap(const struct kmk_scan *sc)
{
	return sc->may_swap && (sc->gfp & __GFP_IO) && (get_nr_swap_pages() > 0 || total_swapcache_pages());
}

/* All file pages together would not lift the machine over its high marks: then even swappiness 0 swaps. */
static bool files_are_few(void)
{
	unsigned long have = kmk_frames_free() + READ_ONCE(kmk_lru.nr[LRU_INACTIVE_FILE]) +
		READ_ONCE(kmk_lru.nr[LRU_ACTIVE_FILE]), marks = 0;

	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		marks += kmk_zones[z].managed ? zone_watermark(&kmk_zones[z], WMARK_HIGH) : 0;
	return have <= marks;
}

/* How many pages of each list to look at: by its length and, where both kinds can go, the swappiness. */
static void shares(const struct kmk_scan *sc, unsigned long nr[NR_LRU_LISTS])
{
	unsigned long anon = 0, file = 1, whole = 1;
	unsigned int lru;

	if (can_swap(sc)) {
		unsigned long plenty = READ_ONCE(kmk_lru.nr[LRU_INACTIVE_FILE]) >> sc->priority;

		if (files_are_few() || (!sc->priority && READ_ONCE(vm_swappiness))) {
			anon = 1;
		} else if (!plenty || inactive_is_low(LRU_INACTIVE_FILE)) {
			anon = (unsigned long)clamp(READ_ONCE(vm_swappiness), 0, 200);
			file = 200 - anon;
			whole = 200;
		}
	}
	for_each_evictable_lru(lru) {
		unsigned long size = READ_ONCE(kmk_lru.nr[lru]) >> sc->priority;

		nr[lru] = size * (is_file_lru((enum lru_list)lru) ? file : anon) / whole;
	}
}

static void shrink_lists(struct kmk_scan *sc)
{
	unsigned long nr[NR_LRU_LISTS] = { 0 };
	unsigned int lru;

	shares(sc, nr);
	while ((nr[LRU_INACTIVE_ANON] || nr[LRU_INACTIVE_FILE] || nr[LRU_ACTIVE_FILE] || nr[LRU_ACTIVE_ANON]) &&
	       sc->reclaimed < sc->wanted) {
		for_each_evictable_lru(lru) {
			unsigned long part = min(nr[lru], SWAP_CLUSTER_MAX);

			nr[lru] -= part;
			if (!part)
				continue;
			if (!is_active_lru((enum lru_list)lru))
				shrink_inactive((enum lru_list)lru, part, sc);
			else if (inactive_is_low((enum lru_list)(lru - LRU_ACTIVE)))
				shrink_active((enum lru_list)lru, part, sc);
		}
		cond_resched();
	}
	if (can_swap(sc) && (READ_ONCE(vm_swappiness) || files_are_few()) && inactive_is_low(LRU_INACTIVE_ANON))
		shrink_active(LRU_ACTIVE_ANON, SWAP_CLUSTER_MAX, sc);
}

/* Sources only estimate, and shrinkers count objects: what came is seen in the zones and CPU arrays. */
static void count_gain(struct kmk_scan *sc, unsigned long before, unsigned long after)
{
	sc->reclaimed += after > before ? after - before : 0;
}

/* CPU arrays hold what their threads would fetch again at once: taken here only where they have it all. */
static void ask_sources(struct kmk_scan *sc)
{
	unsigned long before = kmk_frames_free();

	if (kmk_pcp_count() < sc->wanted)
		kmk_page_ask_sources(sc->gfp);
	else
		kmk_page_reclaim(sc->gfp);
	count_gain(sc, before, kmk_frames_free());
}

/* Objects become frames where a slab is empty now. */
static void ask_shrinkers(struct kmk_scan *sc)
{
	unsigned long before;

	if (!kmk_have_shrinkers())
		return;
	before = kmk_frames_free() + kmk_pcp_count();
	if (!kmk_shrink_slab(sc->gfp, sc->priority))
		return;
	kmk_page_ask_sources(sc->gfp);
	count_gain(sc, before, kmk_frames_free() + kmk_pcp_count());
}

unsigned long kmk_shrink_node(struct kmk_scan *sc)
{
	unsigned long before = sc->reclaimed;

	if (sc->priority == KMK_DEF_PRIORITY)
		ask_sources(sc);
	if (sc->reclaimed < sc->wanted)
		ask_shrinkers(sc);
	if (sc->reclaimed < sc->wanted)
		shrink_lists(sc);
	return sc->reclaimed - before;
}
