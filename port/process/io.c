/* SPDX-License-Identifier: MIT */
/* Console, clock, entropy, futex and the end of the process. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "host.h"

void port_console(enum port_stream stream, const char *text, size_t len)
{
	int fd = stream == PORT_OUT ? STDOUT_FILENO : STDERR_FILENO;
	int saved = errno;

	while (len) {
		ssize_t n = write(fd, text, len);

		if (n >= 0) {
			text += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
		} else if (errno != EINTR) {
			break;
		}
	}
	errno = saved;
}

void kmk_host_log(const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n > sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n] = '\n';
	port_console(PORT_LOG, line, (size_t)n + 1);
}

long kmk_host_read(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	do
		n = read(fd, buf, size - 1);
	while (n < 0 && errno == EINTR);
	close(fd);
	if (n >= 0)
		buf[n] = 0;
	return n;
}

void port_halt(int code)
{
	if (!code)
		exit(0);
	signal(SIGABRT, SIG_DFL);
	abort();
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

uint64_t port_now(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t port_realtime(void)
{
	return clock_ns(CLOCK_REALTIME);
}

void port_entropy(void *buf, size_t len)
{
	char *p = buf;

	while (len) {
		ssize_t n = getrandom(p, len > 256 ? 256 : len, 0);

		if (n < 0 && errno != EINTR)
			port_halt(1);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
}

/* Private futexes are keyed by address, so waiter and waker must use the same alias of a frame. */
int port_wait(uint32_t *addr, uint32_t val, uint64_t timeout_ns)
{
	struct timespec ts = { (time_t)(timeout_ns / 1000000000), (long)(timeout_ns % 1000000000) };
	int saved = errno;
	long err = syscall(SYS_futex, addr, FUTEX_WAIT_PRIVATE, val, timeout_ns == UINT64_MAX ? NULL : &ts);
	int ret = err < 0 && errno == ETIMEDOUT ? -ETIMEDOUT : 0;

	errno = saved;
	return ret;
}

void port_wake(uint32_t *addr, unsigned n)
{
	int saved = errno;

	syscall(SYS_futex, addr, FUTEX_WAKE_PRIVATE, n > INT_MAX ? INT_MAX : n);
	errno = saved;
}

void port_yield(void)
{
	sched_yield();
}
