/* SPDX-License-Identifier: MIT */
/*
 * Guard pages inside a mapping, in the best way this kernel has. KMEMKIT_GUARD forces one of them:
 *
 *   madvise      a mark in the page table (Linux 6.13, for shared mappings 6.15): no mapping, no frame
 *   userfaultfd  a hole in the file where faults end in SIGBUS: no mapping, but the frame under the page
 *   mapping      an inaccessible mapping of its own, which parts the one around it: two a guard
 *
 * The number of mappings is bounded by vm.max_map_count, of which the core may have half: the rest is
 * the program's.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host.h"
#include <asm/page.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#endif
#define DEFAULT_MAP_COUNT	65530ul

static int uffd = -1;
static pid_t uffd_pid;		/* a descriptor belongs to the address space it was opened in */

static bool mark_works(void)
{
	void *p = mmap(NULL, KMK_HOST_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, kmk_host.fd, 0);
	bool works;

	if (p == MAP_FAILED)
		return false;
	works = !madvise(p, KMK_HOST_PAGE, MADV_GUARD_INSTALL);
	munmap(p, KMK_HOST_PAGE);
	return works;
}

static bool open_uffd(void)
{
	struct uffdio_api api = { .api = UFFD_API,
				  .features = UFFD_FEATURE_SIGBUS | UFFD_FEATURE_MISSING_SHMEM };
	int fd;

	if (uffd >= 0 && uffd_pid == kmk_host.pid)
		return true;
	fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
	if (fd < 0)
		return false;
	if (ioctl(fd, UFFDIO_API, &api)) {
		close(fd);
		return false;
	}
	if (uffd >= 0)
		close(uffd);
	uffd = fd;
	uffd_pid = kmk_host.pid;
	return true;
}

/* Now, since two threads of the child would both open one. */
void kmk_host_guard_child(void)
{
	if (kmk_host.desc.guard == PORT_GUARD_FRAME && !open_uffd())
		kmk_host_log("kmemkit: fork: the child has no userfaultfd: %s", strerror(errno));
}

static const struct {
	const char *name;
	enum port_guard_kind kind;
	bool (*works)(void);
} ways[] = {
	{ "madvise", PORT_GUARD_MARK, mark_works },
	{ "userfaultfd", PORT_GUARD_FRAME, open_uffd },
	{ "mapping", PORT_GUARD_UNMAP, NULL },
};
#define NR_WAYS (sizeof(ways) / sizeof(ways[0]))

static int choose(struct port_desc *desc, const char *wanted)
{
	bool known = false;

	for (size_t i = 0; i < NR_WAYS; i++) {
		if (wanted && strcmp(wanted, ways[i].name))
			continue;
		known = true;
		if (ways[i].works && !ways[i].works())
			continue;
		desc->guard = ways[i].kind;
		return 0;
	}
	if (known)
		kmk_host_log("kmemkit: KMEMKIT_GUARD: \"%s\": this kernel does not have it (or not for us)", wanted);
	else
		kmk_host_log("kmemkit: KMEMKIT_GUARD: \"%s\" at character 1: expected madvise, userfaultfd or "
			     "mapping", wanted);
	return -EINVAL;
}

int kmk_host_guard_init(struct port_desc *desc)
{
	const char *wanted = getenv("KMEMKIT_GUARD");
	unsigned long max = 0;
	char buf[32];
	int err;

	if (kmk_host_read("/proc/sys/vm/max_map_count", buf, sizeof(buf)) > 0)
		max = strtoul(buf, NULL, 10);
	desc->max_mappings = (max ? max : DEFAULT_MAP_COUNT) / 2;
	err = choose(desc, wanted && *wanted ? wanted : NULL);
	kmk_host.desc.guard = desc->guard;
	return err;
}

struct look { uintptr_t addr; bool frames; };

static void look_at(const struct kmk_map *m, void *data)
{
	struct look *l = data;

	if (l->addr >= m->start && l->addr < m->end)
		l->frames = m->ino == kmk_host.ino;
}

/* A device's file may have become shorter than its mapping: that is no guard. */
bool kmk_host_guarded(uintptr_t addr)
{
	struct look l = { addr, false };

	if (kmk_host.desc.guard != PORT_GUARD_FRAME || addr < VMALLOC_START || addr >= VMALLOC_END)
		return false;
	return kmk_host_maps(look_at, &l) || l.frames;
}

/*
 * No hole can be there: the page is locked in memory, or no file's any more, since the slots on both sides were
 * closed together. Inaccessible serves as well.
 */
static bool closed(char *page)
{
	return !mprotect(page, KMK_HOST_PAGE, PROT_NONE);
}

static int each_guard(char *va, size_t len, size_t stride, int advice)
{
	if (stride == KMK_HOST_PAGE)
		return madvise(va, len, advice) ? -errno : 0;
	for (size_t end = stride; end <= len; end += stride)
		if (madvise(va + end - KMK_HOST_PAGE, KMK_HOST_PAGE, advice) &&
		    (advice != MADV_REMOVE || errno != EINVAL || !closed(va + end - KMK_HOST_PAGE)))
			return -errno;
	return 0;
}

int port_guard(void *va, size_t len, size_t stride)
{
	struct uffdio_register area = { .range = { (uintptr_t)va, len }, .mode = UFFDIO_REGISTER_MODE_MISSING };
	int saved = errno, err;

	if (kmk_host.desc.guard == PORT_GUARD_MARK) {
		err = each_guard(va, len, stride, MADV_GUARD_INSTALL);
	} else {
		/* MAP_POPULATE brings nothing under mlockall(MCL_ONFAULT), and what is missing would be a guard. */
		madvise(va, len, MADV_POPULATE_WRITE);
		err = each_guard(va, len, stride, MADV_REMOVE);
		if (!err && (!open_uffd() || ioctl(uffd, UFFDIO_REGISTER, &area)))
			err = -errno;
	}
	errno = saved;
	return err;
}
