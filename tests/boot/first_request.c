/* SPDX-License-Identifier: MIT */
/* Frames and slabs, started by the first request: before it nothing of the library or of the host's map is there. */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "base/option.h"
#include "page/page.h"
#include "port.h"
#include "slab/slab.h"
#include "sync/sync.h"

int bare_main(void);
int kmemkit_start(void);
void kvfree(const void *addr) { kfree(addr); }

/* Rooms that start ask for more themselves: 0 from then on. */
int kmemkit_start(void)
{
	static struct port_desc desc;
	static bool begun;

	if (begun)
		return 0;
	begun = true;
	if (port_describe(&desc))
		return -12;
	kmk_option_set(desc.options);
	return kmk_sync_start(&desc) ?: kmk_page_start(&desc) ?: kmk_slab_start();
}

int bare_main(void)
{
	unsigned char *small = kmalloc(24, GFP_KERNEL), *large = kmalloc(8000, GFP_KERNEL);
	bool good = small && large && small != large;

	if (good) {
		memset(small, 1, 24);
		memset(large, 2, 8000);
		good = small[23] == 1 && large[0] == 2;
	}
	kfree(small);
	kfree(large);
	good = good && !page_validate() && !slab_validate();
	printk("%d passed, %d failed\n", good, !good);
	return !good;
}
