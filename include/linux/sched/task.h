/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SCHED_TASK_H
#define _LINUX_SCHED_TASK_H

#include <linux/sched.h>

struct task_struct *kmk_get_task(struct task_struct *t);
void put_task_struct(struct task_struct *t);

#define get_task_struct(t)	kmk_get_task(t)
#define task_lock(t)		((void)(t))
#define task_unlock(t)		((void)(t))
#define task_stack_page(t)	((t)->stack)

#endif
