/* SPDX-License-Identifier: MIT */
/*
 * Anonymous regions: the pages of a shmem mapping, shown at addresses.
 *
 * A region is a reserved range of the vmalloc window. Showing a page is a host mapping of its frame there,
 * hiding it takes that away; a touch of a page that is not shown is a SIGSEGV (port/process/fault.c), which
 * comes here as kmk_upcall_fault(). A page is shown for reading only as long as a slot has the same
 * contents, or nobody has written yet (zeros): so the first write is a fault, too, and marks it dirty.
 *
 * Nobody tells us which shown pages are used. So the LRU's second chance works on hidden ones: who moves a
 * page to the inactive list hides it, and the fault that shows it again is the reference.
 *
 * What a shown page costs. Neighbours whose frames are neighbours, with the same rights, are one mapping of the
 * host, and so are neighbours that are hidden. Between pages i-1 and i there is a seam unless they are one:
 * a region takes as many mappings more as it has seams. They are charged to the library's limit; when it
 * is reached, stretches of shown pages are hidden, in the order of addresses (the hand of a clock).
 *
 * Locks: page lock, region->lock, regions_lock. shown[], seams and _mapcount of the region's pages change
 * under region->lock; a page gets shown only by whoever has locked it.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/printk.h>
#include <linux/rbtree.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>
#include <kmemkit/anon.h>
#include <kmemkit/swap.h>
#include <kmemkit/vmap.h>
#include "base/edge.h"
#include "port.h"
#include "shmem.h"
#include "sync/thread.h"

#define CHUNK		(PAGE_SIZE / sizeof(u64))	/* pages whose state stands in one frame */
#define STRETCH		64UL				/* pages hidden by one host call */
#define READ_ONLY	1UL				/* in a word of shown[], below the frame number */

/* shown[i / CHUNK][i % CHUNK]: 0 hidden, else frame number << 1 | READ_ONLY. */
struct kmk_region {
	struct rb_node node;
	unsigned long start, pages;
	struct vm_struct *vm;
	struct kmk_shmem *s;
	struct mutex lock;
	unsigned int refs;			/* under regions_lock */
	unsigned long nr_shown, seams, hand;
	u64 *shown[];
};

static struct rb_root regions = RB_ROOT;
#define regions_lock kmk_swap_locks[KMK_SWAP_REGIONS]
static unsigned long faults;

/* ---- regions by address ---- */

static struct kmk_region *of_node(struct rb_node *node)
{
	return rb_entry(node, struct kmk_region, node);
}

static void insert_locked(struct kmk_region *r)
{
	struct rb_node **at = &regions.rb_node, *parent = NULL;

	while (*at) {
		parent = *at;
		at = r->start < of_node(parent)->start ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&r->node, parent, at);
	rb_insert_color(&r->node, &regions);
}

static struct kmk_region *find_locked(unsigned long addr)
{
	struct rb_node *node = regions.rb_node;

	while (node) {
		struct kmk_region *r = of_node(node);

		if (addr >= r->start && addr - r->start < r->pages * PAGE_SIZE)
			return r;
		node = addr < r->start ? node->rb_left : node->rb_right;
	}
	return NULL;
}

static struct kmk_region *hold(unsigned long addr)
{
	struct kmk_region *r;

	kmk_lock(&regions_lock);
	r = find_locked(addr);
	if (r)
		r->refs++;
	kmk_unlock(&regions_lock);
	return r;
}

static void destroy(struct kmk_region *r);

static void let_go(struct kmk_region *r)
{
	bool last;

	kmk_lock(&regions_lock);
	last = !--r->refs;
	kmk_unlock(&regions_lock);
	if (last)
		destroy(r);
}

/* The region with the lowest start above addr. */
static struct kmk_region *above_locked(unsigned long addr)
{
	struct rb_node *node = regions.rb_node;
	struct kmk_region *best = NULL;

	while (node) {
		struct kmk_region *r = of_node(node);

		if (r->start > addr)
			best = r;
		node = r->start > addr ? node->rb_left : node->rb_right;
	}
	return best;
}

