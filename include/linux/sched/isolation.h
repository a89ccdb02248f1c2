/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SCHED_ISOLATION_H
#define _LINUX_SCHED_ISOLATION_H
#include <linux/sched.h>
#endif
