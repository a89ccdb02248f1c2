/* SPDX-License-Identifier: MIT */
/* Frames, direct map, windows: everything that is placed at a fixed address. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host.h"
#include <asm/page.h>

#define KMK_HOST_HUGE	((size_t)2 << 20)
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23		/* Linux 5.14 */
#endif
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#define MIB(n)		((size_t)(n) << 20)
#define WINDOW_PAD	MIB(1)			/* kmap and fixmap windows end in untouchable space */

#ifndef KMK_ASAN
extern void __asan_init(void) __attribute__((weak));
#endif
#ifndef KMK_TSAN
extern void __tsan_init(void) __attribute__((weak));
#endif

struct region {
	const char *name;
	uintptr_t start, end;
	bool window;				/* port_map may show frames in it */
};

static struct region regions[] = {
	{ "direct map", PAGE_OFFSET, PAGE_OFFSET, false },
	{ "frame database", KMK_VMEMMAP, KMK_VMEMMAP, false },
	{ "frame owner records", KMK_PAGE_EXT, KMK_PAGE_EXT, false },
	{ "vmalloc window", VMALLOC_START, VMALLOC_END & ~(KMK_HOST_PAGE - 1), true },
	{ "kmap window", PKMAP_BASE, PKMAP_BASE + 2 * LAST_PKMAP * KMK_HOST_PAGE + WINDOW_PAD, true },
	{ "fixmap window", FIXADDR_START, FIXADDR_START + 2 * KMK_FIXMAP_SLOTS * KMK_HOST_PAGE + WINDOW_PAD,
	  true },
	{ "per-CPU object arrays", KMK_PCPU_BASE, KMK_PCPU_BASE, false },
	{ "per-CPU memory", KMK_PERCPU_BASE, KMK_PERCPU_BASE, false },
};
enum { R_DIRECT, R_VMEMMAP, R_OWNERS, R_VMALLOC, R_KMAP, R_FIXMAP, R_ARRAYS, R_PERCPU, NR_REGIONS };

int kmk_host_prot(unsigned prot)
{
	return (prot & PORT_READ ? PROT_READ : 0) | (prot & PORT_WRITE ? PROT_WRITE : 0) |
	       (prot & PORT_EXEC ? PROT_EXEC : 0);
}

const char *kmk_host_region(uintptr_t addr)
{
	if (addr >> KMK_IO_SHIFT == (KMK_IO_TAG | KMK_IO_WINDOW) >> KMK_IO_SHIFT)
		return "register window";
	for (int i = 0; i < NR_REGIONS; i++)
		if (addr >= regions[i].start && addr < regions[i].end)
			return regions[i].name;
	return NULL;
}

/* Holes in a region make madvise return an error after it did the rest. */
void kmk_host_advise(int advice)
{
	for (int i = 0; i < NR_REGIONS; i++)
		madvise((void *)regions[i].start, regions[i].end - regions[i].start, advice);
}

/* A sanitizer's shadow lies where our regions do, unless the library was laid out for it. */
static const char *hint(void)
{
#ifndef KMK_ASAN
	if (__asan_init)
		return ": under -fsanitize=address use a library built with -Dflavour=asan";
#endif
#ifndef KMK_TSAN
	if (__tsan_init)
		return ": under -fsanitize=thread use a library built with -Dflavour=tsan";
#endif
	return "";
}

/* Old kernels take MAP_FIXED_NOREPLACE for a hint: only the address returned is evidence. */
static int place(const char *what, uintptr_t va, size_t len, int prot, int flags, int fd, uint64_t off)
{
	void *p = mmap((void *)va, len, prot, flags | MAP_FIXED_NOREPLACE | MAP_NORESERVE, fd, (off_t)off);

	if (p == (void *)va)
		return 0;
	if (p == MAP_FAILED && errno != EEXIST) {
		int err = errno;

		kmk_host_log("kmemkit: %s: cannot map %zu MiB at %#lx: %s", what, len >> 20, va,
			     strerror(err));
		return -err;
	}
	if (p != MAP_FAILED)
		munmap(p, len);
	kmk_host_log("kmemkit: %s: the address range %#lx-%#lx is already in use by this process%s",
		     what, va, va + len, hint());
	return -EEXIST;
}

