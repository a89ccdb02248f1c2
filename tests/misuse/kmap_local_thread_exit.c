/* SPDX-License-Identifier: MIT */
/* mem: dma=16M,dma32=112M,normal=64M,highmem=32M */
/* A thread ends while it holds two kmap_local mappings. */
#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <kmemkit/report.h>

static int thread(void *page)
{
	kmap_local_page(page);
	kmap_local_page(page);
	return 0;
}

int main(void)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_HIGHMEM);

	kthread_run(thread, page, "forgetful");
	while (kmk_bug_count < 2)
		msleep(1);
	pr_info("the thread is gone\n");
	__free_page(page);
	return 0;
}
