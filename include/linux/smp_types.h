/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SMP_TYPES_H
#define _LINUX_SMP_TYPES_H
#include <linux/llist.h>
#endif
