/* SPDX-License-Identifier: MIT */
/* The kernel's strings beyond libc's. What equals libc's is libc's in a process (string_bare.c elsewhere). */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

static u64 word_at(const unsigned char *p)
{
	typedef u64 __attribute__((may_alias)) word;

	return __atomic_load_n((const word *)(const void *)p, __ATOMIC_RELAXED);
}

/*
 * Under RCU, keys are compared that somebody is just changing (lib/rhashtable.c). Where a libc's memcmp() finds a
 * difference it may read the place again, and then say that there is none.
 */
int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n >= sizeof(u64); n -= sizeof(u64), x += sizeof(u64), y += sizeof(u64)) {
		u64 v = word_at(x), w = word_at(y);

		if (v != w)
			return __builtin_bswap64(v) < __builtin_bswap64(w) ? -1 : 1;	/* the host is little-endian */
	}
	for (; n; n--, x++, y++) {
		int difference = READ_ONCE(*x) - READ_ONCE(*y);

		if (difference)
			return difference;
	}
	return 0;
}

ssize_t strscpy(char *dest, const char *src, size_t count)
{
	size_t n = strnlen(src, count);

	if (!count || count > INT_MAX)
		return -E2BIG;
	if (n == count) {
		memcpy(dest, src, count - 1);
		dest[count - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dest, src, n + 1);
	return (ssize_t)n;
}

ssize_t strscpy_pad(char *dest, const char *src, size_t count)
{
	ssize_t n = strscpy(dest, src, count);

	if (n >= 0)
		memset(dest + n, 0, count - (size_t)n);
	return n;
}

size_t strlcpy(char *dest, const char *src, size_t size)
{
	size_t n = strlen(src), len = min(n, size - 1);

	if (!size)
		return n;
	memcpy(dest, src, len);
	dest[len] = '\0';
	return n;
}

size_t strlcat(char *dest, const char *src, size_t count)
{
	size_t used = strnlen(dest, count);

	return used == count ? count + strlen(src) : used + strlcpy(dest + used, src, count - used);
}

char *skip_spaces(const char *s)
{
	while (isspace(*s))
		s++;
	return (char *)s;
}

char *strim(char *s)
{
	size_t n = strlen(s);

	while (n && isspace(s[n - 1]))
		n--;
	s[n] = '\0';
	return skip_spaces(s);
}

char *strreplace(char *s, char old, char new)
{
	for (; *s; s++)
		if (*s == old)
			*s = new;
	return s;
}

char *strnchr(const char *s, size_t count, int c)
{
	for (; count--; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			break;
	}
	return NULL;
}

char *strchrnul(const char *s, int c) KMK_SYM(strchrnul);
char *strchrnul(const char *s, int c)
{
	while (*s && *s != (char)c)
		s++;
	return (char *)s;
}

char *strnstr(const char *s, const char *find, size_t len)
{
	size_t n = strlen(find);

	for (; len >= n; s++, len--)
		if (!memcmp(s, find, n))
			return (char *)s;
	return NULL;
}

void *memscan(void *addr, int c, size_t size)
{
	unsigned char *p = addr;

	while (size && *p != (unsigned char)c)
		p++, size--;
	return p;
}

void *memchr_inv(const void *start, int c, size_t bytes)
{
	const unsigned char *p = start;

	for (; bytes; p++, bytes--)
		if (*p != (unsigned char)c)
			return (void *)p;
	return NULL;
}

bool sysfs_streq(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b || (!*a && *b == '\n' && !b[1]) || (!*b && *a == '\n' && !a[1]);
}

int match_string(const char * const *array, size_t n, const char *string)
{
	for (size_t i = 0; i < n && array[i]; i++)
		if (!strcmp(array[i], string))
			return (int)i;
	return -EINVAL;
}

int __sysfs_match_string(const char * const *array, size_t n, const char *s)
{
	for (size_t i = 0; i < n && array[i]; i++)
		if (sysfs_streq(array[i], s))
			return (int)i;
	return -EINVAL;
}
