/* SPDX-License-Identifier: MIT */
/* Reliability list, "free of a foreign, interior, stack or static pointer": never mapped. */
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>

int main(void)
{
	kfree((void *)0x12345678);		/* nobody's */
	kfree((void *)0x8000000000001000ul);	/* not even an address */
	kfree(pfn_to_kaddr(max_pfn + 1));	/* behind all memory */
	kfree(pfn_to_kaddr(max_pfn - 1));	/* memory that was never given out */
	pr_info("done\n");
	return 0;
}
