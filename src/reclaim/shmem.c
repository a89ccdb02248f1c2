/* SPDX-License-Identifier: MIT */
/* Swappable pages of a mapping: shmem.h has the states. */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include <linux/writeback.h>
#include "port.h"
#include "shmem.h"
#include "sync/thread.h"
#include "tree.h"

#define LOOKS	10u		/* of a second each, by a validator who finds pages on their way */

static LIST_HEAD(all);
#define all_lock kmk_swap_locks[KMK_SWAP_MAPPINGS]

/* ---- a page and its slot; page locked ---- */

static kmk_swap_slot slot_of(const struct page *page)
{
	return (kmk_swap_slot){ PageSwapCache(page) ? page->private : 0 };
}

static void attach_slot(struct page *page, kmk_swap_slot slot)
{
	set_page_private(page, slot.val);
	SetPageSwapCache(page);
	inc_node_page_state(page, NR_SWAPCACHE);
}

static kmk_swap_slot detach_slot(struct page *page)
{
	kmk_swap_slot slot = slot_of(page);

	if (slot.val) {
		ClearPageSwapCache(page);
		set_page_private(page, 0);
		dec_node_page_state(page, NR_SWAPCACHE);
	}
	return slot;
}

static void drop_slot(struct page *page)
{
	kmk_swap_slot slot = detach_slot(page);

	if (slot.val)
		kmk_swap_put(slot);
}

/* Contents first, then the flag that readers without the page lock go by. */
static void set_uptodate(struct page *page)
{
	__atomic_fetch_or(&page->flags, 1UL << PG_uptodate, __ATOMIC_RELEASE);
}

static bool is_uptodate(const struct page *page)
{
	return __atomic_load_n(&page->flags, __ATOMIC_ACQUIRE) >> PG_uptodate & 1;
}

void kmk_shmem_write(struct page *page)
{
	if (!PageDirty(page))
		SetPageDirty(page);
	drop_slot(page);
}

static int fill(struct kmk_shmem *s, struct page *page)
{
	int err;

	if (PageUptodate(page))
		return 0;
	err = kmk_swap_read(page, slot_of(page));
	if (err)
		return err;
	count_vm_event(PGMAJFAULT);
	set_uptodate(page);
	if (!s->keep_slots || kmk_swap_tight())
		kmk_shmem_write(page);
	return 0;
}

/* ---- finding and making pages ---- */

/*
 * The library's own for the leak scan: whose it is, the mapping says. A page that comes back gives a slot free,
 * so it may have a frame of the reserve: where memory and file are full, one goes out for one that comes in.
 */
static struct page *new_page(void *entry, gfp_t gfp)
{
	struct page *page;

	kmk_self()->internal++;
	if (entry)
		page = alloc_pages(gfp | __GFP_NOWARN, 0) ?: alloc_pages(gfp | __GFP_MEMALLOC, 0);
	else
		page = alloc_pages(gfp | __GFP_ZERO, 0);
	kmk_self()->internal--;
	if (!page)
		return NULL;
	trylock_page(page);
	SetPageSwapBacked(page);
	if (entry)
		attach_slot(page, (kmk_swap_slot){ kmk_value_of(entry) });
	else
		set_uptodate(page);
	return page;
}

/* A page in place of entry (nothing, or a value), locked. -EAGAIN: something else stands there by now. */
static struct page *add_page(struct kmk_shmem *s, pgoff_t index, void *entry, gfp_t gfp)
{
	struct page *page = new_page(entry, gfp);
	int err;

	if (!page)
		return ERR_PTR(-ENOMEM);
	err = kmk_mapping_add_over(&s->inode.i_data, page, index, entry, gfp);
	if (!err) {
		lru_cache_add(page);
		return page;
	}
	detach_slot(page);
	unlock_page(page);
	put_page(page);
	return ERR_PTR(err == -EEXIST ? -EAGAIN : err);
}

/* The page that is at index, or a new one, locked. -EAGAIN: it has changed meanwhile. */
static struct page *lock_or_add(struct kmk_shmem *s, pgoff_t index, gfp_t gfp)
{
	struct page *page = kmk_mapping_get(&s->inode.i_data, index);

