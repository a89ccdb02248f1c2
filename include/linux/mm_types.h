/* SPDX-License-Identifier: MIT */
/*
 * struct page: the frame database's entry, one per frame, 64 bytes.
 *
 * An all-zero descriptor is valid and means "never used". What a field means depends on who owns
 * the frame; the overlays below are the slab room's (prefix s_), so that kfree() reads one cache
 * line, and the tail frames' of a compound page.
 */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H

#include <linux/types.h>
#include <linux/list.h>
#include <linux/atomic.h>
#include <asm/page.h>

struct address_space;
struct kmem_cache;
struct kmk_slab;
struct mm_struct;
struct port_array;
struct vm_area_struct;

struct page {
	unsigned long flags;		/* PG_* in the low half; the page room's fields on top */
	union {
		struct list_head lru;
		struct list_head buddy_list;
		struct list_head pcp_list;
		struct {
			void *s_base;		/* where object 0 is, or would be if objects began at the block */
			unsigned char *s_state;	/* state byte of an object at s_base */
		};
	};
	union {
		struct address_space *mapping;
		struct kmk_slab *slab;
	};
	union {
		pgoff_t index;
		struct port_array *s_home;	/* the owner's array */
	};
	union {
		unsigned long private;
		struct {
			u32 head_distance;	/* tail frames: frames back to the head */
			u32 compound_order;	/* first tail frame */
		};
	};
	union {
		atomic_t _mapcount;
		unsigned int page_type;
		int units;
		int s_owner;			/* host CPU (or slot) whose slab it is */
	};
	atomic_t _refcount;
	union {
		void *virtual;			/* HIGHMEM: kmap address or NULL */
		u64 s_recip;			/* 2^64 / object distance, rounded up; 0: not a slab frame */
	};
};

_Static_assert(sizeof(struct page) == 64, "one cache line a frame");

struct folio {
	union {
		struct page page;
		struct {
			unsigned long flags;
			struct list_head lru;
			struct address_space *mapping;
			pgoff_t index;
			void *private;
			atomic_t _mapcount;
			atomic_t _refcount;
		};
	};
};

struct page_frag {
	struct page *page;
	__u32 offset;
	__u32 size;
};

typedef unsigned int vm_fault_t;
typedef struct { unsigned long pgprot; } pgprot_t;
#define pgprot_val(x)	((x).pgprot)
#define __pgprot(x)	((pgprot_t){ (x) })

/* A user mapping, as far as remap_vmalloc_range() looks at one. */
struct vm_area_struct {
	unsigned long vm_start, vm_end;
	pgoff_t vm_pgoff;
	unsigned long vm_flags;
	pgprot_t vm_page_prot;
	void *vm_private_data;
};
#endif
