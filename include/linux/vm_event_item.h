/* SPDX-License-Identifier: MIT */
/*
 * What is counted about memory: events that happened, and how many frames are in which state. Each
 * list names an item and its text in /proc/vmstat, as in Linux 6.1 (one node, no huge pages).
 */
#ifndef _LINUX_VM_EVENT_ITEM_H
#define _LINUX_VM_EVENT_ITEM_H

#define KMK_PER_ZONE(X, NAME, text)							\
	X(NAME##_DMA, text "_dma") X(NAME##_DMA32, text "_dma32") X(NAME##_NORMAL, text "_normal")	\
	X(NAME##_HIGH, text "_high")

#define KMK_VM_EVENTS(X)								\
	X(PGPGIN, "pgpgin") X(PGPGOUT, "pgpgout") X(PSWPIN, "pswpin") X(PSWPOUT, "pswpout")		\
	KMK_PER_ZONE(X, PGALLOC, "pgalloc") KMK_PER_ZONE(X, ALLOCSTALL, "allocstall")			\
	KMK_PER_ZONE(X, PGSCAN_SKIP, "pgskip")							\
	X(PGFREE, "pgfree") X(PGACTIVATE, "pgactivate") X(PGDEACTIVATE, "pgdeactivate")		\
	X(PGLAZYFREE, "pglazyfree") X(PGFAULT, "pgfault") X(PGMAJFAULT, "pgmajfault")			\
	X(PGLAZYFREED, "pglazyfreed") X(PGREFILL, "pgrefill") X(PGREUSE, "pgreuse")			\
	X(PGSTEAL_KSWAPD, "pgsteal_kswapd") X(PGSTEAL_DIRECT, "pgsteal_direct")			\
	X(PGDEMOTE_KSWAPD, "pgdemote_kswapd") X(PGDEMOTE_DIRECT, "pgdemote_direct")			\
	X(PGSCAN_KSWAPD, "pgscan_kswapd") X(PGSCAN_DIRECT, "pgscan_direct")				\
	X(PGSCAN_DIRECT_THROTTLE, "pgscan_direct_throttle")						\
	X(PGSCAN_ANON, "pgscan_anon") X(PGSCAN_FILE, "pgscan_file")					\
	X(PGSTEAL_ANON, "pgsteal_anon") X(PGSTEAL_FILE, "pgsteal_file")				\
	X(PGINODESTEAL, "pginodesteal") X(SLABS_SCANNED, "slabs_scanned")				\
	X(KSWAPD_INODESTEAL, "kswapd_inodesteal")							\
	X(KSWAPD_LOW_WMARK_HIT_QUICKLY, "kswapd_low_wmark_hit_quickly")				\
	X(KSWAPD_HIGH_WMARK_HIT_QUICKLY, "kswapd_high_wmark_hit_quickly")				\
	X(PAGEOUTRUN, "pageoutrun") X(PGROTATED, "pgrotated")						\
	X(DROP_PAGECACHE, "drop_pagecache") X(DROP_SLAB, "drop_slab") X(OOM_KILL, "oom_kill")		\
	X(PGMIGRATE_SUCCESS, "pgmigrate_success") X(PGMIGRATE_FAIL, "pgmigrate_fail")			\
	X(COMPACTMIGRATE_SCANNED, "compact_migrate_scanned")						\
	X(COMPACTFREE_SCANNED, "compact_free_scanned") X(COMPACTISOLATED, "compact_isolated")		\
	X(COMPACTSTALL, "compact_stall") X(COMPACTFAIL, "compact_fail")				\
	X(COMPACTSUCCESS, "compact_success") X(KCOMPACTD_WAKE, "compact_daemon_wake")			\
	X(KCOMPACTD_MIGRATE_SCANNED, "compact_daemon_migrate_scanned")					\
	X(KCOMPACTD_FREE_SCANNED, "compact_daemon_free_scanned")					\
	X(UNEVICTABLE_PGCULLED, "unevictable_pgs_culled")						\
	X(UNEVICTABLE_PGSCANNED, "unevictable_pgs_scanned")						\
	X(UNEVICTABLE_PGRESCUED, "unevictable_pgs_rescued")						\
	X(UNEVICTABLE_PGMLOCKED, "unevictable_pgs_mlocked")						\
	X(UNEVICTABLE_PGMUNLOCKED, "unevictable_pgs_munlocked")					\
	X(UNEVICTABLE_PGCLEARED, "unevictable_pgs_cleared")						\
	X(UNEVICTABLE_PGSTRANDED, "unevictable_pgs_stranded")						\
	X(SWAP_RA, "swap_ra") X(SWAP_RA_HIT, "swap_ra_hit")

#define KMK_ZONE_STATS(X)								\
	X(NR_FREE_PAGES, "nr_free_pages")							\
	X(NR_ZONE_INACTIVE_ANON, "nr_zone_inactive_anon") X(NR_ZONE_ACTIVE_ANON, "nr_zone_active_anon")	\
	X(NR_ZONE_INACTIVE_FILE, "nr_zone_inactive_file") X(NR_ZONE_ACTIVE_FILE, "nr_zone_active_file")	\
	X(NR_ZONE_UNEVICTABLE, "nr_zone_unevictable") X(NR_ZONE_WRITE_PENDING, "nr_zone_write_pending")	\
	X(NR_MLOCK, "nr_mlock") X(NR_BOUNCE, "nr_bounce") X(NR_FREE_CMA_PAGES, "nr_free_cma")

#define KMK_NODE_STATS(X)								\
	X(NR_INACTIVE_ANON, "nr_inactive_anon") X(NR_ACTIVE_ANON, "nr_active_anon")			\
	X(NR_INACTIVE_FILE, "nr_inactive_file") X(NR_ACTIVE_FILE, "nr_active_file")			\
	X(NR_UNEVICTABLE, "nr_unevictable")								\
	X(NR_SLAB_RECLAIMABLE_B, "nr_slab_reclaimable") X(NR_SLAB_UNRECLAIMABLE_B, "nr_slab_unreclaimable")	\
	X(NR_ISOLATED_ANON, "nr_isolated_anon") X(NR_ISOLATED_FILE, "nr_isolated_file")		\
	X(WORKINGSET_NODES, "workingset_nodes")							\
	X(WORKINGSET_REFAULT_ANON, "workingset_refault_anon")						\
	X(WORKINGSET_REFAULT_FILE, "workingset_refault_file")						\
	X(WORKINGSET_ACTIVATE_ANON, "workingset_activate_anon")					\
	X(WORKINGSET_ACTIVATE_FILE, "workingset_activate_file")					\
	X(WORKINGSET_RESTORE_ANON, "workingset_restore_anon")						\
	X(WORKINGSET_RESTORE_FILE, "workingset_restore_file")						\
	X(WORKINGSET_NODERECLAIM, "workingset_nodereclaim")						\
	X(NR_ANON_MAPPED, "nr_anon_pages") X(NR_FILE_MAPPED, "nr_mapped")				\
	X(NR_FILE_PAGES, "nr_file_pages") X(NR_FILE_DIRTY, "nr_dirty") X(NR_WRITEBACK, "nr_writeback")	\
	X(NR_WRITEBACK_TEMP, "nr_writeback_temp") X(NR_SHMEM, "nr_shmem")				\
	X(NR_SHMEM_THPS, "nr_shmem_hugepages") X(NR_SHMEM_PMDMAPPED, "nr_shmem_pmdmapped")		\
	X(NR_FILE_THPS, "nr_file_hugepages") X(NR_FILE_PMDMAPPED, "nr_file_pmdmapped")			\
	X(NR_ANON_THPS, "nr_anon_transparent_hugepages") X(NR_VMSCAN_WRITE, "nr_vmscan_write")		\
	X(NR_VMSCAN_IMMEDIATE, "nr_vmscan_immediate_reclaim") X(NR_DIRTIED, "nr_dirtied")		\
	X(NR_WRITTEN, "nr_written") X(NR_THROTTLED_WRITTEN, "nr_throttled_written")			\
	X(NR_KERNEL_MISC_RECLAIMABLE, "nr_kernel_misc_reclaimable")					\
	X(NR_FOLL_PIN_ACQUIRED, "nr_foll_pin_acquired") X(NR_FOLL_PIN_RELEASED, "nr_foll_pin_released")	\
	X(NR_KERNEL_STACK_KB, "nr_kernel_stack") X(NR_PAGETABLE, "nr_page_table_pages")		\
	X(NR_SECONDARY_PAGETABLE, "nr_sec_page_table_pages") X(NR_SWAPCACHE, "nr_swapcached")

#define KMK_STAT_NAME(item, text) item,
enum vm_event_item { KMK_VM_EVENTS(KMK_STAT_NAME) NR_VM_EVENT_ITEMS };
enum zone_stat_item {
	KMK_ZONE_STATS(KMK_STAT_NAME) NR_VM_ZONE_STAT_ITEMS, NR_ZONE_LRU_BASE = NR_ZONE_INACTIVE_ANON
};
enum node_stat_item {
	KMK_NODE_STATS(KMK_STAT_NAME) NR_VM_NODE_STAT_ITEMS, NR_LRU_BASE = NR_INACTIVE_ANON,
	WORKINGSET_REFAULT_BASE = WORKINGSET_REFAULT_ANON,
	WORKINGSET_ACTIVATE_BASE = WORKINGSET_ACTIVATE_ANON,
	WORKINGSET_RESTORE_BASE = WORKINGSET_RESTORE_ANON,
};
#endif
