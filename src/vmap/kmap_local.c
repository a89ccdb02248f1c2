/* SPDX-License-Identifier: MIT */
/*
 * kmap_local: slots of the fixmap window, each taken by one thread with a compare-and-swap of its
 * owner. A thread looks for a slot where its last neighbours are, so threads rarely meet. Uses
 * nest: a slot remembers how many the thread held when it took it, and they go in reverse order.
 */
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>

#include "base/report.h"
#include "port.h"
#include "sync/thread.h"
#include "vmap/vmap.h"

#define PATIENCE	10000		/* rounds over the slots before it is said that none is free */

struct local_slot {
	struct kmk_thread *owner;	/* NULL: free */
	unsigned long pfn;
	unsigned int depth;		/* 1 for a thread's outermost */
	const void *caller;
};

static struct local_slot slots[KMK_FIXMAP_SLOTS];

static void *slot_addr(const struct local_slot *slot)
{
	return (void *)(FIXADDR_START + (unsigned long)(slot - slots) * KMK_SLOT_STRIDE);
}

bool kmk_is_local_addr(const void *addr)
{
	return (unsigned long)addr - FIXADDR_START < KMK_FIXMAP_SLOTS * KMK_SLOT_STRIDE;
}

static struct local_slot *slot_at(const void *addr)
{
	return &slots[((unsigned long)addr - FIXADDR_START) / KMK_SLOT_STRIDE];
}

/* Not in the guard behind the slot's page: where a pointer ends up that went on to the page's end. */
static bool in_page(const void *addr)
{
	return ((unsigned long)addr - FIXADDR_START) % KMK_SLOT_STRIDE < PAGE_SIZE;
}

struct page *kmk_local_page(const void *addr)
{
	struct local_slot *slot = slot_at(addr);

	return in_page(addr) && __atomic_load_n(&slot->owner, __ATOMIC_ACQUIRE) ? pfn_to_page(slot->pfn) : NULL;
}

