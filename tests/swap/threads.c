// SPDX-License-Identifier: MIT
/*
 * Threads of the program's own over shmem and an anonymous region, more than memory holds; each page belongs to
 * one thread, all share what lies below. "shmem" or "anon" names the part; also run under ThreadSanitizer.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <kmemkit/anon.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/swap.h>
#include <linux/highmem.h>
#include <linux/shmem_fs.h>
#include <linux/vmstat.h>

#define THREADS	4
#define PAGES	3072ul		/* 12 MiB; the machine has 8 or less */

static long rounds = 6000;
static struct file *file;
static uint64_t *region;
static uint32_t version[PAGES];
static long wrong, blocks;

static long check(uint64_t *p, unsigned long at)
{
	long bad = 0;

	for (unsigned int i = 0; i < 512; i += 73)
		bad += p[i] != (version[at] ? at << 32 | version[at] << 10 | i : 0);
	return bad;
}

static void paint(uint64_t *p, unsigned long at)
{
	version[at]++;
	for (unsigned int i = 0; i < 512; i += 73)
		p[i] = at << 32 | version[at] << 10 | i;
}

static long visit_shmem(unsigned long at)
{
	struct page *page = shmem_read_mapping_page(file->f_mapping, at);
	uint64_t *p;
	long bad;

	if (IS_ERR(page))
		return 1;
	p = kmap_local_page(page);
	bad = check(p, at);
	paint(p, at);
	kunmap_local(p);
	set_page_dirty(page);
	put_page(page);
	return bad;
}

static long visit_anon(unsigned long at)
{
	uint64_t *p = region + at * 512;
	long bad = check(p, at);

	if (at % 3)
		paint(p, at);
	return bad;
}

/* Blocks make pages move. */
static void wish(void)
{
	struct page *block = alloc_pages(GFP_KERNEL | __GFP_NOWARN, 5);

	if (block)
		__free_pages(block, 5);
	blocks += block != NULL;
}

static void *work(void *arg)
{
	unsigned long me = (unsigned long)arg, state = me + 77;
	long bad = 0;

	for (long i = 0; i < rounds; i++) {
		if (!me && i % 64 == 0)
			wish();
		state = state * 6364136223846793005ul + 1442695040888963407ul;
		bad += (file ? visit_shmem : visit_anon)((state >> 33) % (PAGES / THREADS) * THREADS + me);
	}
	__atomic_fetch_add(&wrong, bad, __ATOMIC_RELAXED);
	return NULL;
}

/* The last third of the region rests while three threads work on the others. */
#define RESTING	(PAGES - PAGES / 3)

static unsigned long resting_wrong(uint64_t salt)
{
	unsigned long n = 0;

	for (unsigned long i = RESTING; i < PAGES; i++)
		n += region[i * 512 + i % 512] != (i ^ salt);
	return n;
}

static void fill_resting(uint64_t salt)
{
	for (unsigned long i = RESTING; i < PAGES; i++)
		region[i * 512 + i % 512] = i ^ salt;
}

static void *disturb(void *stop)
{
	unsigned long state = (unsigned long)stop;

	while (!__atomic_load_n((int *)stop, __ATOMIC_RELAXED)) {
		state = state * 6364136223846793005ul + 1442695040888963407ul;
		region[(state >> 33) % RESTING * 512]++;
	}
	return NULL;
}

static int child(void)
{
	if (resting_wrong(1))
		return 1;
	fill_resting(2);
	for (unsigned long i = 0; i < RESTING; i++)
		region[i * 512]++;
	return resting_wrong(2) || kmemkit_validate() ? 2 : 0;
}

/* Forks while others take pages and slots: each child has what rested, and a memory that works. */
static int forks(void)
{
	pthread_t t[3];
	int stop = 0, status = -1, bad = 0;

	fill_resting(1);
	for (int i = 0; i < 3; i++)
		if (pthread_create(&t[i], NULL, disturb, &stop))
			return 2;
	for (int i = 0; i < 4; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(child());
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status) {
			printf("child %d: status %#x (0x100: not what rested, 0x200: its own memory; else a signal)\n", i, status);
			bad++;
		}
		if (resting_wrong(1)) {
			printf("behind fork %d: not what rested\n", i);
			bad++;
		}
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	printf("forks: %d bad\n", bad);
	return bad != 0;
}

static unsigned long moved(void)
{
	unsigned long events[NR_VM_EVENT_ITEMS];

	all_vm_events(events);
	return events[PGMIGRATE_SUCCESS];
}

int main(int argc, char **argv)
{
	pthread_t t[THREADS];

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 2)
		rounds = atol(argv[2]);
	if (argc > 1 && !strcmp(argv[1], "shmem"))
		file = shmem_kernel_file_setup("threads", PAGES * PAGE_SIZE, 0);
	else
		region = kmemkit_anon_map(PAGES * PAGE_SIZE);
	if (IS_ERR(file) || (!file && !region))
		return 2;
	if (argc > 1 && !strcmp(argv[1], "forks"))
		return forks();
	for (unsigned long i = 0; i < THREADS; i++)
		if (pthread_create(&t[i], NULL, work, (void *)i))
			return 2;
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	if (file)
		fput(file);
	else
		kmemkit_anon_unmap(region);
	printf("%s: %ld wrong; %ld blocks of order 5, %lu pages moved\n", argv[1], wrong, blocks, moved());
	if (kmemkit_validate())
		return 3;
	return wrong != 0;
}
