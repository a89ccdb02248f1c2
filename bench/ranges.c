// SPDX-License-Identifier: MIT
/*
 * The curve of the range structures: finding the area around an address, and taking and giving back a range,
 * among 10 to 10^6 areas of two kinds:
 *
 *	reserve	addresses without frames, 1 to 8 pages, each a range of its own; a third of them freed
 *		again at random, so that the space is full of holes. A pair is get_vm_area, free_vm_area.
 *	vmalloc	one page each, which share ranges; a pair is vmalloc, vfree. Up to half of memory.
 *
 * Prints "RANGES <kind> <areas> <first> <last> <chase> <pair>", nanoseconds, the minimum of ROUNDS rounds:
 * find_vm_area() of areas' first and of their last addresses, chosen at random; one step of a pointer chase at
 * random through as many lines as the index's entries of these areas fill, which is what the machine's caches
 * alone add as the number grows; a pair. Then how much each grew from the first line to the last: from 10 to 10^6
 * that is 600 percent where it is logarithmic, 10,000,000 where it is linear.
 *
 *	kmemkit cc -O2 bench/ranges.c -o ranges && ./ranges
 *
 * Instructions an operation, for what does not depend on the caches at all (a dump for each line of each column):
 *
 *	kmemkit cc -O2 -DCOUNTED bench/ranges.c -o ranges
 *	valgrind --tool=callgrind --instr-atstart=no ./ranges
 *	awk '/^desc: Trigger: Client/ { what = $5 " " $6 " " $7 } /^totals:/ { print what, $2 / 20000 }' callgrind.out.*
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#ifdef COUNTED
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_ZERO_STATS ((void)0)
#define CALLGRIND_START_INSTRUMENTATION ((void)0)
#define CALLGRIND_STOP_INSTRUMENTATION ((void)0)
#define CALLGRIND_DUMP_STATS_AT(what) ((void)(what))
#define RUNNING_ON_VALGRIND 0
#endif

#define ROUNDS	(RUNNING_ON_VALGRIND ? 1 : 7)
#define OPS	20000
#define LINE	64

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
	unsigned long entry;		/* bytes of addresses that an entry of eight bytes speaks for */
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
	{ "reserve", make_reserved, free_vm_area, 2 * PAGE_SIZE },
	{ "vmalloc", make_vmalloc, drop_vmalloc, 2 * PAGE_SIZE },
};

/* Addresses are kept beside the areas: to choose one touches no descriptor, and warms or cools no line of it. */
struct place {
	struct vm_struct *area;
	void *first, *last;
};

struct field {
	const struct kind *kind;
	unsigned int n;
	struct place *place;
	const void **pick;		/* OPS addresses at random */
	void **line;			/* for the chase */
	unsigned long lines;
};

enum { FIRST, LAST, CHASE, PAIR, COLUMNS };
static const char *const column[COLUMNS] = { "first", "last", "chase", "pair" };

static void choose(struct field *f, bool last)
{
	const struct place *p;
	unsigned int i;

	for (i = 0; i < OPS; i++) {
		do
			p = &f->place[rng() % f->n];
		while (!p->area);
		f->pick[i] = last ? p->last : p->first;
	}
}

static unsigned int find_all(const struct field *f)
{
	unsigned int i, found = 0;

	for (i = 0; i < OPS; i++)
		found += find_vm_area(f->pick[i]) != NULL;
	return found;
}

static unsigned int chase_all(struct field *f)
{
	static void **at;
	unsigned int i;

	at = f->line;
	for (i = 0; i < OPS; i++)
		at = *(void **volatile *)at;
	return OPS;
}

static unsigned int pair_all(const struct field *f)
{
	unsigned int i, good = 0;

	for (i = 0; i < OPS; i++) {
		struct vm_struct *vm = f->kind->make();

		good += vm != NULL;
		f->kind->drop(vm);
	}
	return good;
}