	if (!page || kmk_is_value(page))
		return add_page(s, index, page, gfp);
	lock_page(page);
	if (page->mapping == &s->inode.i_data)
		return page;
	unlock_page(page);
	put_page(page);
	return ERR_PTR(-EAGAIN);
}

struct page *kmk_shmem_get_locked(struct kmk_shmem *s, pgoff_t index, gfp_t gfp)
{
	struct page *page;
	int err;

	might_sleep();
	if (index >= DIV_ROUND_UP((u64)i_size_read(&s->inode), PAGE_SIZE))
		return ERR_PTR(-EINVAL);
	do
		page = lock_or_add(s, index, gfp);
	while (page == ERR_PTR(-EAGAIN));
	if (IS_ERR(page))
		return page;
	err = fill(s, page);
	if (!err)
		return page;
	/* The slot takes the page's place again, unless others wait for the page: then one of them reads. */
	kmk_mapping_evict(&s->inode.i_data, page, kmk_value(slot_of(page).val));
	unlock_page(page);
	put_page(page);
	return ERR_PTR(err);
}

static struct page *get_unlocked(struct kmk_shmem *s, pgoff_t index, gfp_t gfp)
{
	struct page *page;

	kmk_reclaim_enter();
	page = kmk_shmem_get_locked(s, index, gfp);
	if (!IS_ERR(page))
		unlock_page(page);
	kmk_reclaim_leave();
	return page;
}

struct page *shmem_read_mapping_page_gfp(struct address_space *mapping, pgoff_t index, gfp_t gfp)
{
	struct page *page = kmk_mapping_get(mapping, index);

	if (page && !kmk_is_value(page) && !is_uptodate(page)) {
		put_page(page);
		page = NULL;
	}
	if (!page || kmk_is_value(page))
		page = get_unlocked(kmk_shmem_of(mapping), index, gfp);
	if (!IS_ERR(page))
		mark_page_accessed(page);
	return page;
}

/* ---- what reclaim calls ---- */

static bool give_slots_back(void);

static kmk_swap_slot slot_for(struct page *page)
{
	kmk_swap_slot slot = slot_of(page);

	if (!slot.val)
		slot = kmk_swap_get();
	if (!slot.val && give_slots_back())
		slot = kmk_swap_get();
	return slot;
}

/* The page stays in memory, dirty. A slot that cannot be written is nobody's any more. */
static int write_failed(struct page *page, kmk_swap_slot slot, int err)
{
	detach_slot(page);
	if (err == -EIO)
		kmk_swap_spoil(slot);
	else
		kmk_swap_put(slot);
	return err;
}

static int writepage(struct page *page, struct writeback_control *wbc)
{
	kmk_swap_slot slot;
	int err;

	if (page_mapcount(page))	/* nobody may change it while it is written */
		page->mapping->kmk_ops->unmap(page);
	slot = slot_for(page);
	err = slot.val ? kmk_swap_write(page, slot) : -ENOSPC;

	if (err && slot.val)
		write_failed(page, slot, err);
	if (err) {
		SetPageDirty(page);
		if (wbc->for_reclaim)
			return AOP_WRITEPAGE_ACTIVATE;
	} else if (!PageSwapCache(page)) {
		attach_slot(page, slot);
	}
	unlock_page(page);
	return 0;
}

void *kmk_shmem_stand_in(struct page *page)
{
	kmk_swap_slot slot = slot_of(page);

	return slot.val ? kmk_value(slot.val) : NULL;
}

/* Only memory holds the page, so being dirty is nothing that a flusher or a sync should look at. */
static bool dirty_folio(struct address_space *mapping, struct folio *folio)
{
	(void)mapping;
	return !TestSetPageDirty(&folio->page);
}

/* The page has left the mapping; its slot, if it has one, stands there instead. */
static void free_folio(struct folio *folio)
{
	detach_slot(&folio->page);
}

static int write_begin(struct file *file, struct address_space *mapping, loff_t pos, unsigned int len,
		       struct page **page, void **fsdata)
{
	(void)file, (void)fsdata;
	if (pos + len > i_size_read(mapping->host))
		i_size_write(mapping->host, pos + len);
	*page = kmk_shmem_get_locked(kmk_shmem_of(mapping), (pgoff_t)pos >> PAGE_SHIFT, mapping_gfp_mask(mapping));
	return PTR_ERR_OR_ZERO(*page);
}

