/* SPDX-License-Identifier: MIT */
/*
 * What a register access costs: "KMEMMMIO NAME nanoseconds", the least of many rounds, for plain volatile
 * loads and stores, for readl() and writel() of a file-backed range, and of a call-back range.
 *
 * Mixed profile: kmemkit cc -O2 bench/mmio.c -o mmio && ./mmio. The file is made and removed here, so the
 * program starts itself anew with KMEMKIT_IOMEM set.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <linux/io.h>
#include <kmemkit/iomem.h>

#define LOOPS	100000
#define TURNS	200
#define FILE_AT	0xfe000000UL
#define CALL_AT	0xfe100000UL

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* The turns of the cases are interleaved, so that a slow moment of the machine hits all of them. */
struct bench_case {
	const char *name;
	void (*run)(volatile char *r);
	volatile char *at;
	double best;
};

#define LOOP(fn, body)						\
static noinline void fn(volatile char *r)			\
{								\
	unsigned int i;						\
								\
	for (i = 0; i < LOOPS; i++)				\
		body;						\
}

LOOP(plain_load, (void)*(volatile u32 *)(r + (i & 15) * 4))
LOOP(plain_store, *(volatile u32 *)(r + (i & 15) * 4) = i)
LOOP(read_register, (void)readl(r + (i & 15) * 4))
LOOP(write_register, writel(i, r + (i & 15) * 4))
/* Each address depends on the value read before it: the latency. */
LOOP(plain_chain, r += *(volatile u32 *)(r + 64))
LOOP(read_chain, r += readl(r + 64))

static u64 dev_read(void *ctx, u64 offset, unsigned int width) { return 0; }
static void dev_write(void *ctx, u64 offset, u64 value, unsigned int width) { }
static const struct kmk_iomem_ops ops = { dev_read, dev_write, 0 };

static int restart(char **argv)
{
	char path[] = "/tmp/kmemkit-mmio-XXXXXX", text[128];
	int fd = mkstemp(path);

	if (fd < 0 || ftruncate(fd, 4096))
		return 1;
	snprintf(text, sizeof(text), "%#lx+4K=%s", FILE_AT, path);
	setenv("KMEMKIT_IOMEM", text, 1);
	setenv("KMK_MMIO_FILE", path, 1);
	execv("/proc/self/exe", argv);
	return 1;
}

int main(int argc, char **argv)
{
	struct bench_case cases[] = {
		{ "plain_load", plain_load, NULL, 1e9 }, { "readl_file", read_register, NULL, 1e9 },
		{ "plain_store", plain_store, NULL, 1e9 }, { "writel_file", write_register, NULL, 1e9 },
		{ "plain_load_chain", plain_chain, NULL, 1e9 }, { "readl_file_chain", read_chain, NULL, 1e9 },
		{ "readl_callback", read_register, NULL, 1e9 }, { "writel_callback", write_register, NULL, 1e9 },
	};
	volatile char *file, *call;

	(void)argc;
	if (!getenv("KMK_MMIO_FILE"))
		return restart(argv);
	file = (volatile char *)ioremap(FILE_AT, 4096);
	if (kmemkit_iomem_register(CALL_AT, 4096, "bench", &ops, NULL))
		return 1;
	call = (volatile char *)ioremap(CALL_AT, 4096);
	unlink(getenv("KMK_MMIO_FILE"));
	if (!file || !call)
		return 1;
	for (unsigned int i = 0; i < 8; i++)
		cases[i].at = i < 6 ? file : call;
	for (int turn = 0; turn < TURNS; turn++)
		for (unsigned int i = 0; i < 8; i++) {
			double t0 = now(), t;

			cases[i].run(cases[i].at);
			t = (now() - t0) / LOOPS;
			if (t < cases[i].best)
				cases[i].best = t;
		}
	for (unsigned int i = 0; i < 8; i++)
		printf("KMEMMMIO %-18s %.3f\n", cases[i].name, cases[i].best);
	return 0;
}
