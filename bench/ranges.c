// SPDX-License-Identifier: MIT
/*
 * The curve of the range structure: finding the area around an address, and taking and giving
 * back a range, among 10 to 10^6 areas of two kinds:
 *
 *	reserve	addresses without frames, 1 to 8 pages, each a range of its own; a third of them freed
 *		again at random, so that the space is full of holes. A pair is get_vm_area, free_vm_area.
 *	vmalloc	one page each, which share ranges; a pair is vmalloc, vfree. Up to half of memory.
 *
 * Prints "RANGES <kind> <areas> <ns a find> <ns a touch> <ns a pair>", the minimum of ROUNDS rounds. A
 * touch reads the descriptor that a find would return: what the machine's caches alone add as the
 * number grows. Then the growth of all three from the first line to the last: from 10 to 10^6 it would be
 * 600 percent if it were logarithmic, 10,000,000 if linear.
 *
 *	kmemkit cc -O2 bench/ranges.c -o ranges && ./ranges
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define ROUNDS	5
#define OPS	20000

static u32 state = 1;

static u32 rng(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

struct kind {
	const char *name;
	struct vm_struct *(*make)(void);
	void (*drop)(struct vm_struct *vm);
};

static struct vm_struct *make_reserved(void)
{
	return get_vm_area((1 + rng() % 8) * PAGE_SIZE, VM_MAP);
}

static struct vm_struct *make_vmalloc(void)
{
	void *p = vmalloc(PAGE_SIZE);

	return p ? find_vm_area(p) : NULL;
}

static void drop_vmalloc(struct vm_struct *vm)
{
	vfree(vm->addr);
}

static const struct kind kinds[] = {
	{ "reserve", make_reserved, free_vm_area },
	{ "vmalloc", make_vmalloc, drop_vmalloc },
};

struct field {
	const struct kind *kind;
	unsigned int n;
	struct vm_struct **area;
	struct vm_struct **pick;	/* OPS of them, at random */
	const void **addr;		/* theirs: prepared before the clock runs */
};

struct result { u64 find, touch, pair; };

static void choose(struct field *f)
{
	unsigned int i;

	for (i = 0; i < OPS; i++) {
		do
			f->pick[i] = f->area[rng() % f->n];
		while (!f->pick[i]);
		f->addr[i] = f->pick[i]->addr;
	}
}

static u64 time_find(struct field *f)
{
	unsigned int i, found = 0;
	u64 t;

	choose(f);
	t = ktime_get_ns();
	for (i = 0; i < OPS; i++)
		found += find_vm_area(f->addr[i]) != NULL;
	t = ktime_get_ns() - t;
	return found == OPS ? t : ~0ULL;
}

/* One after the other, as finds are. */
static u64 time_touch(struct field *f)
{
	unsigned long i, same = 0;
	u64 t;

	choose(f);
	t = ktime_get_ns();
	for (i = 0; i < OPS; i++)
		same = READ_ONCE(f->pick[i + (same >> 60)]->size);
	return ktime_get_ns() - t;
}

static u64 time_pair(const struct field *f)
{
	unsigned int i;
	u64 t = ktime_get_ns();

	for (i = 0; i < OPS; i++)
		f->kind->drop(f->kind->make());
	return ktime_get_ns() - t;
}

static bool fill(struct field *f)
{
	unsigned int i, k;

	for (i = 0; i < f->n; i++) {
		f->area[i] = f->kind->make();
		if (!f->area[i])
			return false;
	}
	for (i = 0; i < f->n / 3; i++) {
		k = rng() % f->n;
		if (f->area[k])
			f->kind->drop(f->area[k]);
		f->area[k] = NULL;
	}
	return true;
}

static void empty(struct field *f)
{
	unsigned int i;

	for (i = 0; f->area && i < f->n; i++)
		if (f->area[i])
			f->kind->drop(f->area[i]);
	kvfree(f->area);
	kvfree(f->pick);
	kvfree(f->addr);
}

static bool measure(const struct kind *kind, unsigned int n, struct result *r)
{
	struct field f = { kind, n, kvcalloc(n, sizeof(*f.area), GFP_KERNEL),
			   kvcalloc(OPS + 16, sizeof(*f.pick), GFP_KERNEL),
			   kvcalloc(OPS, sizeof(*f.addr), GFP_KERNEL) };
	bool good = f.area && f.pick && f.addr && fill(&f);
	unsigned int i;

	*r = (struct result){ ~0ULL, ~0ULL, ~0ULL };
	for (i = 0; good && i < ROUNDS; i++) {
		r->find = min(r->find, time_find(&f));
		r->touch = min(r->touch, time_touch(&f));
		r->pair = min(r->pair, time_pair(&f));
	}
	empty(&f);
	return good;
}

static int __init curve(const struct kind *kind)
{
	struct result r, small = { 0 };
	unsigned int n;

	for (n = 10; n <= 1000000; n *= 10) {
		if (kind->make == make_vmalloc && n > totalram_pages() / 2)
			break;
		if (!measure(kind, n, &r)) {
			pr_err("RANGES no memory for %u areas\n", n);
			return -ENOMEM;
		}
		if (n == 10)
			small = r;
		pr_info("RANGES %s %7u %6llu %6llu %6llu\n", kind->name, n, r.find / OPS, r.touch / OPS,
			r.pair / OPS);
	}
	pr_info("RANGES %s growth: find %llu%%, touch %llu%%, pair %llu%%\n", kind->name,
		r.find * 100 / small.find, r.touch * 100 / small.touch, r.pair * 100 / small.pair);
	return 0;
}

static int __init ranges_init(void)
{
	int err = curve(&kinds[0]);

	return err ? err : curve(&kinds[1]);
}
module_init(ranges_init);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("cost of finding virtual ranges");
