/* SPDX-License-Identifier: MIT */
/*
 * What a thread may not do now. PF_MEMALLOC: it gives memory back, and is not sent to look for some.
 *
 * "fs_reclaim": the lock that nobody takes. Reclaim that may enter file systems holds it, a request that
 * may start such reclaim takes and drops it; so a request made from inside reclaim is a recursion, said
 * in the words of the kernel's lock checker. Only where owners are tracked (debug); else one test.
 */
#include <linux/instruction_pointer.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include "base/report.h"
#include "page.h"
#include "sync/sync.h"

#define SITES 16

static unsigned long sites[SITES];		/* where a recursion was reported */

static bool checked(gfp_t gfp)
{
	gfp = kmk_scoped_gfp(gfp);
	return kmk_page_tracked && (gfp & __GFP_DIRECT_RECLAIM) && (gfp & __GFP_FS) && !(gfp & __GFP_NOLOCKDEP);
}

static bool first_time(unsigned long ip)
{
	for (unsigned int i = 0; i < SITES; i++) {
		unsigned long free = 0;

		if (__atomic_compare_exchange_n(&sites[i], &free, ip, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return true;
		if (free == ip)
			return false;
	}
	return false;
}

static void report(unsigned long ip, unsigned long held)
{
	kmk_report_begin("============================================\n");
	kmk_report_line("WARNING: possible recursive locking detected\n");
	kmk_report_line("--------------------------------------------\n");
	kmk_report_line("%s/%d is trying to acquire lock:\n", current->comm, current->pid);
	kmk_report_line("(fs_reclaim){+.+.}-{0:0}, at: %pS\n", (void *)ip);
	kmk_report_line("but task is already holding lock:\n");
	kmk_report_line("(fs_reclaim){+.+.}-{0:0}, at: %pS\n", (void *)held);
	kmk_report_line("*** DEADLOCK ***: a request from inside reclaim must not have __GFP_FS\n");
	kmk_report_end(KMK_POLICY_WARN);
}

void kmk_fs_reclaim_check(gfp_t gfp, unsigned long ip)
{
	struct kmk_thread *self = kmk_self();

	if (unlikely(self->fs_reclaim) && checked(gfp) && first_time(ip))
		report(ip, self->fs_reclaim_ip);
}

void kmk_fs_reclaim_acquire(gfp_t gfp, unsigned long ip)
{
	struct kmk_thread *self = kmk_self();

	kmk_fs_reclaim_check(gfp, ip);
	if (!checked(gfp))
		return;
	if (!self->fs_reclaim++)
		self->fs_reclaim_ip = ip;
}

void kmk_fs_reclaim_release(gfp_t gfp)
{
	struct kmk_thread *self = kmk_self();

	if (self->fs_reclaim && checked(gfp))
		self->fs_reclaim--;
}

unsigned int kmk_memalloc_begin(void)
{
	kmk_self()->memalloc++;
	(void)current;
	return kmk_task_shared() ? 0 : memalloc_noreclaim_save();
}

void kmk_memalloc_end(unsigned int from_begin)
{
	kmk_self()->memalloc--;
	if (!kmk_task_shared())
		memalloc_noreclaim_restore(from_begin);
}

bool kmk_in_memalloc(void)
{
	const struct kmk_thread *self = kmk_self();

	return self->memalloc || (self->task && (self->task->flags & PF_MEMALLOC));
}

void fs_reclaim_acquire(gfp_t gfp) { kmk_fs_reclaim_acquire(gfp, _RET_IP_); }
void fs_reclaim_release(gfp_t gfp) { kmk_fs_reclaim_release(gfp); }
