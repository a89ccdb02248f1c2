/* SPDX-License-Identifier: MIT */
/*
 * The engine: starts jobs, moves their text and events, enforces the time limit. One loop around
 * ppoll; each running job has three descriptors in it (process, text, events).
 *
 * Text of the first unfinished job goes to stdout as it comes; text of later ones waits, so that
 * the document stays in order whatever the width.
 */
#include "job.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CTL_FD 3		/* the numbers our children see */
#define LOG_FD 4

#define FDS_OF_A_JOB 4

extern char **environ;

struct pool {
	struct job *jobs;
	size_t n, next, head, running, width;
	const struct job_setup *setup;
	bool stop;
};

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static bool is_ours(const char *entry)
{
	static const char *const names[] = {
		"KMEMKIT_RUN=", "KMEMKIT_CTL=", "KMEMKIT_INDEX=", "KMEMKIT_SKIP=", "KMEMKIT_PARAMS=",
		"KMEMKIT_BOOT=", "KMEMKIT_PROC=", NULL
	};

	for (size_t i = 0; names[i]; i++)
		if (!strncmp(entry, names[i], strlen(names[i])))
			return true;
	return false;
}

static void add_params(struct args *env, const struct args *params)
{
	struct buffer b = { 0 };

	for (size_t i = 0; i < params->n; i++)
		buffer_addf(&b, "%s%s", i ? "\n" : "", params->v[i]);
	if (b.len)
		args_addf(env, "KMEMKIT_PARAMS=%s", b.data);
	buffer_free(&b);
}

static void add_request(struct args *env, const struct job *j)
{
	static const char *const prefix[] = {
		[JOB_LIST] = "list", [JOB_MODULE] = "module:", [JOB_SUITE] = "suite:"
	};

	args_addf(env, "KMEMKIT_RUN=%s%s", prefix[j->kind], j->name ? j->name : "");
	args_addf(env, "KMEMKIT_CTL=%d", CTL_FD);
	args_addf(env, "KMEMKIT_INDEX=%u", j->index);
}

/* As a kernel does at boot, a run prints the layout of its address space; once, by the first job of the plan, is enough. */
static void add_boot(struct args *words, const struct job *j, const struct run_options *o)
{
	const char *own = o->boot ? o->boot : "";
	bool first = j->index == 1;

	if (*own || first)
		args_addf(words, "KMEMKIT_BOOT=%s%s%s", own, *own && first ? " " : "", first ? "layout" : "");
}

/* What the program is asked, as NAME=value words. */
static void make_request(struct args *words, const struct job *j, const struct job_setup *s)
{
	const struct run_options *o = s->options;
	char *skip = s->skip ? s->skip(s->ctx) : NULL;

	add_request(words, j);
	add_params(words, &o->params);
	add_boot(words, j, o);
	if (o->proc)
		args_addf(words, "KMEMKIT_PROC=%s", o->proc);
	if (skip)
		args_addf(words, "KMEMKIT_SKIP=%s", skip);
	free(skip);
}

static void add_environment(struct args *env)
{
	for (char **e = environ; *e; e++)
		if (!is_ours(*e))
			args_add(env, *e);
}

/* A background group that reads the terminal would be stopped. -1: the job may have our input. */
static int input_for_job(void)
{
	return isatty(0) ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
}

static pid_t start_process(struct job *j, const struct job_setup *s, int out, int ctl, int log)
{
	const struct run_options *o = s->options;
	struct args argv = { 0 }, env = { 0 };
	int in = input_for_job();
	struct spawn_fd fds[] = { { out, 1 }, { ctl, CTL_FD }, { -1, -1 }, { -1, -1 }, { -1, -1 } };
	struct spawn_fd *more = &fds[2];
	pid_t pid = 0;

	if (in >= 0)
		*more++ = (struct spawn_fd){ in, 0 };
	if (log >= 0)
		*more = (struct spawn_fd){ log, LOG_FD };
	make_request(&env, j, s);
	if (o->machine) {
		pid = machine_command(&argv, o, s->dir, s->program, j, &env);
	} else {
		add_environment(&env);
		args_add(&argv, s->program);
		for (size_t i = 0; i < o->program_args.n; i++)
			args_add(&argv, o->program_args.v[i]);
	}
	if (!pid)
		pid = spawn_start(argv.v, o->machine ? NULL : env.v, fds, true);
	args_free(&argv);
	args_free(&env);
	if (in >= 0)
		close(in);
	return pid;
}

static int make_pipe(int *reader, int *writer)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC))
		return -1;
	/* High numbers, so that no descriptor of ours is one that the child's set-up overwrites. */
	*reader = fcntl(fd[0], F_DUPFD_CLOEXEC, 10);
	*writer = fcntl(fd[1], F_DUPFD_CLOEXEC, 10);
	close(fd[0]);
	close(fd[1]);
	if (*reader < 0 || *writer < 0)
		return -1;
	return fcntl(*reader, F_SETFL, O_NONBLOCK);
}

static bool job_start(struct job *j, const struct job_setup *s)
{
	int out = -1, ctl = -1, log = -1;

	if (!make_pipe(&j->out, &out) && !make_pipe(&j->ctl, &ctl) &&
	    !(s->options->machine && make_pipe(&j->log, &log))) {
		pid_t pid = start_process(j, s, out, ctl, log);

		j->pid = pid > 0 ? pid : 0;
		errno = pid < 0 ? -pid : 0;
	}
	if (out >= 0)
		close(out);
	if (ctl >= 0)
		close(ctl);
	if (log >= 0)
		close(log);
	if (!j->pid) {
		cmd_error("cannot start %s: %s", s->options->machine ? "qemu-system-x86_64" : s->program,
			  strerror(errno));
		return false;
	}
	j->pidfd = pidfd_open(j->pid, 0);
	j->deadline = now_ms() + 1000LL * s->options->timeout;
	return j->pidfd >= 0;
}

