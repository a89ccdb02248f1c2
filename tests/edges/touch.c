// SPDX-License-Identifier: MIT
/* One wrong access each, or with `good` the nearest right one: run.sh expects AddressSanitizer to tell them apart. */
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

static char *which = "";
module_param(which, charp, 0444);
static bool good;
module_param(good, bool, 0444);

static volatile char sink;

struct thing { char body[40]; struct rcu_head rcu; };

static void behind(char *p, size_t size)
{
	sink = p[good ? size - 1 : size];
}

/* How to free, then touch; touch, then free when all is well. */
#define FREED(p, at, free)		\
	do {				\
		if (good)		\
			sink = (p)[at];	\
		free;			\
		if (!good)		\
			(p)[at] = 1;	\
	} while (0)

static void kmalloc_end(void)
{
	char *p = kmalloc(20, GFP_KERNEL);

	behind(p, 20);
	kfree(p);
}

static void kzalloc_variable(void)
{
	volatile size_t size = 61;
	char *p = kzalloc(size, GFP_KERNEL);

	behind(p, size);
	kfree(p);
}

static void kfree_use(void)
{
	char *volatile p = kmalloc(100, GFP_KERNEL);

	FREED(p, 4, kfree(p));
}

static struct kmem_cache *things(slab_flags_t flags)
{
	return kmem_cache_create("thing", sizeof(struct thing), 0, flags, NULL);
}

static void cache_end(void)
{
	struct kmem_cache *s = kmem_cache_create("odd", 44, 0, 0, NULL);
	char *p = kmem_cache_alloc(s, GFP_KERNEL);

	behind(p, 44);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void cache_use(void)
{
	struct kmem_cache *s = things(0);
	char *volatile p = kmem_cache_alloc(s, GFP_KERNEL);

	FREED(p, 39, kmem_cache_free(s, p));
	kmem_cache_destroy(s);
}

/* Readers under RCU may look at a free object of such a cache: never reported. */
static void typesafe_use(void)
{
	struct kmem_cache *s = things(SLAB_TYPESAFE_BY_RCU);
	char *volatile p = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p);
	sink = p[3];
	kmem_cache_destroy(s);
}

static void bulk_use(void)
{
	struct kmem_cache *s = things(0);
	void *p[8];

	if (kmem_cache_alloc_bulk(s, GFP_KERNEL, 8, p) != 8)
		return;
	FREED((char *)p[5], 0, kmem_cache_free_bulk(s, 8, p));
	kmem_cache_destroy(s);
}

static void krealloc_shrunk(void)
{
	char *p = krealloc(kmalloc(200, GFP_KERNEL), 150, GFP_KERNEL);

	behind(p, 150);
	kfree(p);
}

static void krealloc_moved(void)
{
	char *volatile p = kmalloc(30, GFP_KERNEL), *q = NULL;

	FREED(p, 0, q = krealloc(p, 3000, GFP_KERNEL));
	kfree(q);
}

static void large_end(void)
{
	char *p = kmalloc(300000, GFP_KERNEL);

	behind(p, 300000);
	kfree(p);
}

static void page_use(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);
	char *volatile p = page_address(page);

	FREED(p, PAGE_SIZE + 5, __free_pages(page, 1));
}

/* Behind the last object of a slab lies this library's own descriptor of it. */
static void last_end(void)
{
	struct kmem_cache *s = kmem_cache_create("last", 64, 0, 0, NULL);
	char *p[1000], *last = NULL;

	for (int i = 0; i < 1000; i++)
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
	for (int i = 0; i < 1000; i++)
		if (virt_to_head_page(p[i]) == virt_to_head_page(p[500]) && p[i] > last)
			last = p[i];
	behind(last, 64);
	for (int i = 0; i < 1000; i++)
		kmem_cache_free(s, p[i]);
	kmem_cache_destroy(s);
}

static bool stop;

static int look(void *p)
{
	while (!READ_ONCE(stop))
		for (int i = 0; i < 99; i++)
			sink = READ_ONCE(((char *)p)[i]);
	return 0;
}

/* Another holder reads what stays while the end moves: never reported. */
static void others_read(void)
{
	char *p = kmalloc(120, GFP_KERNEL);
	struct task_struct *t = kthread_run(look, p, "look");

	for (int i = 0; i < 30000; i++) {
		ksize(p);
		p = krealloc(p, 99, GFP_KERNEL);
		p = krealloc(p, 100 + i % 25, GFP_KERNEL);
	}
	WRITE_ONCE(stop, true);
	kthread_stop(t);
	kfree(p);
}

/* The size of a dead object opens nothing. */
static void ksize_dead(void)
{
	char *volatile p = kmalloc(100, GFP_KERNEL);

	FREED(p, 8, { kfree(p); ksize(p); });
}

static void vmalloc_end(void)
{
	char *p = vmalloc(5000);

	behind(p, 5000);
	vfree(p);
}

static void vfree_use(void)
{
	char *volatile p = vmalloc(5000);

	FREED(p, 77, vfree(p));
}

static void memcpy_end(void)
{
	char *p = kmalloc(24, GFP_KERNEL), *q = kmalloc(64, GFP_KERNEL);
	volatile size_t n = good ? 24 : 25;

	memcpy(q, p, n);
	kfree(p);
	kfree(q);
}

static void rcu_use(void)
{
	struct thing *volatile t = kmalloc(sizeof(*t), GFP_KERNEL);

	FREED(t->body, 1, { kfree_rcu(t, rcu); rcu_barrier(); });
}

static const struct { const char *name; void (*fn)(void); } touches[] = {
#define T(fn) { #fn, fn }
	T(kmalloc_end), T(kzalloc_variable), T(kfree_use), T(cache_end), T(cache_use), T(typesafe_use), T(bulk_use),
	T(krealloc_shrunk), T(krealloc_moved), T(large_end), T(page_use), T(vmalloc_end), T(vfree_use), T(memcpy_end),
	T(rcu_use), T(last_end), T(others_read), T(ksize_dead),
};

static int __init touch_init(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(touches); i++)
		if (!strcmp(touches[i].name, which)) {
			touches[i].fn();
			return 0;
		}
	return -EINVAL;
}
module_init(touch_init);
MODULE_LICENSE("Dual MIT/GPL");
