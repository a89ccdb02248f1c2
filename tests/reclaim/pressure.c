/* SPDX-License-Identifier: MIT */
/*
 * A program of libc and the kernel's names under pressure: pressure fail|quiet|fork|stream.
 *	fail	takes frames until GFP_KERNEL fails: the report, then all is given back
 *	quiet	the same with __GFP_NOWARN: no report
 *	stream	reads a "file" much larger than memory through a page cache, four threads
 *	fork	the same in two threads, and forks children meanwhile, which do it too
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <kmemkit/kmemkit.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#define PAGES 20000

static const struct address_space_operations aops;

static int fail(gfp_t extra)
{
	struct page *page, *next;
	unsigned long free;
	LIST_HEAD(held);

	kmemkit_drain();
	free = nr_free_pages();
	while ((page = alloc_page(GFP_KERNEL | extra)))
		list_add(&page->lru, &held);
	list_for_each_entry_safe(page, next, &held, lru)
		__free_page(page);
	kmemkit_drain();
	return nr_free_pages() != free;
}

/* Each page holds its index; a page that is there must hold the right one. */
static void *stream(void *arg)
{
	struct inode *file = calloc(1, sizeof(*file));
	long wrong = 0;

	(void)arg;
	kmk_inode_setup(file);
	file->i_data.a_ops = &aops;
	for (unsigned long i = 0; i < PAGES; i++) {
		struct page *page = find_or_create_page(&file->i_data, i * 7 % (PAGES / 2), GFP_KERNEL);
		unsigned long *content;

		if (!page) {
			wrong++;
			continue;
		}
		content = lowmem_page_address(page);
		if (PageUptodate(page))
			wrong += *content != page->index || content[511] != ~page->index;
		*content = page->index;
		content[511] = ~page->index;
		SetPageUptodate(page);
		unlock_page(page);
		put_page(page);
	}
	truncate_inode_pages(&file->i_data, 0);
	free(file);
	return (void *)wrong;
}

static long streams(int threads)
{
	pthread_t t[8];
	long wrong = 0;
	void *result;

	for (int i = 0; i < threads; i++)
		pthread_create(&t[i], NULL, stream, NULL);
	for (int i = 0; i < threads; i++) {
		pthread_join(t[i], &result);
		wrong += (long)result;
	}
	return wrong;
}

/* The stream of the parent's other thread goes on while children come and go. */
static int forks(void)
{
	pthread_t other;
	void *result;
	long bad = streams(2);

	pthread_create(&other, NULL, stream, NULL);
	for (int i = 0; i < 4; i++) {
		int status;
		pid_t child = fork();

		if (!child)
			_exit(streams(1) || kmemkit_validate() ? 1 : 0);
		if (child < 0 || waitpid(child, &status, 0) != child || status)
			bad++;
	}
	pthread_join(other, &result);
	return bad || result || kmemkit_validate();
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	unsigned long events[NR_VM_EVENT_ITEMS];
	int status;

	if (kmemkit_start())
		return 2;
	if (!strcmp(what, "fail"))
		return fail(0);
	if (!strcmp(what, "quiet"))
		return fail(__GFP_NOWARN);
	if (!strcmp(what, "fork"))
		return forks();
	status = streams(4) != 0;
	status |= kmemkit_validate() != 0;
	all_vm_events(events);
	printf("kswapd %lu pages, directly %lu\n", events[PGSTEAL_KSWAPD], events[PGSTEAL_DIRECT]);
	return status || events[PGSTEAL_KSWAPD] + events[PGSTEAL_DIRECT] < PAGES;
}
