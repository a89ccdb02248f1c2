/* SPDX-License-Identifier: MIT */
/*
 * Where pointers to our objects may be kept: every private writable mapping that is not our own.
 *
 * That is data and bss of the program and its libraries, the host heap, thread storage and stacks.
 * Dead stack below the stack pointer is left out for the calling thread, and for threads that sleep in
 * a system call (/proc tells their stack pointer). Other threads are not stopped: a pointer that is
 * only in a running thread's registers can be missed, so a leak scan wants them asleep or joined.
 * Reservations of a sanitizer's size are left out.
 */
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <dirent.h>
#include <unistd.h>
#include "host.h"

#define MAPS_BUF	((size_t)64 << 20)	/* address space only: enough for 500,000 mappings */
#define ROOT_MAX	((uintptr_t)16 << 30)	/* a larger anonymous mapping is a shadow or a reservation */
#define RED_ZONE	128			/* bytes below the stack pointer that a leaf may use */
#define SP_MAX		256			/* threads whose stack pointer is remembered */

static uintptr_t parse_hex(const char **p)
{
	char *end;
	uintptr_t v = strtoul(*p, &end, 16);

	*p = *end ? end + 1 : end;
	return v;
}

/* start-end perms offset major:minor inode      name */
static void parse_line(const char *line, const char *end, struct kmk_map *m)
{
	char *q;

	m->start = parse_hex(&line);
	m->end = parse_hex(&line);
	memcpy(m->perm, line, 4);
	m->perm[4] = 0;
	line += 5;
	m->offset = parse_hex(&line);
	m->dev_major = parse_hex(&line);
	m->dev_minor = parse_hex(&line);
	m->ino = strtoul(line, &q, 10);
	while (q < end && *q == ' ')
		q++;
	m->name = q;
	m->name_len = (size_t)(end - q);
}

