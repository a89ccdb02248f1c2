/* SPDX-License-Identifier: MIT */
/*
 * Strings and memory. What means the same as in libc is libc's function (bare metal has its own), but for memcmp();
 * the rest are the kernel's extras. Allocating copies return NULL when memory is short.
 */
#ifndef KMK_LINUX_STRING_H
#define KMK_LINUX_STRING_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/stdarg.h>
#include <linux/stddef.h>
#include <linux/errno.h>

#if KMK_MIXED
#include <string.h>
#include <strings.h>
#else
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *s, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n) KMK_SYM(memcmp);	/* ours: reads each byte once */
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
char *strcpy(char *to, const char *from);
char *strncpy(char *to, const char *from, size_t n);
char *strcat(char *to, const char *from);
char *strncat(char *to, const char *from, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char *strpbrk(const char *s, const char *accept);
char *strsep(char **s, const char *sep);
char *stpcpy(char *to, const char *from) KMK_SYM(stpcpy);
#endif

/* Some libc have these two, with the same result: the symbols are ours. */
size_t kmk_strlcpy(char *to, const char *from, size_t size);
size_t kmk_strlcat(char *to, const char *from, size_t size);
#undef strlcpy
#undef strlcat
#define strlcpy(to, from, size)	kmk_strlcpy(to, from, size)
#define strlcat(to, from, size)	kmk_strlcat(to, from, size)
char *kmk_strchrnul(const char *s, int c);
#if !KMK_MIXED || !defined(__USE_GNU)
#define strchrnul(s, c)		kmk_strchrnul(s, c)
#endif

/* Bytes copied without the zero, or -E2BIG when cut; always ends with a zero if @size is not 0. */
ssize_t kmk_strscpy(char *to, const char *from, size_t size);
/* The same, and the rest of @to is cleared. */
ssize_t kmk_strscpy_pad(char *to, const char *from, size_t size);
#define KMK_STRSCPY2(to, from)		kmk_strscpy(to, from, sizeof(to))
#define KMK_STRSCPY3(to, from, size)	kmk_strscpy(to, from, size)
#define KMK_STRPAD2(to, from)		kmk_strscpy_pad(to, from, sizeof(to))
#define KMK_STRPAD3(to, from, size)	kmk_strscpy_pad(to, from, size)
#define KMK_PICK3(a, b, c, name, ...)	name
#define strscpy(x...)		KMK_PICK3(x, KMK_STRSCPY3, KMK_STRSCPY2, 0)(x)
#define strscpy_pad(x...)	KMK_PICK3(x, KMK_STRPAD3, KMK_STRPAD2, 0)(x)

char *strnchr(const char *s, size_t n, int c);
char *strnchrnul(const char *s, size_t n, int c);
char *strnstr(const char *s, const char *what, size_t n) KMK_SYM(strnstr);
char *strreplace(char *s, char old, char with);
char *skip_spaces(const char *s);
char *strim(char *s);
static inline char *strstrip(char *s)
{
	return strim(s);
}

/* The first byte that is not @c, or NULL. */
void *memchr_inv(const void *s, int c, size_t n);
/* The first byte that is @c, or the end. */
void *memscan(void *s, int c, size_t n);
void *memset16(u16 *s, u16 v, size_t count);
void *memset32(u32 *s, u32 v, size_t count);
void *memset64(u64 *s, u64 v, size_t count);
static inline void *memset_l(unsigned long *p, unsigned long v, size_t n)
{
	return memset64((u64 *)p, v, n);
}
static inline void *memset_p(void **p, void *v, size_t n)
{
	return memset64((u64 *)p, (unsigned long)v, n);
}
static inline void memcpy_flushcache(void *to, const void *from, size_t n)
{
	memcpy(to, from, n);
}
#define bcmp(a, b, n)		memcmp(a, b, n)

/* Clears what must not be found later; the compiler may not drop it. */
static inline void memzero_explicit(void *s, size_t n)
{
	memset(s, 0, n);
	barrier_data(s);
}

/* Cuts or pads @from, which need not end with a zero, to @to_len bytes. */
void memcpy_and_pad(void *to, size_t to_len, const void *from, size_t from_len, int pad);
#define memset_after(obj, v, member) ({					\
	__typeof__(obj) kmk_obj_ = (obj);				\
	memset((u8 *)kmk_obj_ + offsetofend(__typeof__(*(obj)), member), (v),	\
	       sizeof(*(obj)) - offsetofend(__typeof__(*(obj)), member)); })
