/* SPDX-License-Identifier: MIT */
/* Boot options: one string, kernel spelling, "name=value" or "name", separated by spaces. */
#ifndef KMK_BASE_OPTION_H
#define KMK_BASE_OPTION_H

#include <linux/types.h>

/* Remember the whole string; the caller keeps it. Unknown names are left to their rooms. */
void kmk_option_set(const char *all);

/* The last value given to name: "" for a bare name, NULL when absent. Dashes equal underscores. */
const char *kmk_option(const char *name);

/*
 * One value after the other, in the order of the string: the n characters at the result. *place is NULL at
 * first and kept by the caller. NULL: no more.
 */
const char *kmk_option_next(const char *name, const char **place, size_t *n);

/*
 * The n characters at v as a flag ("" and 1, on, y, Y; 0, off, n, N), a decimal number, or a number of bytes
 * (one of K, M, G, T behind it, in either case). False: they are none, or do not fit 64 bits. The check of the
 * boot string and those who use the values read them by these.
 */
bool kmk_parse_flag(const char *v, size_t n, bool *on);
bool kmk_parse_number(const char *v, size_t n, unsigned long long *value);
bool kmk_parse_size(const char *v, size_t n, unsigned long long *bytes);

/* The option's value so; absent or no such value: preset, or false. */
bool kmk_option_flag(const char *name, bool preset);
bool kmk_option_number(const char *name, unsigned long long *value);
bool kmk_option_size(const char *name, unsigned long long *bytes);

void kmk_printk_start(void);
#endif