/* NULL begins; drops the reference of prev, takes the next one's. By address, for prev may have ended meanwhile. */
static struct kmk_region *next_region(struct kmk_region *prev)
{
	struct kmk_region *next;

	kmk_lock(&regions_lock);
	next = above_locked(prev ? prev->start : 0);
	if (next)
		next->refs++;
	kmk_unlock(&regions_lock);
	if (prev)
		let_go(prev);
	return next;
}

/* ---- what is shown; region->lock held ---- */

/* Chunks come without the lock. */
static u64 *chunk_of(const struct kmk_region *r, unsigned long i)
{
	return __atomic_load_n(&r->shown[i / CHUNK], __ATOMIC_ACQUIRE);
}

static u64 state(const struct kmk_region *r, unsigned long i)
{
	const u64 *chunk = i < r->pages ? chunk_of(r, i) : NULL;

	return chunk ? chunk[i % CHUNK] : 0;
}

/* Between page i - 1 and page i; hidden memory lies on both sides of the region. */
static bool seam(const struct kmk_region *r, unsigned long i)
{
	u64 left = i ? state(r, i - 1) : 0, right = state(r, i);

	return left && right ? right != left + 2 : left != right;
}

static char *address_of(const struct kmk_region *r, unsigned long i)
{
	return (char *)r->start + i * PAGE_SIZE;
}

static void set_state(struct kmk_region *r, unsigned long i, u64 value)
{
	u64 *word = &chunk_of(r, i)[i % CHUNK];

	if (!*word != !value) {
		struct page *page = pfn_to_page((value ? value : *word) >> 1);

		atomic_set(&page->_mapcount, value ? 1 : 0);
		mod_node_page_state(NULL, NR_ANON_MAPPED, value ? 1 : -1);
		r->nr_shown += value ? 1UL : -1UL;
	}
	*word = value;
}

/* The page to look at after page i: where there is no chunk, no page is shown. */
static unsigned long step(const struct kmk_region *r, unsigned long i, unsigned long end)
{
	return chunk_of(r, i) ? i + 1 : min(end, round_up(i + 1, CHUNK));
}

static void hide_locked(struct kmk_region *r, unsigned long first, unsigned long n)
{
	unsigned long before = seam(r, first), after, hidden = 0, end = first + n, next;

	for (unsigned long i = first; i < end; i = next) {
		next = step(r, i, end);
		before += seam(r, next);
		hidden += state(r, i) != 0;
	}
	if (!hidden)
		return;
	port_unmap(address_of(r, first), n * PAGE_SIZE);
	for (unsigned long i = first; i < end; i = step(r, i, end))
		if (state(r, i))
			set_state(r, i, 0);
	after = (unsigned long)seam(r, first) + seam(r, first + n);
	r->seams += after - before;
	kmk_mappings_adjust((long)(after - before), true);
}

/* -ENOSPC: the limit of mappings. */
static int show_locked(struct kmk_region *r, unsigned long i, u64 value)
{
	u64 *word = &chunk_of(r, i)[i % CHUNK], old = *word;
	long delta;
	int err;

	delta = -(long)(seam(r, i) + seam(r, i + 1));
	*word = value;
	delta += seam(r, i) + seam(r, i + 1);
	*word = old;
	if (!kmk_mappings_adjust(delta, delta <= 0))
		return -ENOSPC;
	err = port_map(address_of(r, i), PFN_PHYS(value >> 1), PAGE_SIZE,
		       value & READ_ONLY ? PORT_READ : PORT_READ | PORT_WRITE);
	if (err) {
		kmk_mappings_adjust(-delta, true);
		hide_locked(r, i, 1);
		return -ENOSPC;
	}
	set_state(r, i, value);
	r->seams += (unsigned long)delta;
	return 0;
}

/* ---- showing and hiding ---- */

