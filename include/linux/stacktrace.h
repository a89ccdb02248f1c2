/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_STACKTRACE_H
#define _LINUX_STACKTRACE_H

#include <linux/types.h>

struct task_struct;

/* Return addresses, nearest first, without the `skipnr` nearest and this function itself. */
unsigned int stack_trace_save(unsigned long *store, unsigned int size, unsigned int skipnr);
void stack_trace_print(const unsigned long *trace, unsigned int nr_entries, int spaces);
int stack_trace_snprint(char *buf, size_t size, const unsigned long *entries, unsigned int nr_entries,
			int spaces);
unsigned int filter_irq_stacks(unsigned long *entries, unsigned int nr_entries);

#define stack_trace_save_tsk(t, store, size, skip)	((void)(t), stack_trace_save(store, size, skip))

#endif
