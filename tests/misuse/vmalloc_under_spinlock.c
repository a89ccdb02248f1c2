/* SPDX-License-Identifier: MIT */
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

static DEFINE_SPINLOCK(lock);

int main(void)
{
	void *p;

	vfree(vmalloc(PAGE_SIZE));
	spin_lock(&lock);
	p = vmalloc(PAGE_SIZE);
	spin_unlock(&lock);
	pr_info("%s\n", p ? "memory" : "NULL");
	vfree(p);
	return 0;
}
