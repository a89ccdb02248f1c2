/* SPDX-License-Identifier: MIT */
/* GFP_KERNEL may sleep. Seen where each request is looked at, as `kmemkit run` does. (run) */
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static DEFINE_SPINLOCK(lock);

static int __init misuse_init(void)
{
	void *p, *q;

	spin_lock(&lock);
	p = kmalloc(100, GFP_KERNEL);
	q = kmalloc(100, GFP_ATOMIC);
	spin_unlock(&lock);
	pr_info("%s %s\n", p ? "memory" : "NULL", q ? "memory" : "NULL");
	kfree(p);
	kfree(q);
	return 0;
}
module_init(misuse_init);
MODULE_LICENSE("Dual MIT/GPL");
