/* SPDX-License-Identifier: MIT */
/* Thin: there are no control groups; whoever asks is told so. */
#ifndef _LINUX_MEMCONTROL_H
#define _LINUX_MEMCONTROL_H

#include <linux/gfp.h>
#include <linux/mm_types.h>
#include <linux/vmstat.h>

struct mem_cgroup;
struct lruvec;
struct obj_cgroup;

#define MEM_CGROUP_ID_SHIFT	0
#define MEM_CGROUP_ID_MAX	0
#define root_mem_cgroup		((struct mem_cgroup *)NULL)

static inline bool mem_cgroup_disabled(void) { return true; }
static inline bool mem_cgroup_kmem_disabled(void) { return true; }
static inline bool memcg_kmem_enabled(void) { return false; }
static inline bool memcg_kmem_online(void) { return false; }
static inline int memcg_kmem_id(struct mem_cgroup *memcg) { (void)memcg; return -1; }
static inline bool mem_cgroup_is_root(struct mem_cgroup *memcg) { (void)memcg; return true; }
static inline bool mem_cgroup_online(struct mem_cgroup *memcg) { (void)memcg; return true; }
static inline struct mem_cgroup *mem_cgroup_from_obj(void *p) { (void)p; return NULL; }
static inline struct mem_cgroup *mem_cgroup_from_slab_obj(void *p) { (void)p; return NULL; }
static inline struct mem_cgroup *get_mem_cgroup_from_mm(struct mm_struct *mm) { (void)mm; return NULL; }
static inline struct mem_cgroup *page_memcg(struct page *page) { (void)page; return NULL; }
static inline struct mem_cgroup *folio_memcg(struct folio *folio) { (void)folio; return NULL; }
static inline struct mem_cgroup *set_active_memcg(struct mem_cgroup *memcg) { (void)memcg; return NULL; }
static inline void mem_cgroup_put(struct mem_cgroup *memcg) { (void)memcg; }
static inline int mem_cgroup_charge(struct folio *folio, struct mm_struct *mm, gfp_t gfp)
{
	(void)folio, (void)mm, (void)gfp;
	return 0;
}
static inline void mem_cgroup_uncharge(struct folio *folio) { (void)folio; }
static inline void set_shrinker_bit(struct mem_cgroup *memcg, int nid, int id) { (void)memcg, (void)nid, (void)id; }
static inline void lock_page_memcg(struct page *page) { (void)page; }
static inline void unlock_page_memcg(struct page *page) { (void)page; }
#endif
