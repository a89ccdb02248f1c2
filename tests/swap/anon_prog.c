// SPDX-License-Identifier: MIT
/* What a program sees of anonymous memory at its limits; run.sh checks status and words. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <kmemkit/anon.h>
#include <kmemkit/swap.h>

#define PAGE	4096ul
#define SIZE	(16ul << 20)	/* of the machine's 8 MiB */
#define PAGES	(SIZE / PAGE)

static uint64_t *region;

static int fail(const char *what)
{
	printf("wrong: %s (errno %d)\n", what, errno);
	return 1;
}
#define EXPECT(c) do { if (!(c)) return fail(#c); } while (0)

static uint64_t *word(unsigned long i)
{
	return region + i * PAGE / 8 + i % 512;
}

static void fill(uint64_t salt)
{
	for (unsigned long i = 0; i < PAGES; i++)
		*word(i) = i ^ salt;
}

static unsigned long wrong(uint64_t salt)
{
	unsigned long n = 0;

	for (unsigned long i = 0; i < PAGES; i++)
		n += *word(i) != (i ^ salt);
	return n;
}

static int all_right(uint64_t salt)
{
	unsigned long n = wrong(salt);

	if (n)
		printf("wrong: %lu of %lu words, expected none\n", n, PAGES);
	return n != 0;
}

/* The host's kernel cannot bring a page: EFAULT, until somebody touched it in the way the call will. */
static int efault(void)
{
	int zero = open("/dev/zero", O_RDWR), pipes[2];
	char *p = (char *)region;

	EXPECT(zero >= 0 && !pipe(pipes));
	EXPECT(read(zero, p, PAGE) == -1 && errno == EFAULT);
	EXPECT(kmemkit_anon_touch(p, PAGE, true) == 0);
	EXPECT(read(zero, p, PAGE) == (ssize_t)PAGE);
	EXPECT(write(pipes[1], p + PAGE, 1) == -1 && errno == EFAULT);
	EXPECT(kmemkit_anon_touch(p + PAGE, 1, false) == 0);
	EXPECT(write(pipes[1], p + PAGE, 1) == 1);
	EXPECT(read(pipes[0], p + PAGE, 1) == -1 && errno == EFAULT);	/* shown for reading only */
	EXPECT(kmemkit_anon_touch(p + PAGE, 1, true) == 0);
	EXPECT(read(pipes[0], p + PAGE, 1) == 1);
	return 0;
}

static int overfill(void)
{
	fill(1);
	return all_right(1);
}

static int unreadable(void)
{
	fill(1);
	kmemkit_swap_fail(0, 1, -EIO);
	return all_right(1);
}

static int child(void)
{
	unsigned long n = wrong(1);

	fill(3);
	printf("child: %lu wrong at first, %lu after\n", n, wrong(3));
	return n || wrong(3);
}

static int parent(pid_t pid)
{
	int status;

	fill(2);
	EXPECT(wrong(2) == 0);
	EXPECT(waitpid(pid, &status, 0) == pid);
	EXPECT(wrong(2) == 0);
	if (WIFSIGNALED(status))
		printf("child: signal %d\n", WTERMSIG(status));
	return WIFSIGNALED(status) ? 0 : WEXITSTATUS(status);
}

static int forks(void)
{
	pid_t pid;

	fill(1);
	fflush(stdout);
	pid = fork();
	EXPECT(pid >= 0);
	if (pid)
		return parent(pid);
	fflush(stdout);
	_exit(child() | !!fflush(stdout));
}

/* The child's copy of the swap file fails: the frames fit into the limit, the file does not. */
static int refused(void)
{
	struct rlimit small = { 20ul << 20, 20ul << 20 };

	signal(SIGXFSZ, SIG_IGN);
	fill(1);
	EXPECT(!setrlimit(RLIMIT_FSIZE, &small));
	return forks();
}

static sigjmp_buf back;

static void mine(int sig)
{
	siglongjmp(back, sig);
}

