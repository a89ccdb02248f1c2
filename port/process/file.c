/* SPDX-License-Identifier: MIT */
/* Files of the host: what a page cache and a swap file do their I/O on. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host.h"

#define IO_MAX	(1UL << 30)	/* bytes a call: the kernel itself does no more than 2 GiB */

/* A program that closed its standard streams must not find our file under their numbers. */
static int beyond_stdio(int fd)
{
	int high;

	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	close(fd);
	return high;
}

/* Where the file system has no O_TMPFILE. */
static int named_temp(const char *folder)
{
	char path[4096];
	int fd;

	if (snprintf(path, sizeof(path), "%s/kmkXXXXXX", folder) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

int port_file_open(const char *path, unsigned flags, unsigned mode)
{
	int how = O_CLOEXEC | O_NOCTTY | (flags & PORT_OPEN_WRITE ? O_RDWR : O_RDONLY), saved = errno, fd;

	if (flags & PORT_OPEN_CREATE)
		how |= O_CREAT;
	if (flags & PORT_OPEN_TRUNC)
		how |= O_TRUNC;
	if (flags & PORT_OPEN_EXCL)
		how |= O_EXCL;
	if (flags & PORT_OPEN_TEMP)
		how |= O_TMPFILE;
	do
		fd = open(path, how, (mode_t)mode);
	while (fd < 0 && errno == EINTR);
	if (fd < 0 && (flags & PORT_OPEN_TEMP) && (errno == EOPNOTSUPP || errno == EISDIR))
		fd = named_temp(path);
	fd = beyond_stdio(fd);
	if (fd < 0)
		fd = -errno;
	errno = saved;
	return fd;
}

static ssize_t transfer(int fd, bool write, char *at, size_t len, uint64_t off)
{
	if (len > IO_MAX)
		len = IO_MAX;
	/* Not by libc's names, where ThreadSanitizer looks on: who changes a page that is just being written makes it
	   dirty again, so what goes out then does not matter. */
	return syscall(write ? SYS_pwrite64 : SYS_pread64, fd, at, len, off);
}

/* A part with an error behind it is the error: who writes a page wants all of it written. */
long port_file_io(int file, bool write, void *buf, size_t len, uint64_t off)
{
	int saved = errno;
	size_t done = 0;
	ssize_t n = 1;
	long ret;

	while (done < len && n) {
		n = transfer(file, write, (char *)buf + done, len - done, off + done);
		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno != EINTR)
			break;
	}
	ret = n < 0 && done < len ? -errno : (long)done;
	errno = saved;
	return ret;
}

int port_file_sync(int file)
{
	int saved = errno, ret;

	do
		ret = fdatasync(file);
	while (ret < 0 && errno == EINTR);
	if (ret < 0)
		ret = errno == EINVAL || errno == EROFS ? 0 : -errno;	/* a device that has nothing to sync */
	errno = saved;
	return ret;
}

int port_file_truncate(int file, uint64_t size)
{
	int saved = errno, ret;

	do
		ret = ftruncate(file, (off_t)size);
	while (ret < 0 && errno == EINTR);
	if (ret < 0)
		ret = -errno;
	errno = saved;
	return ret;
}

int64_t port_file_size(int file)
{
	int saved = errno;
	struct stat st;
	int64_t size;

	if (fstat(file, &st) < 0)
		size = -errno;
	else if (!S_ISBLK(st.st_mode))
		size = st.st_size;
	else if ((size = lseek(file, 0, SEEK_END)) < 0)
		size = -errno;
	errno = saved;
	return size;
}

int port_file_id(int file, uint64_t id[2])
{
	int saved = errno, ret = 0;
	struct stat st;

	if (fstat(file, &st) < 0)
		ret = -errno;
	errno = saved;
	id[0] = ret ? 0 : st.st_dev;
	id[1] = ret ? 0 : st.st_ino;
	return ret;
}

void port_file_close(int file)
{
	int saved = errno;

	close(file);
	errno = saved;
}
