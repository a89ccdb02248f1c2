/* SPDX-License-Identifier: MIT */
/*
 * Forks while the flusher writes: parent and child both find every byte, write, and sync. A page or a lock left
 * in the hands of the parent's flusher would hang the child, which the alarm ends. Built by `kmemkit cc`.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/writeback.h>

#define PAGES	256
#define ROUNDS	30

static char page[4096];
static unsigned failed;

static void check(int ok, const char *who, const char *what)
{
	if (ok)
		return;
	printf("%s: FAILED: %s\n", who, what);
	failed++;
}

static void write_all(struct file *f, const char *who, int c)
{
	loff_t pos = 0;

	for (int i = 0; i < PAGES; i++) {
		memset(page, c + i % 10, sizeof(page));
		check(kernel_write(f, page, sizeof(page), &pos) == sizeof(page), who, "kernel_write");
	}
}

static void read_all(struct file *f, const char *who, int c)
{
	loff_t pos = 0;
	int wrong = 0;

	for (int i = 0; i < PAGES; i++) {
		check(kernel_read(f, page, sizeof(page), &pos) == sizeof(page), who, "kernel_read");
		wrong += page[0] != c + i % 10 || memcmp(page, page + 1, sizeof(page) - 1);
	}
	check(!wrong, who, "contents");
}

static int child(struct file *f, int c)
{
	struct file *own = filp_open("/tmp", O_TMPFILE | O_RDWR, 0600);

	alarm(100);
	check(!IS_ERR(own), "child", "filp_open");
	read_all(f, "child", c);
	write_all(own, "child", 'a');
	wakeup_flusher_threads(WB_REASON_SYNC);
	read_all(own, "child", 'a');
	check(!vfs_fsync(own, 1), "child", "vfs_fsync");
	check(!filp_close(own, NULL), "child", "filp_close");
	fflush(stdout);
	return failed != 0;
}

int main(void)
{
	struct file *f = filp_open("/tmp", O_TMPFILE | O_RDWR, 0600);

	dirty_writeback_interval = dirty_expire_interval = 1;
	check(!IS_ERR(f), "parent", "filp_open");
	for (int round = 0; round < ROUNDS && !failed; round++) {
		int status = 0, c = 'A' + round % 7;
		pid_t pid;

		write_all(f, "parent", c);
		wakeup_flusher_threads(WB_REASON_SYNC);
		if (round % 2)
			usleep(100 * (useconds_t)round);
		pid = fork();
		if (!pid)
			_exit(child(f, c));
		read_all(f, "parent", c);
		check(waitpid(pid, &status, 0) == pid && !status, "parent", "the child's status");
	}
	check(!vfs_fsync(f, 0), "parent", "vfs_fsync");
	check(!filp_close(f, NULL), "parent", "filp_close");
	puts(failed ? "failed" : "forked");
	return failed != 0;
}
