/* SPDX-License-Identifier: MIT */
/* What kmalloc's size classes cost: kmemkit/classes.h. Fractions are whole numbers of ten-thousandths. */
#include <kmemkit/classes.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <kmemkit/classic/kmalloc_index.h>
#include "slab.h"

#define UNIT	10000u
#define AVERAGE_FROM	65u
#define AVERAGE_TO	8192u

static void __printf(1, 2) out(const char *fmt, ...)
{
	char line[160];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	port_console(PORT_OUT, line, (size_t)len);
}

/* Everything a slab of the cache takes, off-slab descriptor and frame descriptors too. */
static size_t slab_cost(const struct kmem_cache *s)
{
	size_t frames = 1ul << s->order;
	size_t bytes = frames * (PAGE_SIZE + sizeof(struct page));

	if (s->desc_off == KMK_OFF_SLAB)
		bytes += kmalloc_size_roundup(kmk_slab_desc_bytes(s));
	return bytes;
}

static struct kmem_cache *class_for(size_t size, int classic)
{
	unsigned int index = classic ? kmk_classic_index(size) : kmalloc_index(size);

	return kmalloc_caches[KMALLOC_NORMAL][index];
}

static void print_row(const struct kmem_cache *s)
{
	size_t cost = slab_cost(s);
	size_t waste = (cost - (size_t)s->nr * s->object_size) * UNIT / cost;
	size_t tenths = cost * 10 / s->nr;

	out("%-14s %8u %8u %6u %8u %6s %9zu.%zu %4zu.%02zu\n", s->name, s->object_size, s->size, s->order, s->nr,
	    s->desc_off == KMK_OFF_SLAB ? "off" : "on", tenths / 10, tenths % 10, waste / 100, waste % 100);
}

/* (allocated - requested) / allocated, each size of the range once. */
static void print_average(int classic)
{
	u64 ratios = 0, allocated = 0, requested = 0;
	u32 n = AVERAGE_TO - AVERAGE_FROM + 1;

	for (u32 size = AVERAGE_FROM; size <= AVERAGE_TO; size++) {
		u32 got = class_for(size, classic)->object_size;

		ratios += (u64)(got - size) * UNIT * UNIT / got;
		allocated += got;
		requested += size;
	}
	ratios = (ratios / n + UNIT / 2) / UNIT;
	out("sizes %u..%u: (allocated - requested) / allocated is 0.%04llu on average, 0.%04llu of the sums\n",
	    AVERAGE_FROM, AVERAGE_TO, (unsigned long long)ratios,
	    (unsigned long long)((allocated - requested) * UNIT / allocated));
}

int kmk_print_classes(int classic)
{
	if (kmemkit_start())
		return -ENOMEM;
	out("%-14s %8s %8s %6s %8s %6s %11s %7s\n", "class", "objsize", "distance", "order", "objects", "desc",
	    "bytes/obj", "waste%");
	for (size_t size = classic ? 32 : KMALLOC_MIN_SIZE; size <= KMALLOC_MAX_CACHE_SIZE; size++) {
		const struct kmem_cache *s = class_for(size, classic);

		print_row(s);
		size = s->object_size;		/* on to the first size of the next class */
	}
	print_average(classic);
	return 0;
}
