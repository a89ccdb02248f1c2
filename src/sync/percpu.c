/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU variables.
 *
 * The region holds one area of 2^KMK_PERCPU_SHIFT bytes for each virtual CPU. Offset o of CPU i
 * lies at base + (i << shift) + o. The first part of CPU 0's area (META) describes the rest: one
 * byte for each 8-byte granule, at an object's first granule its size class + 1 while it is in
 * use. The rest is cut, never returned, into objects of powers of two (so all are naturally
 * aligned) and copies of linked images' static variables.
 *
 *	CPU 0:	| META | objects and images ->	      |
 *	CPU 1:	| --   | the same offsets	      |
 *
 * A freed object goes to its class's list, linked through CPU 0's copy; objects are cleared when
 * they are handed out.
 */
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/string.h>

#include "base/report.h"
#include "sync.h"

#define AREA		(1UL << KMK_PERCPU_SHIFT)
#define GRANULE		8u
#define META		(AREA / GRANULE)
#define MIN_SHIFT	3u
#define MAX_SHIFT	15u
#define NR_CLASSES	(MAX_SHIFT - MIN_SHIFT + 1)
#define CHUNK		65536u
#define MAX_IMAGES	16u

_Static_assert(1UL << MAX_SHIFT == PCPU_MIN_UNIT_SIZE, "the largest class is the largest object");

struct image {
	unsigned long start, size;
	unsigned long offset;	/* in an area; 0: no copies made yet */
};

struct kmk_lock kmk_percpu_lock = KMK_LOCK_INIT(KMK_RANK_PERCPU);
static struct image images[MAX_IMAGES];
static unsigned nr_images;
static bool started;

static unsigned long area_top = META;		/* offset of what was never used */
static unsigned long free_first[NR_CLASSES];	/* offset of the first free object, 0: none */
static unsigned long chunk_at[NR_CLASSES], chunk_end[NR_CLASSES];
static unsigned long nr_live, bytes_live;

struct kmk_percpu_image kmk_percpu_first;

static void *at(unsigned cpu, unsigned long offset)
{
	return (void *)(KMK_PERCPU_BASE + ((unsigned long)cpu << KMK_PERCPU_SHIFT) + offset);
}

static unsigned char *meta(unsigned long offset)
{
	return (unsigned char *)KMK_PERCPU_BASE + offset / GRANULE;
}

/* Cut size bytes off the area, aligned; 0 when it is used up. */
static unsigned long area_cut(unsigned long size, unsigned long align, unsigned long phase)
{
	unsigned long offset = ((area_top - phase + align - 1) & ~(align - 1)) + phase;

	if (offset + size > AREA)
		return 0;
	__atomic_store_n(&area_top, offset + size, __ATOMIC_RELAXED);
	return offset;
}

static unsigned class_of(size_t size, size_t align)
{
	size_t need = size > align ? size : align;

	return need <= GRANULE ? 0 : 64u - (unsigned)__builtin_clzl(need - 1) - MIN_SHIFT;
}

static bool free_link_ok(unsigned long offset)
{
	return !offset || (offset >= META && offset < area_top && offset % GRANULE == 0 && !*meta(offset));
}

/* Take the first free object. A link that was overwritten costs the rest of the list, no more. */
static unsigned long free_pop(unsigned c)
{
	unsigned long offset = free_first[c];

	if (!offset)
		return 0;
	free_first[c] = *(unsigned long *)at(0, offset);
	if (free_link_ok(free_first[c]))
		return offset;
	free_first[c] = 0;
	kmk_report_begin("BUG: per-CPU object %px was written after free_percpu()\n", at(0, offset));
	kmk_report_end(KMK_POLICY_BUG);
	return offset;
}

static unsigned long object_take(unsigned c)
{
	unsigned long size = 1UL << (c + MIN_SHIFT), offset = free_pop(c);

	if (offset)
		return offset;
	if (chunk_at[c] == chunk_end[c]) {
		offset = area_cut(CHUNK, CHUNK, 0);
		if (!offset)
			return 0;
		chunk_at[c] = offset;
		chunk_end[c] = offset + CHUNK;
	}
	offset = chunk_at[c];
	chunk_at[c] += size;
	return offset;
}

void *__alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp)
{
	unsigned long offset;
	unsigned c;

	if (WARN_ONCE(!size || size > PCPU_MIN_UNIT_SIZE || align > PAGE_SIZE || (align & (align - 1)),
		      "illegal size (%zu) or align (%zu) for percpu allocation\n", size, align))
		return NULL;
	if (kmemkit_start())
		return NULL;
	c = class_of(size, align);
	kmk_lock(&kmk_percpu_lock);
	offset = object_take(c);
	if (offset) {
		*meta(offset) = (unsigned char)(c + 1);
		nr_live++;
		bytes_live += 1UL << (c + MIN_SHIFT);
	}
	kmk_unlock(&kmk_percpu_lock);
	if (!offset) {
		WARN_ONCE(!(gfp & __GFP_NOWARN), "percpu: the region is used up\n");
		return NULL;
	}
	for (unsigned cpu = 0; cpu < nr_cpu_ids; cpu++)
		memset(at(cpu, offset), 0, 1UL << (c + MIN_SHIFT));
	return at(0, offset);
}

void *__alloc_percpu(size_t size, size_t align)
{
	return __alloc_percpu_gfp(size, align, GFP_KERNEL);
}

