/* SPDX-License-Identifier: MIT */
/*
 * The lists of reclaimable pages. New pages go to the head, reclaim looks at the tail. Two lists each for
 * anonymous and file pages: inactive ones are candidates, active ones were used more than once lately.
 */
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/swap.h>
#include "reclaim.h"

struct kmk_lru kmk_lru = { .lock = KMK_LOCK_INIT(KMK_RANK_LRU) };

static enum lru_list list_of(const struct page *page)
{
	if (PageUnevictable(page))
		return LRU_UNEVICTABLE;
	return (PageSwapBacked(page) ? LRU_BASE : LRU_FILE) + (PageActive(page) ? LRU_ACTIVE : 0);
}

static void count(struct page *page, enum lru_list lru, long pages)
{
	WRITE_ONCE(kmk_lru.nr[lru], kmk_lru.nr[lru] + (unsigned long)pages);
	mod_node_page_state(NULL, (enum node_stat_item)(NR_LRU_BASE + lru), pages);
	mod_zone_page_state(page_zone(page), (enum zone_stat_item)(NR_ZONE_LRU_BASE + lru), pages);
}

static void count_isolated(const struct page *page, long pages)
{
	mod_node_page_state(NULL, PageSwapBacked(page) ? NR_ISOLATED_ANON : NR_ISOLATED_FILE, pages);
}

static bool evictable(struct page *page)
{
	const struct address_space *mapping = READ_ONCE(page->mapping);

	if ((unsigned long)mapping & PAGE_MAPPING_FLAGS)
		mapping = NULL;
	return !PageMlocked(page) && !(mapping && (READ_ONCE(mapping->flags) >> AS_UNEVICTABLE & 1));
}

static void insert_locked(struct page *page, bool tail)
{
	enum lru_list lru;

	if (!evictable(page)) {
		SetPageUnevictable(page);
		ClearPageActive(page);
		count_vm_event(UNEVICTABLE_PGCULLED);
	} else if (TestClearPageUnevictable(page)) {
		count_vm_event(UNEVICTABLE_PGRESCUED);
	}
	lru = list_of(page);
	SetPageLRU(page);
	if (tail)
		list_add_tail(&page->lru, &kmk_lru.list[lru]);
	else
		list_add(&page->lru, &kmk_lru.list[lru]);
	count(page, lru, (long)compound_nr(page));
}

static void remove_locked(struct page *page)
{
	count(page, list_of(page), -(long)compound_nr(page));
	list_del(&page->lru);
	ClearPageLRU(page);
}

void lru_cache_add(struct page *page)
{
	page = compound_head(page);
	kmk_lock(&kmk_lru.lock);
	if (!PageLRU(page))
		insert_locked(page, false);
	kmk_unlock(&kmk_lru.lock);
}

/* The page room's up-call: nobody holds the page any more. */
static void drop(struct page *page)
{
	kmk_lock(&kmk_lru.lock);
	if (PageLRU(page))
		remove_locked(page);
	ClearPageActive(page);
	ClearPageUnevictable(page);
	kmk_unlock(&kmk_lru.lock);
}

/* Who holds the lock and sees PG_lru has a page that is not freed yet; without a reference it is about to be. */
static bool isolate_locked(struct page *page)
{
	if (!PageLRU(page) || !get_page_unless_zero(page))
		return false;
	remove_locked(page);
	count_isolated(page, (long)compound_nr(page));
	return true;
}

bool kmk_lru_isolate(struct page *page)
{
	bool got;

	kmk_lock(&kmk_lru.lock);
	got = isolate_locked(page);
	kmk_unlock(&kmk_lru.lock);
	return got;
}

/* PG_swapbacked may not change while a page is isolated, or the counters would not balance. */
void kmk_lru_isolated_gone(struct page *page)
{
	count_isolated(page, -(long)compound_nr(page));
}

void kmk_lru_putback(struct page *page)
{
	kmk_lock(&kmk_lru.lock);
	count_isolated(page, -(long)compound_nr(page));
	if (!PageLRU(page))
		insert_locked(page, false);
	kmk_unlock(&kmk_lru.lock);
	put_page(page);
}

int isolate_lru_page(struct page *page)
{
	return kmk_lru_isolate(compound_head(page)) ? 0 : -EBUSY;
}

void putback_lru_page(struct page *page)
{
	kmk_lru_putback(compound_head(page));
}

/*
 * Take up to nr pages off a list's tail. Busy ones (about to be freed) and those of zones that do not help
 * are turned to the head, so that a scan always moves on. Returns how many were looked at.
 */
