/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KMSAN_H
#define _LINUX_KMSAN_H

#include <linux/kmsan-checks.h>

#define kmsan_alloc_page(page, order, flags)	do { } while (0)
#define kmsan_free_page(page, order)		do { } while (0)
#define kmsan_slab_alloc(s, object, flags)	do { } while (0)
#define kmsan_slab_free(s, object)		do { } while (0)

#endif
