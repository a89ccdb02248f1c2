/* SPDX-License-Identifier: MIT */
/*
 * The two-layer names of Linux 6.10: kmalloc() there is alloc_hooks(kmalloc_noprof()), so that the
 * memory is charged to the caller's line. Call sites are known here by return address, so both
 * names are the same call.
 */
#ifndef _LINUX_ALLOC_TAG_H
#define _LINUX_ALLOC_TAG_H

struct alloc_tag;

#define alloc_hooks(do_alloc)			(do_alloc)
#define alloc_hooks_tag(tag, do_alloc)		((void)(tag), (do_alloc))
#define mem_alloc_profiling_enabled()		false
#define DEFINE_ALLOC_TAG(name)			struct alloc_tag *name __attribute__((__unused__)) = (void *)0
#define alloc_tag_record(p)			((void)(p))

#define kmalloc_noprof				kmalloc
#define __kmalloc_noprof			__kmalloc
#define kmalloc_node_noprof			kmalloc_node
#define __kmalloc_node_noprof			__kmalloc_node
#define kmalloc_large_noprof			kmalloc_large
#define kmalloc_large_node_noprof		kmalloc_large_node
#define kmalloc_array_noprof			kmalloc_array
#define kmalloc_array_node_noprof		kmalloc_array_node
#define kzalloc_noprof				kzalloc
#define kzalloc_node_noprof			kzalloc_node
#define kcalloc_noprof				kcalloc
#define kcalloc_node_noprof			kcalloc_node
#define krealloc_noprof				krealloc
#define krealloc_array_noprof			krealloc_array
#define kmalloc_node_track_caller_noprof	kmalloc_node_track_caller
#define kmalloc_track_caller_noprof		kmalloc_track_caller
#define kmem_cache_alloc_noprof			kmem_cache_alloc
#define kmem_cache_alloc_lru_noprof		kmem_cache_alloc_lru
#define kmem_cache_alloc_node_noprof		kmem_cache_alloc_node
#define kmem_cache_alloc_bulk_noprof		kmem_cache_alloc_bulk
#define kmem_cache_zalloc_noprof		kmem_cache_zalloc
#define kvmalloc_noprof				kvmalloc
#define kvmalloc_node_noprof			kvmalloc_node
#define kvmalloc_array_noprof			kvmalloc_array
#define kvmalloc_array_node_noprof		kvmalloc_array_node
#define kvzalloc_noprof				kvzalloc
#define kvzalloc_node_noprof			kvzalloc_node
#define kvcalloc_noprof				kvcalloc
#define kvcalloc_node_noprof			kvcalloc_node
#define kvrealloc_noprof			kvrealloc
#define kmemdup_noprof				kmemdup
#define kmemdup_array_noprof			kmemdup_array
#define kvmemdup_noprof				kvmemdup
#define kstrdup_noprof				kstrdup
#define kstrndup_noprof				kstrndup

#define alloc_page_noprof			alloc_page
#define alloc_pages_noprof			alloc_pages
#define __alloc_pages_noprof			__alloc_pages
#define alloc_pages_node_noprof			alloc_pages_node
#define alloc_pages_bulk_array_noprof		alloc_pages_bulk_array
#define __get_free_page_noprof			__get_free_page
#define __get_free_pages_noprof			__get_free_pages
#define get_zeroed_page_noprof			get_zeroed_page
#define alloc_pages_exact_noprof		alloc_pages_exact
#define alloc_pages_exact_nid_noprof		alloc_pages_exact_nid
#define folio_alloc_noprof			folio_alloc

#define vmalloc_noprof				vmalloc
#define __vmalloc_noprof			__vmalloc
#define __vmalloc_node_noprof			__vmalloc_node
#define vzalloc_noprof				vzalloc
#define vmalloc_node_noprof			vmalloc_node
#define vzalloc_node_noprof			vzalloc_node
#define vmalloc_user_noprof			vmalloc_user
#define vmalloc_32_noprof			vmalloc_32
#define vmalloc_huge_noprof			vmalloc_huge

#define mempool_alloc_noprof			mempool_alloc
#define mempool_create_noprof			mempool_create
#define mempool_create_node_noprof		mempool_create_node
#define mempool_init_noprof			mempool_init
#define mempool_init_node_noprof		mempool_init_node
#define __alloc_percpu_noprof			__alloc_percpu
#define __alloc_percpu_gfp_noprof		__alloc_percpu_gfp
#endif
