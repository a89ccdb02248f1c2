// SPDX-License-Identifier: MIT
/*
 * A module that will be killed: two writers and two readers on a file larger than memory. A writer now and
 * then syncs what it wrote and, when that is done, says so in a log. check.c compares afterwards.
 *
 * Parameters: file, log: paths; size_mb, memory_mb; seconds: the end, if nobody comes.
 */
#include <kmemkit/budget.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/pagemap.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../../examples/pagecache/pagecache.h"
#include "../../examples/pagecache/pattern.h"
#include "log.h"

static char *file = "", *log = "";
static unsigned int size_mb = 64, memory_mb = 8, seconds = 60;
module_param(file, charp, 0444);
module_param(log, charp, 0444);
module_param(size_mb, uint, 0444);
module_param(memory_mb, uint, 0444);
module_param(seconds, uint, 0444);

static struct pcache *pc;
static struct file *log_file;
static atomic_t records, wrong;
static u32 *generation;			/* of each page, written last */
static unsigned long pages, end;

static void write_page(struct pcache_file *f, u8 *buf, unsigned long at)
{
	pattern_fill(buf, at, generation[at] + 1);
	if (pcache_write(f, buf, PAGE_SIZE, (loff_t)at << PAGE_SHIFT) != PAGE_SIZE)
		atomic_inc(&wrong);
	smp_store_release(&generation[at], generation[at] + 1);
}

/* Make a range last, then say so. */
static void sync_range(struct log_record *r, unsigned long first)
{
	loff_t start = (loff_t)first << PAGE_SHIFT;
	loff_t pos;

	r->magic = LOG_MAGIC;
	r->count = LOG_PAGES;
	r->first = first;
	r->stride = 2;
	for (unsigned int i = 0; i < LOG_PAGES; i++)
		r->generation[i] = generation[first + 2 * i];
	if (filemap_write_and_wait_range(pc->inode.i_mapping, start, start + 2 * LOG_PAGES * PAGE_SIZE - 1)) {
		atomic_inc(&wrong);
		return;
	}
	pos = (loff_t)(atomic_inc_return(&records) - 1) * sizeof(*r);
	if (kernel_write(log_file, r, sizeof(*r), &pos) != sizeof(*r))
		atomic_inc(&wrong);
}

static int writer(void *data)
{
	unsigned long n = (unsigned long)data;
	struct log_record *r = kzalloc(sizeof(*r), GFP_KERNEL);
	u8 *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	struct pcache_file f;
	struct rnd_state rnd;

	pcache_file_init(&f, pc);
	prandom_seed_state(&rnd, 77 + n);
	while (time_before(jiffies, end)) {
		unsigned long first = prandom_u32_state(&rnd) % (pages / 2 - LOG_PAGES) * 2 + n;

		for (unsigned int i = 0; i < LOG_PAGES; i++)
			if (prandom_u32_state(&rnd) % 4)
				write_page(&f, buf, first + 2 * i);
		if (prandom_u32_state(&rnd) % 3 == 0)
			sync_range(r, first);
	}
	kfree(buf);
	kfree(r);
	return 0;
}

static int reader(void *data)
{
	u8 *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	struct pcache_file f;
	struct rnd_state rnd;

	pcache_file_init(&f, pc);
	prandom_seed_state(&rnd, 99 + (unsigned long)data);
	while (time_before(jiffies, end)) {
		unsigned long at = prandom_u32_state(&rnd) % pages;
		u32 before = smp_load_acquire(&generation[at]);

		if (pcache_read(&f, buf, PAGE_SIZE, (loff_t)at << PAGE_SHIFT) != PAGE_SIZE ||
		    pattern_generation(buf, at) < (long)before)
			atomic_inc(&wrong);
	}
	kfree(buf);
	return 0;
}

static int __init kill_init(void)
{
	struct task_struct *t[4];

	WARN_ON(kmemkit_set_budget(kmemkit_used() + ((size_t)memory_mb << 20)));
	pages = (unsigned long)size_mb << (20 - PAGE_SHIFT);
	end = jiffies + seconds * HZ;
	pc = pcache_open(file, (loff_t)size_mb << 20);
	log_file = filp_open(log, O_RDWR | O_CREAT | O_TRUNC | O_DIRECT, 0600);
	generation = vzalloc(pages * sizeof(u32));
	if (IS_ERR(pc) || IS_ERR(log_file) || !generation)
		return -ENOMEM;
	for (unsigned long n = 0; n < 4; n++) {
		t[n] = kthread_create(n < 2 ? writer : reader, (void *)(n % 2), "kill%lu", n);
		if (IS_ERR(t[n]))
			return PTR_ERR(t[n]);
		get_task_struct(t[n]);
		wake_up_process(t[n]);
	}
	while (time_before(jiffies, end))
		msleep(10);
	for (int n = 0; n < 4; n++)
		kthread_stop_put(t[n]);
	pr_info("kill: %d records, %d wrong\n", atomic_read(&records), atomic_read(&wrong));
	WARN_ON(atomic_read(&wrong));
	vfree(generation);
	filp_close(log_file, NULL);
	pcache_close(pc);
	kmemkit_set_budget(0);
	return 0;
}
module_init(kill_init);
MODULE_LICENSE("MIT");
