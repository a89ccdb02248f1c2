/* SPDX-License-Identifier: MIT */
/* Compare what the slab room knows twice: maps, counters, lists, states, pages. */
#include <linux/printk.h>
#include "page/page.h"
#include "slab.h"

#define FAULT(...) (printk(KERN_ERR "slab_validate: " __VA_ARGS__), 1u)

static unsigned int check_slab(const struct kmem_cache *s, const struct kmk_slab *slab, unsigned int owner)
{
	unsigned int faults = 0, bits = 0;

	if (slab->cache != s || kmk_node_of(slab->home) != owner)
		faults += FAULT("%s: slab %px is on a list of cache %px owner %u\n", s->name, slab, s, owner);
	for (u32 i = 0; i < s->nr; i++) {
		bool free = slab->map[i / 64] >> i % 64 & 1;

		bits += free;
		if (free && slab->state[i] != KMK_OBJ_FREE)
			faults += FAULT("%s: slab %px object %u is live and free\n", s->name, slab, i);
	}
	if (bits != slab->nr_free)
		faults += FAULT("%s: slab %px has %u free, counter says %u\n", s->name, slab, bits, slab->nr_free);
	if (slab->state[s->nr] != KMK_OBJ_FREE)
		faults += FAULT("%s: slab %px: the byte behind its states is damaged\n", s->name, slab);
	if (kmk_slab_page(slab)->slab != slab)
		faults += FAULT("%s: slab %px: its page names another\n", s->name, slab);
	return faults;
}

static unsigned int check_node(struct kmem_cache *s, unsigned int owner)
{
	struct kmk_node *node = &s->node[owner];
	unsigned long slabs = 0, partial = 0, empty = 0, free = 0;
	unsigned int faults = 0;
	struct kmk_slab *slab;

	kmk_lock(&node->lock);
	list_for_each_entry(slab, &node->full, list) {
		faults += check_slab(s, slab, owner) + (slab->nr_free ? FAULT("%s: full slab has room\n", s->name) : 0);
		slabs++;
	}
	list_for_each_entry(slab, &node->partial, list) {
		faults += check_slab(s, slab, owner);
		if (!slab->nr_free || slab->nr_free == s->nr)
			faults += FAULT("%s: slab with %u of %u free is on partial\n", s->name, slab->nr_free, s->nr);
		partial++, slabs++;
		free += slab->nr_free;
	}
	list_for_each_entry(slab, &node->empty, list) {
		faults += check_slab(s, slab, owner);
		empty++, slabs++;
		free += slab->nr_free;
	}
	if (slabs != node->nr_slabs || partial != node->nr_partial || empty != node->nr_empty || free != node->nr_free)
		faults += FAULT("%s owner %u: counted %lu/%lu/%lu/%lu, counters %lu/%lu/%lu/%lu\n", s->name, owner,
				slabs, partial, empty, free, node->nr_slabs, node->nr_partial,
				node->nr_empty, node->nr_free);
	kmk_unlock(&node->lock);
	return faults;
}

unsigned int slab_validate(void)
{
	unsigned int faults = 0;
	struct kmem_cache *s;

	kmk_lock(&kmk_caches_lock);
	list_for_each_entry(s, &slab_caches, list)
		for (unsigned int k = 0; k < kmk_nr_nodes; k++)
			faults += check_node(s, k);
	kmk_unlock(&kmk_caches_lock);
	return faults;
}