static int write_end(struct file *file, struct address_space *mapping, loff_t pos, unsigned int len,
		     unsigned int copied, struct page *page, void *fsdata)
{
	(void)file, (void)mapping, (void)pos, (void)len, (void)fsdata;
	kmk_shmem_write(page);
	unlock_page(page);
	put_page(page);
	return (int)copied;
}

static const struct address_space_operations shmem_aops = {
	.writepage = writepage,
	.dirty_folio = dirty_folio,
	.free_folio = free_folio,
	.write_begin = write_begin,
	.write_end = write_end,
};

static const struct kmk_mapping_ops shmem_ops = { .stand_in = kmk_shmem_stand_in };

bool shmem_mapping(struct address_space *mapping)
{
	return mapping->a_ops == &shmem_aops;
}

unsigned long shmem_partial_swap_usage(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	unsigned long n = 0;

	for (pgoff_t index = start; index < end; index++) {
		void *entry = kmk_mapping_find(mapping, &index, end - 1, KMK_PRESENT);

		if (!entry)
			break;
		if (kmk_is_value(entry))
			n++;
		else
			put_page(entry);
	}
	return n;
}

/* ---- whole mappings ---- */

/* Call fn for each entry of [first, last]; its pages come referenced and are put afterwards. */
static int each_entry(struct kmk_shmem *s, pgoff_t first, pgoff_t last,
		      int (*fn)(struct kmk_shmem *s, pgoff_t index, void *entry, void *data), void *data)
{
	int err = 0;

	for (pgoff_t index = first; !err && index >= first && index <= last; index++) {
		void *entry = kmk_mapping_find(&s->inode.i_data, &index, last, KMK_PRESENT);

		if (!entry)
			break;
		err = fn(s, index, entry, data);
		if (!kmk_is_value(entry))
			put_page(entry);
	}
	return err;
}

static int count_entry(struct kmk_shmem *s, pgoff_t index, void *entry, void *data)
{
	unsigned long *n = data;

	(void)s, (void)index;
	n[kmk_is_value(entry)]++;
	return 0;
}

void kmk_shmem_count(struct kmk_shmem *s, unsigned long *pages, unsigned long *slots)
{
	unsigned long n[2] = { 0, 0 };

	each_entry(s, 0, (pgoff_t)-1, count_entry, n);
	*pages = n[0];
	*slots = n[1];
}

static int count_held(struct kmk_shmem *s, pgoff_t index, void *entry, void *data)
{
	unsigned long *held = data;

	(void)s, (void)index;
	*held += kmk_is_value(entry) || PageSwapCache(entry);
	return 0;
}

static bool slots_agree(void)
{
	struct kmk_shmem *s = NULL;
	unsigned long held = 0;

	while ((s = kmk_shmem_next(s)))
		each_entry(s, 0, (pgoff_t)-1, count_held, &held);
	return kmk_swap_map_good(held);
}

/*
 * A page that is on its way is seen once too often or not at all, so nobody is let go on with one meanwhile. Where
 * that cannot be had, because a write takes longer than one waits, nothing can be said. Some enter by another door:
 * only what stays wrong is wrong.
 */
unsigned int kmk_shmem_validate(void)
{
	static u32 never;
	unsigned int wrong = 0;

	if (slots_agree())
		return 0;
	for (unsigned int try = 0; wrong < 5; try++) {
		bool still = kmk_reclaim_pause(), agree = slots_agree();

		kmk_reclaim_resume();
		if (agree)
			return 0;
		wrong += still;
		if (!still && try + 1 >= LOOKS) {
			pr_warn("kmemkit: swap: slots were not checked, for pages are on their way all the time\n");
			return 0;
		}
		port_wait(&never, 0, 10 * 1000 * 1000);
	}
	pr_err("kmemkit: swap: the slots in use are not those that pages and mappings hold\n");
	return 1;
}

static void forget_page(struct kmk_shmem *s, struct page *page)
{
	lock_page(page);
	if (page->mapping == &s->inode.i_data) {
		if (page_mapcount(page))
			s->inode.i_data.kmk_ops->unmap(page);
		drop_slot(page);
		ClearPageDirty(page);
		delete_from_page_cache(page);
	}
	unlock_page(page);
}

