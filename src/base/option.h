/* SPDX-License-Identifier: MIT */
/* Boot options: one string, kernel spelling, "name=value" or "name", separated by spaces. */
#ifndef KMK_BASE_OPTION_H
#define KMK_BASE_OPTION_H

#include <linux/types.h>

/* Remember the whole string; the caller keeps it. Unknown names are left to their rooms. */
void kmk_option_set(const char *all);

/* The last value given to name: "" for a bare name, NULL when absent. Dashes equal underscores. */
const char *kmk_option(const char *name);

/* Like kmk_option for sizes with K, M, G, T suffixes. False: absent or not a size. */
bool kmk_option_size(const char *name, unsigned long long *bytes);

void kmk_printk_start(void);
#endif
