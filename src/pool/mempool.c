/* SPDX-License-Identifier: MIT */
/*
 * Memory pools: reserve plus wait.
 *
 *	elements[0 .. curr_nr-1] are in reserve, curr_nr <= min_nr.
 *
 * The promise is that curr_nr plus the elements in use never falls below min_nr, so whoever waits
 * is woken by a free. Both fast paths take no lock: an allocation first asks the allocator, a free
 * only reads curr_nr and min_nr. That a free may read an old curr_nr is harmless: it is at worst
 * the value at the time its element was allocated, which is the one that counts for its waiters.
 *
 * An element freed twice is found: while it lies in the reserve, by looking there. So that this
 * costs nothing when the reserve is full, reserved elements carry a mark where a word of theirs may be
 * written: pages in page->private, objects of slab and kmalloc pools in their first word. The mark is only
 * a hint to look. Elements without such a word - whatever a pool's own functions make, objects that keep
 * what their constructor wrote, or that a reader under RCU may still look at - are looked for at each free.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <mm/slab.h>

#define RECHECK	(5 * HZ)	/* a waiter looks by itself after that time */
#define SCAN	256		/* up to that many reserved elements are compared at a free without a mark to go by */

/* A word of an element, whatever the element is and wherever it lies. */
typedef unsigned long __attribute__((may_alias, aligned(1))) mark_t;

static inline unsigned long mark_of(const mempool_t *pool, const void *element)
{
	return pool->stamp ^ (unsigned long)element;
}

static inline mark_t *mark_in(const mempool_t *pool, const void *element)
{
	return (mark_t *)((unsigned long)element + pool->mark_at);
}

/* Without marks every element might be there. */
static inline bool maybe_reserved(const mempool_t *pool, const void *element)
{
	return unlikely(!pool->stamp) || *mark_in(pool, element) == mark_of(pool, element);
}

static inline void set_mark(const mempool_t *pool, void *element, bool reserved)
{
	if (pool->stamp)
		*mark_in(pool, element) = reserved ? mark_of(pool, element) : 0;
}

/* May the pool write a word into its elements, and where? */
static bool has_word(mempool_t *pool)
{
	if (pool->alloc == mempool_alloc_pages && pool->free == mempool_free_pages) {
		pool->mark_at = offsetof(struct page, private);
		return true;
	}
	if (pool->alloc == mempool_alloc_slab && pool->free == mempool_free_slab) {
		const struct kmem_cache *cache = pool->pool_data;

		return cache->object_size >= sizeof(mark_t) && !cache->ctor && !(cache->flags & SLAB_TYPESAFE_BY_RCU);
	}
	return pool->alloc == mempool_kmalloc && pool->free == mempool_kfree &&
	       (size_t)pool->pool_data >= sizeof(mark_t);
}

static void add_element(mempool_t *pool, void *element)
{
	BUG_ON(pool->curr_nr >= pool->min_nr);
	set_mark(pool, element, true);
	pool->elements[pool->curr_nr] = element;
	WRITE_ONCE(pool->curr_nr, pool->curr_nr + 1);
}

static void *remove_element(mempool_t *pool)
{
	void *element = pool->elements[pool->curr_nr - 1];

	WRITE_ONCE(pool->curr_nr, pool->curr_nr - 1);
	set_mark(pool, element, false);
	return element;
}

static void *take_reserved(mempool_t *pool)
{
	void *element = NULL;
	unsigned long flags;

	spin_lock_irqsave(&pool->lock, flags);
	if (pool->curr_nr)
		element = remove_element(pool);
	spin_unlock_irqrestore(&pool->lock, flags);
	return element;
}

static bool in_reserve(const mempool_t *pool, const void *element)
{
	int i;

	for (i = pool->curr_nr; i > 0; i--)
		if (pool->elements[i - 1] == element)
			return true;
	return false;
}

/* Put an element into the reserve if there is room. Says whether it was there already. */
static bool put_reserved(mempool_t *pool, void *element, bool *twice)
{
	unsigned long flags;
	bool room;

	spin_lock_irqsave(&pool->lock, flags);
	room = pool->curr_nr < pool->min_nr;
	*twice = ((pool->stamp && maybe_reserved(pool, element)) || pool->curr_nr <= SCAN) &&
		 in_reserve(pool, element);
	if (room && !*twice)
		add_element(pool, element);
	spin_unlock_irqrestore(&pool->lock, flags);
	return room;
}