static int make_chunk(struct kmk_region *r, unsigned long i)
{
	u64 *none = NULL, *chunk;

	if (chunk_of(r, i))
		return 0;
	kmk_self()->internal++;
	chunk = (u64 *)get_zeroed_page(GFP_KERNEL | __GFP_NOWARN);
	kmk_self()->internal--;
	if (!chunk)
		return -ENOMEM;
	if (!__atomic_compare_exchange_n(&r->shown[i / CHUNK], &none, chunk, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_ACQUIRE))
		free_page((unsigned long)chunk);
	return 0;
}

static void hide(struct kmk_region *r, unsigned long first, unsigned long n)
{
	mutex_lock(&r->lock);
	hide_locked(r, first, n);
	mutex_unlock(&r->lock);
}

/* Hide about an eighth of what the region shows, at least one stretch. Whether any was shown. */
static bool hide_some(struct kmk_region *r)
{
	unsigned long shown, wanted, turns;
	bool some;

	mutex_lock(&r->lock);
	shown = r->nr_shown;
	wanted = shown - shown / 8;
	for (turns = 0; r->nr_shown && r->nr_shown >= wanted && turns <= r->pages / STRETCH + 1; turns++) {
		if (r->hand >= r->pages)
			r->hand = 0;
		if (chunk_of(r, r->hand))
			hide_locked(r, r->hand, min(STRETCH, r->pages - r->hand));
		r->hand += STRETCH;
	}
	some = r->nr_shown < shown;
	mutex_unlock(&r->lock);
	return some;
}

static bool hide_anywhere(struct kmk_region *r)
{
	struct kmk_region *other = NULL;
	bool some = hide_some(r);

	while (!some && (other = next_region(other)))
		some = hide_some(other);
	if (other)
		let_go(other);
	return some;
}

/* Page locked, chunk made. */
static int show(struct kmk_region *r, unsigned long i, struct page *page)
{
	u64 value = page_to_pfn(page) << 1 | (PageDirty(page) ? 0 : READ_ONLY);
	int err = 0;

	while (!err) {
		mutex_lock(&r->lock);
		err = state(r, i) == value ? 0 : show_locked(r, i, value);
		mutex_unlock(&r->lock);
		if (err != -ENOSPC)
			break;
		err = hide_anywhere(r) ? 0 : -ENOMEM;
	}
	return err;
}

static bool unmap(struct page *page)
{
	struct kmk_region *r = kmk_shmem_of(page->mapping)->region;

	mutex_lock(&r->lock);
	if (page_mapcount(page))
		hide_locked(r, page->index, 1);
	mutex_unlock(&r->lock);
	return true;
}

static const struct kmk_mapping_ops anon_ops = { .unmap = unmap, .stand_in = kmk_shmem_stand_in };

/* ---- faults ---- */

static int bring_inside(struct kmk_region *r, unsigned long i, bool write, gfp_t gfp)
{
	int err = make_chunk(r, i);
	struct page *page = err ? ERR_PTR(err) : kmk_shmem_get_locked(r->s, i, GFP_HIGHUSER_MOVABLE | gfp);

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	if (write)
		kmk_shmem_write(page);
	err = show(r, i, page);
	mark_page_accessed(page);
	unlock_page(page);
	put_page(page);
	return err;
}

/* A fork waits for those inside, so the child finds no page locked by a thread it does not have. */
static int bring(struct kmk_region *r, unsigned long i, bool write, gfp_t gfp)
{
	int err;

	kmk_reclaim_enter();
	err = bring_inside(r, i, write, gfp);
	kmk_reclaim_leave();
	return err;
}

static const char *why(int err, const struct kmemkit_swap_stats *swap)
{
	if (err != -ENOMEM)
		return "its slot in the swap file cannot be read";
	if (!swap->slots)
		return "out of memory, and there is no swap file";
	return swap->used < swap->slots ? "out of memory, and nothing could be written to the swap file"
					: "out of memory, and the swap file is full";
}

