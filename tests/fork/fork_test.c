/* SPDX-License-Identifier: MIT */
/*
 * A process that started the library forks, and both sides go on allocating. Built by `kmemkit cc`.
 *
 *   fork_test          parent and child use each family after the fork; contents and counters are right
 *   fork_test child    only the child's first call after the fork: what KMEMKIT_FORK=deny reports
 *   fork_test threads  forks while other threads allocate and free
 *   fork_test exec     a child that never calls the library and runs another program
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define NR 64

struct held {
	char *obj[NR];		/* 16 to 4,048 bytes */
	char *area;		/* vmalloc, 5 pages */
	unsigned long block;	/* order 2 */
	struct kmem_cache *cache;
	char *own;		/* from the cache */
};

static struct held held;
static unsigned failed;
static const char *who;

static void check(int ok, const char *what)
{
	if (ok)
		return;
	printf("%s: FAILED: %s\n", who, what);
	failed++;
}

static size_t size_of(int i)
{
	return 16 + 64 * (size_t)i;
}

static int holds(const char *p, char c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != c)
			return 0;
	return 1;
}

static void take(struct held *h, char c)
{
	for (int i = 0; i < NR; i++) {
		h->obj[i] = kmalloc(size_of(i), GFP_KERNEL);
		check(h->obj[i] != NULL, "kmalloc");
		memset(h->obj[i], c, size_of(i));
	}
	h->area = vmalloc(5 * PAGE_SIZE);
	check(h->area != NULL, "vmalloc");
	memset(h->area, c, 5 * PAGE_SIZE);
	h->block = __get_free_pages(GFP_KERNEL, 2);
	check(h->block != 0, "__get_free_pages");
	memset((void *)h->block, c, 4 * PAGE_SIZE);
	h->own = kmem_cache_alloc(h->cache, GFP_KERNEL);
	check(h->own != NULL, "kmem_cache_alloc");
	memset(h->own, c, 200);
}

static void verify(const struct held *h, char c, const char *what)
{
	for (int i = 0; i < NR; i++)
		check(holds(h->obj[i], c, size_of(i)), what);
	check(holds(h->area, c, 5 * PAGE_SIZE), what);
	check(holds((char *)h->block, c, 4 * PAGE_SIZE), what);
	check(holds(h->own, c, 200), what);
	for (int i = 0; i < 5; i++) {
		struct page *page = vmalloc_to_page(h->area + i * PAGE_SIZE);
		const char *direct = page ? page_address(page) : NULL;	/* NULL: a high frame */

		check(page && (!direct || holds(direct, c, PAGE_SIZE)),
		      "the direct map shows the area's frames");
	}
}

static void put(struct held *h)
{
	for (int i = 0; i < NR; i++)
		kfree(h->obj[i]);
	vfree(h->area);
	free_pages(h->block, 2);
	kmem_cache_free(h->cache, h->own);
}

/* Write into what was there before the fork, allocate, free: the other side must not see any of it. */
static void live_on(char c)
{
	struct held more = { .cache = held.cache };
	unsigned long before;

	verify(&held, 'a', "contents from before the fork");
	for (int i = 0; i < NR; i++)
		memset(held.obj[i], c, size_of(i));
	memset(held.area, c, 5 * PAGE_SIZE);
	memset((void *)held.block, c, 4 * PAGE_SIZE);
	memset(held.own, c, 200);
	for (int round = 0; round < 20; round++) {
		take(&more, (char)(c + 1));
		verify(&more, (char)(c + 1), "contents from after the fork");
		put(&more);
	}
	before = nr_free_pages();
	take(&more, 'z');
	put(&more);
	check(nr_free_pages() + 512 > before, "free frames after a round");
	verify(&held, c, "contents rewritten after the fork");
	put(&held);
}

static int status_of(pid_t pid)
{
	int status;

	fflush(stdout);
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static int both_sides(void)
{
	pid_t pid = fork();

	if (!pid) {
		pid_t grandchild;

		who = "child";
		live_on('c');
		take(&held, 'a');
		grandchild = fork();
		if (!grandchild) {
			who = "grandchild";
			live_on('g');
			fflush(stdout);
			_exit(failed != 0);
		}
		verify(&held, 'a', "child's contents after its own fork");
		check(status_of(grandchild) == 0, "grandchild's status");
		fflush(stdout);
		_exit(failed != 0);
	}
	live_on('p');
	check(status_of(pid) == 0, "child's status");
	return failed != 0;
}

static int child_only(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		kfree(kmalloc(100, GFP_KERNEL));
		_exit(0);
	}
	status = status_of(pid);
	live_on('p');
	printf("child: %s %d\n", WIFSIGNALED(status) ? "signal" : "exit",
	       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return failed != 0;
}

static int exec_only(void)
{
	pid_t pid = fork();

	if (!pid) {
		execlp("true", "true", (char *)NULL);
		_exit(1);
	}
	check(status_of(pid) == 0, "status of the executed program");
	live_on('p');
	return failed != 0;
}

static int stop;

/* In and out of the slow paths, so that a fork finds locks held. */
static void *churn(void *arg)
{
	char *objs[200];

	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		for (int i = 0; i < 200; i++)
			objs[i] = kmalloc(8UL << i % 10, GFP_KERNEL);
		for (int i = 0; i < 200; i++)
			kfree(objs[i]);
		free_pages(__get_free_pages(GFP_KERNEL, 4), 4);
		vfree(vmalloc(3 * PAGE_SIZE));
	}
	return NULL;
}

static int among_threads(void)
{
	pthread_t threads[3];

	alarm(500);		/* a deadlock ends here */
	for (int i = 0; i < 3; i++)
		check(!pthread_create(&threads[i], NULL, churn, NULL), "pthread_create");
	for (int round = 0; round < 20; round++) {
		pid_t pid = fork();

		if (!pid) {
			struct held mine = { .cache = held.cache };

			who = "child";
			alarm(100);
			verify(&held, 'a', "contents from before the fork");
			take(&mine, 'c');
			verify(&mine, 'c', "contents from after the fork");
			put(&mine);
			fflush(stdout);
			_exit(failed != 0);
		}
		check(status_of(pid) == 0, "child's status");
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	verify(&held, 'a', "parent's contents");
	return failed != 0;
}

int main(int argc, char **argv)
{
	int err;

	who = "parent";
	held.cache = kmem_cache_create("fork_test", 200, 0, 0, NULL);
	if (!held.cache)
		return 2;
	take(&held, 'a');
	if (argc > 1 && !strcmp(argv[1], "child"))
		err = child_only();
	else if (argc > 1 && !strcmp(argv[1], "threads"))
		err = among_threads();
	else if (argc > 1 && !strcmp(argv[1], "exec"))
		err = exec_only();
	else
		err = both_sides();
	printf("%s\n", err ? "failed" : "passed");
	return err;
}
