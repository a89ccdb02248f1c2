/* SPDX-License-Identifier: MIT */
/*
 * main() of a program that defines none: reads what the parent asked for from the environment and
 * hands it to the runner. See docs/protocol.md. Host world: libc, and the runner's small door.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "include/kmemkit/run.h"

static int ctl_fd = -1;

static void write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n <= 0)
			return;		/* nobody listens any more: the exit status still tells */
		text += n;
		len -= (size_t)n;
	}
}

static void send_event(const char *line, size_t len)
{
	write_all(ctl_fd, line, len);
}

static void complain(const char *line, size_t len)
{
	write_all(STDERR_FILENO, line, len);
}

/* A number in the environment: 0 or more, else -1. */
static long env_number(const char *name)
{
	const char *text = getenv(name);
	char *end;
	long value;

	if (!text || !*text)
		return -1;
	value = strtol(text, &end, 10);
	return *end || value < 0 || value > 1000000 ? -1 : value;
}

static char *env_copy(const char *name)
{
	const char *text = getenv(name);

	return text ? strdup(text) : NULL;
}

int main(void)
{
	static struct kmk_run_config config;	/* kept for good, as the runner's values point into params */
	long index = env_number("KMEMKIT_INDEX");

	config = (struct kmk_run_config){
		.run = getenv("KMEMKIT_RUN"),
		.skip = getenv("KMEMKIT_SKIP"),
		.params = env_copy("KMEMKIT_PARAMS"),
		.proc = getenv("KMEMKIT_PROC"),
		.index = index > 0 ? (unsigned)index : 1,
		.complain = complain,
	};
	ctl_fd = (int)env_number("KMEMKIT_CTL");
	if (ctl_fd >= 0)
		config.event = send_event;
	return kmk_run(&config);
}
