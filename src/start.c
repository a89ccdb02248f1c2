/* SPDX-License-Identifier: MIT */
/*
 * The boot order, and what concerns all rooms at once. Read this file first.
 *
 * The table below is the library's life from nothing to running: each level needs those above it.
 * It runs once, on the first request that finds an empty per-CPU array, or by kmemkit_start().
 */
#include <kmemkit/kmemkit.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <kmemkit/vmap.h>
#include <linux/ioport.h>
#include "base/option.h"
#include "base/report.h"
#include "page/page.h"
#include "port.h"
#include "port_inline.h"
#include "reclaim/reclaim.h"
#include "rooms.h"
#include "slab/slab.h"
#include "sync/sync.h"

static struct port_desc desc;

static int start_host(void) { return port_describe(&desc); }

static int start_options(void)
{
	kmk_option_set(desc.options);
	kmk_printk_start();
	kmk_panic_on_bug = kmk_option_flag("kmemkit_panic", false);
	return kmk_options_check(desc.options);
}

static int start_sync(void) { return kmk_sync_start(&desc); }
static int start_page(void) { return kmk_page_start(&desc); }
static int start_slab(void) { return kmk_slab_start(); }
static int start_vmap(void) { return kmk_vmap_start(&desc); }

/* Every range of the machine stands in the tree of bus addresses before anybody can ask for one. */
static int start_iomem(void)
{
	for (unsigned int i = 0; i < desc.nr_ranges; i++)
		kmk_iomem_boot(desc.ranges[i].start, desc.ranges[i].end - 1, desc.ranges[i].kind != PORT_RESERVED);
	return kmk_iomem_start(&desc);
}

static int start_reclaim(void) { return kmk_reclaim_start(); }
static int start_debug(void) { return kmk_debug_start(); }

static const struct { const char *name; int (*start)(void); } levels[] = {
	{ "host: memory map, CPUs, address space", start_host },
	{ "options: the boot string", start_options },
	{ "sync: virtual CPUs, tasks, RCU", start_sync },
	{ "page: frame database, zones, watermarks", start_page },
	{ "slab: the cache of caches, kmalloc classes", start_slab },
	{ "vmap: virtual areas, kmap window", start_vmap },
	{ "iomem: RAM and devices in the tree of bus addresses", start_iomem },
	{ "reclaim: lists, shrinkers, kswapd", start_reclaim },
	{ "debug: owners, leak scan, fault injection", start_debug },
};

enum { NEW, STARTING, RUNNING, FAILED };
static uint32_t state;
static void *starter;
static int failure;

/* What the levels allocate is the library's own, whatever context the first request came from. */
static void run_levels(void)
{
	kmk_self()->internal++;
	for (unsigned int i = 0; i < ARRAY_SIZE(levels) && !failure; i++) {
		failure = levels[i].start();
		if (failure)
			printk(KERN_EMERG "kmemkit: start failed (%d) at level \"%s\"\n", failure, levels[i].name);
	}
	kmk_self()->internal--;
}

static int start_slow(void)
{
	uint32_t was = NEW;

	if (__atomic_compare_exchange_n(&state, &was, STARTING, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
		__atomic_store_n(&starter, port_self(), __ATOMIC_RELAXED);
		run_levels();
		__atomic_store_n(&state, failure ? FAILED : RUNNING, __ATOMIC_RELEASE);
		return failure;
	}
	/* The levels themselves allocate; others wait for them. */
	if (was == STARTING && __atomic_load_n(&starter, __ATOMIC_RELAXED) == port_self())
		return 0;
	while (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == STARTING)
		port_relax();
	return failure;
}

int kmemkit_start(void)
{
	return likely(__atomic_load_n(&state, __ATOMIC_ACQUIRE) == RUNNING) ? 0 : start_slow();
}

void kmemkit_drain(void)
{
	if (kmemkit_start())
		return;
	rcu_barrier();
	kmk_reclaim_pause();		/* what the idle thread is just giving back is nowhere to be found */
	kmk_vmap_purge();
	/* A slab's descriptor may lie in a cache that was trimmed before it. */
	while (kmk_cache_shrink_all())
		;
	kmk_pcp_drain_all();
	kmk_reclaim_resume();
}

unsigned int kmemkit_validate(void)
{
	return kmemkit_start() ? 0 : page_validate() + slab_validate() + !kmk_vmap_validate() + kmk_reclaim_validate();
}

void kmemkit_get_stats(struct kmemkit_stats *stats)
{
	struct kmem_cache *s;

	*stats = (struct kmemkit_stats){ .warns = kmk_warn_count, .bugs = kmk_bug_count };
	if (kmemkit_start())
		return;
	stats->frames_total = totalram_pages();
	stats->frames_free = nr_free_pages();
	stats->frames_cpu = kmk_pcp_count();
	stats->frames_records = kmk_depot_frames();
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++) {
		kmk_lock(&kmk_zones[z].lock);
		stats->zone_locked += kmk_zones[z].nr_locked;
		stats->frames_warm += kmk_zones[z].nr_warm;
		kmk_unlock(&kmk_zones[z].lock);
	}
	stats->frames_released = kmk_idle_released();
	kmk_lock(&kmk_caches_lock);
	list_for_each_entry(s, &slab_caches, list) {
		for (unsigned int k = 0; k < kmk_nr_nodes; k++)
			stats->frames_slab += READ_ONCE(s->node[k].nr_slabs) * ((1ul << s->order) + kmk_slab_record_frames(s));
		stats->objects_live += kmk_cache_live(s);
	}
	kmk_unlock(&kmk_caches_lock);
}