void free_percpu(void *p)
{
	unsigned long offset = (unsigned long)p - KMK_PERCPU_BASE;
	unsigned char mark = 0;

	if (!p)
		return;
	kmk_lock(&kmk_percpu_lock);
	if (offset >= META && offset < area_top && offset % GRANULE == 0)
		mark = *meta(offset);
	if (mark) {
		*meta(offset) = 0;
		*(unsigned long *)at(0, offset) = free_first[mark - 1];
		free_first[mark - 1] = offset;
		nr_live--;
		bytes_live -= 1UL << (mark - 1 + MIN_SHIFT);
	}
	kmk_unlock(&kmk_percpu_lock);
	if (!mark) {
		kmk_report_begin("BUG: free_percpu(%px): not a live per-CPU object (freed twice?)\n", p);
		kmk_report_end(KMK_POLICY_BUG);
	}
}

void kmk_percpu_each_range(void (*fn)(uintptr_t start, uintptr_t end, void *data), void *data)
{
	unsigned long top = __atomic_load_n(&area_top, __ATOMIC_RELAXED);

	for (unsigned cpu = 0; cpu < nr_cpu_ids && top > META; cpu++)
		fn((uintptr_t)at(cpu, META), (uintptr_t)at(cpu, top), data);
}

unsigned long pcpu_nr_pages(void)
{
	return (bytes_live * nr_cpu_ids + PAGE_SIZE - 1) / PAGE_SIZE;
}

/* Give an image its copies, filled with the initial values. The caller holds the lock. */
static void image_copy(struct image *im)
{
	im->offset = area_cut(im->size, PAGE_SIZE, im->start % PAGE_SIZE);
	if (!im->offset)
		panic("percpu: no room for %lu bytes of static variables", im->size);
	for (unsigned cpu = 0; cpu < nr_cpu_ids; cpu++)
		memcpy(at(cpu, im->offset), (void *)im->start, im->size);
	if (kmk_percpu_first.size)
		return;
	kmk_percpu_first.start = im->start;
	kmk_percpu_first.to = KMK_PERCPU_BASE + im->offset - im->start;
	__atomic_store_n(&kmk_percpu_first.size, im->size, __ATOMIC_RELEASE);
}

void kmk_percpu_register(void *start, void *stop)
{
	struct image *im;

	if (start == stop)
		return;
	kmk_lock(&kmk_percpu_lock);
	if (nr_images == MAX_IMAGES)
		panic("percpu: more than %u linked images", MAX_IMAGES);
	im = &images[nr_images];
	im->start = (unsigned long)start;
	im->size = (unsigned long)stop - (unsigned long)start;
	if (started)
		image_copy(im);
	__atomic_store_n(&nr_images, nr_images + 1, __ATOMIC_RELEASE);
	kmk_unlock(&kmk_percpu_lock);
}

/* The image is unloaded; its copies are not reused. */
void kmk_percpu_unregister(void *start)
{
	kmk_lock(&kmk_percpu_lock);
	for (unsigned i = 0; i < nr_images; i++)
		if (images[i].start == (unsigned long)start)
			images[i].size = 0;
	if (kmk_percpu_first.start == (unsigned long)start)
		kmk_percpu_first.size = 0;
	kmk_unlock(&kmk_percpu_lock);
}

void kmk_percpu_start(void)
{
	kmk_lock(&kmk_percpu_lock);
	for (unsigned i = 0; i < nr_images; i++)
		image_copy(&images[i]);
	started = true;
	kmk_unlock(&kmk_percpu_lock);
}

static struct image *image_find(unsigned long addr)
{
	unsigned n = __atomic_load_n(&nr_images, __ATOMIC_ACQUIRE);

	for (unsigned i = 0; i < n; i++)
		if (addr - images[i].start < images[i].size)
			return &images[i];
	return NULL;
}

unsigned long kmk_percpu_find(unsigned long addr)
{
	struct image *im = image_find(addr);

	if (im && !im->offset)
		kmemkit_start();
	if (WARN_ONCE(!im || !im->offset, "per-CPU access to %#lx, which is no per-CPU variable\n", addr))
		return addr;
	return addr - im->start + im->offset + KMK_PERCPU_BASE;
}

bool is_kernel_percpu_address(unsigned long addr)
{
	unsigned long offset = (addr - KMK_PERCPU_BASE) & (AREA - 1);

	if ((addr - KMK_PERCPU_BASE) >> KMK_PERCPU_SHIFT >= nr_cpu_ids)
		return false;
	for (unsigned i = 0; i < nr_images; i++)
		if (images[i].offset && offset - images[i].offset < images[i].size)
			return true;
	return false;
}

/* The region is host memory outside our frames, so there is no physical address. */
phys_addr_t per_cpu_ptr_to_phys(void *addr)
{
	(void)addr;
	return ~(phys_addr_t)0;
}

/* Every free object is marked free and counted nowhere else; live marks add up to the counters. */
bool kmk_percpu_validate(void)
{
	unsigned long live = 0, bytes = 0;

	for (unsigned c = 0; c < NR_CLASSES; c++)
		for (unsigned long o = free_first[c], n = 0; o; o = *(unsigned long *)at(0, o))
			if (!free_link_ok(o) || n++ > AREA / GRANULE)
				return false;
	for (unsigned long o = META; started && o < area_top; o += GRANULE)
		if (*meta(o)) {
			live++;
			bytes += 1UL << (*meta(o) - 1 + MIN_SHIFT);
		}
	return live == nr_live && bytes == bytes_live;
}
