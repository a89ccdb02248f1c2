/* SPDX-License-Identifier: MIT */
/*
 * The kernel's printf family. Its rules differ from libc's (%p extensions, no %n, no floating
 * point), so the symbols carry a prefix; in a program that includes libc's stdio.h those names stay
 * libc's and ours are reached as kmk_snprintf() and so on.
 */
#ifndef _LINUX_SPRINTF_H
#define _LINUX_SPRINTF_H

#include <linux/compiler.h>
#include <linux/stdarg.h>
#include <linux/types.h>

/* Bytes the whole text needs without its final zero; never writes more than size bytes. */
int kmk_snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int kmk_vsnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int kmk_sprintf(char *buf, const char *fmt, ...) __printf(2, 3);
int kmk_vsprintf(char *buf, const char *fmt, va_list args) __printf(2, 0);
int kmk_sscanf(const char *buf, const char *fmt, ...) __scanf(2, 3);
int kmk_vsscanf(const char *buf, const char *fmt, va_list args) __scanf(2, 0);

/* Bytes written without the final zero: never size or more. */
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);

#if defined(__KERNEL__) || defined(KMK_CORE)
int snprintf(char *buf, size_t size, const char *fmt, ...) KMK_SYM(snprintf) __printf(3, 4);
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args) KMK_SYM(vsnprintf) __printf(3, 0);
int sprintf(char *buf, const char *fmt, ...) KMK_SYM(sprintf) __printf(2, 3);
int vsprintf(char *buf, const char *fmt, va_list args) KMK_SYM(vsprintf) __printf(2, 0);
int sscanf(const char *buf, const char *fmt, ...) KMK_SYM(sscanf) __scanf(2, 3);
int vsscanf(const char *buf, const char *fmt, va_list args) KMK_SYM(vsscanf) __scanf(2, 0);
#endif

/* Allocated text: free with kfree(). NULL when memory is short. */
char *kasprintf(gfp_t gfp, const char *fmt, ...) __printf(2, 3);
char *kvasprintf(gfp_t gfp, const char *fmt, va_list args) __printf(2, 0);
const char *kvasprintf_const(gfp_t gfp, const char *fmt, va_list args) __printf(2, 0);
/* The boot option of that name: %p shows addresses. */
extern bool no_hash_pointers;
#endif
