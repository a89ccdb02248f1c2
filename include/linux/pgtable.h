/* SPDX-License-Identifier: MIT */
/* Page tables: see asm/pgtable.h. */
#ifndef _LINUX_PGTABLE_H
#define _LINUX_PGTABLE_H
#include <linux/mm_types.h>
#include <asm/pgtable.h>
#endif
