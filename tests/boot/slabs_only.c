/* SPDX-License-Identifier: MIT */
/*
 * An image with frames and slabs, no virtual areas and no start.c: the second level that another kernel can
 * take. kmalloc and caches work, and their memory goes back to the frames room.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "base/option.h"
#include "page/page.h"
#include "port.h"
#include "slab/slab.h"
#include "sync/sync.h"

int bare_main(void);

/* The two names of higher rooms that the lower ones call. */
int kmemkit_start(void);
int kmemkit_start(void) { return 0; }
void kvfree(const void *addr) { kfree(addr); }

static unsigned int passed, failed;

#define CHECK(c) check((c), #c, __LINE__)
static void check(bool ok, const char *what, int line)
{
	passed += ok;
	failed += !ok;
	if (!ok)
		printk("not ok: line %d: %s\n", line, what);
}

static bool filled(const unsigned char *p, size_t n, unsigned char with)
{
	while (n--)
		if (p[n] != with)
			return false;
	return true;
}

static void test_kmalloc(void)
{
	static unsigned char *p[64];
	size_t size[64], good = 0;

	for (unsigned int i = 0; i < 64; i++) {
		size[i] = 1 + ((size_t)i * i * i) % 9000;
		p[i] = kmalloc(size[i], GFP_KERNEL);
		if (p[i])
			memset(p[i], (int)i, size[i]);
	}
	for (unsigned int i = 0; i < 64; i++) {
		good += p[i] && ksize(p[i]) >= size[i] && filled(p[i], size[i], (unsigned char)i);
		kfree(p[i]);
	}
	CHECK(good == 64);
}

static void test_cache(void)
{
	static void *obj[500];
	unsigned long frames = nr_free_pages();
	struct kmem_cache *s = kmem_cache_create("level2", 200, 0, SLAB_HWCACHE_ALIGN | SLAB_NO_MERGE, NULL);
	unsigned int got = 0;

	CHECK(s != NULL);
	while (got < 500 && (obj[got] = kmem_cache_zalloc(s, GFP_KERNEL)))
		got++;
	CHECK(got == 500 && nr_free_pages() < frames);
	while (got)
		kmem_cache_free(s, obj[--got]);
	kmem_cache_destroy(s);
	kmk_pcp_drain_all();
	CHECK(nr_free_pages() + 8 >= frames);		/* what the cache of caches keeps */
}

int bare_main(void)
{
	static struct port_desc desc;

	if (port_describe(&desc))
		return 1;
	kmk_option_set(desc.options);
	if (kmk_sync_start(&desc) || kmk_page_start(&desc) || kmk_slab_start())
		return 1;
	test_kmalloc();
	test_cache();
	CHECK(!page_validate() && !slab_validate());
	printk("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
