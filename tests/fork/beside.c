/* SPDX-License-Identifier: MIT */
/*
 * Forks while another thread is inside the library: the child must be able to do the same. beside MODE.
 *
 *   kmap       in kmap() or kunmap() of one page (needs high memory)
 *   local      with a kmap_local_page() open (needs high memory): its slot is free in the child
 *   purge      undoing idle areas: no frame may be lost in the child
 *   later      making and freeing areas in interrupt context, which others finish: the same
 *   resource   in the tree of bus addresses, under its spin lock
 *   irq        in an interrupt line's spin lock
 */
#include <kmemkit/irq.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/vmap.h>
#include <linux/highmem.h>
#include <linux/interrupt.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FEW	64	/* frames that may be out with the other thread, or on CPUs' lists */

static struct page *page;
static unsigned long at_start;

static void do_kmap(void)
{
	kmap(page);
	kunmap(page);
}

static int child_kmap(void)
{
	if (!kmk_vmap_validate())
		return 1;
	do_kmap();
	return kmk_kmap_used() > 1 ? 2 : 0;	/* one if the other thread was between the two */
}

static void *volatile open_at;

static void do_local(void)
{
	open_at = kmap_local_page(page);
	usleep(500);
	kunmap_local(open_at);
}

static int child_local(void)
{
	return kmap_to_page(open_at) ? 1 : 0;
}

static void do_purge(void)
{
	void *p[12];

	for (int i = 0; i < 12; i++)
		p[i] = vmalloc(1 << 20);
	for (int i = 0; i < 12; i++)
		vfree(p[i]);
	kmk_vmap_trim_idle(0);
}

/* Frames that neither lie free nor belong to an area: the other thread's, at most one area in the making. */
static int child_counts(void)
{
	long lost;

	kmemkit_drain();
	lost = (long)(at_start - nr_free_pages() - (kmk_vmalloc_used() >> PAGE_SHIFT));
	if (!kmk_vmap_validate())
		return 1;
	return lost > FEW + 256 ? 2 : 0;
}

static void do_later(void)
{
	void *p[12];

	for (int i = 0; i < 12; i++)
		p[i] = vmalloc_32(1 << 20);
	for (int i = 0; i < 12; i++)
		vfree_atomic(p[i]);
	kmk_vmap_drain();
}

static void do_resource(void)
{
	if (request_mem_region(0xfe000000, 4096, "a"))
		release_mem_region(0xfe000000, 4096);
}

static int child_resource(void)
{
	return request_mem_region(0xfd000000, 4096, "b") ? 0 : 1;
}

static irqreturn_t handler(int irq, void *dev)
{
	(void)irq, (void)dev;
	return IRQ_HANDLED;
}

static void do_irq(void)
{
	disable_irq_nosync(5);
	enable_irq(5);
}

static int child_irq(void)
{
	disable_irq_nosync(6);
	enable_irq(6);
	return 0;
}

static const struct mode { const char *name; void (*work)(void); int (*child)(void); } modes[] = {
	{ "kmap", do_kmap, child_kmap }, { "local", do_local, child_local }, { "purge", do_purge, child_counts },
	{ "later", do_later, child_counts },
	{ "resource", do_resource, child_resource }, { "irq", do_irq, child_irq },
};

static volatile int stop;

static void *work(void *data)
{
	const struct mode *m = data;

	while (!stop)
		m->work();
	return NULL;
}

static int forks(const struct mode *m)
{
	int bad = 0, n;

	for (n = 0; n < 40 && bad < 3; n++) {
		int status;

		usleep(2000);
		if (!fork()) {
			alarm(60);		/* what hangs ends here */
			_exit(m->child());
		}
		wait(&status);
		if (WIFSIGNALED(status))
			printf("child %d: signal %d\n", n, WTERMSIG(status));
		else if (WEXITSTATUS(status))
			printf("child %d: status %d\n", n, WEXITSTATUS(status));
		bad += !!status;
	}
	printf("%s: %d of %d children had trouble\n", m->name, bad, n);
	return bad != 0;
}

int main(int argc, char **argv)
{
	const struct mode *m = NULL;
	pthread_t t;
	int bad;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; argc > 1 && i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(argv[1], modes[i].name))
			m = &modes[i];
	page = m ? alloc_page(GFP_KERNEL | __GFP_HIGHMEM) : NULL;
	if (!page || (strstr("kmap local", m->name) && !PageHighMem(page)))
		return 2;
	if (request_irq(5, handler, 0, "beside", &page) || request_irq(6, handler, 0, "beside", &page))
		return 2;
	vfree(vmalloc(1 << 20));
	kmemkit_drain();
	at_start = nr_free_pages();
	pthread_create(&t, NULL, work, (void *)m);
	bad = forks(m);
	stop = 1;
	pthread_join(t, NULL);
	return bad;
}
