/* SPDX-License-Identifier: MIT */
/* Small batches of pages or folios on the stack, each with a reference. */
#ifndef _LINUX_PAGEVEC_H
#define _LINUX_PAGEVEC_H

#include <linux/mm.h>

#define PAGEVEC_SIZE	15

struct pagevec {
	unsigned char nr;
	bool percpu_pvec_drained;
	struct page *pages[PAGEVEC_SIZE];
};

struct folio_batch {
	unsigned char nr;
	bool percpu_pvec_drained;
	struct folio *folios[PAGEVEC_SIZE];
};

struct address_space;
unsigned pagevec_lookup_range_tag(struct pagevec *pvec, struct address_space *mapping, pgoff_t *index, pgoff_t end,
				  unsigned int tag);
static inline unsigned pagevec_lookup_tag(struct pagevec *pvec, struct address_space *mapping, pgoff_t *index,
					  unsigned int tag)
{
	return pagevec_lookup_range_tag(pvec, mapping, index, (pgoff_t)-1, tag);
}

static inline void pagevec_init(struct pagevec *p) { p->nr = 0; p->percpu_pvec_drained = false; }
static inline void pagevec_reinit(struct pagevec *p) { p->nr = 0; }
static inline unsigned pagevec_count(struct pagevec *p) { return p->nr; }
static inline unsigned pagevec_space(struct pagevec *p) { return PAGEVEC_SIZE - p->nr; }
/* Room left after the page went in; 0: full now. */
static inline unsigned pagevec_add(struct pagevec *p, struct page *page)
{
	p->pages[p->nr++] = page;
	return pagevec_space(p);
}
/* Drop the references and empty the batch. */
static inline void pagevec_release(struct pagevec *p)
{
	release_pages(p->pages, p->nr);
	p->nr = 0;
}

static inline void folio_batch_init(struct folio_batch *b) { b->nr = 0; b->percpu_pvec_drained = false; }
static inline void folio_batch_reinit(struct folio_batch *b) { b->nr = 0; }
static inline unsigned int folio_batch_count(struct folio_batch *b) { return b->nr; }
static inline unsigned int fbatch_space(struct folio_batch *b) { return PAGEVEC_SIZE - b->nr; }
static inline unsigned folio_batch_add(struct folio_batch *b, struct folio *folio)
{
	b->folios[b->nr++] = folio;
	return fbatch_space(b);
}
static inline void folio_batch_release(struct folio_batch *b)
{
	release_pages((struct page **)b->folios, b->nr);
	b->nr = 0;
}
#endif
