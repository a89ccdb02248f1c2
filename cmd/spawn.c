/* SPDX-License-Identifier: MIT */
/* Child processes by posix_spawn: no copy of our address space, no code between fork and exec. */
#include "cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void spawn_attributes(posix_spawnattr_t *at, bool own_group)
{
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	sigset_t set;

	sigemptyset(&set);
	posix_spawnattr_setsigmask(at, &set);
	sigaddset(&set, SIGPIPE);
	posix_spawnattr_setsigdefault(at, &set);
	if (own_group) {
		flags |= POSIX_SPAWN_SETPGROUP;
		posix_spawnattr_setpgroup(at, 0);
	}
	posix_spawnattr_setflags(at, flags);
}

pid_t spawn_start(char *const argv[], char *const env[], const struct spawn_fd *fds, bool own_group)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	pid_t pid;
	int err;

	posix_spawn_file_actions_init(&fa);
	posix_spawnattr_init(&at);
	spawn_attributes(&at, own_group);
	for (; fds && fds->ours >= 0; fds++)
		posix_spawn_file_actions_adddup2(&fa, fds->ours, fds->child);
	err = posix_spawnp(&pid, argv[0], &fa, &at, argv, env ? env : environ);
	posix_spawnattr_destroy(&at);
	posix_spawn_file_actions_destroy(&fa);
	return err ? -err : pid;
}

int spawn_wait(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static void read_all(int fd, struct buffer *out)
{
	char chunk[4096];
	ssize_t n;

	do {
		n = read(fd, chunk, sizeof(chunk));
		if (n > 0)
			buffer_add(out, chunk, (size_t)n);
	} while (n > 0 || (n < 0 && errno == EINTR));
}

int spawn_read(char *const argv[], struct buffer *out)
{
	int fd[2], status;
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC))
		return -1;
	pid = spawn_start(argv, NULL, (struct spawn_fd[]){ { fd[1], 1 }, { -1, -1 } }, false);
	close(fd[1]);
	if (pid > 0)
		read_all(fd[0], out);
	close(fd[0]);
	if (pid < 0) {
		errno = -pid;
		return -1;
	}
	status = spawn_wait(pid);
	errno = EIO;
	return status ? -1 : 0;
}
