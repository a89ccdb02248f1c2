/* SPDX-License-Identifier: MIT */
/* Flags of a mapping, for code that names or prints them (%pGv); there are no such mappings here. */
#ifndef _KMEMKIT_VM_BITS_H
#define _KMEMKIT_VM_BITS_H

#define VM_NONE		0x00000000ul
#define VM_READ		0x00000001ul
#define VM_WRITE	0x00000002ul
#define VM_EXEC		0x00000004ul
#define VM_SHARED	0x00000008ul
#define VM_MAYREAD	0x00000010ul
#define VM_MAYWRITE	0x00000020ul
#define VM_MAYEXEC	0x00000040ul
#define VM_MAYSHARE	0x00000080ul
#define VM_GROWSDOWN	0x00000100ul
#define VM_PFNMAP	0x00000400ul
#define VM_LOCKED	0x00002000ul
#define VM_IO		0x00004000ul
#define VM_SEQ_READ	0x00008000ul
#define VM_RAND_READ	0x00010000ul
#define VM_DONTCOPY	0x00020000ul
#define VM_DONTEXPAND	0x00040000ul
#define VM_LOCKONFAULT	0x00080000ul
#define VM_ACCOUNT	0x00100000ul
#define VM_NORESERVE	0x00200000ul
#define VM_HUGETLB	0x00400000ul
#define VM_DONTDUMP	0x04000000ul
#define VM_MIXEDMAP	0x10000000ul
#define VM_HUGEPAGE	0x20000000ul
#define VM_NOHUGEPAGE	0x40000000ul
#define VM_MERGEABLE	0x80000000ul

/* Fields that the kernel keeps in page->flags and that are not there here. */
#define SECTIONS_WIDTH		0
#define NODES_WIDTH		0
#define ZONES_WIDTH		0
#define LAST_CPUPID_WIDTH	0
#define KASAN_TAG_WIDTH		0
#define SECTIONS_PGSHIFT	0
#define NODES_PGSHIFT		0
#define ZONES_PGSHIFT		0
#define LAST_CPUPID_PGSHIFT	0
#define KASAN_TAG_PGSHIFT	0
#define SECTIONS_MASK		0ul
#define NODES_MASK		0ul
#define ZONES_MASK		0ul
#define LAST_CPUPID_MASK	0ul
#define KASAN_TAG_MASK		0ul
#define NR_PAGEFLAGS		__NR_PAGEFLAGS
#endif
