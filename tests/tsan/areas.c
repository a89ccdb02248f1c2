/* SPDX-License-Identifier: MIT */
/*
 * Three threads make, look up and free areas of all kinds for some seconds, while the main thread drains, trims,
 * validates and reads vmallocinfo: the sanitizer must have nothing to say.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/vmap.h>
#include <linux/mm.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define BOXES	64
#define ROUNDS	24

static atomic_int stop;
static atomic_ulong ops, wrong;
static void *_Atomic box[BOXES];

static unsigned long pages_of(unsigned int r)
{
	return (r >> 8) % 100 < 90 ? 1 + (r >> 20) % 34 : 1 + (r >> 16) % 700;
}

/* The first word says how many pages there are, the last but two whose they are. */
static void put(unsigned long *p, unsigned int r)
{
	p = atomic_exchange(&box[(r >> 4) % BOXES], p);
	if (!p)
		return;
	wrong += p[p[0] * 512 - 3] != (unsigned long)p;
	if (r & 32)
		vfree(p);
	else
		vfree_atomic(p);
}

static void show_again(unsigned long *p)
{
	struct page *page = vmalloc_to_page(p);
	unsigned long *q = vmap(&page, 1, VM_MAP, PAGE_KERNEL_RO);

	wrong += !q || q[0] != p[0];
	vunmap(q);
}

static void *work(void *id)
{
	for (unsigned int r = (unsigned int)(long)id * 7919 + 1; !stop; ops++) {
		r = r * 1664525 + 1013904223;
		unsigned long pages = pages_of(r), *p = r & 64 ? vmalloc(pages * PAGE_SIZE) : vzalloc(pages * PAGE_SIZE - 9);

		if (!p)
			continue;
		p[0] = pages;
		p[pages * 512 - 3] = (unsigned long)p;
		wrong += !vmalloc_to_page(p);
		if (!(r % 97))
			wrong += set_memory_ro((unsigned long)p, 1) != 0;
		else if (!(r % 61))
			wrong += find_vm_area((char *)p + pages * 2048) != find_vm_area(p);
		else if (!(r % 13))
			show_again(p);
		put(p, r);
	}
	return NULL;
}

static void line(const char *text, void *data)
{
	(void)text;
	++*(unsigned int *)data;
}

static void look(int round)
{
	unsigned int lines = 0;

	switch (round % 4) {
	case 0:
		kmemkit_drain();
		break;
	case 1:
		kmk_vmap_trim_idle(1 << 20);
		break;
	case 2:
		wrong += !kmk_vmap_validate();
		break;
	case 3:
		kmk_vmallocinfo(line, &lines);
		break;
	}
}

int main(void)
{
	pthread_t t[3];

	kfree(kmalloc(8, GFP_KERNEL));
	for (long i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, work, (void *)i);
	for (int i = 0; i < ROUNDS; i++) {
		usleep(100000);
		look(i);
	}
	stop = 1;
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	for (int i = 0; i < BOXES; i++)
		vfree(box[i]);
	kmemkit_drain();
	printf("%lu areas, %lu wrong; left: areas %lu, idle %lu, mappings %lu\n", ops, wrong, kmk_vmap_areas(),
	       kmk_vmap_idle(), kmk_vmap_mappings());
	return wrong || kmk_vmap_areas() || kmk_vmap_idle() || kmk_vmap_mappings();
}
