/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SCHED_TOPOLOGY_H
#define _LINUX_SCHED_TOPOLOGY_H
#include <linux/sched.h>
#endif
