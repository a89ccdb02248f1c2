/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_BSEARCH_H
#define _LINUX_BSEARCH_H

#include <linux/types.h>

#if KMK_MIXED
#include <stdlib.h>
#else
/* @num elements of @size bytes each, in order of @cmp(key, element). NULL if none compares equal. */
void *bsearch(const void *key, const void *base, size_t num, size_t size, cmp_func_t cmp) KMK_SYM(bsearch);
#endif

static __always_inline void *__inline_bsearch(const void *key, const void *base, size_t num, size_t size,
					      cmp_func_t cmp)
{
	const char *lo = base;

	while (num) {
		const char *mid = lo + num / 2 * size;
		int order = cmp(key, mid);

		if (!order)
			return (void *)mid;
		if (order > 0) {
			lo = mid + size;
			num--;
		}
		num /= 2;
	}
	return NULL;
}

#endif
