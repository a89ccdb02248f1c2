/* SPDX-License-Identifier: MIT */
/*
 * A budget for the memory of the library in this process, and word of pressure. Compiler-provided headers only.
 */
#ifndef _KMEMKIT_BUDGET_H
#define _KMEMKIT_BUDGET_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * kmemkit_set_budget - keep the library within that many bytes from now on
 *
 * Counts frames in use: allocated ones, and what caches and CPU lists keep. bytes: 0 takes the limit away; less
 * than KMEMKIT_MIN_BUDGET is refused. What is over it now is reclaimed now, by all means there are, then requests
 * are held to it as to a smaller machine: below the watermarks, which follow the budget, kswapd runs, then
 * requests that may wait reclaim, then they fail.
 * Returns 0; -EINVAL (-22); -EBUSY (-16): it stands, but more than that is in use and could not be reclaimed. May sleep.
 */
#define KMEMKIT_MIN_BUDGET	(1u << 20)
int kmemkit_set_budget(size_t bytes);

size_t kmemkit_budget(void);	/* as set; 0: none. Any context */
size_t kmemkit_used(void);	/* bytes of frames in use. Any context */

#ifdef __cplusplus
}
#endif
#endif
