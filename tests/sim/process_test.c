/* SPDX-License-Identifier: MIT */
/*
 * The process host's own promises: memory maps and their errors, faults and what is said about them.
 * Each case runs this program again with another environment and looks at its log.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "port.h"
#include <asm/page.h>

void kmk_upcall_thread_exit(void *block) { (void)block; }
void kmk_upcall_fork_prepare(void) { }
void kmk_upcall_fork_parent(void) { }
void kmk_upcall_fork_child(void) { }

struct trial {
	const char *name;
	const char *variable, *value;		/* of the environment */
	const char *act;			/* what the child does after port_describe */
	int status;				/* exit status, or 128 + signal */
	const char *says[3];			/* parts of its output */
};

static const struct trial trials[] = {
	{ "default map", "KMEMKIT_MEM", "", "map", 0, { "0-", "000000 1" } },
	{ "four zones", "KMEMKIT_MEM", "dma=16M,dma32=112M,normal=384M,highmem=64M", "map", 0,
	  { "0-8000000 1", "100000000-118000000 1", "118000000-11c000000 2" } },
	{ "high memory is aligned", "KMEMKIT_MEM", "normal=4K,highmem=1M", "map", 0,
	  { "100000000-100001000 1", "100400000-100500000 2" } },
	{ "a hole in DMA", "KMEMKIT_MEM", "dma32=8M,dma=1M", "map", 0,
	  { "0-100000 1", "1000000-1800000 1" } },
	{ "i386", "KMEMKIT_MEM", "i386", "map", 0, { "0-38000000 1", "38000000-40000000 2", "no DMA32" } },
	{ "mem=", "KMEMKIT_BOOT", "quiet mem=64M nr_cpus=3", "map", 0, { "0-4000000 1", "3 CPUs" } },
	{ "unknown zone", "KMEMKIT_MEM", "dma=16M,foo=3", "map", 3,
	  { "\"foo=3\" at character 9", "dma=SIZE, dma32=SIZE, normal=SIZE or highmem=SIZE" } },
	{ "zone too large", "KMEMKIT_MEM", "dma=17M", "map", 3,
	  { "\"dma=17M\" at character 1", "at most 16M" } },
	{ "zone twice", "KMEMKIT_MEM", "dma=1M,dma=2M", "map", 3, { "\"dma=2M\" at character 8", "before" } },
	{ "bad unit", "KMEMKIT_MEM", "normal=1X", "map", 3, { "\"normal=1X\"", "K, M, G or T" } },
	{ "not a multiple of a page", "KMEMKIT_MEM", "normal=1025", "map", 3, { "multiple of 4K" } },
	{ "overflow", "KMEMKIT_MEM", "normal=99999999999999999999", "map", 3, { "at most" } },
	{ "trailing comma", "KMEMKIT_MEM", "dma=1M,", "map", 3, { "\"\" at character 8" } },
	{ "no memory", "KMEMKIT_MEM", "dma=0", "map", 3, { "no memory" } },
	{ "bad mem=", "KMEMKIT_BOOT", "mem=12", "map", 3, { "mem=", "\"12\" at character 5" } },
	{ "bad nr_cpus=", "KMEMKIT_BOOT", "nr_cpus=0", "map", 3, { "nr_cpus=", "from 1 to 64" } },
	{ "bad KMEMKIT_FORK", "KMEMKIT_FORK", "perhaps", "map", 3, { "\"perhaps\"", "copy or deny" } },
	{ "bad KMEMKIT_STACK", "KMEMKIT_STACK", "1", "map", 3, { "\"1\"", "from 16K to 1G" } },
	{ "taken base", "TAKEN", "1", "map", 3, { "direct map", "already in use" } },
#ifndef KMK_SANITIZED
	{ "NULL", "KMEMKIT_BOOT", "", "null", 128 + SIGSEGV,
	  { "write of 0x8", "NULL pointer", "go_wrong+0x" } },
	{ "unmapped window", "KMEMKIT_BOOT", "", "window", 128 + SIGSEGV,
	  { "access not permitted", "vmalloc window" } },
	{ "read only", "KMEMKIT_BOOT", "", "readonly", 128 + SIGSEGV,
	  { "access not permitted", "direct map" } },
	{ "stack overflow", "KMEMKIT_BOOT", "", "stack", 128 + SIGSEGV,
	  { "stack overflow", "recurse", "times" } },
	{ "stack overflow of a thread", "KMEMKIT_BOOT", "", "thread", 128 + SIGSEGV,
	  { "stack overflow", "recurse" } },
	{ "an illegal instruction", "KMEMKIT_BOOT", "", "illegal", 128 + SIGILL,
	  { "llegal instruction", "go_wrong" } },
	{ "a signal from outside", "KMEMKIT_BOOT", "", "kill", 128 + SIGSEGV, { "" } },
	{ "child of a denied fork", "KMEMKIT_FORK", "deny", "fork", 128 + SIGABRT, { "use after fork" } },
#endif
	{ "child of a fork", "KMEMKIT_BOOT", "", "fork", 0, { "before after" } },
	{ "sequences off", "KMEMKIT_RSEQ", "0", "features", 0, { "no rseq" } },
};
#define NR_TRIALS (sizeof(trials) / sizeof(trials[0]))

