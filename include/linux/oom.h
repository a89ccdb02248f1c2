/* SPDX-License-Identifier: MIT */
/*
 * Out of memory: notifiers are the last who can give some. A call-back gets `unsigned long *freed` as its
 * data and adds the frames it freed; it runs in the context of the request, with PF_MEMALLOC set, and may
 * sleep. With nothing freed the request fails, unless its flags promise otherwise: nobody is killed.
 */
#ifndef _LINUX_OOM_H
#define _LINUX_OOM_H

#include <linux/gfp_types.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/sched.h>

struct notifier_block;
struct zonelist;
struct mem_cgroup;

struct oom_control {
	struct zonelist *zonelist;
	nodemask_t *nodemask;
	struct mem_cgroup *memcg;
	gfp_t gfp_mask;
	int order;
	unsigned long totalpages;
	struct task_struct *chosen;
	long chosen_points;
};

extern struct mutex oom_lock;

/* 0, -EEXIST; -ENOENT. May sleep. Source: Linux 6.1. */
int register_oom_notifier(struct notifier_block *nb);
int unregister_oom_notifier(struct notifier_block *nb);

/* Ask the notifiers now. True: somebody freed memory. May sleep. */
bool out_of_memory(struct oom_control *oc);
static inline bool tsk_is_oom_victim(struct task_struct *t) { (void)t; return false; }
static inline bool oom_task_origin(const struct task_struct *t) { (void)t; return false; }
static inline void set_current_oom_origin(void) { }
static inline void clear_current_oom_origin(void) { }

#if KMK_MIXED && __has_include_next(<linux/oom.h>)
#include_next <linux/oom.h>
#endif
#endif