#define memset_startat(obj, v, member) ({				\
	__typeof__(obj) kmk_obj_ = (obj);				\
	memset((u8 *)kmk_obj_ + offsetof(__typeof__(*(obj)), member), (v),	\
	       sizeof(*(obj)) - offsetof(__typeof__(*(obj)), member)); })
#define unsafe_memcpy(to, from, n, why)	memcpy(to, from, n)
#define strtomem(to, from)	do {					\
	size_t kmk_len_ = strnlen((from), sizeof(to));			\
	memcpy((to), (from), kmk_len_); } while (0)
#define strtomem_pad(to, from, pad) \
	memcpy_and_pad((to), sizeof(to), (from), strnlen((from), sizeof(to)), (pad))
#define memtostr(to, from) do {						\
	size_t kmk_len_ = strnlen((from), min(sizeof(to) - 1, sizeof(from)));	\
	memcpy((to), (from), kmk_len_);					\
	(to)[kmk_len_] = 0; } while (0)

/* Where a prefix is: its length, or 0. */
static inline size_t str_has_prefix(const char *s, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(s, prefix, len) == 0 ? len : 0;
}
static inline bool strstarts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}
static inline const char *kbasename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Equal, but for one newline at the end of either. */
bool sysfs_streq(const char *a, const char *b);
int match_string(const char *const *array, size_t n, const char *s);
int __sysfs_match_string(const char *const *array, size_t n, const char *s);
#define sysfs_match_string(a, s) __sysfs_match_string(a, sizeof(a) / sizeof((a)[0]), s)

/* One NULL-ended array of pointers out of two; free with kfree(). */
void **__memcat_p(void **a, void **b);
#define memcat_p(a, b) ({						\
	_Static_assert(__same_type(*(a), *(b)), "type mismatch in memcat_p()");	\
	(__typeof__(*a) *)__memcat_p((void **)(a), (void **)(b)); })

char *kstrdup(const char *s, gfp_t gfp) __malloc;
const char *kstrdup_const(const char *s, gfp_t gfp);
void kfree_const(const void *x);
char *kstrndup(const char *s, size_t max, gfp_t gfp);
void *kmemdup(const void *src, size_t len, gfp_t gfp);
char *kmemdup_nul(const char *s, size_t len, gfp_t gfp);
void *kvmemdup(const void *src, size_t len, gfp_t gfp);
void *memdup_user(const void __user *src, size_t len);
void *vmemdup_user(const void __user *src, size_t len);
void *memdup_user_nul(const void __user *src, size_t len);
char *strndup_user(const char __user *s, long max);
/* n elements; an error pointer of EOVERFLOW when the product overflows. */
static inline void *memdup_array_user(const void __user *src, size_t n, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? (void *)-75L : memdup_user(src, bytes);
}

static inline void *vmemdup_array_user(const void __user *src, size_t n, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? (void *)-75L : vmemdup_user(src, bytes);
}

char **argv_split(gfp_t gfp, const char *s, int *argcp);
void argv_free(char **argv);
char *get_options(const char *s, int nints, int *ints);
int get_option(char **s, int *pint);
bool parse_option_str(const char *s, const char *option);
unsigned long long memparse(const char *s, char **end);
char *next_arg(char *args, char **param, char **val);

#endif