/* Read what is there; false at the end of the pipe or when it is empty. */
static bool take_bytes(int *fd, struct buffer *b)
{
	char chunk[16384];
	ssize_t n = *fd < 0 ? 0 : read(*fd, chunk, sizeof(chunk));

	if (n > 0) {
		buffer_add(b, chunk, (size_t)n);
	} else if (*fd >= 0 && (n == 0 || (errno != EAGAIN && errno != EINTR))) {
		close(*fd);
		*fd = -1;
	}
	return n > 0;
}

static void take_events(struct job *j, unsigned timeout)
{
	if (take_bytes(&j->ctl, &j->events) && event_read(j))
		j->deadline = now_ms() + 1000LL * timeout;
}

/* A machine's log goes to our stderr at once, whatever waits on stdout. */
static bool relay_log(struct job *j)
{
	bool more = take_bytes(&j->log, &j->log_text);

	fwrite(j->log_text.data ? j->log_text.data : "", 1, j->log_text.len, stderr);
	j->log_text.len = 0;
	return more;
}

/* Also for a job whose start failed half way. */
static void job_close(struct job *j)
{
	int *fd[] = { &j->out, &j->ctl, &j->log, &j->pidfd };

	for (size_t i = 0; i < sizeof(fd) / sizeof(fd[0]); i++) {
		if (*fd[i] >= 0)
			close(*fd[i]);
		*fd[i] = -1;
	}
	j->finished = true;
}

/* The group dies before its leader is reaped: until then its number cannot be used again. */
static void job_reap(struct job *j, const struct job_setup *s)
{
	kill(-j->pid, SIGKILL);
	j->status = spawn_wait(j->pid);
	if (s->options->machine)
		j->status = machine_status(j->status);
	while (take_bytes(&j->out, &j->text))
		;
	while (take_bytes(&j->ctl, &j->events))
		;
	while (relay_log(j))
		;
	event_read(j);
	job_close(j);
}

static bool text_print(struct job *j)
{
	if (j->text.len) {
		j->line_open = j->text.data[j->text.len - 1] != '\n';
		fwrite(j->text.data, 1, j->text.len, stdout);
		j->text.len = 0;
	}
	if (j->finished && j->line_open)
		putchar('\n');
	return fflush(stdout) == 0;
}

static void print_ready(struct pool *p)
{
	while (p->head < p->next && !p->stop) {
		struct job *j = &p->jobs[p->head];

		p->stop = !text_print(j);
		if (p->stop || !j->finished)
			return;
		p->stop = !p->setup->done(j, p->setup->ctx);
		p->head++;
	}
}

static void start_more(struct pool *p)
{
	while (p->running < p->width && p->next < p->n && !p->stop) {
		struct job *j = &p->jobs[p->next++];

		if (job_start(j, p->setup)) {
			p->running++;
		} else {
			job_close(j);
			p->stop = true;
		}
	}
}

static size_t fill_poll(struct pool *p, struct pollfd *fds, long long *until)
{
	size_t n = 0;

	for (size_t i = p->head; i < p->next; i++) {
		struct job *j = &p->jobs[i];

		if (j->finished)
			continue;
		fds[n++] = (struct pollfd){ j->pidfd, POLLIN, 0 };
		fds[n++] = (struct pollfd){ j->out, POLLIN, 0 };
		fds[n++] = (struct pollfd){ j->ctl, POLLIN, 0 };
		fds[n++] = (struct pollfd){ j->log, POLLIN, 0 };
		if (j->deadline < *until)
			*until = j->deadline;
	}
	return n;
}

static void serve(struct pool *p, struct job *j, const struct pollfd *fds)
{
	if (fds[1].revents)
		take_bytes(&j->out, &j->text);
	if (fds[2].revents)
		take_events(j, p->setup->options->timeout);
	if (fds[3].revents)
		relay_log(j);
	if (!fds[0].revents && now_ms() >= j->deadline && !j->timed_out) {
		j->timed_out = true;
		kill(-j->pid, SIGKILL);
	}
	if (fds[0].revents) {
		job_reap(j, p->setup);
		p->running--;
	}
}

static void wait_and_serve(struct pool *p)
{
	struct pollfd *fds = cmd_zalloc(FDS_OF_A_JOB * (p->width + 1) * sizeof(*fds));
	long long until = now_ms() + 3600000, left;
	size_t n = fill_poll(p, fds, &until), at = 0;
	struct timespec ts;

	left = until - now_ms();
	if (left < 0)
		left = 0;
	ts = (struct timespec){ left / 1000, left % 1000 * 1000000 + 500000 };
	if (ppoll(fds, n, &ts, interrupt_mask()) >= 0 || errno == EINTR)
		for (size_t i = p->head; i < p->next && at < n; i++)
			if (!p->jobs[i].finished) {
				serve(p, &p->jobs[i], &fds[at]);
				at += FDS_OF_A_JOB;
			}
	free(fds);
}

static void kill_all(struct pool *p)
{
	for (size_t i = p->head; i < p->next; i++)
		if (!p->jobs[i].finished)
			job_reap(&p->jobs[i], p->setup);
}

bool jobs_run(struct job *jobs, size_t n, size_t width, const struct job_setup *s)
{
	struct pool p = { .jobs = jobs, .n = n, .width = width ? width : 1, .setup = s };

	while (p.head < n && !p.stop) {
		start_more(&p);
		if (!p.stop)
			wait_and_serve(&p);
		print_ready(&p);
		if (interrupt_pending())
			p.stop = true;
	}
	kill_all(&p);
	return p.head == n && !p.stop;
}
