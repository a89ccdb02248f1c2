/* SPDX-License-Identifier: MIT */
/*
 * After a peak, does resident memory come back? Usage: resident [MIB [SECONDS]].
 *
 * MIB mebibytes (1024) are taken by kmalloc, alloc_pages and vmalloc in equal parts, in random sizes, and every
 * page written. Then all but 5 % is freed, at random. After SECONDS (2) what is resident, the memory file's blocks
 * and what private memory has grown by since the start (the frame database, mostly), must together be within 10 %
 * of the frames in use, as they are counted after a drain: live ones, and what holds live ones (partly filled
 * slabs). The list of pieces is this program's own: it lies in shared memory, which neither figure counts. The
 * survivors' contents are compared.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <kmemkit/kmemkit.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

enum kind { SLAB, PAGES, VIRTUAL };

struct piece {
	void *p;
	size_t size;
	enum kind kind;
	int order;
};

static uint64_t seed = 88172645463325252ull;

static uint64_t any(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 8) % below;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* What the memory file holds, mapped now or not. */
static long file_bytes(void)
{
	char path[64], name[64];
	struct stat st;

	for (int fd = 3; fd < 1024; fd++) {
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, name, sizeof(name) - 1);
		if (n <= 0)
			continue;
		name[n] = 0;
		if (strstr(name, "memfd:kmemkit") && !fstat(fd, &st))
			return st.st_blocks * 512;
	}
	return -1;
}

/*
 * Of the memory file, and all private memory. RSS would miss frames that are mapped nowhere now. RssAnon in status is
 * what each CPU last told of its own, some hundred KiB off, which counts where 2 MiB are in use; the pages are counted here.
 */
static long resident(long *private)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	long kib = -1, file = file_bytes();
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Anonymous: %ld", &kib) == 1)
			break;
	if (f)
		fclose(f);
	if (kib < 0) {
		fprintf(stderr, "no Anonymous: in smaps_rollup\n");
		exit(2);
	}
	if (file < 0) {
		fprintf(stderr, "the memory file is not there\n");
		exit(2);
	}
	*private = kib * 1024;
	return file;
}

static void fill(const struct piece *e)
{
	for (size_t at = 0; at + 8 <= e->size; at += 512)
		*(uint64_t *)((char *)e->p + at) = (uint64_t)e->p + at;
}

static int good(const struct piece *e)
{
	for (size_t at = 0; at + 8 <= e->size; at += 512)
		if (*(uint64_t *)((char *)e->p + at) != (uint64_t)e->p + at)
			return 0;
	return 1;
}

static int take(struct piece *e)
{
	e->kind = (enum kind)any(3);
	e->order = (int)any(6);
	e->size = e->kind == SLAB ? (size_t)64 << any(11) : e->kind == PAGES ? PAGE_SIZE << e->order : PAGE_SIZE * (1 + any(128));
	e->p = e->kind == SLAB ? kmalloc(e->size, GFP_KERNEL) : e->kind == PAGES
		? (void *)__get_free_pages(GFP_KERNEL, (unsigned)e->order) : vmalloc(e->size);
	if (e->p)
		fill(e);
	return e->p != NULL;
}

static void drop(struct piece *e)
{
	if (e->kind == SLAB)
		kfree(e->p);
	else if (e->kind == PAGES)
		free_pages((unsigned long)e->p, (unsigned)e->order);
	else
		vfree(e->p);
	e->p = NULL;
}

#define MIB(bytes) ((double)(bytes) / (1 << 20))

static unsigned long frames_used(struct kmemkit_stats *s)
{
	kmemkit_get_stats(s);
	return s->frames_total - s->frames_free;
}

int main(int argc, char **argv)
{
	size_t want = (size_t)(argc > 1 ? atoi(argv[1]) : 1024) << 20, have = 0, live = 0, n = 0;
	double limit = argc > 2 ? atof(argv[2]) : 2, end;
	struct piece *piece = mmap(NULL, want / 64 * sizeof(*piece), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long base_private, peak_private, private, base, peak, left, used, sum;
	struct kmemkit_stats s;
	int bad = 0;

	if (piece == MAP_FAILED || kmemkit_start())
		return 2;
	base = resident(&base_private);
	for (; have < want && take(&piece[n]); n++)
		have += piece[n].size;
	peak = resident(&peak_private);
	for (size_t i = 0; i < n; i++)
		if (any(100) >= 5)
			drop(&piece[i]);
		else
			live += piece[i].size;
	for (end = now() + limit; now() < end; )
		usleep(20000);
	left = resident(&private);
	frames_used(&s);
	kmemkit_drain();
	used = (long)frames_used(&s) * 4096;
	for (size_t i = 0; i < n; i++)
		bad += piece[i].p && !good(&piece[i]);
	printf("peak %.1f MiB in %zu pieces, private %.1f MiB; %.2g s after the free %.1f MiB, private %.1f MiB (%.1f at the start); "
	       "live %.1f, in use %.1f MiB; %lu MiB released\n", MIB(peak - base), n, MIB(peak_private), limit, MIB(left),
	       MIB(private), MIB(base_private), MIB(live), MIB(used), s.frames_released >> 8);
	sum = left + private - base_private;
	printf("file and growth of private memory %.1f MiB, %+.1f %% against what is in use: %s\n", MIB(sum),
	       100.0 * (double)(sum - used) / (double)used, sum > used + used / 10 ? "NOT within 10 %" : "within 10 %");
	if (bad)
		printf("%d pieces have wrong contents\n", bad);
	bad += sum > used + used / 10;
	for (size_t i = 0; i < n; i++)
		if (piece[i].p)
			drop(&piece[i]);
	return bad || kmemkit_validate();
}