static void report(struct kmk_region *r, unsigned long addr, bool write, int err)
{
	unsigned long pages, slots;
	struct kmemkit_swap_stats swap;

	kmemkit_swap_stats(&swap);
	kmk_shmem_count(r->s, &pages, &slots);
	pr_err("kmemkit: anonymous memory: no page for a %s of %#lx: %s (%d)\n", write ? "write" : "read", addr,
	       why(err, &swap), err);
	pr_err("  region %#lx-%#lx of %lu pages: %lu in memory, %lu in the swap file; swap: %lu of %lu slots used, %lu bad\n",
	       r->start, r->start + r->pages * PAGE_SIZE, r->pages, pages, slots, swap.used, swap.slots, swap.bad);
}

int kmk_upcall_fault(uintptr_t addr, bool write)
{
	struct kmk_region *r;
	int err;

	if (!READ_ONCE(regions.rb_node))
		return 0;
	r = hold(addr);
	if (!r)
		return 0;
	__atomic_fetch_add(&faults, 1, __ATOMIC_RELAXED);
	count_vm_event(PGFAULT);
	err = bring(r, (addr - r->start) / PAGE_SIZE, write, 0);
	if (err)
		report(r, addr, write, err);
	let_go(r);
	return err ? err : 1;
}

static bool is_shown(struct kmk_region *r, unsigned long i, bool write)
{
	u64 now;

	mutex_lock(&r->lock);
	now = state(r, i);
	mutex_unlock(&r->lock);
	return now && !(write && now & READ_ONLY);
}

int kmemkit_anon_touch(const void *addr, size_t len, bool write)
{
	unsigned long at = (unsigned long)addr & PAGE_MASK, end = (unsigned long)addr + len;
	int err = len && end < (unsigned long)addr ? -EFAULT : 0;

	for (; !err && len && at < end; at += PAGE_SIZE) {
		struct kmk_region *r = hold(at);
		unsigned long i;

		if (!r)
			return -EFAULT;
		i = (at - r->start) / PAGE_SIZE;
		err = is_shown(r, i, write) ? 0 : bring(r, i, write, __GFP_NOWARN);
		let_go(r);
	}
	return err;
}

int kmemkit_anon_discard(void *addr, size_t len)
{
	unsigned long start = PAGE_ALIGN((unsigned long)addr), end = ((unsigned long)addr + len) & PAGE_MASK;
	struct kmk_region *r = hold((unsigned long)addr);
	bool inside;

	if (!r)
		return -EFAULT;
	kmk_reclaim_enter();
	inside = len <= r->start + r->pages * PAGE_SIZE - (unsigned long)addr;
	if (inside && start < end) {
		hide(r, (start - r->start) / PAGE_SIZE, (end - start) / PAGE_SIZE);
		kmk_shmem_forget(r->s, (start - r->start) / PAGE_SIZE, (end - r->start) / PAGE_SIZE - 1);
	}
	kmk_reclaim_leave();
	let_go(r);
	return inside ? 0 : -EFAULT;
}

/* ---- regions come and go ---- */

static void destroy(struct kmk_region *r)
{
	hide(r, 0, r->pages);
	kmk_shmem_destroy(r->s);
	WARN_ONCE(r->nr_shown || r->seams, "anon: a region ends with %lu pages shown, %lu seams\n", r->nr_shown,
		  r->seams);
	for (unsigned long i = 0; i < DIV_ROUND_UP(r->pages, CHUNK); i++)
		free_page((unsigned long)r->shown[i]);
	free_vm_area(r->vm);
	kvfree(r);
}

static struct kmk_region *create(unsigned long pages)
{
	struct kmk_region *r = kvzalloc(struct_size(r, shown, DIV_ROUND_UP(pages, CHUNK)), GFP_KERNEL);

	if (!r)
		return NULL;
	r->vm = get_vm_area(pages * PAGE_SIZE, VM_DMA_COHERENT);
	r->s = r->vm ? kmk_shmem_create("anonymous region", (loff_t)(pages * PAGE_SIZE)) : NULL;
	if (!r->s) {
		if (r->vm)
			free_vm_area(r->vm);
		kvfree(r);
		return NULL;
	}
	r->start = (unsigned long)r->vm->addr;
	r->pages = pages;
	kmk_edge_allow(r->vm->addr, pages * PAGE_SIZE);
	r->refs = 1;
	mutex_init(&r->lock);
	r->s->region = r;
	r->s->keep_slots = true;
	r->s->inode.i_data.kmk_ops = &anon_ops;
	return r;
}