static u64 measure_column(struct field *f, int what)
{
	unsigned int done;
	char name[40];
	u64 t;

	if (what <= LAST)
		choose(f, what == LAST);
	CALLGRIND_ZERO_STATS;
	CALLGRIND_START_INSTRUMENTATION;
	t = ktime_get_ns();
	done = what <= LAST ? find_all(f) : what == CHASE ? chase_all(f) : pair_all(f);
	t = ktime_get_ns() - t;
	CALLGRIND_STOP_INSTRUMENTATION;
	scnprintf(name, sizeof(name), "%s %u %s", f->kind->name, f->n, column[what]);
	CALLGRIND_DUMP_STATS_AT(name);
	return done == OPS ? t : ~0ULL;
}

static bool fill(struct field *f)
{
	unsigned int i, k;

	for (i = 0; i < f->n; i++) {
		struct vm_struct *vm = f->kind->make();

		if (!vm)
			return false;
		f->place[i] = (struct place){ vm, vm->addr, vm->addr + get_vm_area_size(vm) - 1 };
	}
	for (i = 0; i < f->n / 3; i++) {
		k = rng() % f->n;
		if (f->place[k].area)
			f->kind->drop(f->place[k].area);
		f->place[k].area = NULL;
	}
	return true;
}

/* As many lines as there are between the lowest and the highest address, in one random cycle. */
static bool lay_chase(struct field *f)
{
	void *low = f->place[0].first, *high = low;
	unsigned long i, k, per = LINE / sizeof(void *);
	u32 *order;

	for (i = 0; i < f->n; i++) {
		low = min(low, f->place[i].first);
		high = max(high, f->place[i].last);
	}
	f->lines = (high - low) / (f->kind->entry * per) + 1;
	f->line = kvmalloc_array(f->lines, LINE, GFP_KERNEL);
	order = kvmalloc_array(f->lines, sizeof(*order), GFP_KERNEL);
	for (i = 0; f->line && order && i < f->lines; i++) {
		k = rng() % (i + 1);
		order[i] = order[k];
		order[k] = (u32)i;
	}
	for (i = 0; f->line && order && i < f->lines; i++)
		f->line[order[i] * per] = &f->line[order[(i + 1) % f->lines] * per];
	kvfree(order);
	return f->line && order;
}

static void empty(struct field *f)
{
	unsigned int i;

	for (i = 0; f->place && i < f->n; i++)
		if (f->place[i].area)
			f->kind->drop(f->place[i].area);
	kvfree(f->place);
	kvfree(f->pick);
	kvfree(f->line);
}

static bool measure(const struct kind *kind, unsigned int n, u64 *result)
{
	struct field f = { kind, n, kvcalloc(n, sizeof(*f.place), GFP_KERNEL),
			   kvcalloc(OPS, sizeof(*f.pick), GFP_KERNEL), NULL, 0 };
	bool good = f.place && f.pick && fill(&f) && lay_chase(&f);
	int what, i;

	for (what = 0; what < COLUMNS; what++)
		for (i = 0, result[what] = ~0ULL; good && i < ROUNDS; i++)
			result[what] = min(result[what], measure_column(&f, what));
	empty(&f);
	return good;
}

static void print_line(const struct kind *kind, unsigned int n, const u64 *r)
{
	pr_info("RANGES %s %7u %5llu.%llu %5llu.%llu %5llu.%llu %6llu\n", kind->name, n, r[FIRST] / OPS,
		r[FIRST] * 10 / OPS % 10, r[LAST] / OPS, r[LAST] * 10 / OPS % 10, r[CHASE] / OPS,
		r[CHASE] * 10 / OPS % 10, r[PAIR] / OPS);
}

static int __init curve(const struct kind *kind)
{
	u64 r[COLUMNS], small[COLUMNS] = { 1, 1, 1, 1 };
	unsigned int n;

	for (n = 10; n <= 1000000; n *= 10) {
		if (kind->make == make_vmalloc && n > totalram_pages() / 2)
			break;
		if (!measure(kind, n, r)) {
			pr_err("RANGES no memory for %u areas\n", n);
			return -ENOMEM;
		}
		if (n == 10)
			memcpy(small, r, sizeof(r));
		print_line(kind, n, r);
	}
	pr_info("RANGES %s growth: first %llu%%, last %llu%%, chase %llu%%, pair %llu%%\n", kind->name,
		r[FIRST] * 100 / small[FIRST], r[LAST] * 100 / small[LAST], r[CHASE] * 100 / small[CHASE],
		r[PAIR] * 100 / small[PAIR]);
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
