/* SPDX-License-Identifier: MIT */
/*
 * Changed protections: what differs from a fresh mapping, as a sorted list of disjoint spans.
 *
 * The host can set protections but not tell them, and a change of one bit must keep the others. A change cuts
 * the spans at its ends, fills the gaps between them with spans of the usual protection, changes each, and
 * drops those that are usual again. Span descriptors are allocated before the lock is taken and never given
 * back to the slabs: there are few. Each span is charged for the two host mappings by which it parts what is
 * around it.
 *
 * Unlike elsewhere in this room the host is called under the lock, so that two changes of one page leave page
 * and list the same.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/set_memory.h>
#include <linux/slab.h>

#include <kmemkit/kmemkit.h>
#include "port.h"
#include "vmap/io.h"
#include "vmap/vmap.h"

#define RET_IP	__builtin_return_address(0)
#define USUAL	(PORT_READ | PORT_WRITE)
#define COST	2	/* host mappings that a span may add */

struct span {
	unsigned long start, end;
	unsigned int prot;		/* PORT_* */
	const char *fn;			/* who changed it last, called from where */
	const void *caller;
	struct list_head list;
};

struct change {
	unsigned long start, end;
	unsigned int usual, clear, set;
	const char *fn;
	const void *caller;
};

static LIST_HEAD(spans);		/* by address */
static LIST_HEAD(spare);
static unsigned int nr_spans, nr_spare;

unsigned int kmk_protect_changed(void)
{
	return __atomic_load_n(&nr_spans, __ATOMIC_RELAXED);
}

static struct span *new_span(unsigned long start, unsigned long end, const struct span *like,
			     struct list_head *before)
{
	struct span *s = list_first_entry(&spare, struct span, list);

	list_move_tail(&s->list, before);
	nr_spare--;
	__atomic_store_n(&nr_spans, nr_spans + 1, __ATOMIC_RELAXED);
	s->start = start;
	s->end = end;
	s->prot = like->prot;
	s->fn = like->fn;
	s->caller = like->caller;
	return s;
}

static void drop_span(struct span *s)
{
	list_move(&s->list, &spare);
	nr_spare++;
	__atomic_store_n(&nr_spans, nr_spans - 1, __ATOMIC_RELAXED);
}

static void cut(unsigned long at)
{
	struct span *s;

	list_for_each_entry(s, &spans, list)
		if (s->start < at && at < s->end) {
			new_span(s->start, at, s, &s->list);
			s->start = at;
			return;
		}
}

/* Afterwards spans cover all of the change, and none sticks out. */
static void cover(const struct change *c)
{
	const struct span usual = { .prot = c->usual };
	unsigned long at = c->start;
	struct span *s;

	cut(c->start);
	cut(c->end);
	list_for_each_entry(s, &spans, list) {
		if (s->end <= at)
			continue;
		if (s->start >= c->end)
			break;
		if (at < s->start)
			new_span(at, s->start, &usual, &s->list);
		at = s->end;
	}
	if (at < c->end)
		new_span(at, c->end, &usual, &s->list);
}

static unsigned int changed_prot(const struct change *c, unsigned int prot)
{
	return (prot & ~c->clear) | c->set;
}

static int apply(const struct change *c)
{
	struct span *s, *next;
	int err = 0;

	list_for_each_entry_safe(s, next, &spans, list) {
		unsigned int prot = changed_prot(c, s->prot);

		if (s->start < c->start || s->end > c->end)
			continue;
		if (!err && prot != s->prot)
			err = port_protect((void *)s->start, s->end - s->start, prot);
		if (!err) {
			s->prot = prot;
			s->fn = c->fn;
			s->caller = c->caller;
		}
		if (s->prot == c->usual)
			drop_span(s);
	}
	return err;
}

/* Enough descriptors for any change, with the lock held; false without memory, and without the lock. */
static bool lock_with_spares(void)
{
	struct span *s;

	kmk_lock(&kmk_io_lock);
	while (nr_spare < nr_spans + 3) {
		kmk_unlock(&kmk_io_lock);
		kmk_internal_begin();
		s = kmalloc(sizeof(*s), GFP_KERNEL);
		kmk_internal_end();
		if (!s)
			return false;
		kmk_lock(&kmk_io_lock);
		list_add(&s->list, &spare);
		nr_spare++;
	}
	return true;
}

/* How many spans more, or fewer, there will be when the change is made. */
static int count_new(const struct change *c)
{
	int gap = changed_prot(c, c->usual) != c->usual, n = 0;
	unsigned long at = c->start;
	struct span *s;

	list_for_each_entry(s, &spans, list) {
		if (s->end <= c->start)
			continue;
		if (s->start >= c->end)
			break;
		n += (s->start < c->start) + (s->end > c->end) + (changed_prot(c, s->prot) != c->usual) - 1;
		n += at < s->start ? gap : 0;
		at = s->end;
	}
	return n + (at < c->end ? gap : 0);
}

/* The lock, with descriptors and host mappings for the change; 0, or -ENOMEM without the lock. */
static int lock_for(const struct change *c, int *charged)
{
	int need;

	for (*charged = 0; lock_with_spares(); *charged = need) {
		need = COST * count_new(c);
		if (need <= *charged)
			return 0;
		kmk_unlock(&kmk_io_lock);
		if (!kmk_mappings_take((unsigned int)(need - *charged)))
			break;
	}
	kmk_mappings_give((unsigned int)*charged);
	return -ENOMEM;
}

/* What was charged is settled by what came of it: a change that failed half way may leave more. */
static int make_change(const struct change *c)
{
	unsigned int before;
	int charged, err = lock_for(c, &charged);

	if (err)
		return err;
	before = nr_spans;
	cover(c);
	err = apply(c);
	charged -= COST * (int)(nr_spans - before);
	kmk_unlock(&kmk_io_lock);
	if (charged > 0)
		kmk_mappings_give((unsigned int)charged);
	else if (charged < 0)
		kmk_mappings_force((unsigned int)-charged);
	return err;
}

