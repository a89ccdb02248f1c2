/* SPDX-License-Identifier: MIT */
/* mem: dma=16M,dma32=112M,normal=64M,highmem=32M */
/* A thread ends while it holds two kmap_local mappings. */
#include <linux/highmem.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/printk.h>

static int thread(void *page)
{
	kmap_local_page(page);
	kmap_local_page(page);
	return 0;
}

int main(void)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_HIGHMEM);
	struct task_struct *t = kthread_create(thread, page, "forgetful");

	get_task_struct(t);
	wake_up_process(t);
	kthread_stop_put(t);
	pr_info("the thread is gone\n");
	__free_page(page);
	return 0;
}
