/* SPDX-License-Identifier: MIT */
/*
 * The page cache: pages of a mapping (struct address_space), looked up by index.
 *
 * Names and meanings are Linux 6.1's, in the page and in the folio form (a folio here is one page).
 * A looked-up page comes with a reference, dropped by put_page(). Errors are negative errnos, where a
 * pointer is returned by ERR_PTR(). Unless a call says "any context" it may sleep.
 */
#ifndef _LINUX_PAGEMAP_H
#define _LINUX_PAGEMAP_H

#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/errseq.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/uaccess.h>

/* ---- a mapping's settings; any context ---- */
static inline gfp_t mapping_gfp_mask(struct address_space *m) { return m->gfp_mask; }
static inline void mapping_set_gfp_mask(struct address_space *m, gfp_t gfp) { m->gfp_mask = gfp; }
static inline gfp_t mapping_gfp_constraint(struct address_space *m, gfp_t gfp)
{
	return mapping_gfp_mask(m) & gfp;
}
static inline gfp_t readahead_gfp_mask(struct address_space *m)
{
	return mapping_gfp_mask(m) | __GFP_NORETRY | __GFP_NOWARN;
}
static inline void mapping_set_unevictable(struct address_space *m) { set_bit(AS_UNEVICTABLE, &m->flags); }
static inline void mapping_clear_unevictable(struct address_space *m) { clear_bit(AS_UNEVICTABLE, &m->flags); }
static inline bool mapping_unevictable(struct address_space *m) { return m && test_bit(AS_UNEVICTABLE, &m->flags); }
static inline void mapping_set_exiting(struct address_space *m) { set_bit(AS_EXITING, &m->flags); }
static inline int mapping_exiting(struct address_space *m) { return test_bit(AS_EXITING, &m->flags); }
static inline bool mapping_stable_writes(struct address_space *m) { return test_bit(AS_STABLE_WRITES, &m->flags); }
static inline void mapping_set_stable_writes(struct address_space *m) { set_bit(AS_STABLE_WRITES, &m->flags); }
static inline void mapping_clear_stable_writes(struct address_space *m) { clear_bit(AS_STABLE_WRITES, &m->flags); }
static inline void mapping_set_large_folios(struct address_space *m) { set_bit(AS_LARGE_FOLIO_SUPPORT, &m->flags); }
static inline bool mapping_large_folio_support(struct address_space *m) { (void)m; return false; }
static inline bool mapping_empty(struct address_space *m) { return !READ_ONCE(m->i_pages.root); }
bool mapping_tagged(struct address_space *mapping, unsigned int tag);
/* Room for the fields of a mapping at rest: locks, lists, GFP_HIGHUSER_MOVABLE. Nothing in it may be in use. */
void address_space_init_once(struct address_space *mapping);

/* ---- errors of write-back: kept until somebody who waits is told ---- */
void mapping_set_error(struct address_space *mapping, int error);
int filemap_check_errors(struct address_space *mapping);
static inline void filemap_set_wb_err(struct address_space *m, int err) { if (err) errseq_set(&m->wb_err, err); }
static inline int filemap_check_wb_err(struct address_space *m, errseq_t since) { return errseq_check(&m->wb_err, since); }
static inline errseq_t filemap_sample_wb_err(struct address_space *m) { return errseq_sample(&m->wb_err); }
int file_check_and_advance_wb_err(struct file *file);

/* ---- places: index of a page, offset in the file ---- */
static inline pgoff_t page_to_pgoff(struct page *page) { return page->index; }
static inline pgoff_t folio_index(struct folio *folio) { return folio->index; }
static inline pgoff_t folio_next_index(struct folio *folio) { return folio->index + 1; }
static inline loff_t page_offset(struct page *page) { return (loff_t)page->index << PAGE_SHIFT; }
static inline loff_t page_file_offset(struct page *page) { return page_offset(page); }
static inline loff_t folio_pos(struct folio *folio) { return page_offset(&folio->page); }
static inline struct address_space *folio_mapping(struct folio *folio) { return READ_ONCE(folio->mapping); }
static inline struct address_space *page_file_mapping(struct page *page) { return page_mapping(page); }
static inline struct inode *folio_inode(struct folio *folio) { return folio->mapping->host; }
static inline bool folio_contains(struct folio *folio, pgoff_t index) { return folio->index == index; }
static inline struct page *folio_file_page(struct folio *folio, pgoff_t index) { (void)index; return &folio->page; }

