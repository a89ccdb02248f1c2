/* SPDX-License-Identifier: MIT */
/*
 * Pages of drivers that can move (linux/migrate.h): how somebody who only met such a page in the frame
 * database gets hold of it.
 *
 * A reference may be taken without knowing the owner only while the page cannot be freed by a plain
 * store. Movable pages leave for the free lists through kmk_movable_gone(), and its lock is held here
 * between looking and taking: a page seen movable under the lock has not been freed yet.
 */
#include <linux/migrate.h>
#include <linux/mm.h>
#include "page.h"

struct kmk_lock kmk_movable_lock = KMK_LOCK_INIT(KMK_RANK_PAGE);

void __SetPageMovable(struct page *page, const struct movable_operations *ops)
{
	VM_BUG_ON_PAGE(!PageLocked(page), page);
	VM_BUG_ON_PAGE((unsigned long)ops & PAGE_MAPPING_FLAGS, page);
	__atomic_store_n(&page->mapping, (struct address_space *)((unsigned long)ops | PAGE_MAPPING_MOVABLE),
			 __ATOMIC_RELEASE);
	kmk_page_set(page, PG_movable);
}

/* Still marked, so that its free comes to kmk_movable_gone(). */
void __ClearPageMovable(struct page *page)
{
	VM_BUG_ON_PAGE(!PageMovable(page), page);
	__atomic_store_n(&page->mapping, (struct address_space *)PAGE_MAPPING_MOVABLE, __ATOMIC_RELEASE);
}

bool PageMovable(struct page *page)
{
	VM_BUG_ON_PAGE(!PageLocked(page), page);
	return __PageMovable(page) && page_movable_ops(page);
}

bool kmk_movable_hold(struct page *page)
{
	bool held;

	if (!__PageMovable(page))
		return false;
	kmk_lock(&kmk_movable_lock);
	held = __PageMovable(page) && get_page_unless_zero(page);
	kmk_unlock(&kmk_movable_lock);
	return held;
}

void kmk_movable_gone(struct page *page)
{
	kmk_lock(&kmk_movable_lock);
	page->mapping = NULL;
	kmk_page_clear(page, PG_movable);
	kmk_unlock(&kmk_movable_lock);
}