void mempool_exit(mempool_t *pool)
{
	while (pool->curr_nr)
		pool->free(remove_element(pool), pool->pool_data);
	kfree(pool->elements);
	pool->elements = NULL;
}

void mempool_destroy(mempool_t *pool)
{
	if (!pool)
		return;
	mempool_exit(pool);
	kfree(pool);
}

int mempool_init_node(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
		      void *pool_data, gfp_t gfp_mask, int node_id)
{
	*pool = (mempool_t){ .min_nr = min_nr, .pool_data = pool_data, .alloc = alloc_fn, .free = free_fn };
	spin_lock_init(&pool->lock);
	init_waitqueue_head(&pool->wait);
	pool->stamp = has_word(pool) ? get_random_long() | 1 : 0;
	if (WARN_ON(min_nr < 0))
		return -EINVAL;
	pool->elements = kmalloc_array_node((size_t)min_nr, sizeof(void *), gfp_mask, node_id);
	if (!pool->elements)
		return -ENOMEM;
	while (pool->curr_nr < min_nr) {
		void *element = alloc_fn(gfp_mask, pool_data);

		if (!element) {
			mempool_exit(pool);
			return -ENOMEM;
		}
		add_element(pool, element);
	}
	return 0;
}

int mempool_init(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
		 void *pool_data)
{
	return mempool_init_node(pool, min_nr, alloc_fn, free_fn, pool_data, GFP_KERNEL, NUMA_NO_NODE);
}

mempool_t *mempool_create_node(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
			       void *pool_data, gfp_t gfp_mask, int node_id)
{
	mempool_t *pool = kmalloc_node(sizeof(*pool), gfp_mask, node_id);

	if (!pool)
		return NULL;
	if (!mempool_init_node(pool, min_nr, alloc_fn, free_fn, pool_data, gfp_mask, node_id))
		return pool;
	kfree(pool);
	return NULL;
}

mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn, void *pool_data)
{
	return mempool_create_node(min_nr, alloc_fn, free_fn, pool_data, GFP_KERNEL, NUMA_NO_NODE);
}

static void shrink(mempool_t *pool, int new_min_nr)
{
	unsigned long flags;

	spin_lock_irqsave(&pool->lock, flags);
	WRITE_ONCE(pool->min_nr, new_min_nr);
	while (pool->curr_nr > new_min_nr) {
		void *element = remove_element(pool);

		spin_unlock_irqrestore(&pool->lock, flags);
		pool->free(element, pool->pool_data);
		spin_lock_irqsave(&pool->lock, flags);
	}
	spin_unlock_irqrestore(&pool->lock, flags);
}

/* Swap in a larger array. The old one is returned; the new one itself if another resize was first. */
static void **swap_elements(mempool_t *pool, void **elements, int new_min_nr)
{
	void **old = elements;
	unsigned long flags;

	spin_lock_irqsave(&pool->lock, flags);
	if (new_min_nr > pool->min_nr) {
		memcpy(elements, pool->elements, (size_t)pool->curr_nr * sizeof(void *));
		old = pool->elements;
		pool->elements = elements;
		WRITE_ONCE(pool->min_nr, new_min_nr);
	}
	spin_unlock_irqrestore(&pool->lock, flags);
	return old;
}

static void refill(mempool_t *pool)
{
	while (READ_ONCE(pool->curr_nr) < READ_ONCE(pool->min_nr)) {
		void *element = pool->alloc(GFP_KERNEL, pool->pool_data);
		bool twice;

		if (!element)
			return;
		if (!put_reserved(pool, element, &twice)) {
			pool->free(element, pool->pool_data);
			return;
		}
		wake_up(&pool->wait);
	}
}

#undef mempool_resize
int mempool_resize(mempool_t *pool, int new_min_nr)
{
	void **elements;

	might_sleep();
	if (WARN(new_min_nr <= 0, "mempool_resize() to %d elements\n", new_min_nr))
		return -EINVAL;
	if (new_min_nr <= pool->min_nr) {
		shrink(pool, new_min_nr);
		return 0;
	}
	elements = kmalloc_array((size_t)new_min_nr, sizeof(void *), GFP_KERNEL);
	if (!elements)
		return -ENOMEM;
	kfree(swap_elements(pool, elements, new_min_nr));
	refill(pool);
	return 0;
}

