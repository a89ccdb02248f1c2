/* SPDX-License-Identifier: MIT */
/*
 * Forks while other threads are busy inside the allocator: the child hangs nowhere, and its allocator fits
 * together. Built by `kmemkit cc`.
 *
 *   still_test shrink   another thread shrinks a cache: arrays are seized, their locks held
 *   still_test drain    another thread drains: the page room's arrays too
 *   still_test fast     two threads allocate and free without any lock
 *   still_test handlers the program's own fork handlers allocate, on both sides
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <kmemkit/kmemkit.h>
#include <linux/gfp.h>
#include <linux/slab.h>

#define FORKS	60
#define MANY	2000

enum { TWICE = 1, REPORTS = 2, FAULTS = 4 };

static struct kmem_cache *cache;
static int stop;

/* Registered before the library is started. */
static void handler(void)
{
	static void *p[3000];

	for (int i = 0; i < 3000; i++)
		p[i] = kmalloc(64, GFP_KERNEL);
	for (int i = 0; i < 3000; i++)
		kfree(p[i]);
}

static int stopped(void) { return __atomic_load_n(&stop, __ATOMIC_RELAXED); }

static void *shrink(void *unused)
{
	static void *p[MANY];

	while (!stopped()) {
		for (int i = 0; i < MANY; i++)
			p[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		for (int i = 0; i < MANY; i++)
			kmem_cache_free(cache, p[i]);
		kmem_cache_shrink(cache);
	}
	return unused;
}

static void *drain(void *unused)
{
	static unsigned long p[500];

	while (!stopped()) {
		for (int i = 0; i < 500; i++)
			p[i] = __get_free_page(GFP_KERNEL);
		for (int i = 0; i < 500; i++)
			free_page(p[i]);
		kmemkit_drain();
	}
	return unused;
}

static void *churn(void *unused)
{
	void *p[300];

	while (!stopped()) {
		for (int i = 0; i < 300; i++)
			p[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		for (int i = 0; i < 300; i++)
			kmem_cache_free(cache, p[i * 77 % 300]);
	}
	return unused;
}

/* Whatever the parent's other threads were at: all objects are different ones, frees are no double frees. */
static int child(void)
{
	static long *p[MANY];
	struct kmemkit_stats before, after;
	int bad = 0;

	kmemkit_get_stats(&before);
	for (int i = 0; i < MANY; i++) {
		p[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		*p[i] = i;
	}
	for (int i = 0; i < MANY; i++)
		if (*p[i] != i)
			bad |= TWICE;
	for (int i = 0; i < MANY; i++)
		kmem_cache_free(cache, p[i]);
	free_page(__get_free_page(GFP_KERNEL));
	kmem_cache_shrink(cache);
	kmemkit_drain();
	kmemkit_get_stats(&after);
	if (after.bugs != before.bugs || after.objects_live != before.objects_live)
		bad |= REPORTS;
	return kmemkit_validate() ? bad | FAULTS : bad;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	void *(*busy)(void *) = !strcmp(mode, "shrink") ? shrink : !strcmp(mode, "drain") ? drain : churn;
	int hung = 0, twice = 0, reports = 0, faults = 0;
	pthread_t thread[2];
	int threads = busy == churn ? 2 : 1;

	if (!strcmp(mode, "handlers"))
		pthread_atfork(handler, handler, handler);
	alarm(500);
	cache = kmem_cache_create("forked", 64, 0, 0, NULL);
	for (int i = 0; i < threads; i++)
		pthread_create(&thread[i], NULL, busy, NULL);
	for (int n = 0; n < FORKS; n++) {
		int status;
		pid_t pid;

		usleep(1000);
		pid = fork();
		if (!pid) {
			alarm(100);
			_exit(child());
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) {
			hung++;
			break;
		}
		twice += !!(WEXITSTATUS(status) & TWICE);
		reports += !!(WEXITSTATUS(status) & REPORTS);
		faults += !!(WEXITSTATUS(status) & FAULTS);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	printf("%s: %d children hung, %d handed an object out twice, %d with reports, %d with faults\n", mode, hung,
	       twice, reports, faults);
	return hung || twice || reports || faults;
}
