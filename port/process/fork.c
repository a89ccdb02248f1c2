/* SPDX-License-Identifier: MIT */
/*
 * Fork: the child gets frames of its own.
 *
 * Frames are shared mappings of a file, so without help parent and child would edit one allocator. The
 * copy is made before the fork, by the forking thread, with the core's locks held: what can fail fails
 * while there is only one process, nobody waits for anybody, and a child that dies early hurts nobody.
 *
 *   prepare   kmk_upcall_fork_prepare, new memfd, copy the touched extents
 *   child     the new file takes the old one's number; every mapping of the old file (direct map and
 *             aliases, found in /proc/self/maps) is replaced by the same piece of the new one
 *   parent    drop the new file, kmk_upcall_fork_parent
 *
 * Other threads of the parent keep running: what they write to their objects during the copy may be
 * half in it. The child has none of these threads; the allocator's own state is held still, so they wait
 * when they allocate or free.
 *
 * Too much touched memory, or KMEMKIT_FORK=deny: the regions are left out of the child (MADV_DONTFORK)
 * and its first touch of one is reported by the fault handler. Such a child may still exec.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "host.h"

enum refusal { REF_NONE, REF_OPTION, REF_LIMIT, REF_ERROR };

static pthread_mutex_t fork_lock = PTHREAD_MUTEX_INITIALIZER;	/* held from prepare to parent or child */
static int copy_fd = -1;
static int copy_errno;
static uint64_t touched;
static enum refusal refusal, refused;	/* of the fork under way; of this process */
static int registered = -1;		/* what pthread_atfork said, negative */
static bool started;			/* there are frames to copy */
static __thread bool followed __attribute__((tls_model("initial-exec")));	/* this thread's fork under way */

bool kmk_host_fork_refused(void)
{
	switch (refused) {
	case REF_NONE:
		return false;
	case REF_OPTION:
		kmk_host_log("kmemkit: use after fork: this process was forked with KMEMKIT_FORK=deny, "
			     "the memory stayed with its parent");
		break;
	case REF_LIMIT:
		kmk_host_log(
		    "kmemkit: use after fork: the parent had touched %lu MiB, more than the %lu MiB that a "
		    "fork copies (KMEMKIT_FORK=copy copies all); the memory stayed with the parent",
		    (unsigned long)(touched >> 20), KMK_HOST_FORK_LIMIT >> 20);
		break;
	case REF_ERROR:
		kmk_host_log(
		    "kmemkit: use after fork: the copy of %lu MiB failed (%s); the memory stayed with the "
		    "parent",
		    (unsigned long)(touched >> 20), strerror(copy_errno));
		break;
	}
	return true;
}

/* copy_file_range does this inside the kernel, in the same time. */
static int copy_extent(int to, off_t at, off_t end)
{
	static char buf[64 << 10];		/* under fork_lock */

	while (at < end) {
		size_t left = (size_t)(end - at);
		ssize_t n = pread(kmk_host.fd, buf, left < sizeof(buf) ? left : sizeof(buf), at);

		if (n > 0)
			n = pwrite(to, buf, (size_t)n, at);
		if (n <= 0)
			return n ? errno : EIO;
		at += n;
	}
	memset(buf, 0, sizeof(buf));		/* no stale pointers for a leak scan to find */
	return 0;
}

static int copy_frames(int to)
{
	off_t start, end = 0;
	int err = ftruncate(to, (off_t)kmk_host.fd_end) ? errno : 0;

	while (!err) {
		start = lseek(kmk_host.fd, end, SEEK_DATA);
		if (start < 0)
			return errno == ENXIO ? 0 : errno;
		end = lseek(kmk_host.fd, start, SEEK_HOLE);
		if (end < 0)
			return errno;
		err = copy_extent(to, start, end);
	}
	return err;
}

static enum refusal decide(void)
{
	struct stat st;