/* ---- up-calls of the host round a fork: every lock in rank order ---- */

static bool running(void)
{
	return __atomic_load_n(&state, __ATOMIC_ACQUIRE) == RUNNING;
}

#define STILL_NS	10000000000ull	/* how long a fork looks for a moment at which all is still */
#define SECTION_NS	500000ull	/* of this, with all locks held; longer each time */
#define LONGEST		(64 * SECTION_NS)
#define GATE		64		/* at a gate, where no lock is held: so many times as long */

static bool held, frozen;	/* the locks, the virtual CPUs: by the fork under way */
static const char *restless;	/* what did not come to rest for it */

/* Both stay closed. What is not empty, or NULL. */
static const char *close_gates(uint64_t limit)
{
	bool reclaim = kmk_gate_close(KMK_GATE_RECLAIM, limit);
	bool vmap = kmk_gate_close(KMK_GATE_VMAP, reclaim ? limit : 0);

	return !reclaim ? "inside reclaim, a fault or the flusher" : !vmap ? "undoing virtual areas" : NULL;
}

static void fork_lock(void)
{
	kmk_reclaim_fork_lock();
	kmk_vmap_fork_lock();
	kmk_slab_fork_lock();
	kmk_page_fork_lock();
	kmk_sync_fork_lock();
}

static void fork_unlock(void)
{
	kmk_slab_fork_let_go();
	if (frozen)
		kmk_cpus_thaw();
	kmk_sync_fork_unlock();
	kmk_page_fork_unlock();
	kmk_slab_fork_unlock();
	kmk_vmap_fork_unlock();
	kmk_reclaim_fork_unlock();
	kmk_gate_open(KMK_GATE_VMAP);
	kmk_gate_open(KMK_GATE_RECLAIM);
}

/* Gates, locks, virtual CPUs. What other threads are still in, or NULL. */
static const char *hold_still(uint64_t limit, uint64_t left)
{
	const char *busy = close_gates(min_t(uint64_t, GATE * limit, max_t(uint64_t, left, LONGEST)));

	fork_lock();
	frozen = kmk_cpus_freeze(limit);
	return busy || frozen ? busy : "in a section without preemption, holding a spin lock perhaps";
}

/* Another thread's start, if it is under way: the child could not end it. Whether the library runs. */
static bool settled(uint64_t end)
{
	while (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == STARTING &&
	       __atomic_load_n(&starter, __ATOMIC_RELAXED) != port_self() && port_now() < end)
		port_yield();
	return running();
}

/*
 * The child has none of the other threads, so nobody would end what they are in the middle of: a page they have
 * isolated, a spin lock of the users' with what it guards half done. The fork is at a moment when there is no
 * such thing. Who is in there may want one of our locks, or somebody who waits at a gate, so all is let go
 * now and then; and not for ever, for it may be the forking thread that they wait for.
 */
void kmk_upcall_fork_prepare(void)
{
	static uint32_t never;
	uint64_t now = port_now(), end = now + STILL_NS, limit = SECTION_NS;

	held = settled(end);
	if (!held)
		return;
	while ((restless = hold_still(limit, end - now)) && (now = port_now()) < end) {
		fork_unlock();
		port_wait(&never, 0, limit / 8);
		limit = min_t(uint64_t, 2 * limit, LONGEST);
		now = min(port_now(), end);
	}
	kmk_slab_fork_hold();
	kmk_reclaim_fork_copy();
}

/* Whom a hanging child will puzzle. */
static void say_restless(void)
{
	if (restless)
		printk(KERN_WARNING "kmemkit: fork: for %u s other threads were always %s; the child has what they left, and may hang\n",
		       (unsigned int)(STILL_NS / NSEC_PER_SEC), restless);
}

void kmk_upcall_fork_parent(void)
{
	if (!held)
		return;
	fork_unlock();
	kmk_reclaim_fork_parent();
	say_restless();
}

/* The child is the thread that holds the locks; the others are gone. */
void kmk_upcall_fork_child(void)
{
	if (!held)
		return;
	fork_unlock();
	kmk_gates_fork_child();
	kmk_hands_fork_child();
	kmk_slab_fork_child();
	kmk_vmap_fork_child();
	kmk_reclaim_fork_child();
	kmk_sync_fork_child();
}