/* ---- the lock and other bits one can wait for ---- */
static inline bool folio_trylock(struct folio *folio) { return trylock_page(&folio->page); }
static inline void folio_lock(struct folio *folio) { lock_page(&folio->page); }
static inline int lock_page_killable(struct page *page) { lock_page(page); return 0; }
static inline int folio_lock_killable(struct folio *folio) { folio_lock(folio); return 0; }
static inline void folio_unlock(struct folio *folio) { unlock_page(&folio->page); }
static inline void folio_wait_locked(struct folio *folio) { wait_on_page_locked(&folio->page); }
static inline int wait_on_page_locked_killable(struct page *page) { wait_on_page_locked(page); return 0; }
void wait_on_page_writeback(struct page *page);
void wait_for_stable_page(struct page *page);	/* waits where the mapping has mapping_set_stable_writes() */
static inline void folio_wait_writeback(struct folio *folio) { wait_on_page_writeback(&folio->page); }
static inline int folio_wait_writeback_killable(struct folio *folio) { folio_wait_writeback(folio); return 0; }
static inline void folio_wait_stable(struct folio *folio) { wait_for_stable_page(&folio->page); }

/*
 * set_page_writeback - the page's contents are on their way out. Page locked, dirty bit cleared before.
 * test_set_page_writeback - the same; whether they already were.
 * end_page_writeback - they have arrived, or failed. Wakes who waits. Any context.
 */
bool test_set_page_writeback(struct page *page);
static inline void set_page_writeback(struct page *page) { test_set_page_writeback(page); }
void end_page_writeback(struct page *page);
static inline void folio_start_writeback(struct folio *folio) { set_page_writeback(&folio->page); }
static inline void folio_end_writeback(struct folio *folio) { end_page_writeback(&folio->page); }
/* A read or write of a page has ended with err: its flags, the mapping's error, unlock or end of write-back. */
void page_endio(struct page *page, bool is_write, int err);

/* ---- private data of a page: holds a reference ---- */
static inline void attach_page_private(struct page *page, void *data)
{
	get_page(page);
	set_page_private(page, (unsigned long)data);
	SetPagePrivate(page);
}
void *detach_page_private(struct page *page);
static inline void folio_attach_private(struct folio *folio, void *data) { attach_page_private(&folio->page, data); }
static inline void *folio_detach_private(struct folio *folio) { return detach_page_private(&folio->page); }
static inline void *folio_get_private(struct folio *folio) { return folio->private; }
/* Ask the owner of the private data to give it up. Page locked. True: the page has none now. */
bool filemap_release_folio(struct folio *folio, gfp_t gfp);
static inline int try_to_release_page(struct page *page, gfp_t gfp) { return filemap_release_folio(page_folio(page), gfp); }

/* ---- lookup ---- */
#define FGP_ACCESSED	0x01
#define FGP_LOCK	0x02
#define FGP_CREAT	0x04
#define FGP_WRITE	0x08
#define FGP_NOFS	0x10
#define FGP_NOWAIT	0x20
#define FGP_FOR_MMAP	0x40
#define FGP_HEAD	0x80
#define FGP_ENTRY	0x100
#define FGP_STABLE	0x200

/*
 * pagecache_get_page - the page at index, as the FGP_ flags ask: locked, created (not up to date, on the
 * LRU, gfp for it and tree nodes), marked accessed, its write-back waited for. NULL: absent, or no memory,
 * or FGP_NOWAIT and the lock is taken. Any context without FGP_LOCK, FGP_CREAT, FGP_STABLE.
 */
struct page *pagecache_get_page(struct address_space *mapping, pgoff_t index, int fgp_flags, gfp_t gfp);
static inline struct folio *__filemap_get_folio(struct address_space *m, pgoff_t index, int fgp_flags, gfp_t gfp)
{
	return (struct folio *)pagecache_get_page(m, index, fgp_flags, gfp);
}
static inline struct folio *filemap_get_folio(struct address_space *m, pgoff_t index)
{
	return __filemap_get_folio(m, index, 0, 0);
}
static inline struct folio *filemap_lock_folio(struct address_space *m, pgoff_t index)
{
	return __filemap_get_folio(m, index, FGP_LOCK, 0);
}
static inline struct page *find_get_page(struct address_space *m, pgoff_t index)
{
	return pagecache_get_page(m, index, 0, 0);
}
static inline struct page *find_get_page_flags(struct address_space *m, pgoff_t index, int fgp_flags)
{
	return pagecache_get_page(m, index, fgp_flags, 0);
}
static inline struct page *find_lock_page(struct address_space *m, pgoff_t index)
{
	return pagecache_get_page(m, index, FGP_LOCK, 0);
}
static inline struct page *find_or_create_page(struct address_space *m, pgoff_t index, gfp_t gfp)
{
	return pagecache_get_page(m, index, FGP_LOCK | FGP_ACCESSED | FGP_CREAT, gfp);
}
static inline struct page *grab_cache_page_nowait(struct address_space *m, pgoff_t index)
{
	return pagecache_get_page(m, index, FGP_LOCK | FGP_CREAT | FGP_NOFS | FGP_NOWAIT, mapping_gfp_mask(m));
}
static inline struct page *grab_cache_page(struct address_space *m, pgoff_t index)
{
	return find_or_create_page(m, index, mapping_gfp_mask(m));
}
/* Locked, created where absent, write-back waited for: ready to be changed by write_begin. */
struct page *grab_cache_page_write_begin(struct address_space *mapping, pgoff_t index);
/*
 * filemap_get_folios, find_get_pages_range_tag - up to a batch of pages from *start on (those that carry the
 * tag), *start moved behind the last. Their number. Any context.
 */