int kmk_host_reserve(const char *what, uintptr_t va, size_t len, int prot)
{
	return place(what, va, len, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int make_frames(const struct port_desc *desc)
{
	struct stat st;

	kmk_host.fd_end = desc->ranges[desc->nr_ranges - 1].end;
	kmk_host.fd = memfd_create("kmemkit-frames", MFD_CLOEXEC);
	if (kmk_host.fd < 0 || ftruncate(kmk_host.fd, (off_t)kmk_host.fd_end) || fstat(kmk_host.fd, &st)) {
		int err = errno;

		kmk_host_log("kmemkit: cannot make a memory file of %lu MiB: %s",
			     (unsigned long)(kmk_host.fd_end >> 20), strerror(err));
		return -err;
	}
	kmk_host.dev = st.st_dev;
	kmk_host.ino = st.st_ino;
	return 0;
}

static int map_direct(const struct port_desc *desc)
{
	for (unsigned i = 0; i < desc->nr_ranges; i++) {
		const struct port_range *r = &desc->ranges[i];
		int err;

		if (r->kind != PORT_RAM)
			continue;
		err = place("direct map", PAGE_OFFSET + r->start, r->end - r->start, PROT_READ | PROT_WRITE,
			    MAP_SHARED, kmk_host.fd, r->start);
		if (err)
			return err;
		regions[R_DIRECT].end = PAGE_OFFSET + r->end;
	}
	return 0;
}

int kmk_host_memory_init(const struct port_desc *desc)
{
	size_t arrays;
	int err = make_frames(desc);

	if (!err)
		err = map_direct(desc);
	regions[R_VMEMMAP].end = KMK_VMEMMAP + ((kmk_host.fd_end >> PAGE_SHIFT) + 1) * 64;
	regions[R_OWNERS].end = KMK_PAGE_EXT + ((kmk_host.fd_end >> PAGE_SHIFT) + 1) * KMK_PAGE_EXT_BYTES;
	regions[R_PERCPU].end = KMK_PERCPU_BASE + ((uintptr_t)desc->nr_cpus << KMK_PERCPU_SHIFT);
	kmk_host_arrays(&arrays);
	regions[R_ARRAYS].end = KMK_PCPU_BASE + arrays;	/* mapped by the constructor */
	for (int i = R_VMEMMAP; i < NR_REGIONS && !err; i++)
		if (i != R_ARRAYS)
			err = kmk_host_reserve(regions[i].name, regions[i].start,
					       (regions[i].end - regions[i].start + KMK_HOST_PAGE - 1) &
					       ~(KMK_HOST_PAGE - 1),
					       regions[i].window ? PROT_NONE : PROT_READ | PROT_WRITE);
	return err;
}

static bool in_region(const struct region *r, uintptr_t va, size_t len)
{
	return va >= r->start && va < r->end && len <= r->end - va;
}

static bool in_window(uintptr_t va, size_t len)
{
	if ((va | len) & (KMK_HOST_PAGE - 1) || !len)
		return false;
	for (int i = 0; i < NR_REGIONS; i++)
		if (regions[i].window && in_region(&regions[i], va, len))
			return true;
	return false;
}

/* ThreadSanitizer takes its own mmap() for a write by the caller; showing a frame, or hiding it, changes nothing. */
static void *map_fixed(void *va, size_t len, int prot, int flags, int fd, uint64_t off)
{
#ifdef KMK_TSAN
	return (void *)syscall(SYS_mmap, va, len, prot, flags, fd, off);
#else
	return mmap(va, len, prot, flags, fd, (off_t)off);
#endif
}

/* Populating costs a quarter of touching the pages one by one, and a mapped area is about to be used. */
/* Before the first touch, or the kernel has chosen small pages. It may refuse: then small ones it is. */
static void *map_huge(void *va, uint64_t pa, size_t len, unsigned prot)
{
	void *p = mmap(va, len, kmk_host_prot(prot), MAP_SHARED | MAP_FIXED | MAP_NORESERVE, kmk_host.fd, (off_t)pa);

	if (p == va) {
		madvise(va, len, MADV_HUGEPAGE);
		madvise(va, len, MADV_POPULATE_WRITE);
	}
	return p;
}

/* Of frames, in the direct map or not: a hole between them would be memory that nobody knows. */
static bool is_ram(uint64_t pa, size_t len)
{
	const struct port_desc *d = &kmk_host.desc;
	uint64_t end = pa + len;

	for (unsigned i = 0; i < d->nr_ranges && pa < end; i++)
		if (d->ranges[i].kind != PORT_RESERVED && pa >= d->ranges[i].start && pa < d->ranges[i].end)
			pa = d->ranges[i].end;
	return pa >= end;
}

/*
 * A program that closes descriptors it knows nothing of closes ours, and its next file may get the number: frames would be
 * written into that. Nothing can be saved then.
 */
static void check_file(void)
{
	struct stat st;

	if (!fstat(kmk_host.fd, &st) && st.st_dev == kmk_host.dev && st.st_ino == kmk_host.ino)
		return;
	kmk_host_log("kmemkit: the program closed the descriptor of the library's memory: close only your own");
	port_halt(1);
}

int port_map(void *va, uint64_t pa, size_t len, unsigned prot)
{
	int flags = MAP_SHARED | MAP_FIXED | MAP_NORESERVE;
	int saved = errno;
	void *p;
	int err;

	if (!in_window((uintptr_t)va, len) || pa & (KMK_HOST_PAGE - 1))
		return -EINVAL;
	err = kmk_host_iomem_map(va, pa, len, prot);
	if (err <= 0)
		return err;
	if (pa > kmk_host.fd_end || len > kmk_host.fd_end - pa || !is_ram(pa, len))
		return -EINVAL;
	check_file();
	if (prot & (PORT_READ | PORT_WRITE))
		flags |= MAP_POPULATE;
	if ((prot & PORT_HUGE) && len >= KMK_HOST_HUGE && !(((uintptr_t)va | pa) & (KMK_HOST_HUGE - 1)))
		p = map_huge(va, pa, len, prot);
	else
		p = map_fixed(va, len, kmk_host_prot(prot), flags, kmk_host.fd, pa);
	errno = saved;
	return p == va ? 0 : -ENOMEM;
}

/* At the limit of mappings even an unmap can fail; the pages are then made untouchable in place. */
void port_unmap(void *va, size_t len)
{
	int saved = errno;

	if (in_window((uintptr_t)va, len) &&
	    map_fixed(va, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) != va &&
	    mprotect(va, len, PROT_NONE))
		kmk_host_log("kmemkit: cannot unmap %zu bytes at %p: %s", len, va, strerror(errno));
	errno = saved;
}

int port_protect(void *va, size_t len, unsigned prot)
{
	int saved = errno;
	int err;

	if (!in_window((uintptr_t)va, len) && !in_region(&regions[R_DIRECT], (uintptr_t)va, len))
		return -EINVAL;
	err = mprotect(va, len, kmk_host_prot(prot)) ? -ENOMEM : 0;
	errno = saved;
	return err;
}

void port_release(uint64_t pa, size_t len)
{
	int saved = errno;

	check_file();
	if (fallocate(kmk_host.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)pa, (off_t)len))
		port_clear(pa, len);
	errno = saved;
}

void port_forget(void *va, size_t len)
{
	int saved = errno;

	if (in_region(&regions[R_VMEMMAP], (uintptr_t)va, len))
		madvise(va, len, MADV_DONTNEED);
	errno = saved;
}

static bool direct(uint64_t pa, size_t len)
{
	const struct port_desc *d = &kmk_host.desc;

	for (unsigned i = 0; i < d->nr_ranges; i++)
		if (d->ranges[i].kind == PORT_RAM && pa >= d->ranges[i].start && pa + len <= d->ranges[i].end)
			return true;
	return false;
}

/* A high frame is written through the file: its address, if it has one, belongs to somebody else. */
void port_clear(uint64_t pa, size_t len)
{
	static const char zeros[4 * 4096];
	int saved = errno;

	if (direct(pa, len)) {
		memset((void *)(PAGE_OFFSET + pa), 0, len);
		return;
	}
	while (len) {
		ssize_t n = pwrite(kmk_host.fd, zeros, len < sizeof(zeros) ? len : sizeof(zeros), (off_t)pa);

		if (n <= 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			kmk_host_log("kmemkit: cannot clear frames at %#lx: %s", (unsigned long)pa,
				     strerror(errno));
			port_halt(1);
		}
		pa += (uint64_t)n;
		len -= (size_t)n;
	}
	errno = saved;
}
