/* SPDX-License-Identifier: MIT */
/* Something to poll() for. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "host.h"

int port_poll_open(void)
{
	int saved = errno, fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), err = fd < 0 ? -errno : fd;

	errno = saved;
	return err;
}

int port_poll_renew(int fd)
{
	int saved = errno, own = port_poll_open(), err = 0;

	if (own < 0)
		return own;
	if (dup3(own, fd, O_CLOEXEC) < 0)
		err = -errno;
	close(own);
	errno = saved;
	return err;
}

void port_poll_raise(int fd)
{
	int saved = errno;
	uint64_t one = 1;
	ssize_t n = write(fd, &one, sizeof(one));	/* refused only when it is readable already */

	(void)n;
	errno = saved;
}
