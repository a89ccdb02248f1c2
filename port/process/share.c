/* SPDX-License-Identifier: MIT */
/* The file of all frames, for a second process: include/kmemkit/share.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "host.h"
#include <kmemkit/share.h>

#define MAX_RUNS 512

int kmk_share_fd(void)
{
	int saved = errno, fd;

	if (kmk_host.fd < 0)
		return -EBADF;
	fd = dup(kmk_host.fd);
	if (fd < 0)
		fd = -errno;
	errno = saved;
	return fd;
}

void *kmk_share_map(int fd, const struct kmk_share_run *run, unsigned int nr, int writable)
{
	int prot = PROT_READ | (writable ? PROT_WRITE : 0), saved = errno;
	size_t len = 0, at = 0;
	char *base, *p;

	for (unsigned int i = 0; i < nr; i++)
		if (__builtin_add_overflow(len, run[i].len, &len))
			return NULL;
	base = mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	for (unsigned int i = 0; base != MAP_FAILED && i < nr; at += run[i].len, i++) {
		p = mmap(base + at, run[i].len, prot, MAP_SHARED | MAP_FIXED, fd, (off_t)run[i].offset);
		if (p == base + at)
			continue;
		munmap(base, len);
		base = MAP_FAILED;
	}
	errno = saved;
	return base == MAP_FAILED ? NULL : base;
}

/* Answered by the core; a program that has the host alone has nothing to share. */
#pragma weak kmk_share_runs

int kmk_share_text(const void *addr, size_t len, char *text, size_t size)
{
	struct kmk_share_run run[MAX_RUNS];
	int nr = kmk_share_runs ? kmk_share_runs(addr, len, run, MAX_RUNS) : -ENOSYS, fd;
	size_t n;

	if (nr < 0 || nr > MAX_RUNS)
		return nr < 0 ? nr : -E2BIG;
	fd = kmk_share_fd();
	if (fd < 0)
		return fd;
	n = (size_t)snprintf(text, size, "%d:", fd);
	for (int i = 0; i < nr && n < size; i++)
		n += (size_t)snprintf(text + n, size - n, "%s%#lx+%#zx", i ? "," : "", run[i].offset,
				      run[i].len);
	if (n < size)
		return (int)n;
	close(fd);
	return -E2BIG;
}

/* The runs behind "FD:"; how many, 0 for a bad text. */
static unsigned int parse_runs(const char *s, struct kmk_share_run *run)
{
	unsigned int nr = 0;
	char *end;

	do {
		if (nr == MAX_RUNS)
			return 0;
		run[nr].offset = strtoul(s, &end, 0);
		if (end == s || *end != '+')
			return 0;
		s = end + 1;
		run[nr].len = strtoul(s, &end, 0);
		if (end == s || !run[nr].len || (run[nr].len | run[nr].offset) & (KMK_HOST_PAGE - 1))
			return 0;
		nr++;
		s = end + 1;
	} while (*end == ',');
	return *end ? 0 : nr;
}

void *kmk_share_open(const char *text, size_t *len)
{
	struct kmk_share_run run[MAX_RUNS];
	unsigned int nr;
	char *end;
	long fd = strtol(text, &end, 10);
	void *p;

	nr = end != text && *end == ':' ? parse_runs(end + 1, run) : 0;
	p = nr ? kmk_share_map((int)fd, run, nr, 1) : NULL;
	if (!p)
		return NULL;
	*len = 0;
	for (unsigned int i = 0; i < nr; i++)
		*len += run[i].len;
	close((int)fd);
	return p;
}