struct folio_batch;
unsigned filemap_get_folios(struct address_space *mapping, pgoff_t *start, pgoff_t end, struct folio_batch *fbatch);
unsigned find_get_pages_range(struct address_space *mapping, pgoff_t *start, pgoff_t end, unsigned int nr,
			      struct page **pages);
unsigned find_get_pages_range_tag(struct address_space *mapping, pgoff_t *start, pgoff_t end, unsigned int tag,
				  unsigned int nr, struct page **pages);
static inline unsigned find_get_pages_tag(struct address_space *m, pgoff_t *start, unsigned int tag, unsigned int nr,
					  struct page **pages)
{
	return find_get_pages_range_tag(m, start, (pgoff_t)-1, tag, nr, pages);
}
pgoff_t page_cache_next_miss(struct address_space *mapping, pgoff_t index, unsigned long max_scan);
pgoff_t page_cache_prev_miss(struct address_space *mapping, pgoff_t index, unsigned long max_scan);
bool filemap_range_has_page(struct address_space *mapping, loff_t start, loff_t end);

/* ---- putting pages in and taking them out ---- */
static inline struct page *__page_cache_alloc(gfp_t gfp) { return alloc_pages(gfp, 0); }
static inline struct page *page_cache_alloc(struct address_space *m) { return __page_cache_alloc(mapping_gfp_mask(m)); }
static inline struct folio *filemap_alloc_folio(gfp_t gfp, unsigned int order) { return folio_alloc(gfp, order); }
/*
 * add_to_page_cache_lru - a fresh page becomes the mapping's at index: locked (and left so), one more
 * reference, on the LRU. 0, -EEXIST or -ENOMEM. add_to_page_cache_locked: the caller locked it; no LRU.
 */
int add_to_page_cache_lru(struct page *page, struct address_space *mapping, pgoff_t index, gfp_t gfp);
int add_to_page_cache_locked(struct page *page, struct address_space *mapping, pgoff_t index, gfp_t gfp);
static inline int filemap_add_folio(struct address_space *m, struct folio *folio, pgoff_t index, gfp_t gfp)
{
	return add_to_page_cache_lru(&folio->page, m, index, gfp);
}
/* The locked page leaves its mapping, whatever it holds; the tree's reference is dropped. Any context. */
void delete_from_page_cache(struct page *page);
static inline void filemap_remove_folio(struct folio *folio) { delete_from_page_cache(&folio->page); }
/* new takes old's place: both locked, old up to date and clean or dirty as it is. Never fails. */
void replace_page_cache_page(struct page *old, struct page *new);

/* ---- reading ---- */
typedef int filler_t(struct file *file, struct folio *folio);
/*
 * read_cache_page - the page at index, up to date; read by filler, or a_ops->read_folio / readpage where it is
 * NULL, with file handed on. Unlocked, referenced; or ERR_PTR(-EIO, -ENOMEM, what the filler returned).
 * A page whose earlier read failed is read again. read_cache_page_gfp: gfp for page and nodes.
 */
struct page *read_cache_page(struct address_space *mapping, pgoff_t index, filler_t *filler, struct file *file);
struct page *read_cache_page_gfp(struct address_space *mapping, pgoff_t index, gfp_t gfp);
static inline struct folio *read_cache_folio(struct address_space *m, pgoff_t index, filler_t *filler, struct file *file)
{
	return (struct folio *)read_cache_page(m, index, filler, file);
}
static inline struct page *read_mapping_page(struct address_space *m, pgoff_t index, struct file *file)
{
	return read_cache_page(m, index, NULL, file);
}
static inline struct folio *read_mapping_folio(struct address_space *m, pgoff_t index, struct file *file)
{
	return read_cache_folio(m, index, NULL, file);
}

/* ---- readahead ---- */
#define VM_READAHEAD_PAGES	(131072 / PAGE_SIZE)

/* What a_ops->readahead works through: locked, new pages of [_index, _index + _nr_pages). */
struct readahead_control {
	struct file *file;
	struct address_space *mapping;
	struct file_ra_state *ra;
	pgoff_t _index;
	unsigned int _nr_pages, _batch_count;
};
#define DEFINE_READAHEAD(ractl, f, r, m, i)	\
	struct readahead_control ractl = { .file = (f), .mapping = (m), .ra = (r), ._index = (i) }

