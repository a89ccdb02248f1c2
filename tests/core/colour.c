/* SPDX-License-Identifier: MIT */
/* Do the slabs of a cache begin at different cache lines? Prints "coloured" or "alike": run.sh knows which is right. */
#include <stdint.h>
#include <stdio.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define OBJECTS 2000

int main(void)
{
	struct kmem_cache *s = kmem_cache_create("colours", 320, 64, 0, NULL);
	static void *obj[OBJECTS];
	static uintptr_t first[OBJECTS];
	uintptr_t kinds = 0;
	size_t nr = 0;

	for (int i = 0; i < OBJECTS; i++) {
		uintptr_t block = (uintptr_t)page_address(virt_to_head_page(obj[i] = kmem_cache_alloc(s, GFP_KERNEL)));
		size_t k = 0;

		while (k < nr && first[k] / 32768 != block / 32768)
			k++;
		if (k == nr || (uintptr_t)obj[i] < first[k])
			first[k] = (uintptr_t)obj[i];
		nr += k == nr;
	}
	for (size_t k = 0; k + 1 < nr; k++)		/* the last one may not be full */
		kinds |= 1ul << first[k] % 32768 / 64 % 64;
	printf("%s\n", kinds & (kinds - 1) ? "coloured" : "alike");
	for (int i = 0; i < OBJECTS; i++)
		kmem_cache_free(s, obj[i]);
	kmem_cache_destroy(s);
	return 0;
}