	touched = fstat(kmk_host.fd, &st) ? 0 : (uint64_t)st.st_blocks * 512;
	if (kmk_host.fork == KMK_FORK_DENY)
		return REF_OPTION;
	return kmk_host.fork == KMK_FORK_COPY && touched > KMK_HOST_FORK_LIMIT ? REF_LIMIT : REF_NONE;
}

static void make_copy(void)
{
	kmk_upcall_fork_prepare();
	copy_fd = memfd_create("kmemkit-frames", MFD_CLOEXEC);
	copy_errno = copy_fd < 0 ? errno : copy_frames(copy_fd);
	if (!copy_errno)
		return;
	if (copy_fd >= 0)
		close(copy_fd);
	copy_fd = -1;
	refusal = REF_ERROR;
	kmk_upcall_fork_parent();
}

static void prepare(void)
{
	int saved = errno;

	followed = __atomic_load_n(&started, __ATOMIC_ACQUIRE);
	if (!followed)
		return;
	pthread_mutex_lock(&fork_lock);
	refusal = refused;
	if (!refused) {
		refusal = decide();
		if (!refusal)
			make_copy();
		if (refusal)
			kmk_host_advise(MADV_DONTFORK);
	}
	errno = saved;
}

static void parent(void)
{
	int saved = errno;

	if (!followed)
		return;
	followed = false;
	if (!refusal) {
		close(copy_fd);
		copy_fd = -1;
		kmk_upcall_fork_parent();
	} else if (!refused) {
		kmk_host_advise(MADV_DOFORK);
	}
	pthread_mutex_unlock(&fork_lock);
	errno = saved;
}

static void remap(const struct kmk_map *m, void *data)
{
	int prot = (m->perm[0] == 'r' ? PROT_READ : 0) | (m->perm[1] == 'w' ? PROT_WRITE : 0) |
		   (m->perm[2] == 'x' ? PROT_EXEC : 0);
	int flags = MAP_SHARED | MAP_FIXED | MAP_NORESERVE;

	(void)data;
	if (m->ino != kmk_host.ino || !kmk_host_region(m->start))
		return;
	if (mmap((void *)m->start, m->end - m->start, prot, flags, copy_fd, (off_t)m->offset) !=
	    (void *)m->start) {
		kmk_host_log("kmemkit: fork: cannot map the child's memory at %#lx: %s", m->start,
			     strerror(errno));
		port_halt(1);
	}
}

static void adopt_copy(void)
{
	struct stat st;
	int err = kmk_host_maps(remap, NULL);

	if (err || dup3(copy_fd, kmk_host.fd, O_CLOEXEC) < 0 || fstat(kmk_host.fd, &st)) {
		kmk_host_log("kmemkit: fork: cannot give the child its memory: %s",
			     strerror(err ? -err : errno));
		port_halt(1);
	}
	close(copy_fd);
	copy_fd = -1;
	kmk_host.dev = st.st_dev;
	kmk_host.ino = st.st_ino;
	if (kmk_host.rseq)
		kmk_host_register_fence();
}

static void child(void)
{
	int saved = errno;

	if (!followed)
		return;
	followed = false;
	pthread_mutex_init(&fork_lock, NULL);
	refused = refusal;
	kmk_host.pid = getpid();
	if (!refused) {
		adopt_copy();
		kmk_host_guard_child();
		kmk_host_forget_slots();
		kmk_upcall_fork_child();
	}
	errno = saved;
}

/*
 * As early as possible: prepare handlers run last registered first, the others first registered first. So the
 * program's own handlers run while nothing is held.
 */
void kmk_host_fork_register(void)
{
	registered = -pthread_atfork(prepare, parent, child);
}

int kmk_host_fork_init(void)
{
	if (registered)
		kmk_host_log("kmemkit: cannot follow forks: %s", strerror(-registered));
	else
		__atomic_store_n(&started, true, __ATOMIC_RELEASE);
	return registered;
}