static ssize_t read_maps(char *buf)
{
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	ssize_t n, len = 0;

	if (fd < 0)
		return -errno;
	do {
		n = read(fd, buf + len, MAPS_BUF - 1 - (size_t)len);
		if (n > 0)
			len += n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	close(fd);
	return len;
}

/* The table is read whole first: fn may change mappings. */
int kmk_host_maps(void (*fn)(const struct kmk_map *m, void *data), void *data)
{
	char *buf = mmap(NULL, MAPS_BUF, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	ssize_t len;

	if (buf == MAP_FAILED)
		return -ENOMEM;
	len = read_maps(buf);
	for (char *line = buf, *end; len > 0 && (end = memchr(line, '\n', (size_t)(buf + len - line)));
	     line = end + 1) {
		struct kmk_map m;

		parse_line(line, end, &m);
		if (m.start <= (uintptr_t)buf && (uintptr_t)buf < m.end)
			continue;
		fn(&m, data);
	}
	munmap(buf, MAPS_BUF);
	return len < 0 ? (int)len : 0;
}

struct scan {
	void (*fn)(uintptr_t start, uintptr_t end, void *data);
	void *data;
	unsigned nr_sp;
	uintptr_t sp[SP_MAX];
};

/* "nr a0 .. a5 sp pc" of a sleeping thread; a running one says "running". */
static uintptr_t sleeping_sp(const char *tid)
{
	char path[64], buf[256], *p = buf;

	snprintf(path, sizeof(path), "/proc/self/task/%.16s/syscall", tid);
	if (kmk_host_read(path, buf, sizeof(buf)) <= 0)
		return 0;
	for (int i = *buf == '-' ? 5 : 0; i < 7; i++) {		/* "-1 sp pc": asleep outside a call */
		p = strchr(p, ' ');
		if (!p)
			return 0;
		p++;
		if (i == 5 && *buf == '-')
			break;
	}
	return strtoul(p, NULL, 16);
}

/* On the fork-safe side of malloc: the directory is read by the system call. */
static void collect_sps(struct scan *s)
{
	char buf[4096];
	int fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long n;

	s->nr_sp = 0;
	while (fd >= 0 && (n = syscall(SYS_getdents64, fd, buf, sizeof(buf))) > 0) {
		for (long at = 0; at < n;) {
			struct dirent64 *d = (struct dirent64 *)(void *)(buf + at);

			at += d->d_reclen;
			if (d->d_name[0] == '.' || s->nr_sp == SP_MAX || atoi(d->d_name) == gettid())
				continue;
			s->sp[s->nr_sp] = sleeping_sp(d->d_name);
			s->nr_sp += s->sp[s->nr_sp] != 0;
		}
	}
	if (fd >= 0)
		close(fd);
}

/* The part of [start, end) that lives, if a known stack pointer lies in it. */
static uintptr_t live_start(const struct scan *s, uintptr_t start, uintptr_t end)
{
	for (unsigned i = 0; i < s->nr_sp; i++)
		if (s->sp[i] > start + RED_ZONE && s->sp[i] < end)
			return (s->sp[i] - RED_ZONE) & ~(uintptr_t)7;
	return start;
}

/* Large mappings are mostly untouched: only what is resident is read. */
static void resident(const struct scan *s, uintptr_t start, uintptr_t end)
{
	unsigned char vec[4096];
	uintptr_t run = 0;

	while (start < end) {
		size_t pages = (end - start + KMK_HOST_PAGE - 1) / KMK_HOST_PAGE;

		if (pages > sizeof(vec))
			pages = sizeof(vec);
		if (mincore((void *)start, pages * KMK_HOST_PAGE, vec))
			break;
		for (size_t i = 0; i < pages; i++, start += KMK_HOST_PAGE) {
			if (vec[i] & 1 && !run)
				run = start;
			if (!(vec[i] & 1) && run) {
				s->fn(run, start, s->data);
				run = 0;
			}
		}
	}
	if (run)
		s->fn(run, end, s->data);
}

static void root_mapping(const struct kmk_map *m, void *data)
{
	const struct scan *s = data;
	uintptr_t start;

	if (m->perm[0] != 'r' || m->perm[1] != 'w' || m->perm[3] != 'p' || m->end - m->start > ROOT_MAX ||
	    kmk_host_region(m->start) || (m->name_len > 1 && !memcmp(m->name, "[v", 2)))
		return;
	start = live_start(s, m->start, m->end);
	if (start & (KMK_HOST_PAGE - 1)) {
		uintptr_t page = (start + KMK_HOST_PAGE - 1) & ~(KMK_HOST_PAGE - 1);

		s->fn(start, page, s->data);
		start = page;
	}
	resident(s, start, m->end);
}

/*
 * Data of the program and its libraries once more, by their own headers: in the table of mappings a bss can
 * be one with an anonymous neighbour too large to be looked at. What is seen twice does no harm.
 */
static int root_segments(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + ph->p_vaddr;

		if (ph->p_type == PT_LOAD && (ph->p_flags & PF_W) && (ph->p_flags & PF_R))
			resident(data, start & ~(KMK_HOST_PAGE - 1), start + ph->p_memsz);
	}
	return 0;
}

/* setjmp spills the registers into this frame, which lies above the stack pointer noted. */
__attribute__((noinline)) void port_roots(void (*fn)(uintptr_t start, uintptr_t end, void *data), void *data)
{
	static struct scan s;			/* one scan at a time: the caller serializes */
	jmp_buf regs;
	int saved = errno;

	(void)setjmp(regs);
	collect_sps(&s);
	s.fn = fn;
	s.data = data;
	s.sp[s.nr_sp < SP_MAX ? s.nr_sp++ : SP_MAX - 1] = (uintptr_t)&regs - sizeof(regs) + RED_ZONE;
	dl_iterate_phdr(root_segments, &s);
	kmk_host_maps(root_mapping, &s);
	errno = saved;
}
