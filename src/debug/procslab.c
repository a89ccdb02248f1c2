/* SPDX-License-Identifier: MIT */
/* slabinfo, version 2.1 of the format. Objects in CPU arrays count as not active. */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include "debug.h"

void kmk_proc_slabinfo(struct kmk_sink *sink)
{
	struct kmem_cache *s;

	kmk_sink_add(sink, "slabinfo - version: 2.1");
	kmk_sink_end(sink);
	kmk_sink_add(sink, "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
		     " : tunables <limit> <batchcount> <sharedfactor>"
		     " : slabdata <active_slabs> <num_slabs> <sharedavail>");
	kmk_sink_end(sink);
	kmk_lock(&kmk_caches_lock);
	list_for_each_entry(s, &slab_caches, list) {
		unsigned long slabs = 0, active, empty = 0;

		for (unsigned int k = 0; k < kmk_nr_nodes; k++) {
			slabs += READ_ONCE(s->node[k].nr_slabs);
			empty += READ_ONCE(s->node[k].nr_empty);
		}
		active = kmk_cache_live(s);
		kmk_sink_add(sink, "%-17s %6lu %6lu %6u %4u %4d : tunables %4u %4u %4u : slabdata %6lu %6lu %6lu",
			     s->name, active, slabs * s->nr, s->size, s->nr, 1 << s->order, s->entries,
			     kmk_batch_of(s->entries), 0, slabs - empty, slabs, 0ul);
		kmk_sink_end(sink);
	}
	kmk_unlock(&kmk_caches_lock);
}
