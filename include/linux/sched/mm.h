/* SPDX-License-Identifier: MIT */
/* Allocation scopes: flags of the task that the page allocator folds into every request. */
#ifndef _LINUX_SCHED_MM_H
#define _LINUX_SCHED_MM_H

#include <linux/sched.h>
#include <linux/gfp.h>
#include <linux/instruction_pointer.h>

static inline gfp_t current_gfp_context(gfp_t flags)
{
	unsigned int pf = current->flags;

	if (pf & PF_MEMALLOC_NOIO)
		flags &= ~(__GFP_IO | __GFP_FS);
	else if (pf & PF_MEMALLOC_NOFS)
		flags &= ~__GFP_FS;
	if (pf & PF_MEMALLOC_PIN)
		flags &= ~__GFP_MOVABLE;
	return flags;
}

static inline unsigned int kmk_memalloc_save(unsigned int flag)
{
	unsigned int old = current->flags & flag;

	current->flags |= flag;
	return old;
}

static inline void kmk_memalloc_restore(unsigned int flag, unsigned int old)
{
	current->flags = (current->flags & ~flag) | old;
}

static inline unsigned int memalloc_noio_save(void) { return kmk_memalloc_save(PF_MEMALLOC_NOIO); }
static inline void memalloc_noio_restore(unsigned int f) { kmk_memalloc_restore(PF_MEMALLOC_NOIO, f); }
static inline unsigned int memalloc_nofs_save(void) { return kmk_memalloc_save(PF_MEMALLOC_NOFS); }
static inline void memalloc_nofs_restore(unsigned int f) { kmk_memalloc_restore(PF_MEMALLOC_NOFS, f); }
static inline unsigned int memalloc_noreclaim_save(void) { return kmk_memalloc_save(PF_MEMALLOC); }
static inline void memalloc_noreclaim_restore(unsigned int f) { kmk_memalloc_restore(PF_MEMALLOC, f); }
static inline unsigned int memalloc_pin_save(void) { return kmk_memalloc_save(PF_MEMALLOC_PIN); }
static inline void memalloc_pin_restore(unsigned int f) { kmk_memalloc_restore(PF_MEMALLOC_PIN, f); }

/*
 * fs_reclaim_acquire - what follows may run inside reclaim that enters file systems, as if a lock were held
 *
 * In debug mode (page owners recorded) a blocking request with __GFP_FS is reported between acquire and
 * release, with the text of the kernel's lock checker, once a call site. Unlike in 6.1 also while PF_MEMALLOC
 * is set: it would return without reclaiming, but the memory it takes is the reserve. Any context.
 */
void fs_reclaim_acquire(gfp_t gfp);
void fs_reclaim_release(gfp_t gfp);
void kmk_fs_reclaim_check(gfp_t gfp, unsigned long ip);

/* Only the caller's site matters, so this is a macro. */
#define might_alloc(gfp)	do {						\
	gfp_t __might_gfp = (gfp);						\
	if (__might_gfp & __GFP_DIRECT_RECLAIM) {				\
		kmk_fs_reclaim_check(__might_gfp, _THIS_IP_);			\
		might_sleep();							\
	}									\
} while (0)

#define mmgrab(mm)	((void)(mm))
#define mmdrop(mm)	((void)(mm))
#define mmget(mm)	((void)(mm))
#define mmput(mm)	((void)(mm))

#endif
