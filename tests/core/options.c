/* SPDX-License-Identifier: MIT */
/* Prints what boot options have effects on; with an argument, one misuse. See options.sh. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <kmemkit/kmemkit.h>

static sigjmp_buf fault;

static void on_fault(int sig)
{
	siglongjmp(fault, sig);
}

static int mapped_after_vfree(void)
{
	volatile char *p = vmalloc(2 * PAGE_SIZE);

	p[0] = 1;
	vfree((void *)p);
	signal(SIGSEGV, on_fault);
	if (sigsetjmp(fault, 1))
		return 0;
	return p[0] | 1;
}

/* What the zones keep back in all, against min_free_kbytes: reserves and rounding are a few percent. */
static const char *marks(void)
{
	unsigned long pages = 0, want = (unsigned long)min_free_kbytes / 4;
	gfp_t flags[] = { GFP_DMA, GFP_DMA32, GFP_KERNEL };
	struct zone *seen = NULL;

	for (int i = 0; i < 3; i++) {
		struct page *page = alloc_page(flags[i]);

		if (page && page_zone(page) != seen) {
			seen = page_zone(page);
			pages += zone_watermark(seen, WMARK_MIN);
		}
		if (page)
			__free_page(page);
	}
	return pages > want * 9 / 10 && pages < want * 11 / 10 ? "about right" : "wrong";
}

int main(int argc, char **argv)
{
	void *p;

	if (kmemkit_start())
		return 3;
	p = kmalloc(8, GFP_KERNEL);
	kfree(p);
	if (argc > 1) {
		kfree(p);
		printf("went on\n");
		return 0;
	}
	printf("cpus %u\nmin_free_kbytes %d, marks %s\n", nr_cpu_ids, min_free_kbytes, marks());
	printf("after vfree: %s\n", mapped_after_vfree() ? "mapped" : "faults");
	return 0;
}
