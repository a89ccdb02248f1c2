/* SPDX-License-Identifier: MIT */
/* A module that faults in the way its parameter names: boot_test.sh looks at what is said about it. */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

static char *which = "none";
module_param(which, charp, 0);

#define PAGES 3

static volatile int depth = 1000000;	/* deeper than any stack */
static const int constant[2] = { 1, 2 };

static noinline int overflow(int n)
{
	volatile char pad[512];

	pad[0] = (char)n;
	return n < depth ? overflow(n + 1) + pad[0] : 0;
}

static noinline void touch(volatile char *p)
{
	*p = 1;
}

static void area(bool freed, bool read_only)
{
	char *p = vmalloc(PAGES * PAGE_SIZE);

	if (freed)
		vfree(p);		/* with vmalloc_debug=1, or it would be kept for a while */
	if (read_only)
		set_memory_ro((unsigned long)p, PAGES);
	touch(p + (freed || read_only ? 5 : PAGES * PAGE_SIZE));
}

static noinline void call(void *p)
{
	((void (*)(void))p)();
}

/* The processor forgets its exception table, and so cannot take the exception: it resets. */
static void reset(void)
{
	struct { u16 limit; u64 base; } __packed none = { 0, 0 };

	__asm__ volatile("lidt %0\n\tint3" : : "m"(none));
}

static atomic_t waiting;

static int fault_together(void *unused)
{
	preempt_disable();
	atomic_inc(&waiting);
	while (atomic_read(&waiting) < (int)num_online_cpus())
		cpu_relax();
	touch((char *)8);
	return 0;
}

static int __init fault_init(void)
{
	if (!strcmp(which, "guard"))
		area(false, false);
	if (!strcmp(which, "freed"))
		area(true, false);
	if (!strcmp(which, "protected"))
		area(false, true);
	if (!strcmp(which, "rodata"))
		touch((char *)(unsigned long)&constant[depth & 1]);
	if (!strcmp(which, "text"))
		touch((char *)touch);
	if (!strcmp(which, "exec"))
		call(kmalloc(64, GFP_KERNEL));
	if (!strcmp(which, "stack"))
		overflow(0);
	if (!strcmp(which, "null"))
		touch((char *)8);
	if (!strcmp(which, "reset"))
		reset();
	if (!strcmp(which, "everywhere")) {
		for (unsigned int i = 0; i < num_online_cpus(); i++)
			kthread_run(fault_together, NULL, "fault%u", i);
		msleep(10000);
	}
	if (!strcmp(which, "bug"))
		BUG();
	if (!strcmp(which, "panic"))
		panic("on purpose");
	if (!strcmp(which, "loop"))
		while (depth)
			;
	return 0;
}
module_init(fault_init);
MODULE_LICENSE("GPL");