/*
 * Sleep until something is freed. Returns an element only for a pool without reserve: there an
 * element freed just before the waiter was on the queue has gone to the allocator.
 */
static void *wait_for_free(mempool_t *pool, gfp_t gfp)
{
	void *element = NULL;
	unsigned long flags;
	DEFINE_WAIT(wait);

	spin_lock_irqsave(&pool->lock, flags);
	if (pool->curr_nr) {
		element = remove_element(pool);
		spin_unlock_irqrestore(&pool->lock, flags);
		return element;
	}
	prepare_to_wait(&pool->wait, &wait, TASK_UNINTERRUPTIBLE);
	spin_unlock_irqrestore(&pool->lock, flags);
	if (!READ_ONCE(pool->min_nr))
		element = pool->alloc(gfp & ~(__GFP_DIRECT_RECLAIM | __GFP_IO), pool->pool_data);
	if (!element)
		io_schedule_timeout(RECHECK);
	finish_wait(&pool->wait, &wait);
	return element;
}

static noinline void *alloc_slow(mempool_t *pool, gfp_t gfp)
{
	void *element = take_reserved(pool);

	if (element || !(gfp & (__GFP_DIRECT_RECLAIM | __GFP_IO)))
		return element;
	for (;;) {
		element = pool->alloc(gfp, pool->pool_data);
		if (!element)
			element = take_reserved(pool);
		if (element || !(gfp & __GFP_DIRECT_RECLAIM))
			return element;
		element = wait_for_free(pool, gfp);
		if (element)
			return element;
	}
}

void *mempool_alloc(mempool_t *pool, gfp_t gfp)
{
	void *element;

	might_sleep_if(gfp & __GFP_DIRECT_RECLAIM);
	gfp |= __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN;
	/* A call the processor need not guess. */
	if (likely(pool->alloc == mempool_alloc_slab))
		element = kmem_cache_alloc(pool->pool_data, gfp & ~(__GFP_DIRECT_RECLAIM | __GFP_IO));
	else
		element = pool->alloc(gfp & ~(__GFP_DIRECT_RECLAIM | __GFP_IO), pool->pool_data);
	return likely(element) ? element : alloc_slow(pool, gfp);
}

static noinline void free_slow(mempool_t *pool, void *element, const void *caller)
{
	bool twice, kept = put_reserved(pool, element, &twice);

	if (WARN(twice, "mempool %px: element %px freed twice, from %pSR; it stays in the reserve\n", pool,
		 element, caller))
		return;
	if (!kept)
		pool->free(element, pool->pool_data);
	wake_up(&pool->wait);
}

void mempool_free(void *element, mempool_t *pool)
{
	int min_nr;

	if (unlikely(!element))
		return;
	smp_rmb();
	min_nr = READ_ONCE(pool->min_nr);
	if (unlikely(!min_nr || READ_ONCE(pool->curr_nr) < min_nr || maybe_reserved(pool, element)))
		free_slow(pool, element, __builtin_return_address(0));
	else if (likely(pool->free == mempool_free_slab))
		kmem_cache_free(pool->pool_data, element);
	else
		pool->free(element, pool->pool_data);
}

void *mempool_alloc_slab(gfp_t gfp, void *pool_data)
{
	return kmem_cache_alloc(pool_data, gfp);
}

void mempool_free_slab(void *element, void *pool_data)
{
	kmem_cache_free(pool_data, element);
}

void *mempool_kmalloc(gfp_t gfp, void *pool_data)
{
	return kmalloc((size_t)pool_data, gfp);
}

void mempool_kfree(void *element, void *pool_data)
{
	(void)pool_data;
	kfree(element);
}

void *mempool_alloc_pages(gfp_t gfp, void *pool_data)
{
	return alloc_pages(gfp, (unsigned int)(unsigned long)pool_data);
}

void mempool_free_pages(void *element, void *pool_data)
{
	__free_pages(element, (unsigned int)(unsigned long)pool_data);
}
