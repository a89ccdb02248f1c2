/* SPDX-License-Identifier: MIT */
/*
 * Strings to integers. kstrto*() take the whole string (one trailing newline is allowed): 0, or
 * -EINVAL for what is no number, -ERANGE for one that does not fit. Base 0 reads 0x and 0 prefixes.
 */
#ifndef _LINUX_KSTRTOX_H
#define _LINUX_KSTRTOX_H

#include <linux/compiler.h>
#include <linux/types.h>

int __must_check kstrtoull(const char *s, unsigned int base, unsigned long long *res);
int __must_check kstrtoll(const char *s, unsigned int base, long long *res);
int __must_check kstrtoul(const char *s, unsigned int base, unsigned long *res);
int __must_check kstrtol(const char *s, unsigned int base, long *res);
int __must_check kstrtouint(const char *s, unsigned int base, unsigned int *res);
int __must_check kstrtoint(const char *s, unsigned int base, int *res);
int __must_check kstrtou16(const char *s, unsigned int base, u16 *res);
int __must_check kstrtos16(const char *s, unsigned int base, s16 *res);
int __must_check kstrtou8(const char *s, unsigned int base, u8 *res);
int __must_check kstrtos8(const char *s, unsigned int base, s8 *res);
int __must_check kstrtobool(const char *s, bool *res);
#define kstrtou64(s, base, res) kstrtoull(s, base, (unsigned long long *)(res))
#define kstrtos64(s, base, res) kstrtoll(s, base, (long long *)(res))
#define kstrtou32(s, base, res) kstrtouint(s, base, res)
#define kstrtos32(s, base, res) kstrtoint(s, base, res)

/* The same of count bytes of a user's text, of which what no number needs is not looked at; also -EFAULT. */
int __must_check kstrtoull_from_user(const char __user *s, size_t count, unsigned int base, unsigned long long *res);
int __must_check kstrtoll_from_user(const char __user *s, size_t count, unsigned int base, long long *res);
int __must_check kstrtoul_from_user(const char __user *s, size_t count, unsigned int base, unsigned long *res);
int __must_check kstrtol_from_user(const char __user *s, size_t count, unsigned int base, long *res);
int __must_check kstrtouint_from_user(const char __user *s, size_t count, unsigned int base, unsigned int *res);
int __must_check kstrtoint_from_user(const char __user *s, size_t count, unsigned int base, int *res);
int __must_check kstrtou16_from_user(const char __user *s, size_t count, unsigned int base, u16 *res);
int __must_check kstrtos16_from_user(const char __user *s, size_t count, unsigned int base, s16 *res);
int __must_check kstrtou8_from_user(const char __user *s, size_t count, unsigned int base, u8 *res);
int __must_check kstrtos8_from_user(const char __user *s, size_t count, unsigned int base, s8 *res);
int __must_check kstrtobool_from_user(const char __user *s, size_t count, bool *res);
#define kstrtou64_from_user(s, n, base, res) kstrtoull_from_user(s, n, base, (unsigned long long *)(res))
#define kstrtos64_from_user(s, n, base, res) kstrtoll_from_user(s, n, base, (long long *)(res))
#define kstrtou32_from_user(s, n, base, res) kstrtouint_from_user(s, n, base, res)
#define kstrtos32_from_user(s, n, base, res) kstrtoint_from_user(s, n, base, res)
#define strtobool(s, res) kstrtobool(s, res)

/* The old form: stops at the first character that is no digit, ignores overflow. */
unsigned long long simple_strtoull(const char *cp, char **endp, unsigned int base);
long long simple_strtoll(const char *cp, char **endp, unsigned int base);
unsigned long simple_strtoul(const char *cp, char **endp, unsigned int base);
long simple_strtol(const char *cp, char **endp, unsigned int base);
#endif