static bool claim(struct local_slot *slot, struct kmk_thread *self)
{
	struct kmk_thread *none = NULL;

	return !__atomic_load_n(&slot->owner, __ATOMIC_RELAXED) &&
	       __atomic_compare_exchange_n(&slot->owner, &none, self, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static struct local_slot *take_slot(struct kmk_thread *self)
{
	unsigned int i = (unsigned int)(((unsigned long)self >> 6) * 0x9e3779b1UL >> 8) &
			 ~(KM_MAX_IDX - 1U), rounds = 0;

	while (!claim(&slots[i % KMK_FIXMAP_SLOTS], self))
		if (++i % KMK_FIXMAP_SLOTS == 0) {
			port_yield();
			if (++rounds == PATIENCE)
				pr_warn_once("kmap_local: all %d slots are in use, by threads that hold theirs while they wait?\n",
					     KMK_FIXMAP_SLOTS);
		}
	return &slots[i % KMK_FIXMAP_SLOTS];
}

static void give_slot(struct local_slot *slot)
{
	__atomic_store_n(&slot->owner, NULL, __ATOMIC_RELEASE);
}

void *__kmap_local_pfn_prot(unsigned long pfn, pgprot_t prot)
{
	struct kmk_thread *self = kmk_self();
	struct local_slot *slot;
	int err;

	BUG_ON(self->kmap_depth >= KM_MAX_IDX);
	port_thread_note();	/* for left_open() */
	slot = take_slot(self);
	slot->pfn = pfn;
	slot->depth = ++self->kmap_depth;
	slot->caller = __builtin_return_address(0);
	err = port_map(slot_addr(slot), PFN_PHYS(pfn), PAGE_SIZE, kmk_port_prot(prot));
	if (!err)
		return slot_addr(slot);
	pr_err("kmap_local: the host cannot map another page (error %d)\n", err);
	self->kmap_depth--;
	give_slot(slot);
	return NULL;
}

void *__kmap_local_page_prot(struct page *page, pgprot_t prot)
{
	return PageHighMem(page) ? __kmap_local_pfn_prot(page_to_pfn(page), prot) : page_address(page);
}

static void misuse(const void *vaddr, const char *what, const void *caller, const char *done)
{
	kmk_report_begin("BUG: kunmap_local() %s (%px)\n", what, vaddr);
	kmk_report_line("called from %pSR; %s\n", caller, done);
	kmk_report_end(KMK_POLICY_BUG);
}

/* A slot below the top goes: those above it move down, so that each later undo is judged by itself. */
static void close_up(struct kmk_thread *self, unsigned int depth)
{
	unsigned int i;

	for (i = 0; i < KMK_FIXMAP_SLOTS; i++)
		if (__atomic_load_n(&slots[i].owner, __ATOMIC_RELAXED) == self && slots[i].depth > depth)
			slots[i].depth--;
}

static void undo(struct kmk_thread *self, struct local_slot *slot)
{
	if (slot->depth != self->kmap_depth)
		close_up(self, slot->depth);
	self->kmap_depth--;
	port_unmap(slot_addr(slot), PAGE_SIZE);
	give_slot(slot);
}

static bool never_mapped(const void *vaddr)
{
	return !is_kmap_addr(vaddr) && !virt_addr_valid(vaddr);
}

void kunmap_local_indexed(const void *vaddr)
{
	const void *caller = __builtin_return_address(0);
	struct kmk_thread *self = kmk_self(), *owner;
	struct local_slot *slot;

	if (!kmk_is_local_addr(vaddr)) {
		if (never_mapped(vaddr))
			misuse(vaddr, "of an address that no kmap gave", caller, "nothing was changed");
		return;
	}
	slot = slot_at(vaddr);
	owner = in_page(vaddr) ? __atomic_load_n(&slot->owner, __ATOMIC_ACQUIRE) : NULL;
	if (owner != self) {
		misuse(vaddr, owner ? "of another thread's mapping" : "of an address that is not mapped",
		       caller, "nothing was changed");
		return;
	}
	if (slot->depth != self->kmap_depth)
		misuse(vaddr, "out of order", caller, "it was unmapped nevertheless");
	undo(self, slot);
}

/* A thread ends: what it left open is named, innermost first, and undone. */
static void left_open(struct kmk_thread *self)
{
	unsigned int i;

	for (i = 0; self->kmap_depth && i < KMK_FIXMAP_SLOTS; i++) {
		struct local_slot *slot = &slots[i];

		if (__atomic_load_n(&slot->owner, __ATOMIC_RELAXED) != self || slot->depth != self->kmap_depth)
			continue;
		kmk_report_begin("BUG: a thread ends with a kmap_local_page() open (%px), pfn:%lx\n",
				 slot_addr(slot), slot->pfn);
		kmk_report_line("mapped by %pSR; it was unmapped\n", slot->caller);
		kmk_report_end(KMK_POLICY_BUG);
		undo(self, slot);
		i = ~0u;
	}
}

void kmk_local_start(void)
{
	kmk_thread_exit_hook = left_open;
}

/* Slots of threads that are not here: nobody else may use their addresses. */
void kmk_local_fork_child(void)
{
	const struct kmk_thread *self = kmk_self();

	for (unsigned int i = 0; i < KMK_FIXMAP_SLOTS; i++) {
		if (!slots[i].owner || slots[i].owner == self)
			continue;
		port_unmap(slot_addr(&slots[i]), PAGE_SIZE);
		give_slot(&slots[i]);
	}
}

/* Clear what of [*start, *end) lies in the frame at addr, and make the rest relative to the next one. */
static void clear_part(char *addr, unsigned int *start, unsigned int *end)
{
	unsigned int to = min(*end, (unsigned int)PAGE_SIZE);

	if (*start < to)
		memset(addr + *start, 0, to - *start);
	*start -= min(*start, (unsigned int)PAGE_SIZE);
	*end -= to;
}

void zero_user_segments(struct page *page, unsigned int start1, unsigned int end1,
			unsigned int start2, unsigned int end2)
{
	unsigned long i;

	BUG_ON(end1 > page_size(page) || end2 > page_size(page));
	for (i = 0; i < compound_nr(page) && (start1 < end1 || start2 < end2); i++) {
		char *addr = kmap_local_page(page + i);

		clear_part(addr, &start1, &end1);
		clear_part(addr, &start2, &end2);
		kunmap_local(addr);
	}
}
