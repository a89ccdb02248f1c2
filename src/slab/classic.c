/* SPDX-License-Identifier: MIT */
/*
 * The classic dialect on the modern engine (include/kmemkit/classic): caches with destructors and a
 * colour step of their own, and the 2.4 calls that answer otherwise than the modern ones.
 *
 * A classic cache is a cache with s->classic set. Its constructor and destructor see whole slabs
 * come and go (slab.c calls here); everything between is the same engine.
 */
#include <kmemkit/classic/kmalloc_index.h>
#include <linux/instruction_pointer.h>
#include <linux/kernel.h>
#include "slab.h"

#define CLASSIC_NAME_MAX	20
#define CLASSIC_OFFSET_MAX	KMALLOC_MAX_CACHE_SIZE

int kmk_classic_cache_destroy(struct kmem_cache *s);
int kmk_classic_cache_shrink(struct kmem_cache *s);
void kmk_classic_cache_reap(int gfp);
struct kmem_cache *kmk_classic_general_cache(size_t size, int gfp);

static void *object_at(const struct kmk_slab *slab, u32 i)
{
	return slab->base + (size_t)i * slab->cache->size;
}

void kmk_classic_construct(const struct kmk_slab *slab, gfp_t gfp)
{
	struct kmem_cache *s = slab->cache;
	unsigned long flags = SLAB_CTOR_CONSTRUCTOR | (gfpflags_allow_blocking(gfp) ? 0 : SLAB_CTOR_ATOMIC);

	for (u32 i = 0; s->classic->ctor && i < s->nr; i++)
		s->classic->ctor(object_at(slab, i), s, flags);
}

void kmk_classic_destruct(const struct kmk_slab *slab)
{
	struct kmem_cache *s = slab->cache;

	for (u32 i = 0; s->classic->dtor && i < s->nr; i++)
		s->classic->dtor(object_at(slab, i), s, 0);
}

/* SLAB_DEBUG_INITIAL: the constructor looks whether a freed object is as it was made. */
void kmk_classic_verify(struct kmem_cache *s, void *obj)
{
	if (s->classic && s->classic->ctor)
		s->classic->ctor(obj, s, SLAB_CTOR_CONSTRUCTOR | SLAB_CTOR_VERIFY);
}

/* Stands in kmem_cache.ctor, where the engine only asks whether objects are constructed. */
static void constructed(void *obj) { (void)obj; }

/* The library's own memory: in no leak report. */
static struct kmk_classic *new_part(void)
{
	struct kmk_classic *c;

	kmk_self()->internal++;
	c = kzalloc(sizeof(*c), GFP_KERNEL);
	kmk_self()->internal--;
	return c;
}

struct kmem_cache *kmk_classic_cache_create(const char *name, size_t size, size_t offset, unsigned long flags,
		void (*ctor)(void *, kmem_cache_t *, unsigned long),
		void (*dtor)(void *, kmem_cache_t *, unsigned long))
{
	struct kmem_cache_args args = { .ctor = ctor ? constructed : NULL };
	struct kmk_classic *c;
	struct kmem_cache *s;

	if (!name)
		return kmk_cache_refuse(name, (slab_flags_t)flags, "a cache needs a name");
	if (strlen(name) > CLASSIC_NAME_MAX)
		return kmk_cache_refuse(name, (slab_flags_t)flags, "the name is longer than 20 characters");
	if (dtor && !ctor)
		return kmk_cache_refuse(name, (slab_flags_t)flags, "a destructor without a constructor");
	if (offset > CLASSIC_OFFSET_MAX)
		return kmk_cache_refuse(name, (slab_flags_t)flags, "the offset is larger than 128 KiB");
	c = new_part();
	if (!c)
		return NULL;
	c->ctor = ctor;
	c->dtor = dtor;
	c->offset = (u32)offset;
	s = kmk_cache_create(name, size, &args, (slab_flags_t)flags, c, _RET_IP_);
	if (!s)
		kfree(c);
	return s;
}

int kmk_classic_cache_destroy(struct kmem_cache *s)
{
	return kmk_cache_destroy(s, _RET_IP_) ? 0 : 1;
}

int kmk_classic_cache_shrink(struct kmem_cache *s)
{
	return (int)kmk_cache_trim(s);
}

void kmk_classic_cache_reap(int gfp)
{
	kmk_slab_trim((gfp_t)gfp);
}

struct kmem_cache *kmk_classic_general_cache(size_t size, int gfp)
{
	if (size > KMALLOC_MAX_CACHE_SIZE || kmemkit_start())
		return NULL;
	return kmalloc_caches[kmalloc_type((gfp_t)gfp)][kmk_classic_index(size)];
}