/* Without a hole: the host changes what lies in front of one before it finds out. */
static bool in_direct_map(unsigned long start, unsigned long end)
{
	for (; start < end; start += PAGE_SIZE)
		if (!virt_addr_valid(start))
			return false;
	return true;
}

/* What a fresh mapping of these pages has; 0: they are neither in the direct map nor in one area. */
static unsigned int usual_prot(unsigned long start, unsigned long end)
{
	struct kmk_area *area;

	if (in_direct_map(start, end))
		return USUAL;
	area = kmk_area_around((void *)start);
	if (!area || area->vm.flags & VM_IOREMAP || end > area->range.start + area->nr_mapped * PAGE_SIZE)
		return 0;
	return area->prot ? area->prot : USUAL;
}

static int change(unsigned long addr, int n, unsigned int clear, unsigned int set, const char *fn,
		  const void *caller)
{
	struct change c = { .clear = clear, .set = set, .fn = fn, .caller = caller };

	might_sleep();
	if (WARN_ON_ONCE(addr & ~PAGE_MASK))
		addr &= PAGE_MASK;
	if (n <= 0)
		return n ? -EINVAL : 0;
	if (kmemkit_start())
		return -ENOMEM;
	c.start = addr;
	c.end = addr + (unsigned long)n * PAGE_SIZE;
	if (c.end <= c.start)
		return -EINVAL;
	c.usual = usual_prot(c.start, c.end);
	if (!c.usual)
		return -EINVAL;
	return make_change(&c);
}

int set_memory_ro(unsigned long addr, int numpages)
{
	return change(addr, numpages, PORT_WRITE, 0, "set_memory_ro", RET_IP);
}

int set_memory_rw(unsigned long addr, int numpages)
{
	return change(addr, numpages, 0, PORT_READ | PORT_WRITE, "set_memory_rw", RET_IP);
}

int set_memory_x(unsigned long addr, int numpages)
{
	return change(addr, numpages, 0, PORT_EXEC, "set_memory_x", RET_IP);
}

int set_memory_nx(unsigned long addr, int numpages)
{
	return change(addr, numpages, PORT_EXEC, 0, "set_memory_nx", RET_IP);
}

int set_memory_rox(unsigned long addr, int numpages)
{
	return change(addr, numpages, PORT_WRITE, PORT_EXEC, "set_memory_rox", RET_IP);
}

int set_memory_np(unsigned long addr, int numpages)
{
	return change(addr, numpages, PORT_READ | PORT_WRITE | PORT_EXEC, 0, "set_memory_np", RET_IP);
}

bool kmk_protect_reset(unsigned long start, unsigned long end)
{
	struct span *s, *next;
	unsigned int dropped = 0;
	bool good = true;

	if (likely(!kmk_protect_changed()))
		return true;
	kmk_lock(&kmk_io_lock);
	list_for_each_entry_safe(s, next, &spans, list) {
		if (s->start < start || s->end > end)
			continue;
		good &= !port_protect((void *)s->start, s->end - s->start, USUAL);
		drop_span(s);
		dropped++;
	}
	kmk_unlock(&kmk_io_lock);
	kmk_mappings_give(COST * dropped);
	return good;
}

unsigned long kmk_protect_readable(unsigned long *start, unsigned long end)
{
	struct span *s;

	if (likely(!kmk_protect_changed()))
		return end;
	kmk_lock(&kmk_io_lock);
	list_for_each_entry(s, &spans, list) {
		if (s->prot & PORT_READ || s->end <= *start)
			continue;
		if (s->start > *start) {
			end = min(end, s->start);
			break;
		}
		*start = s->end;
	}
	kmk_unlock(&kmk_io_lock);
	return max(*start, end);
}

static size_t explain_span(const struct span *s, char *buf, size_t size)
{
	return (size_t)scnprintf(buf, size, "the address lies in %lu KiB whose protection was changed (now %s%s%s) by "
				 "%s(), called from %pSR", (s->end - s->start) >> 10,
				 s->prot & PORT_READ ? "readable" : "not accessible",
				 s->prot & PORT_WRITE ? ", writable" : "", s->prot & PORT_EXEC ? ", executable" : "",
				 s->fn, s->caller);
}

/* An area that never was writable. */
static size_t explain_area(unsigned long addr, char *buf, size_t size)
{
	const struct kmk_area *area = NULL;
	unsigned long start = 0, len = 0;
	const void *caller = NULL;

	if (!is_vmalloc_addr((void *)addr) || !kmk_trylock(&kmk_area_lock))
		return 0;
	area = kmk_area_at_locked(addr);
	if (area && area->state == KMK_AREA_LIVE && area->prot && !(area->prot & PORT_WRITE)) {
		start = area->range.start;
		len = area->nr_mapped * PAGE_SIZE;
		caller = area->vm.caller;
	}
	kmk_unlock(&kmk_area_lock);
	if (addr - start >= len)
		return 0;
	return (size_t)scnprintf(buf, size, "the address is %lu bytes inside a %lu-byte area mapped read-only by %pSR",
				 addr - start, len, caller);
}

size_t kmk_protect_explain(unsigned long addr, char *buf, size_t size)
{
	struct span *s, found = { .fn = NULL };

	if (kmk_trylock(&kmk_io_lock)) {
		list_for_each_entry(s, &spans, list)
			if (s->start <= addr && addr < s->end)
				found = *s;
		kmk_unlock(&kmk_io_lock);
	}
	return found.fn ? explain_span(&found, buf, size) : explain_area(addr, buf, size);
}
