/* SPDX-License-Identifier: MIT */
/*
 * Real devices by ioremap(): the HPET's counter, the local interrupt controller, and the display, on which the
 * page map is painted. The owners of all frames then go out on the serial line, for a comparison with the
 * pixels from outside (screen.py). Boot options: paint=SECONDS paints live for so long first; wait stays.
 */
#include <asm/pgtable.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/run.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "page/page.h"
#include "pagemap.h"
#include "port.h"
#include "port/x86_64/highmem.h"
#include "port/x86_64/screen.h"
#include "port/x86_64/space.h"

#define HPET		0xfed00000ul
#define LAPIC		0xfee00000ul

static unsigned int passed, failed;

#define CHECK(c) check((c), #c, __LINE__)
static void check(bool ok, const char *what, int line)
{
	passed += ok;
	failed += !ok;
	if (!ok)
		printk("not ok: line %d: %s\n", line, what);
}

static void do_read(uint64_t a) { (void)*(volatile uint32_t *)a; }

static bool uncached(void __iomem *p)
{
	pte_t *pte = virt_to_kpte((unsigned long)p);

	return pte && pte_present(*pte) && pte_write(*pte) && !pte_exec(*pte) && pte_flags(*pte) & _PAGE_PCD;
}

static void test_hpet(void)
{
	u8 __iomem *p = ioremap(HPET, PAGE_SIZE);
	unsigned long free = nr_free_pages();
	struct bare_user_end end;
	u64 a, b;

	CHECK(p && uncached(p) && slow_virt_to_phys((void __force *)p) == HPET);
	CHECK((readl(p) & 0xffff0000) == 0x80860000 && readl(p + 4) == 10000000);	/* maker, femtoseconds */
	writel(1, p + 0x10);
	a = readq(p + 0xf0);
	while ((b = readq(p + 0xf0)) == a)
		;
	CHECK(b > a);
	writel(0, p + 0x10);
	iounmap(p);
	bare_probe(do_read, (uint64_t)p, &end);
	CHECK(end.vector == 14 && !(end.error & 1));
	CHECK(nr_free_pages() >= free);			/* no frame went into it */
}

static void test_lapic(void)
{
	u8 __iomem *p = ioremap(LAPIC, PAGE_SIZE);

	CHECK(p && uncached(p) && (readl(p + 0x30) & 0xf0) == 0x10);
	iounmap(p);
}

/* ---- something to look at ------------------------------------------------------------------------- */

#define SLOTS 400
static void *slot[SLOTS];
static u8 kind[SLOTS];

static void drop(unsigned int i)
{
	switch (kind[i]) {
	case 0:
		kfree(slot[i]);
		break;
	case 1:
		vfree(slot[i]);
		break;
	case 2:
		if (slot[i])
			free_pages((unsigned long)slot[i], 2);
		break;
	}
	slot[i] = NULL;
}

static void churn(unsigned int rounds)
{
	static u32 seed = 1;

	while (rounds--) {
		unsigned int i;

		seed = seed * 1664525 + 1013904223;
		i = (seed >> 16) % SLOTS;
		drop(i);
		kind[i] = (u8)((seed >> 8) % 3);
		switch (kind[i]) {
		case 0:
			slot[i] = kmalloc(1024u << (seed >> 24 & 3), GFP_KERNEL);
			break;
		case 1:
			slot[i] = vmalloc((1 + (seed >> 26)) * PAGE_SIZE);
			break;
		case 2:
			slot[i] = (void *)__get_free_pages(GFP_KERNEL, 2);
			break;
		}
	}
}

static struct file *file_with(unsigned int pages)
{
	struct file *file = shmem_kernel_file_setup("picture", pages * PAGE_SIZE, 0);

	for (unsigned int i = 0; !IS_ERR(file) && i < pages; i++) {
		struct page *page = shmem_read_mapping_page(file->f_mapping, i);

		if (!IS_ERR(page))
			put_page(page);
	}
	return file;
}

/* ---- the display --------------------------------------------------------------------------------------- */