static int forget_entry(struct kmk_shmem *s, pgoff_t index, void *entry, void *data)
{
	(void)data;
	if (!kmk_is_value(entry))
		forget_page(s, entry);
	else if (kmk_mapping_clear_value(&s->inode.i_data, index, entry))
		kmk_swap_put((kmk_swap_slot){ kmk_value_of(entry) });
	return 0;
}

void kmk_shmem_forget(struct kmk_shmem *s, pgoff_t first, pgoff_t last)
{
	might_sleep();
	each_entry(s, first, last, forget_entry, NULL);
}

/* swapoff: what is in a slot comes into memory, and pages lose theirs. */
static int unuse_entry(struct kmk_shmem *s, pgoff_t index, void *entry, void *data)
{
	gfp_t gfp = mapping_gfp_mask(&s->inode.i_data) | __GFP_NOWARN;
	struct page *page;

	(void)data;
	if (!kmk_is_value(entry) && !PageSwapCache(entry) && !PageLocked(entry))
		return 0;
	kmk_reclaim_enter();
	page = kmk_shmem_get_locked(s, index, gfp);
	if (!IS_ERR(page)) {
		if (PageSwapCache(page))
			kmk_shmem_write(page);
		unlock_page(page);
		put_page(page);
	}
	kmk_reclaim_leave();
	return PTR_ERR_OR_ZERO(page);
}

int kmk_shmem_unuse(void)
{
	struct kmk_shmem *s = NULL;
	int err = 0;

	while (!err && (s = kmk_shmem_next(s)))
		err = each_entry(s, 0, (pgoff_t)-1, unuse_entry, NULL);
	if (s)
		kmk_shmem_put(s);
	return err;
}

static int keep_entry(struct kmk_shmem *s, pgoff_t index, void *entry, void *data)
{
	(void)s, (void)index, (void)data;
	if (!kmk_is_value(entry) && PageSwapCache(entry) && PageUptodate(entry))
		kmk_shmem_write(entry);
	return 0;
}

void kmk_shmem_keep_all(void)
{
	struct kmk_shmem *s = NULL;

	while ((s = kmk_shmem_next(s)))
		each_entry(s, 0, (pgoff_t)-1, keep_entry, NULL);
}

/* The file is full, but pages in memory keep slots that they could do without: 64 of them do. */
static int give_slot(struct kmk_shmem *s, pgoff_t index, void *entry, void *data)
{
	unsigned int *n = data;
	struct page *page = entry;

	(void)index;
	if (kmk_is_value(entry) || !PageSwapCache(page) || !trylock_page(page))
		return 0;
	if (page->mapping == &s->inode.i_data && PageUptodate(page) && PageSwapCache(page)) {
		kmk_shmem_write(page);
		++*n;
	}
	unlock_page(page);
	return *n >= 64;
}

static bool give_slots_back(void)
{
	static unsigned long pause;		/* until then (jiffies) there is nothing to find */
	struct kmk_shmem *s = NULL;
	unsigned int n = 0;

	if (!total_swapcache_pages() || time_before(jiffies, READ_ONCE(pause)))
		return false;
	while (n < 64 && (s = kmk_shmem_next(s)))
		if (s->keep_slots)
			each_entry(s, 0, (pgoff_t)-1, give_slot, &n);
	if (s)
		kmk_shmem_put(s);
	if (!n)
		WRITE_ONCE(pause, jiffies + 2);
	return n != 0;
}

struct kmk_shmem *kmk_shmem_next(struct kmk_shmem *prev)
{
	struct kmk_shmem *s = NULL;
	struct list_head *at;

	kmk_lock(&all_lock);
	at = prev ? prev->link.next : all.next;
	if (at != &all) {
		s = list_entry(at, struct kmk_shmem, link);
		s->refs++;
	}
	kmk_unlock(&all_lock);
	if (prev)
		kmk_shmem_put(prev);
	return s;
}

/* Walkers of the list are gone, unless the forking thread is one: they call nobody's code but by reclaim. */
void kmk_shmem_fork_child(void)
{
	struct kmk_shmem *s;

	if (kmk_gate_inside(KMK_GATE_RECLAIM))
		return;
	list_for_each_entry(s, &all, link)
		s->refs = 1;
}