/* ---- the child ---- */

static volatile int deep;

static __attribute__((noinline)) int recurse(int n)
{
	volatile char frame[1024];

	frame[0] = (char)n;
	deep = n;
	if (deep < 0)
		return 0;
	return recurse(n + 1) + frame[0];
}

static void overflow(void *arg)
{
	(void)arg;
	recurse(0);
}

static void fork_and_look(void)
{
	char *p = __va(0x5000);
	int status;
	pid_t pid;

	strcpy(p, "before");
	pid = fork();
	if (!pid) {
		printf("%s ", p);
		strcpy(p, "child");
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status)) {
		signal(WTERMSIG(status), SIG_DFL);
		raise(WTERMSIG(status));
	}
	printf("%s\n", strcmp(p, "before") ? "damaged" : "after");
}

static __attribute__((noinline)) void go_wrong(const char *act)
{
	static volatile int *volatile bad = (volatile int *)8;

	if (!strcmp(act, "null"))
		*bad = 1;
	if (!strcmp(act, "window"))
		*(volatile int *)VMALLOC_START = 1;
	if (!strcmp(act, "readonly") && !port_protect(__va(0x3000), 4096, PORT_READ))
		*(volatile int *)__va(0x3000) = 1;
	if (!strcmp(act, "stack"))
		recurse(0);
	if (!strcmp(act, "thread") && !port_thread_start(overflow, NULL, "overflow"))
		pause();
	if (!strcmp(act, "illegal"))
		__asm__ volatile("ud2");
	if (!strcmp(act, "kill"))
		kill(getpid(), SIGSEGV);
	if (!strcmp(act, "fork"))
		fork_and_look();
}

static int child(const char *act)
{
	static struct port_desc d;

	if (getenv("TAKEN")) {
		static struct port_desc first;

		if (port_describe(&first))
			return 1;
	}
	if (port_describe(&d))
		return 3;
	for (unsigned i = 0; i < d.nr_ranges; i++)
		printf("%lx-%lx %u\n", (unsigned long)d.ranges[i].start, (unsigned long)d.ranges[i].end,
		       d.ranges[i].kind);
	printf("%u CPUs, %srseq%s\n", d.nr_cpus, d.features & PORT_F_RSEQ ? "" : "no ",
	       d.no_dma32 ? ", no DMA32" : "");
	fflush(stdout);
	go_wrong(act);
	return 0;
}

/* ---- the parent ---- */

static int run(const struct trial *t, char *out, size_t size)
{
	size_t len = 0;
	int ends[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe(ends))
		return -1;
	pid = fork();
	if (!pid) {
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		close(ends[0]);
		close(ends[1]);
		setenv(t->variable, t->value, 1);
		execl("/proc/self/exe", "process_test", t->act, (char *)NULL);
		_exit(99);
	}
	close(ends[1]);
	while (len < size - 1 && (n = read(ends[0], out + len, size - 1 - len)) > 0)
		len += (size_t)n;
	out[len] = 0;
	close(ends[0]);
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	static char out[64 << 10];
	unsigned passed = 0, failed = 0;

	if (argc > 1)
		return child(argv[1]);
	for (size_t i = 0; i < NR_TRIALS; i++) {
		const struct trial *t = &trials[i];
		int status = run(t, out, sizeof(out));
		bool ok = status == t->status;

		for (int s = 0; s < 3 && t->says[s]; s++)
			ok = ok && strstr(out, t->says[s]);
		printf("%s - %s\n", ok ? "ok" : "not ok", t->name);
		if (!ok)
			printf("# status %d, output:\n%s\n", status, out);
		ok ? passed++ : failed++;
	}
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