unsigned long kmk_lru_isolate_tail(enum lru_list lru, unsigned int class_zone, unsigned long nr, struct list_head *out)
{
	struct list_head *from = &kmk_lru.list[lru];
	unsigned long seen = 0, most;

	kmk_lock(&kmk_lru.lock);
	/* Pages of other zones cost a look, not a place; but nobody turns the whole list in one go. */
	for (most = min(kmk_lru.nr[lru], nr * 4); seen < nr && most && !list_empty(from); most--) {
		struct page *page = list_last_entry(from, struct page, lru);

		if (page_zonenum(page) > class_zone) {
			list_move(&page->lru, from);
			__count_zid_vm_events(PGSCAN_SKIP, page_zonenum(page), 1);
			continue;
		}
		seen++;
		if (isolate_locked(page))
			list_add(&page->lru, out);
		else
			list_move(&page->lru, from);
	}
	kmk_unlock(&kmk_lru.lock);
	return seen;
}

/* Put a list of isolated pages back. Pages whose last holder went meanwhile are freed by this. */
void kmk_lru_putback_list(struct list_head *list)
{
	while (!list_empty(list)) {
		struct page *page = list_first_entry(list, struct page, lru);

		list_del(&page->lru);
		kmk_lru_putback(page);
	}
}

/* ---- what users of pages say ---- */

static void move_to(struct page *page, bool active, bool tail)
{
	kmk_lock(&kmk_lru.lock);
	if (PageLRU(page) && !PageUnevictable(page)) {
		remove_locked(page);
		if (active)
			SetPageActive(page);
		else
			ClearPageActive(page);
		insert_locked(page, tail);
	}
	kmk_unlock(&kmk_lru.lock);
}

void activate_page(struct page *page)
{
	page = compound_head(page);
	if (PageActive(page) || PageUnevictable(page))
		return;
	move_to(page, true, false);
	count_vm_event(PGACTIVATE);
}

void deactivate_page(struct page *page)
{
	page = compound_head(page);
	if (!PageLRU(page) || PageUnevictable(page))
		return;
	ClearPageReferenced(page);
	if (!PageActive(page))
		return;
	move_to(page, false, false);
	count_vm_event(PGDEACTIVATE);
}

/* Nobody is expected to want it: next to be looked at, unless it must be written first. */
void deactivate_file_page(struct page *page)
{
	page = compound_head(page);
	if (!PageLRU(page) || PageUnevictable(page) || page_mapcount(page))
		return;
	ClearPageReferenced(page);
	move_to(page, false, !PageDirty(page) && !PageWriteback(page));
	count_vm_event(PGDEACTIVATE);
}

void rotate_reclaimable_page(struct page *page)
{
	page = compound_head(page);
	if (PageLRU(page) && !PageActive(page) && !PageUnevictable(page)) {
		move_to(page, false, true);
		count_vm_event(PGROTATED);
	}
}

void mark_page_accessed(struct page *page)
{
	page = compound_head(page);
	if (!PageReferenced(page)) {
		SetPageReferenced(page);
	} else if (!PageActive(page) && !PageUnevictable(page)) {
		activate_page(page);
		ClearPageReferenced(page);
	}
}

/* ---- checks ---- */

static unsigned int check_list(enum lru_list lru)
{
	unsigned long pages = 0;
	unsigned int faults = 0;
	struct page *page;

	list_for_each_entry(page, &kmk_lru.list[lru], lru) {
		if (!PageLRU(page) || list_of(page) != lru || PageBuddy(page)) {
			printk(KERN_ERR "lru_validate: pfn %lx on list %u has flags 0x%lx\n", page_to_pfn(page), lru,
			       page->flags & PAGEFLAGS_MASK);
			faults++;
		}
		pages += compound_nr(page);
	}
	if (pages != kmk_lru.nr[lru] || pages != global_node_page_state((enum node_stat_item)(NR_LRU_BASE + lru)) ||
	    pages != global_zone_page_state((enum zone_stat_item)(NR_ZONE_LRU_BASE + lru))) {
		printk(KERN_ERR "lru_validate: list %u holds %lu pages, counters say %lu, %lu and %lu\n", lru, pages,
		       kmk_lru.nr[lru], global_node_page_state((enum node_stat_item)(NR_LRU_BASE + lru)),
		       global_zone_page_state((enum zone_stat_item)(NR_ZONE_LRU_BASE + lru)));
		faults++;
	}
	return faults;
}

unsigned int kmk_lru_validate(void)
{
	unsigned int faults = 0;

	kmk_lock(&kmk_lru.lock);
	for (unsigned int lru = 0; lru < NR_LRU_LISTS; lru++)
		faults += check_list((enum lru_list)lru);
	kmk_unlock(&kmk_lru.lock);
	return faults;
}

void kmk_lru_start(void)
{
	for (unsigned int lru = 0; lru < NR_LRU_LISTS; lru++)
		INIT_LIST_HEAD(&kmk_lru.list[lru]);
	kmk_page_drop_lru = drop;
}
