/* SPDX-License-Identifier: MIT */
/* Which caches are debug caches (flags, slub_debug=), and the geometry of their objects. */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "base/option.h"
#include "page/page.h"
#include "debug.h"

#define FULL_KIND	(SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)
#define METADATA	(SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

static char option[512];
static slab_flags_t for_all;		/* letters of the blocks without names */
static bool only_same_order;		/* letter O */
bool kmk_failslab_marked;

static slab_flags_t letter(char c)
{
	switch (c | 0x20) {
	case 'f': return SLAB_CONSISTENCY_CHECKS;
	case 'z': return SLAB_RED_ZONE;
	case 'p': return SLAB_POISON;
	case 'u': return SLAB_STORE_USER;
	case 't': return SLAB_TRACE;
	case 'a': kmk_failslab_marked = true; return SLAB_FAILSLAB;
	case 'o': only_same_order = true; return 0;
	}
	return 0;
}

/* One block "LETTERS[,NAME...]": its flags; *names and *end bound the list of names (NULL: none). */
static slab_flags_t block(const char *p, const char **names, const char **end)
{
	slab_flags_t flags = *p == ',' ? FULL_KIND : 0;

	for (; *p && *p != ',' && *p != ';'; p++)
		flags = *p == '-' ? 0 : flags | letter(*p);
	*names = *p == ',' ? p + 1 : NULL;
	*end = p + strcspn(p, ";");
	return flags;
}

/* "name" or "start*" against a cache's name. */
static bool name_fits(const char *pattern, size_t len, const char *name)
{
	const char *star = memchr(pattern, '*', len);

	if (star)
		return !strncmp(pattern, name, (size_t)(star - pattern));
	return strlen(name) == len && !strncmp(pattern, name, len);
}

static bool listed(const char *names, const char *end, const char *name)
{
	while (names < end) {
		size_t len = min(strcspn(names, ",;"), (size_t)(end - names));

		if (len && name_fits(names, len, name))
			return true;
		names += len + 1;
	}
	return false;
}

static const char *next_block(const char *end)
{
	return end + strspn(end, ";");
}

/* Read slub_debug=. Does it ask for owner records everywhere? */
bool kmk_debug_options(void)
{
	const char *value = kmk_option("slub_debug"), *names, *end;

	if (!value)
		return false;
	if (strlen(value) >= sizeof(option))
		printk(KERN_WARNING "slub_debug=: only the first %zu characters are read\n", sizeof(option) - 1);
	strncpy(option, value, sizeof(option) - 1);
	if (!option[strspn(option, ";")])
		for_all = FULL_KIND;
	for (const char *p = next_block(option); *p; p = next_block(end)) {
		slab_flags_t flags = block(p, &names, &end);

		if (!names)
			for_all = flags;
	}
	if ((kmk_init_on_alloc || kmk_init_on_free) && (for_all & SLAB_POISON))
		printk(KERN_INFO "mem auto-init: SLAB_POISON will take precedence over init_on_alloc/init_on_free\n");
	return for_all & SLAB_STORE_USER;
}

/* The flags of a cache of this name: the first block that lists it, else those for all. */
slab_flags_t kmk_debug_flags(const char *name, slab_flags_t flags)
{
	const char *names, *end;

	if (flags & SLAB_NO_USER_FLAGS)
		return flags;
	for (const char *p = next_block(option); *p; p = next_block(end)) {
		slab_flags_t more = block(p, &names, &end);

		if (names && listed(names, end, name))
			return flags | more;
	}
	return flags | (flags & SLAB_NOLEAKTRACE ? for_all & ~SLAB_STORE_USER : for_all);
}

/* ---- geometry ---- */

static bool link_must_move(const struct kmem_cache *s)
{
	return (s->flags & (SLAB_TYPESAFE_BY_RCU | SLAB_POISON)) || s->ctor ||
	       ((s->flags & SLAB_RED_ZONE) && s->object_size < sizeof(void *));
}

/* From object_size and align to size: everything that surrounds an object. */
static void surround(struct kmem_cache *s)
{
	u32 size = ALIGN(s->object_size, (u32)sizeof(void *));
	bool zones = s->flags & SLAB_RED_ZONE;

	s->poisoned = (s->flags & SLAB_POISON) && !(s->flags & SLAB_TYPESAFE_BY_RCU) && !s->ctor;
	if (zones && size == s->object_size)
		size += (u32)sizeof(void *);
	s->inuse = size;
	s->offset = ALIGN_DOWN(s->object_size / 2, (u32)sizeof(void *));
	if (link_must_move(s)) {
		s->offset = size;
		size += (u32)sizeof(void *);
	}
	/* A word behind the link takes what a neighbour writes in front of its own left zone. */
	s->red_left_pad = zones ? ALIGN((u32)sizeof(void *), s->align) : 0;
	s->size = ALIGN(size + (zones ? (u32)sizeof(void *) : 0) + s->red_left_pad, s->align);
}

/* Metadata that would need larger slabs than the option allows, or than there are, is left away. */
void kmk_debug_layout(struct kmem_cache *s)
{
	s->debug = s->flags & KMK_DEBUG_KIND;
	if (!s->debug) {
		s->inuse = ALIGN(s->object_size, (u32)sizeof(void *));
		return;
	}
	surround(s);
	if ((only_same_order && get_order(s->size) > get_order(s->object_size)) ||
	    get_order(s->size) >= MAX_ORDER) {
		s->flags &= ~METADATA;
		surround(s);
	}
}
