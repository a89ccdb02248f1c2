/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_WORKQUEUE_TYPES_H
#define _LINUX_WORKQUEUE_TYPES_H
#include <linux/workqueue.h>
#endif
