/* SPDX-License-Identifier: MIT */
/* Filling and copying that libc has no name for. */
#include <linux/minmax.h>
#include <linux/string.h>

void *memset16(u16 *s, u16 v, size_t count)
{
	for (size_t i = 0; i < count; i++)
		s[i] = v;
	return s;
}

void *memset32(u32 *s, u32 v, size_t count)
{
	for (size_t i = 0; i < count; i++)
		s[i] = v;
	return s;
}

void *memset64(u64 *s, u64 v, size_t count)
{
	for (size_t i = 0; i < count; i++)
		s[i] = v;
	return s;
}

void memcpy_and_pad(void *to, size_t to_len, const void *from, size_t from_len, int pad)
{
	size_t n = min(to_len, from_len);

	memcpy(to, from, n);
	memset((char *)to + n, pad, to_len - n);
}

char *strnchrnul(const char *s, size_t n, int c)
{
	while (n-- && *s && *s != (char)c)
		s++;
	return (char *)s;
}

char *stpcpy(char *to, const char *from)
{
	size_t len = strlen(from);

	memcpy(to, from, len + 1);
	return to + len;
}
