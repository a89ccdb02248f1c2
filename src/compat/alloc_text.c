/* SPDX-License-Identifier: MIT */
/* Bitmaps, strings and copies that are allocated for the caller. */
#include <linux/bitmap.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

unsigned long *bitmap_alloc(unsigned int nbits, gfp_t flags)
{
	return kmalloc_array(BITS_TO_LONGS(nbits), sizeof(unsigned long), flags);
}

unsigned long *bitmap_zalloc(unsigned int nbits, gfp_t flags)
{
	return bitmap_alloc(nbits, flags | __GFP_ZERO);
}

void bitmap_free(const unsigned long *bitmap)
{
	kfree(bitmap);
}

static int print_part(const char *form, char *buf, const unsigned long *map, int nbits, loff_t off, size_t count)
{
	char *text = kasprintf(GFP_KERNEL, form, nbits, map);
	size_t size = text ? strlen(text) + 1 : 0, n = 0;

	if (!text)
		return -ENOMEM;
	if (off >= 0 && (size_t)off < size) {
		n = min(count, size - (size_t)off);
		memcpy(buf, text + off, n);
	}
	kfree(text);
	return off < 0 ? -EINVAL : (int)n;
}

int bitmap_print_list_to_buf(char *buf, const unsigned long *map, int nbits, loff_t off, size_t count)
{
	return print_part("%*pbl\n", buf, map, nbits, off, count);
}

int bitmap_print_bitmask_to_buf(char *buf, const unsigned long *map, int nbits, loff_t off, size_t count)
{
	return print_part("%*pb\n", buf, map, nbits, off, count);
}

void *kvmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *p = kvmalloc(len, gfp);

	return p ? memcpy(p, src, len) : NULL;
}

void *memdup_user(const void __user *src, size_t len)
{
	void *p = kmemdup(src, len, GFP_USER | __GFP_NOWARN);

	return p ? p : ERR_PTR(-ENOMEM);
}

void *vmemdup_user(const void __user *src, size_t len)
{
	void *p = kvmemdup(src, len, GFP_USER);

	return p ? p : ERR_PTR(-ENOMEM);
}

void *memdup_user_nul(const void __user *src, size_t len)
{
	void *p = kmemdup_nul(src, len, GFP_KERNEL);

	return p ? p : ERR_PTR(-ENOMEM);
}

/* -EINVAL where the string, with its zero, is longer than @max; -EFAULT where @max is none. */
char *strndup_user(const char __user *s, long max)
{
	size_t len = max > 0 ? strnlen(s, (size_t)max) : 0;

	if (max <= 0)
		return ERR_PTR(-EFAULT);
	return len >= (size_t)max ? ERR_PTR(-EINVAL) : memdup_user_nul(s, len);
}

int bitmap_parselist_user(const char __user *buf, unsigned int len, unsigned long *map, int nbits)
{
	char *text = memdup_user_nul(buf, len);
	int ret;

	if (IS_ERR(text))
		return PTR_ERR(text);
	ret = bitmap_parselist(text, map, nbits);
	kfree(text);
	return ret;
}

static unsigned long entries(void **a)
{
	unsigned long n = 0;

	while (a[n])
		n++;
	return n;
}

void **__memcat_p(void **a, void **b)
{
	unsigned long na = entries(a), nb = entries(b);
	void **joined = kmalloc_array(na + nb + 1, sizeof(*joined), GFP_KERNEL);

	if (!joined)
		return NULL;
	memcpy(joined, a, na * sizeof(*a));
	memcpy(joined + na, b, (nb + 1) * sizeof(*b));
	return joined;
}

/* Cuts @s at white space, in place; returns how many words, and stores them if @words is given. */
static int cut(char *s, char **words)
{
	int n = 0;

	for (;;) {
		s = skip_spaces(s);
		if (!*s)
			return n;
		if (words)
			words[n] = s;
		n++;
		while (*s && !isspace(*s))
			s++;
		if (words && *s)
			*s++ = 0;
	}
}

/* One hidden pointer in front of the array owns the text. */
char **argv_split(gfp_t gfp, const char *s, int *argcp)
{
	char *text = kstrndup(s, KMALLOC_MAX_SIZE - 1, gfp), **argv = NULL;
	int n;

	if (!text)
		return NULL;
	n = cut(text, NULL);
	argv = kcalloc((size_t)n + 2, sizeof(*argv), gfp);
	if (!argv) {
		kfree(text);
		return NULL;
	}
	argv[0] = text;
	cut(text, argv + 1);
	if (argcp)
		*argcp = n;
	return argv + 1;
}

void argv_free(char **argv)
{
	kfree(argv[-1]);
	kfree(argv - 1);
}
