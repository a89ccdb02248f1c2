/* SPDX-License-Identifier: MIT */
/*
 * Bytes that a live object costs, at the size classes and between them.
 *
 * Ours: frames that slabs took (descriptors included, whether in the slab or beside it, and the objects that
 * wait in the CPU's array) with 64 bytes of struct page each. jemalloc: what it says of itself, stats.active
 * and stats.metadata. For every allocator also the growth of resident memory, each page of each object
 * touched, which sees page tables no more than the figures above do.
 *
 * 200,000 objects up to 512 bytes; above, as many as fill 128 MiB. One process a size: bytes SIZE prints one
 * line. Without an argument it runs itself for each size.
 */
#include "measure.h"
#include <dlfcn.h>
#include <sys/wait.h>
#include <kmemkit/kmemkit.h>
#include <linux/slab.h>

#define CEILING (128ul << 20)
#define OBJECTS 200000ul

static const size_t sizes[] = {
	8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072, 0,
	1, 12, 24, 40, 48, 65, 80, 100, 112, 130, 160, 200, 224, 260, 320, 384, 448, 520, 640, 768, 896, 1030, 1280,
	1536, 1792, 2100, 3072, 4100, 5000, 6144, 8200, 12288, 24576, 49152, 98304, 0,
};

typedef int (*mallctl_t)(const char *, void *, size_t *, void *, size_t);

static size_t jemalloc_says(const char *name)
{
	mallctl_t ctl = (mallctl_t)dlsym(RTLD_DEFAULT, "mallctl");
	uint64_t epoch = 1;
	size_t value = 0, len = sizeof(epoch);

	if (!ctl)
		return 0;
	ctl("epoch", &epoch, &len, &epoch, len);
	len = sizeof(value);
	return ctl(name, &value, &len, NULL, 0) ? 0 : value;
}

/* Bytes that the allocator counts as taken; 0 where it does not tell. */
static size_t taken(void)
{
	struct kmemkit_stats s;

	kmemkit_get_stats(&s);
	if (s.frames_slab)
		return s.frames_slab * (4096 + 64);
	return jemalloc_says("stats.active") + jemalloc_says("stats.metadata");
}

static void touch(char *p, size_t size)
{
	for (size_t at = 0; at < size; at += 4096)
		((volatile char *)p)[at] = 1;
	((volatile char *)p)[size - 1] = 1;
}

static int one(size_t size)
{
	unsigned long n = CEILING / size < OBJECTS ? CEILING / size : OBJECTS;
	char **p = calloc(n, sizeof(*p));
	size_t before, after;
	long resident;

	kfree(kmalloc(size, GFP_KERNEL));
	memset(p, 1, n * sizeof(*p));
	before = taken();
	resident = resident_kib();
	for (unsigned long i = 0; i < n; i++) {
		p[i] = kmalloc(size, GFP_KERNEL);
		if (!p[i])
			return 1;
		touch(p[i], size);
	}
	after = taken();
	resident = resident_kib() - resident;
	printf("BYTES %zu %lu %.2f %.2f\n", size, n, (double)(after - before) / (double)n,
	       (double)resident * 1024 / (double)n);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return one((size_t)strtoul(argv[1], NULL, 0));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char command[4200];

		if (!sizes[i])
			continue;
		snprintf(command, sizeof(command), "%s %zu", argv[0], sizes[i]);
		if (system(command))
			return 1;
	}
	return 0;
}
