/* SPDX-License-Identifier: MIT */
/* The last resort: who registered for it may give memory. There is no victim to kill in a process. */
#include <kmemkit/event.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/sched.h>
#include <linux/vmstat.h>
#include "port.h"
#include "reclaim.h"

#define RCU_LAST_NS	1000000000ull

static BLOCKING_NOTIFIER_HEAD(chain);
DEFINE_MUTEX(oom_lock);

int register_oom_notifier(struct notifier_block *nb) { return blocking_notifier_chain_register(&chain, nb); }
int unregister_oom_notifier(struct notifier_block *nb) { return blocking_notifier_chain_unregister(&chain, nb); }

/* A request that must not fail goes on, so this is the only place that says what it waits for. */
static void say(gfp_t gfp, unsigned int order)
{
	static uint64_t next;
	uint64_t now = port_now();

	if (!(gfp & __GFP_NOFAIL) || now < __atomic_load_n(&next, __ATOMIC_RELAXED))
		return;
	__atomic_store_n(&next, now + 5000000000ull, __ATOMIC_RELAXED);
	printk(KERN_WARNING "%s invoked oom-killer: gfp_mask=%#x(%pGg), order=%u, oom_score_adj=0\n", current->comm,
	       gfp, &gfp, order);
	dump_stack();
	kmk_show_mem();
}

/* One at a time: what a notifier frees for one request may serve the others too. */
bool kmk_oom(gfp_t gfp, unsigned int order)
{
	struct kmk_reclaim_scope scope;
	unsigned long freed = 0;
	static uint32_t never;

	if (!mutex_trylock(&oom_lock)) {
		port_wait(&never, 0, 1000 * 1000);
		return true;
	}
	kmk_reclaim_begin(&scope, gfp, _THIS_IP_);
	kmk_self()->reclaim_mark[KMK_IN_OOM] = &chain;
	blocking_notifier_call_chain(&chain, 0, &freed);
	kmk_self()->reclaim_mark[KMK_IN_OOM] = NULL;
	kmk_reclaim_end(&scope);
	if (!freed)
		freed = kmk_reclaim_rcu(gfp, RCU_LAST_NS);
	if (!freed)
		say(gfp, order);
	mutex_unlock(&oom_lock);
	return freed > 0;
}

/* It was a call-back of the chain that ended the thread. */
void kmk_oom_left(void)
{
	if (!kmk_self()->reclaim_mark[KMK_IN_OOM])
		return;
	kmk_self()->reclaim_mark[KMK_IN_OOM] = NULL;
	up_read(&chain.rwsem);
	mutex_unlock(&oom_lock);
}

/* Who else was in there is gone. A call-back that forked itself goes on. */
void kmk_oom_fork_child(void)
{
	kmk_mutex_fork_child(&oom_lock);
	init_rwsem(&chain.rwsem);
	if (kmk_self()->reclaim_mark[KMK_IN_OOM])
		down_read(&chain.rwsem);
}

bool out_of_memory(struct oom_control *oc)
{
	return kmk_oom(oc->gfp_mask, (unsigned int)max(oc->order, 0));
}