/*
 * page_cache_sync_readahead - a read found no page at index: start reading there, at least req_count pages and
 * as many more as the sequence of reads before suggests. page_cache_async_readahead: a read came upon a page
 * marked PG_reclaim (readahead) by an earlier one: read the next window. Failures are silent.
 */
void page_cache_sync_ra(struct readahead_control *ractl, unsigned long req_count);
void page_cache_async_ra(struct readahead_control *ractl, struct folio *folio, unsigned long req_count);
void page_cache_ra_unbounded(struct readahead_control *ractl, unsigned long nr, unsigned long lookahead);
static inline void page_cache_sync_readahead(struct address_space *m, struct file_ra_state *ra, struct file *file,
					     pgoff_t index, unsigned long req_count)
{
	DEFINE_READAHEAD(ractl, file, ra, m, index);
	page_cache_sync_ra(&ractl, req_count);
}
static inline void page_cache_async_readahead(struct address_space *m, struct file_ra_state *ra, struct file *file,
					      struct folio *folio, pgoff_t index, unsigned long req_count)
{
	DEFINE_READAHEAD(ractl, file, ra, m, index);
	page_cache_async_ra(&ractl, folio, req_count);
}
/* The next page of a readahead, locked; the caller unlocks and puts it. NULL: all taken. */
struct page *readahead_page(struct readahead_control *ractl);
/* The same without a reference to put: the tree's and the lock keep it. */
struct folio *readahead_folio(struct readahead_control *ractl);
static inline loff_t readahead_pos(struct readahead_control *r) { return (loff_t)r->_index << PAGE_SHIFT; }
static inline size_t readahead_length(struct readahead_control *r) { return (size_t)r->_nr_pages << PAGE_SHIFT; }
static inline pgoff_t readahead_index(struct readahead_control *r) { return r->_index; }
static inline unsigned int readahead_count(struct readahead_control *r) { return r->_nr_pages; }
#define PageReadahead(page)		PageReclaim(page)
#define SetPageReadahead(page)		SetPageReclaim(page)
#define ClearPageReadahead(page)	ClearPageReclaim(page)
#define folio_test_readahead(folio)	folio_test_reclaim(folio)

/* ---- writing back; ends of ranges are inclusive bytes ---- */
int __filemap_fdatawrite_range(struct address_space *mapping, loff_t start, loff_t end, int sync_mode);
int filemap_fdatawrite_range(struct address_space *mapping, loff_t start, loff_t end);
int filemap_fdatawrite(struct address_space *mapping);	/* start all, for data integrity */
int filemap_flush(struct address_space *mapping);	/* start all, without waiting for busy pages */
int filemap_fdatawait_range(struct address_space *mapping, loff_t start, loff_t end);
int filemap_fdatawait_range_keep_errors(struct address_space *mapping, loff_t start, loff_t end);
int filemap_fdatawait_keep_errors(struct address_space *mapping);
static inline int filemap_fdatawait(struct address_space *m) { return filemap_fdatawait_range(m, 0, LLONG_MAX); }
/* Write the range, wait for it, and report the first error since the last report: 0, -EIO, -ENOSPC ... */
int filemap_write_and_wait_range(struct address_space *mapping, loff_t start, loff_t end);
static inline int filemap_write_and_wait(struct address_space *m) { return filemap_write_and_wait_range(m, 0, LLONG_MAX); }
/* file_write_and_wait_range - the same, but the error is judged by what this open file has seen (errseq). */
int file_write_and_wait_range(struct file *file, loff_t start, loff_t end);
int write_one_page(struct page *page);		/* locked on entry, unlocked and written on return */
static inline int folio_write_one(struct folio *folio) { return write_one_page(&folio->page); }

/* ---- invalidation ---- */
/* Drop what is clean, unlocked and unused of [start, end] (indexes). Pages dropped. Does not wait for I/O. */
unsigned long invalidate_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t end);
/* Drop everything of the range, waiting for locks and write-back, laundering dirty pages. 0 or -EBUSY. */
int invalidate_inode_pages2_range(struct address_space *mapping, pgoff_t start, pgoff_t end);
int invalidate_inode_pages2(struct address_space *mapping);

/* ---- dirty bits, the callers' side; see also linux/mm.h ---- */
bool filemap_dirty_folio(struct address_space *mapping, struct folio *folio);
bool noop_dirty_folio(struct address_space *mapping, struct folio *folio);
int __set_page_dirty_nobuffers(struct page *page);
void folio_cancel_dirty(struct folio *folio);

#define page_cache_get(page)		get_page(page)
#define page_cache_release(page)	put_page(page)
#endif
