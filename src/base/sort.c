/* SPDX-License-Identifier: MIT */
/* sort, sort_r and bsearch. Heapsort: in place, never worse than n log n. Weak: a borrowed lib/sort.c wins. */
#include <linux/bsearch.h>
#include <linux/kernel.h>
#include <linux/sort.h>
#include <linux/string.h>

static void swap_bytes(char *a, char *b, size_t size)
{
	while (size--) {
		char c = *a;

		*a++ = *b;
		*b++ = c;
	}
}

struct order {
	cmp_r_func_t cmp;
	swap_r_func_t swp;
	const void *priv;
	size_t size;
};

static void exchange(const struct order *o, char *a, char *b)
{
	if (o->swp)
		o->swp(a, b, (int)o->size, o->priv);
	else
		swap_bytes(a, b, o->size);
}

/* Let the element at root sink until it is no smaller than its children. */
static void sink(const struct order *o, char *base, size_t root, size_t n)
{
	for (size_t child; (child = 2 * root + 1) < n; root = child) {
		if (child + 1 < n && o->cmp(base + child * o->size, base + (child + 1) * o->size, o->priv) < 0)
			child++;
		if (o->cmp(base + root * o->size, base + child * o->size, o->priv) >= 0)
			return;
		exchange(o, base + root * o->size, base + child * o->size);
	}
}

__attribute__((weak)) void sort_r(void *base, size_t num, size_t size, cmp_r_func_t cmp, swap_r_func_t swap,
				  const void *priv)
{
	const struct order o = { cmp, swap, priv, size };

	for (size_t i = num / 2; i-- > 0; )
		sink(&o, base, i, num);
	for (size_t n = num; n > 1; ) {
		n--;
		exchange(&o, base, (char *)base + n * size);
		sink(&o, base, 0, n);
	}
}

struct plain { cmp_func_t cmp; swap_func_t swp; };

static int plain_cmp(const void *a, const void *b, const void *priv)
{
	return ((const struct plain *)priv)->cmp(a, b);
}

static void plain_swap(void *a, void *b, int size, const void *priv)
{
	((const struct plain *)priv)->swp(a, b, size);
}

__attribute__((weak)) void sort(void *base, size_t num, size_t size, cmp_func_t cmp, swap_func_t swap)
{
	const struct plain p = { cmp, swap };

	sort_r(base, num, size, plain_cmp, swap ? plain_swap : NULL, &p);
}

void *bsearch(const void *key, const void *base, size_t num, size_t size, cmp_func_t cmp)
{
	const char *at = base;

	while (num) {
		const char *mid = at + num / 2 * size;
		int c = cmp(key, mid);

		if (!c)
			return (void *)mid;
		if (c > 0) {
			at = mid + size;
			num--;
		}
		num /= 2;
	}
	return NULL;
}