void kmk_shmem_put(struct kmk_shmem *s)
{
	unsigned long flags;
	bool last;

	kmk_lock(&all_lock);
	last = !--s->refs;
	if (last)
		list_del(&s->link);
	kmk_unlock(&all_lock);
	if (!last)
		return;
	/* A walker may have brought pages back after the end; behind the locks nobody looks at the mapping. */
	kmk_shmem_forget(s, 0, (pgoff_t)-1);
	spin_lock_irqsave(&s->inode.i_data.i_pages.xa_lock, flags);
	spin_unlock_irqrestore(&s->inode.i_data.i_pages.xa_lock, flags);
	kmk_lock(&kmk_lru.lock);
	kmk_unlock(&kmk_lru.lock);
	kfree(s);
}

struct kmk_shmem *kmk_shmem_create(const char *name, loff_t size)
{
	struct kmk_shmem *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return NULL;
	kmk_inode_setup(&s->inode);
	i_size_write(&s->inode, size);
	s->inode.i_data.a_ops = &shmem_aops;
	s->inode.i_data.kmk_ops = &shmem_ops;
	mapping_set_gfp_mask(&s->inode.i_data, GFP_HIGHUSER_MOVABLE);
	s->refs = 1;
	strscpy(s->name, name ? name : "", sizeof(s->name));
	kmk_lock(&all_lock);
	list_add_tail(&s->link, &all);
	kmk_unlock(&all_lock);
	return s;
}

void kmk_shmem_destroy(struct kmk_shmem *s)
{
	kmk_reclaim_enter();
	kmk_shmem_forget(s, 0, (pgoff_t)-1);
	kmk_shmem_put(s);
	kmk_reclaim_leave();
}

/* ---- files ---- */

static int shmem_release(struct inode *inode, struct file *file)
{
	(void)file;
	kmk_shmem_destroy(container_of(inode, struct kmk_shmem, inode));
	return 0;
}

static const struct file_operations shmem_fops = { .release = shmem_release };

struct file *shmem_file_setup(const char *name, loff_t size, unsigned long flags)
{
	struct kmk_shmem *s;
	struct file *file;

	(void)flags;
	if (size < 0)
		return ERR_PTR(-EINVAL);
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	s = file ? kmk_shmem_create(name, size) : NULL;
	if (!s) {
		kfree(file);
		return ERR_PTR(-ENOMEM);
	}
	file->f_mode = FMODE_READ | FMODE_WRITE;
	file->f_inode = &s->inode;
	file->f_mapping = &s->inode.i_data;
	file->f_op = &shmem_fops;
	atomic_long_set(&file->f_count, 1);
	return file;
}

struct file *shmem_kernel_file_setup(const char *name, loff_t size, unsigned long flags)
{
	return shmem_file_setup(name, size, flags);
}

static void zero_part(struct inode *inode, pgoff_t index, unsigned int from, unsigned int to)
{
	struct page *page;
	void *entry = kmk_mapping_get(inode->i_mapping, index);

	if (entry && !kmk_is_value(entry))
		put_page(entry);
	if (!entry || from >= to)
		return;
	page = kmk_shmem_get_locked(container_of(inode, struct kmk_shmem, inode), index,
				    mapping_gfp_mask(inode->i_mapping));
	if (IS_ERR(page))
		return;
	zero_user_segment(page, from, to);
	kmk_shmem_write(page);
	unlock_page(page);
	put_page(page);
}

void shmem_truncate_range(struct inode *inode, loff_t start, loff_t end)
{
	pgoff_t first = DIV_ROUND_UP((u64)start, PAGE_SIZE), last;
	u64 stop = end < 0 ? U64_MAX : (u64)end + 1;

	last = stop == U64_MAX ? (pgoff_t)-1 : stop >> PAGE_SHIFT;	/* the first index kept whole or in part */
	kmk_reclaim_enter();
	if (offset_in_page(start))
		zero_part(inode, first - 1, (unsigned int)offset_in_page(start),
			  last < first ? (unsigned int)offset_in_page(stop) : (unsigned int)PAGE_SIZE);
	if (last >= first && offset_in_page(stop) && stop != U64_MAX)
		zero_part(inode, last, 0, (unsigned int)offset_in_page(stop));
	if (last > first)
		kmk_shmem_forget(container_of(inode, struct kmk_shmem, inode), first, last - 1);
	kmk_reclaim_leave();
}
