/* SPDX-License-Identifier: MIT */
/* The simulated machine's memory: a small file at the usual addresses. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "internal.h"
#include <asm/page.h>

#define PAGE	4096UL
#define ARRAYS	((uintptr_t)(SIM_MAX_IDS + KMK_PCPU_DUMMIES) << KMK_PCPU_SHIFT)

struct window { uintptr_t start, len; };
static const struct window windows[] = {
	{ VMALLOC_START, (VMALLOC_END - VMALLOC_START) & ~(PAGE - 1) },
	{ PKMAP_BASE, (2 * LAST_PKMAP + 1) * PAGE },
	{ FIXADDR_START, (2 * KMK_FIXMAP_SLOTS + 1) * PAGE },
};
#define NR_WINDOWS (sizeof(windows) / sizeof(windows[0]))

static int fd = -1;
static uint64_t fd_end;

/* Replaces what the machine before this one left there. */
static int place(uintptr_t va, size_t len, int prot, int file)
{
	int flags = MAP_FIXED | MAP_NORESERVE | (file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED);

	if (mmap((void *)va, len, prot, flags, file, file < 0 ? 0 : (off_t)(va - PAGE_OFFSET)) == (void *)va)
		return 0;
	fprintf(stderr, "sim: cannot map %zu bytes at %#lx: %s\n", len, va, strerror(errno));
	return -ENOMEM;
}

static int map_ranges(const struct port_desc *d)
{
	int err = 0;

	for (unsigned i = 0; i < d->nr_ranges && !err; i++)
		if (d->ranges[i].kind == PORT_RAM)
			err = place(PAGE_OFFSET + d->ranges[i].start, d->ranges[i].end - d->ranges[i].start,
				    PROT_READ | PROT_WRITE, fd);
	return err;
}

int sim_memory_init(const struct port_desc *d)
{
	int err;

	if (fd >= 0) {
		munmap((void *)PAGE_OFFSET, fd_end);
		close(fd);
	}
	fd_end = d->ranges[d->nr_ranges - 1].end;
	fd = memfd_create("kmemkit-sim", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)fd_end))
		return -errno;
	err = map_ranges(d);
	for (size_t i = 0; i < NR_WINDOWS && !err; i++)
		err = place(windows[i].start, windows[i].len, PROT_NONE, -1);
	if (!err)
		err = place(KMK_VMEMMAP, ((fd_end / PAGE + 1) * 64 + PAGE) & ~(PAGE - 1),
			    PROT_READ | PROT_WRITE, -1);
	if (!err)
		err = place(KMK_PCPU_BASE, ARRAYS, PROT_READ | PROT_WRITE, -1);
	if (!err)
		err = place(KMK_PERCPU_BASE, (size_t)d->nr_cpus << KMK_PERCPU_SHIFT, PROT_READ | PROT_WRITE,
			    -1);
	return err;
}

static bool in_window(uintptr_t va, size_t len)
{
	for (size_t i = 0; i < NR_WINDOWS; i++)
		if (va >= windows[i].start && va + len <= windows[i].start + windows[i].len)
			return true;
	return false;
}

static int host_prot(unsigned prot)
{
	return (prot & PORT_READ ? PROT_READ : 0) | (prot & PORT_WRITE ? PROT_WRITE : 0) |
	       (prot & PORT_EXEC ? PROT_EXEC : 0);
}

int port_map(void *va, uint64_t pa, size_t len, unsigned prot)
{
	if (sim_count(SIM_MAP))
		return -ENOMEM;
	if (!len || ((uintptr_t)va | pa | len) & (PAGE - 1) || !in_window((uintptr_t)va, len) ||
	    pa + len > fd_end)
		return -EINVAL;
	return mmap(va, len, host_prot(prot), MAP_SHARED | MAP_FIXED, fd, (off_t)pa) == va ? 0 : -ENOMEM;
}

void port_unmap(void *va, size_t len)
{
	sim_count(SIM_UNMAP);
	if (in_window((uintptr_t)va, len))
		mmap(va, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
}

int port_protect(void *va, size_t len, unsigned prot)
{
	if (sim_count(SIM_PROTECT) || mprotect(va, len, host_prot(prot)))
		return -ENOMEM;
	return 0;
}

void port_release(uint64_t pa, size_t len)
{
	sim_count(SIM_RELEASE);
	fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)pa, (off_t)len);
}

void port_clear(uint64_t pa, size_t len)
{
	sim_count(SIM_CLEAR);
	fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)pa, (off_t)len);
}