static bool faults_come(void)
{
	int err = port_fault_catch ? port_fault_catch() : -EOPNOTSUPP;

	if (err)
		pr_err("kmemkit: anonymous memory: this host does not hand faults on (%d)\n", err);
	return !err;
}

void *kmemkit_anon_map(size_t bytes)
{
	unsigned long pages = bytes / PAGE_SIZE + (bytes % PAGE_SIZE != 0);
	struct kmk_region *r;

	if (kmemkit_start() || !pages || pages > LONG_MAX / PAGE_SIZE || !faults_come())
		return NULL;
	kmk_self()->internal++;
	r = create(pages);
	kmk_self()->internal--;
	if (!r)
		return NULL;
	if (kmk_page_wake_kswapd)	/* better here than in a signal handler: it may have to be made */
		kmk_page_wake_kswapd(GFP_KERNEL, 0, 0);
	kmk_lock(&regions_lock);
	insert_locked(r);
	kmk_unlock(&regions_lock);
	return (void *)r->start;
}

int kmemkit_anon_unmap(void *addr)
{
	struct kmk_region *r;

	kmk_lock(&regions_lock);
	r = find_locked((unsigned long)addr);
	if (r && r->start != (unsigned long)addr)
		r = NULL;
	if (r)
		rb_erase(&r->node, &regions);
	kmk_unlock(&regions_lock);
	if (!r)
		return -EINVAL;
	let_go(r);
	return 0;
}

void kmemkit_anon_stats(struct kmemkit_anon_stats *stats)
{
	struct kmk_region *r = NULL;

	*stats = (struct kmemkit_anon_stats){ .faults = __atomic_load_n(&faults, __ATOMIC_RELAXED) };
	while ((r = next_region(r))) {
		unsigned long pages, slots;

		kmk_shmem_count(r->s, &pages, &slots);
		stats->regions++;
		stats->total += r->pages;
		stats->resident += pages;
		stats->swapped += slots;
		mutex_lock(&r->lock);
		stats->shown += r->nr_shown;
		stats->mappings += r->seams;
		mutex_unlock(&r->lock);
	}
}

static bool region_good(struct kmk_region *r)
{
	unsigned long shown = 0, seams = 0;
	bool good = true;

	mutex_lock(&r->lock);
	for (unsigned long i = 0; i < r->pages; i = step(r, i, r->pages)) {
		u64 now = state(r, i);

		shown += now != 0;
		seams += seam(r, i);
		if (now) {
			struct page *page = pfn_to_page(now >> 1);

			good &= page_mapcount(page) == 1 && page->index == i && PageUptodate(page) &&
				page->mapping == &r->s->inode.i_data && (PageDirty(page) || now & READ_ONLY);
		}
	}
	seams += seam(r, r->pages);
	good &= shown == r->nr_shown && seams == r->seams;
	mutex_unlock(&r->lock);
	return good;
}

unsigned int kmk_anon_validate(void)
{
	struct kmk_region *r = NULL;
	unsigned int faulty = 0;

	while ((r = next_region(r))) {
		if (region_good(r))
			continue;
		pr_err("kmemkit: anonymous memory: region %#lx shows other pages than its records say\n", r->start);
		faulty++;
	}
	return faulty;
}

/*
 * Nobody was inside (kmk_reclaim_enter), but threads that are gone may have waited for a lock, or at the gate with a
 * reference. The forking thread may have some only if it is inside itself, in a call-back of reclaim.
 */
void kmk_anon_fork_child(void)
{
	for (struct rb_node *node = rb_first(&regions); node; node = rb_next(node)) {
		mutex_init(&of_node(node)->lock);
		if (!kmk_gate_inside(KMK_GATE_RECLAIM))
			of_node(node)->refs = 1;
	}
}
