/* SPDX-License-Identifier: MIT */
/* Reports and boot options, as seen from outside the core: what a test runner or an embedder needs. */
#ifndef _KMEMKIT_REPORT_H
#define _KMEMKIT_REPORT_H

/* WARN, and BUG or misuse reports so far. */
extern unsigned long kmk_warn_count, kmk_bug_count;

/* Called after BUG() has reported: ends the calling thread, or returns; then the program stops. */
extern void (*kmk_die_hook)(void);

/* The last value given to a boot option: "" for a bare name, NULL when absent. */
const char *kmk_option(const char *name);

/* Each value of an option in turn, len characters, not terminated. *place begins as NULL; NULL: no more. */
const char *kmk_option_next(const char *name, const char **place, __SIZE_TYPE__ *len);

#endif
