/* SPDX-License-Identifier: MIT */
/* Reclaimable pages: their lists, how hard they are looked for, and where swapped ones are. */
#ifndef _LINUX_SWAP_H
#define _LINUX_SWAP_H

#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mmzone.h>
#include <linux/page-flags.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/vmstat.h>

#define SWAP_CLUSTER_MAX	32UL
#define COMPACT_CLUSTER_MAX	SWAP_CLUSTER_MAX
#define SWAP_BATCH		64
#define MAX_SWAPFILES_SHIFT	5
#define MAX_SWAPFILES		((1 << MAX_SWAPFILES_SHIFT) - 2)

struct notifier_block;

static inline int current_is_kswapd(void) { return !!(current->flags & PF_KSWAPD); }

/* What reclaim did for a task; a context that wants to know hangs one in task->reclaim_state. */
struct reclaim_state { unsigned long reclaimed_slab; };

/*
 * lru_cache_add - put a page of a mapping on the lists of pages that reclaim looks at
 *
 * The page has an owner who can be asked to give it up: page->mapping is set. PG_swapbacked decides
 * between the anonymous and the file lists, PG_active between active and inactive. The list holds no
 * reference: the last put_page() takes the page off. A page already on a list is left there. Any context.
 */
void lru_cache_add(struct page *page);
static inline void folio_add_lru(struct folio *folio) { lru_cache_add(&folio->page); }

/*
 * mark_page_accessed - somebody used the page: inactive and unreferenced becomes referenced, inactive and
 * referenced becomes active, active becomes referenced. activate_page and deactivate_page move it at once;
 * deactivating also forgets the reference. Pages on no list only change their flags. Any context.
 */
void mark_page_accessed(struct page *page);
void activate_page(struct page *page);
void deactivate_page(struct page *page);
void deactivate_file_page(struct page *page);
void rotate_reclaimable_page(struct page *page);	/* next to be looked at */
static inline void folio_mark_accessed(struct folio *folio) { mark_page_accessed(&folio->page); }
static inline void folio_activate(struct folio *folio) { activate_page(&folio->page); }
static inline void folio_rotate_reclaimable(struct folio *folio) { rotate_reclaimable_page(&folio->page); }

/* Additions are not batched here, so there is never anything to drain. */
static inline void lru_add_drain(void) { }
static inline void lru_add_drain_cpu(int cpu) { (void)cpu; }
static inline void lru_add_drain_all(void) { }
static inline void lru_cache_disable(void) { }
static inline void lru_cache_enable(void) { }

/* Take a page off its list with a reference of the caller's, or put it back and drop that. 0 or -EBUSY. */
int isolate_lru_page(struct page *page);
void putback_lru_page(struct page *page);

struct zonelist;
/*
 * try_to_free_pages - reclaim now, on behalf of a request
 *
 * Returns the number of frames that were freed; 0 when a call from inside reclaim would recurse. What
 * may be done follows the flags. May sleep. Source: 6.1; zonelist and mask are not looked at.
 */
unsigned long try_to_free_pages(struct zonelist *zonelist, int order, gfp_t gfp, void *mask);
/* Reclaim about nr frames, of whatever kind costs least; returns what was freed. May sleep. */
unsigned long shrink_all_memory(unsigned long nr);
extern int vm_swappiness;
extern unsigned long zone_reclaimable_pages(struct zone *zone);

/* Swap slots: total and free; 0 without a swap file. */
extern atomic_long_t nr_swap_pages;
extern long total_swap_pages;
static inline long get_nr_swap_pages(void) { return atomic_long_read(&nr_swap_pages); }
struct sysinfo;
void si_swapinfo(struct sysinfo *val);	/* fills totalswap and freeswap, in pages */
static inline unsigned long total_swapcache_pages(void) { return global_node_page_state(NR_SWAPCACHE); }

typedef struct { unsigned long val; } swp_entry_t;

unsigned long nr_free_buffer_pages(void);
#define workingset_refault(folio, shadow) ((void)(folio), (void)(shadow))
#endif