/* A handler that was there first still gets what is not ours. */
static int others(void)
{
	fill(1);
	EXPECT(wrong(1) == 0);
	if (sigsetjmp(back, 1) == SIGSEGV)
		return all_right(1);
	*(volatile int *)8 = 1;
	return fail("no signal for a write to address 8");
}

static int beyond(void)
{
	region[SIZE / 8] = 1;
	return 0;
}

static int ended(void)
{
	fill(1);
	kmemkit_anon_unmap(region);
	return region[0] != 0;
}

static unsigned long host_limit(void)
{
	FILE *f = fopen("/proc/sys/vm/max_map_count", "r");
	unsigned long n = 0;

	if (f && fscanf(f, "%lu", &n) != 1)
		n = 0;
	if (f)
		fclose(f);
	return n;
}

/* Mappings of the host that begin in [from, to). */
static unsigned long count_maps(uintptr_t from, uintptr_t to)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned long start, n = 0;
	char line[512];

	while (f && fgets(line, sizeof(line), f))
		n += sscanf(line, "%lx-", &start) == 1 && start >= from && start < to;
	if (f)
		fclose(f);
	return n;
}

/* Every page far from its neighbours in time: each shown page is a mapping of the host, and these are few. */
static int mappings(void)
{
	unsigned long limit = host_limit() * 3 / 8, n = 1, bad = 0;
	struct kmemkit_anon_stats now;
	volatile uint64_t *p;
	unsigned long there;

	while (n < limit + limit / 4)
		n *= 2;
	p = kmemkit_anon_map(n * PAGE);
	EXPECT(limit && p);
	for (unsigned long i = 0; i < n; i++)
		p[(i * 0x9e3779b1ul % n) * PAGE / 8] = i;
	for (unsigned long i = 0; i < n; i++)
		bad += p[(i * 0x9e3779b1ul % n) * PAGE / 8] != i;
	kmemkit_anon_stats(&now);
	there = count_maps((uintptr_t)p, (uintptr_t)p + n * PAGE);
	printf("mappings: %lu pages resident, %lu shown by %lu mappings (the host counts %lu) of %lu allowed, %lu faults\n",
	       now.resident, now.shown, now.mappings, there, limit, now.faults);
	EXPECT(there <= now.mappings + 1 && there + 1 >= now.mappings);
	EXPECT(!bad && now.resident == n && now.mappings <= limit && now.shown < n);
	EXPECT(!kmemkit_anon_unmap((void *)p));
	return 0;
}

static double spent(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Processor time of a touch, where memory is plenty: new pages written; read, then written; shown again. */
static int cost(void)
{
	volatile uint64_t *p = region;
	double t[5];

	t[0] = spent();
	for (unsigned long i = 0; i < PAGES; i++)
		p[i * PAGE / 8] = 1;
	t[1] = spent();
	for (unsigned long i = 0; i < PAGES; i++)
		p[i * PAGE / 8] = 1;
	t[2] = spent();
	kmemkit_anon_discard(region, SIZE);
	t[3] = spent();
	for (unsigned long i = 0; i < PAGES; i++)
		p[i * PAGE / 8]++;
	t[4] = spent();
	printf("cost: us a page: first write %.2f, later %.2f, read then written %.2f\n", (t[1] - t[0]) / PAGES,
	       (t[2] - t[1]) / PAGES, (t[4] - t[3]) / PAGES);
	return 0;
}

static const struct { const char *name; int (*fn)(void); } what[] = {
	{ "efault", efault }, { "overfill", overfill }, { "unreadable", unreadable }, { "fork", forks },
	{ "refused", refused }, { "others", others }, { "beyond", beyond }, { "ended", ended },
	{ "mappings", mappings }, { "cost", cost },
};

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1 && !strcmp(argv[1], "others"))
		signal(SIGSEGV, mine);
	region = kmemkit_anon_map(SIZE);
	if (!region)
		return fail("map");
	for (size_t i = 0; argc > 1 && i < sizeof(what) / sizeof(what[0]); i++)
		if (!strcmp(argv[1], what[i].name))
			return what[i].fn();
	return 2;
}
