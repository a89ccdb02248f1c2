/* SPDX-License-Identifier: MIT */
/* A second process, started by fork and exec, works on an area of the first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <kmemkit/share.h>

static int failures;

#define CHECK(x) do { if (!(x)) { printf("share.c:%d: %s\n", __LINE__, #x); failures++; } } while (0)

/* The user: sees what the driver wrote, and answers on every page. */
static int user(const char *text, size_t want)
{
	size_t len = 0;
	char *p = kmk_share_open(text, &len);

	CHECK(p && len == want);
	for (size_t i = 0; p && i < len; i += 4096) {
		CHECK(p[i] == (char)(i >> 12) && !strcmp(p + i + 1, "driver"));
		strcpy(p + i + 1, "user");
	}
	return failures;
}

static int run_user(const char *self, const char *text, size_t len)
{
	char number[32];
	int status = -1;
	pid_t pid;

	snprintf(number, sizeof(number), "%zu", len);
	pid = fork();
	if (!pid) {
		execl(self, self, text, number, NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void shared(const char *self, char *p, size_t len)
{
	char text[16384];
	int n;

	for (size_t i = 0; i < len; i += 4096) {
		p[i] = (char)(i >> 12);
		strcpy(p + i + 1, "driver");
	}
	n = kmk_share_text(p, len, text, sizeof(text));
	CHECK(n > 0);
	CHECK(run_user(self, text, len) == 0);
	for (size_t i = 0; i < len; i += 4096)
		CHECK(!strcmp(p + i + 1, "user"));
	close(atoi(text));
}

int main(int argc, char **argv)
{
	struct page *scattered[8], *hole[8];
	struct kmk_share_run run[8];
	char text[8], *p;
	int i;

	if (argc == 3)
		return user(argv[1], strtoul(argv[2], NULL, 0));
	for (i = 0; i < 8; i++) {
		scattered[i] = alloc_page(GFP_KERNEL);
		hole[i] = alloc_page(GFP_KERNEL);
	}
	/* Lengths whose sum wraps would map over a neighbour. */
	snprintf(text, sizeof(text), "%d", kmk_share_fd());
	run[0] = (struct kmk_share_run){ 0, 2 * PAGE_SIZE };
	run[1] = (struct kmk_share_run){ 0, -PAGE_SIZE };
	CHECK(!kmk_share_map(atoi(text), run, 2, 1));
	close(atoi(text));
	p = vmalloc_user(40 * PAGE_SIZE);
	shared(argv[0], p, 40 * PAGE_SIZE);
	CHECK(kmk_share_text(p, 40 * PAGE_SIZE, text, sizeof(text)) == -7);	/* E2BIG */
	CHECK(kmk_share_runs(p, 41 * PAGE_SIZE, run, 8) == -22);
	vfree(p);
	p = vmap(scattered, 8, VM_MAP, PAGE_KERNEL);
	shared(argv[0], p, 8 * PAGE_SIZE);
	i = kmk_share_runs(p, 8 * PAGE_SIZE, run, 1);
	CHECK(i >= 1 && i <= 8 && run[0].offset == page_to_phys(scattered[0]));
	vunmap(p);
	p = (char *)__get_free_pages(GFP_KERNEL, 3);
	shared(argv[0], p, 8 * PAGE_SIZE);
	CHECK(kmk_share_runs(p, 8 * PAGE_SIZE, run, 8) == 1 && run[0].len == 8 * PAGE_SIZE);
	CHECK(kmk_share_runs(p + 1, 1, run, 8) == -22 && kmk_share_runs(&i, 1, run, 8) == -22);
	CHECK(!kmk_share_open("3:0x1000", &(size_t){ 0 }) && !kmk_share_open("nonsense", &(size_t){ 0 }));
	free_pages((unsigned long)p, 3);
	for (i = 0; i < 8; i++) {
		__free_page(scattered[i]);
		__free_page(hole[i]);
	}
	return failures != 0;
}
