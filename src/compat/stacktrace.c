/* SPDX-License-Identifier: MIT */
/* Call stacks as arrays of return addresses. */
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/stacktrace.h>

#include "port.h"

unsigned int stack_trace_save(unsigned long *store, unsigned int size, unsigned int skipnr)
{
	unsigned int n = port_backtrace((uintptr_t *)store, size, skipnr + 1);

	barrier();	/* a tail call would leave no frame of ours to skip */
	return n;
}

void stack_trace_print(const unsigned long *trace, unsigned int nr_entries, int spaces)
{
	for (unsigned int i = 0; i < nr_entries; i++)
		printk("%*c%pSR\n", 1 + spaces, ' ', (void *)trace[i]);
}

int stack_trace_snprint(char *buf, size_t size, const unsigned long *entries, unsigned int nr_entries,
			int spaces)
{
	size_t total = 0;

	for (unsigned int i = 0; i < nr_entries && total < size; i++)
		total += (size_t)snprintf(buf + total, size - total, "%*c%pS\n", 1 + spaces, ' ',
					  (void *)entries[i]);
	return (int)(total < size ? total : size);
}

unsigned int filter_irq_stacks(unsigned long *entries, unsigned int nr_entries)
{
	(void)entries;
	return nr_entries;
}
