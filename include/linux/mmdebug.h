/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MMDEBUG_H
#define _LINUX_MMDEBUG_H

#include <linux/bug.h>
#include <linux/stringify.h>

struct page;
struct vm_area_struct;
struct mm_struct;

void dump_page(const struct page *page, const char *reason);

#define VM_BUG_ON_PAGE(cond, page)	do { (void)(page); VM_BUG_ON(cond); } while (0)
#define VM_BUG_ON_FOLIO(cond, folio)	do { (void)(folio); VM_BUG_ON(cond); } while (0)
#define VM_BUG_ON_VMA(cond, vma)	do { (void)(vma); VM_BUG_ON(cond); } while (0)
#define VM_BUG_ON_MM(cond, mm)		do { (void)(mm); VM_BUG_ON(cond); } while (0)
#define VM_WARN_ON_ONCE_PAGE(cond, page) ((void)(page), VM_WARN_ON_ONCE(cond))
#define VM_WARN_ON_FOLIO(cond, folio)	((void)(folio), WARN_ON(cond))
#define VM_WARN_ON_ONCE_FOLIO(cond, folio) ((void)(folio), VM_WARN_ON_ONCE(cond))
#define VIRTUAL_WARN_ON(cond)		WARN_ON(cond)
#define VM_BUG_ON_PGFLAGS(cond, page)	VM_BUG_ON_PAGE(cond, page)

#endif