static u32 __iomem *open_screen(void)
{
	struct bare_screen s;
	void __iomem *regs;
	bool good;

	if (!bare_screen_find(&s))
		return NULL;
	regs = ioremap(s.registers, BARE_SCREEN_REGS);
	good = regs && bare_screen_mode((volatile void *)regs, PAGEMAP_WIDTH, PAGEMAP_HEIGHT);
	iounmap(regs);
	CHECK(good && s.size >= PAGEMAP_WIDTH * PAGEMAP_HEIGHT * 4);
	return good ? ioremap_wc(s.buffer, PAGEMAP_WIDTH * PAGEMAP_HEIGHT * 4) : NULL;
}

static void paint_live(struct pagemap *m, struct pagemap *old, u32 __iomem *screen, u64 seconds)
{
	u64 end = port_now() + seconds * 1000000000;
	unsigned long rounds = 0;

	for (; port_now() < end; rounds++) {
		churn(10);
		memcpy(old->owner, m->owner, m->frames);
		pagemap_read(m);
		pagemap_paint(m, old->owner, screen);
	}
	if (seconds)
		printk("painted %lu times in %llu s\n", rounds, seconds);
}

/* Runs of owners as "count letter", for the comparison from outside. Nothing is allocated for it. */
static void send_map(const struct pagemap *m)
{
	char text[64];
	unsigned long run = 0;
	int n;

	n = scnprintf(text, sizeof(text), "map %u %u %lu:", m->cell, m->columns, m->frames);
	for (unsigned long pfn = 0; pfn < m->frames; pfn++) {
		run++;
		if (pfn + 1 < m->frames && m->owner[pfn + 1] == m->owner[pfn])
			continue;
		n += scnprintf(text + n, sizeof(text) - n, " %lu%c", run, 'a' + m->owner[pfn]);
		run = 0;
		if (n > 48) {
			port_console(PORT_LOG, text, n);
			n = 0;
		}
	}
	n += scnprintf(text + n, sizeof(text) - n, "\n");
	port_console(PORT_LOG, text, n);
}

static void test_screen(u32 __iomem *screen)
{
	static struct pagemap m, old;
	unsigned long count[NR_OWNERS] = { 0 };
	struct file *file;

	CHECK(!pagemap_init(&m) && !pagemap_init(&old));
	file = file_with(600);
	CHECK(!IS_ERR(file));
	churn(4000);
	pagemap_read(&m);
	pagemap_paint(&m, NULL, screen);
	CHECK(!pagemap_compare(&m, screen));
	paint_live(&m, &old, screen, bare_size_option("paint"));
	CHECK(!pagemap_compare(&m, screen));
	for (unsigned long pfn = 0; pfn < m.frames; pfn++)
		count[m.owner[pfn]]++;
	for (unsigned int i = 0; i < NR_OWNERS; i++)
		printk("owner %c %06x %s %lu\n", 'a' + i, pagemap_colour[i], pagemap_name[i], count[i]);
	CHECK(count[OWNER_FRESH] + count[OWNER_FREE] + count[OWNER_CPU] == nr_free_pages() + kmk_pcp_count());
	CHECK(count[OWNER_CACHE] == 600 && count[OWNER_SLAB] && count[OWNER_VMALLOC] && count[OWNER_TABLE] > 8);
	memcpy(old.owner, m.owner, m.frames);
	pagemap_read(&m);
	CHECK(!memcmp(old.owner, m.owner, m.frames));		/* looking changed nothing */
	send_map(&m);
}

/* Options of this image, so that the library lets them pass. */
static struct kmk_bootopt options[] = { { .key = "paint=" }, { .key = "wait=" } };
static struct kmk_bootopt *option_list[] = { &options[0], &options[1] };
static struct kmk_sections sections = { .bootopts = option_list, .bootopts_end = option_list + 2 };

int bare_main(void)
{
	u32 __iomem *screen;

	kmk_sections_register(&sections);
	if (kmemkit_start())
		return 1;
	test_hpet();
	test_lapic();
	CHECK(!ioremap(16 << 20, PAGE_SIZE));			/* RAM */
	screen = open_screen();
	if (screen)
		test_screen(screen);
	else
		printk("no display\n");
	CHECK(!kmemkit_validate());
	printk("%u passed, %u failed\n", passed, failed);
	while (bare_size_option("wait"))
		port_yield();
	return failed != 0;
}
