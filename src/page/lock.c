/* SPDX-License-Identifier: MIT */
/*
 * The page lock: one bit of the flags, waiters in the host's queue on a hashed word.
 *
 * A sleeper sets PG_waiters before it waits, so an unlock without waiters is one atomic and no
 * call. Several pages share a word; a wake-up for another page only makes a sleeper look again.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include "page.h"

#define WORDS 64

static uint32_t words[WORDS];

static uint32_t *word_of(const struct page *page)
{
	return &words[(page_to_pfn((struct page *)page) * 0x9e3779b97f4a7c15ull) >> 58];
}

int trylock_page(struct page *page)
{
	return !TestSetPageLocked(page);
}

static void wait_unlocked(struct page *page)
{
	uint32_t *word = word_of(page), seen = __atomic_load_n(word, __ATOMIC_ACQUIRE);

	SetPageWaiters(page);
	if (PageLocked(page))
		port_wait(word, seen, UINT64_MAX);
}

void lock_page(struct page *page)
{
	might_sleep();
	while (!trylock_page(page))
		wait_unlocked(page);
}

void wait_on_page_locked(struct page *page)
{
	might_sleep();
	while (PageLocked(page))
		wait_unlocked(page);
}

void unlock_page(struct page *page)
{
	unsigned long old = __atomic_fetch_and(&page->flags, ~(1UL << PG_locked | 1UL << PG_waiters),
					       __ATOMIC_SEQ_CST);

	VM_BUG_ON_PAGE(!(old & 1UL << PG_locked), page);
	if (old & 1UL << PG_waiters) {
		uint32_t *word = word_of(page);

		__atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);
		port_wake(word, UINT32_MAX);
	}
}
