/* SPDX-License-Identifier: MIT */
/*
 * A program with a main of its own that speaks docs/protocol.md by hand, so that the command's side
 * is tested without KUnit: one module and suites that end in every way a process can end.
 */
extern char *getenv(const char *name);
extern int dprintf(int fd, const char *fmt, ...);
extern int strcmp(const char *a, const char *b);
extern int atoi(const char *s);
extern int usleep(unsigned int us);
extern void abort(void);
extern void _exit(int status);

static int ctl;
static const char *index_text;

static void heading(const char *suite)
{
	dprintf(ctl, "suite\t%s\t3\n", suite);
	dprintf(1, "    KTAP version 1\n    # Subtest: %s\n    1..3\n", suite);
	dprintf(ctl, "plan\t%s\n", suite);
	dprintf(ctl, "case-start\t%s\t1\tfirst\n", suite);
	dprintf(1, "    ok 1 first\n");
	dprintf(ctl, "case-end\t%s\t1\tfirst\tok\n", suite);
	dprintf(ctl, "case-start\t%s\t2\tsecond one\n", suite);
}

static int finish(const char *suite, const char *verdict, int status)
{
	dprintf(1, "    ok 2 second one\n");
	dprintf(ctl, "case-end\t%s\t2\tsecond one\tok\n", suite);
	dprintf(ctl, "case-start\t%s\t3\tthird\n", suite);
	dprintf(1, "    ok 3 third # SKIP because\n");
	dprintf(ctl, "case-end\t%s\t3\tthird\tskip\n", suite);
	dprintf(1, "%sok %s %s\n", status ? "not " : "", index_text, suite);
	dprintf(ctl, "suite-end\t%s\t%s\n", suite, verdict);
	dprintf(ctl, "warn\t%d\nbug\t0\n", !strcmp(suite, "warns"));
	if (!strcmp(suite, "leaks"))
		dprintf(ctl, "leak\t24\tkmalloc-32\tfirst+0x10/0x20\nreachable\t2\t128\n");
	dprintf(ctl, "done\t%d\n", status);
	return status;
}

static void param(const char *suite)
{
	heading(suite);
	dprintf(1, "        KTAP version 1\n        # Subtest: second one\n        1..2\n");
	dprintf(ctl, "param-start\t%s\t2\tsecond one\t1\tsmall\n", suite);
	dprintf(1, "        unfinished");
	abort();
}

static int run(const char *suite)
{
	if (!strcmp(suite, "early"))
		_exit(7);
	if (!strcmp(suite, "param"))
		param(suite);
	heading(suite);
	if (!strcmp(suite, "crash")) {
		dprintf(ctl, "crash\tstack overflow\n");
		abort();
	}
	if (!strcmp(suite, "loop"))
		for (;;)
			usleep(1000);
	if (!strcmp(suite, "slow"))
		usleep(300000);
	if (!strcmp(suite, "late")) {
		finish(suite, "ok", 0);
		abort();
	}
	return finish(suite, "ok", !strcmp(suite, "leaks") || !strcmp(suite, "warns"));
}

static void list(void)
{
	const char *wanted = getenv("SPEAKER"), *p = wanted ? wanted : "good";
	char name[32];
	int n;

	dprintf(ctl, "module\tspeaker\tdevice\nfuture\tword\n");
	while (*p) {
		for (n = 0; p[n] && p[n] != ',' && n < 31; n++)
			name[n] = p[n];
		name[n] = 0;
		dprintf(ctl, "suite\t%s\t3\ncase\t%s\t1\tfirst\n", name, name);
		dprintf(ctl, "case\t%s\t2\tsecond one\ncase\t%s\t3\tthird\n", name, name);
		p += n;
		p += *p == ',';
	}
	dprintf(ctl, "done\t0\n");
}

static int module(void)
{
	dprintf(ctl, "module-start\tspeaker\n");
	dprintf(1, "ok %s speaker\n", index_text);
	dprintf(ctl, "module-end\tspeaker\t-11\tok\nwarn\t0\nbug\t0\ndone\t0\n");
	return 0;
}

int main(int argc, char **argv)
{
	const char *run_text = getenv("KMEMKIT_RUN");

	ctl = atoi(getenv("KMEMKIT_CTL"));
	index_text = getenv("KMEMKIT_INDEX");
	dprintf(ctl, "hello\t1\n");
	if (getenv("KMEMKIT_PARAMS") && getenv("SPEAKER_REFUSES")) {
		dprintf(2, "speaker: no such parameter: %s\n", getenv("KMEMKIT_PARAMS"));
		dprintf(ctl, "param-error\tno such parameter\n");
		return 2;
	}
	if (argc > 1)
		dprintf(2, "speaker: argument %s\n", argv[1]);
	if (!strcmp(run_text, "list")) {
		list();
		return 0;
	}
	if (run_text[0] == 'm')
		return module();
	dprintf(2, "speaker: skip %s boot %s proc %s\n", getenv("KMEMKIT_SKIP"), getenv("KMEMKIT_BOOT"),
		getenv("KMEMKIT_PROC"));
	return run(run_text + 6);
}
