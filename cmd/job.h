/* SPDX-License-Identifier: MIT */
/*
 * Jobs: one process each. job.c moves bytes and watches the clock, event.c turns control lines into
 * progress, verdict.c says what it all means. Only event.c changes the progress fields.
 */
#ifndef KMK_JOB_H
#define KMK_JOB_H

#include "cmd.h"

#define JOB_EAGAIN (-11)	/* a module's "done, unload me", as the program reports it */

enum job_kind { JOB_LIST, JOB_MODULE, JOB_SUITE };
enum verdict { V_NONE, V_OK, V_SKIP, V_NOT_OK };

struct test_case {
	char *name;
	bool started;
	enum verdict verdict;
};

struct plan;

struct job {
	enum job_kind kind;
	char *name;
	unsigned index;			/* in the document, from 1 */
	struct test_case *cases;	/* from the list; case INDEX is cases[INDEX - 1] */
	size_t nr_cases;
	struct plan *plan;		/* JOB_LIST: where what is listed goes */

	/* Progress. */
	bool hello;			/* it speaks the protocol */
	bool started;			/* module-start or suite seen */
	bool planned;			/* the suite's heading is printed */
	size_t current;			/* running case from 1, or 0 */
	char *param;			/* running parameter as "INDEX NAME", or NULL */
	enum verdict verdict;		/* of the suite or module as a whole */
	long result;			/* of the module's initcalls */
	char *crash;			/* the program's own words about its end */
	bool bad_use;			/* param-error */
	bool done;
	unsigned long warns, bugs, reachable, reachable_bytes, leaked_bytes;
	struct args leaks;		/* "SIZE bytes of CACHE, allocated by CALLER" */

	/* Process. */
	pid_t pid;			/* 0: not started */
	int pidfd, out, ctl;
	int log;			/* of a machine; a process writes to our stderr */
	struct buffer text, events, log_text;
	long long deadline;		/* milliseconds */
	bool timed_out, finished;
	bool line_open;			/* the last text printed had no newline */
	int status;			/* wait status */
};

struct plan {
	struct job *jobs;		/* modules, then suites */
	size_t n, nr_modules;
};

/* event.c */
bool event_read(struct job *j);		/* take whole lines from j->events; true if there was one */
void plan_free(struct plan *p);
void job_free(struct job *j);

/*
 * job.c. Run jobs[0..n), at most `width` at a time, and call done(job) once for each in index
 * order, after all its text is on stdout. Stops early, with all processes killed, on a signal to
 * us, when stdout is gone, or when done returns false.
 */
struct job_setup {
	const char *program, *dir;	/* and a folder for scratch files */
	const struct run_options *options;
	char *(*skip)(void *ctx);	/* KMEMKIT_SKIP for the next job, or NULL */
	bool (*done)(struct job *j, void *ctx);
	void *ctx;
};
bool jobs_run(struct job *jobs, size_t n, size_t width, const struct job_setup *s);

/* verdict.c */
char *job_reason(const struct job *j, unsigned timeout);	/* why it ended early; NULL if it did not */
void job_complete(const struct job *j, const char *reason);	/* print the lines it owed */
bool job_passed(const struct job *j);				/* nothing failed and nothing was reported */
bool job_bad_use(const struct job *j);				/* it refused a parameter, option or map */
void print_summary(const struct plan *p);

#endif
