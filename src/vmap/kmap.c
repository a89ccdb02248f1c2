/* SPDX-License-Identifier: MIT */
/*
 * The kmap window: slots shared by all, counted per frame.
 *
 * A free slot is one never used (`fresh` and up) or one on the ring of returned slots; the ring
 * makes the slot freed last the one reused last, so that stale addresses keep faulting for long.
 * A sleeper notes `freed` under the lock before it lets go of it, so no wake-up is lost; all
 * sleepers are woken, since the first may find its frame mapped by another and need no slot.
 */
#include <linux/errno.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include "base/option.h"
#include "base/report.h"
#include "port.h"
#include "sync/lock.h"
#include "vmap/vmap.h"

struct kmap_slot {
	struct page *page;	/* NULL: free */
	unsigned int count;
};

static struct kmk_lock kmap_lock = KMK_LOCK_INIT(KMK_RANK_KMAP);
static struct kmap_slot slots[LAST_PKMAP];
static u16 ring[LAST_PKMAP];
static unsigned int ring_head, ring_len;
static unsigned int fresh;		/* slots below were used at least once */
static unsigned int used;
static unsigned int limit = LAST_PKMAP, boot_limit = LAST_PKMAP;
static uint32_t freed;			/* counts slots becoming free */
static unsigned int sleepers;

static struct kmap_slot *slot_of(const struct page *page)
{
	return page->virtual ? &slots[PKMAP_NR(page->virtual)] : NULL;
}

static struct kmap_slot *take_slot(void)
{
	unsigned int nr;

	if (used >= limit)
		return NULL;
	if (fresh < LAST_PKMAP)
		nr = fresh++;
	else
		nr = ring[(ring_head + LAST_PKMAP - ring_len--) % LAST_PKMAP];
	__atomic_store_n(&used, used + 1, __ATOMIC_RELAXED);
	return &slots[nr];
}

static void give_slot(struct kmap_slot *slot)
{
	ring[ring_head] = (u16)(slot - slots);
	ring_head = (ring_head + 1) % LAST_PKMAP;
	ring_len++;
	__atomic_store_n(&used, used - 1, __ATOMIC_RELAXED);
	freed++;
}

static void sleep_for_slot(void)
{
	uint32_t seen = freed;

	sleepers++;
	kmk_unlock(&kmap_lock);
	port_wait(&freed, seen, UINT64_MAX);
	kmk_lock(&kmap_lock);
	sleepers--;
}

static void *slot_addr(const struct kmap_slot *slot)
{
	return (void *)PKMAP_ADDR(slot - slots);
}

/*
 * The slot is this caller's while page is set and count is 0: mapping it needs no lock, and
 * others who want the same frame meanwhile wait in kmap_high().
 */
static int map_slot(struct kmap_slot *slot, struct page *page)
{
	int err;

	slot->page = page;
	slot->count = 0;
	page->virtual = slot_addr(slot);
	kmk_unlock(&kmap_lock);
	err = port_map(slot_addr(slot), PFN_PHYS(page_to_pfn(page)), PAGE_SIZE, PORT_READ | PORT_WRITE);
	kmk_lock(&kmap_lock);
	if (err) {
		page->virtual = NULL;
		slot->page = NULL;
		give_slot(slot);
	} else {
		slot->count = 1;
		freed++;
	}
	return err;
}

static void wake_all(void)
{
	if (sleepers)
		port_wake(&freed, UINT_MAX);
}

void *kmap_high(struct page *page)
{
	struct kmap_slot *slot;
	void *addr = NULL;
	int err = 0;

	kmk_lock(&kmap_lock);
	while (!addr && !err) {
		slot = slot_of(page);
		if (slot && slot->count) {
			slot->count++;
			addr = slot_addr(slot);
		} else if (!slot && (slot = take_slot())) {
			err = map_slot(slot, page);
			addr = err ? NULL : slot_addr(slot);
			wake_all();
		} else {
			sleep_for_slot();
		}
	}
	kmk_unlock(&kmap_lock);
	if (err)
		pr_err("kmap: the host cannot map another page (error %d)\n", err);
	return addr;
}

static void unbalanced(struct page *page, const void *caller)
{
	kmk_report_begin("BUG: kunmap() of a page that is not kmapped, pfn:%lx page:%px\n",
			 page_to_pfn(page), page);
	kmk_report_line("called from %pSR; nothing was changed\n", caller);
	kmk_report_end(KMK_POLICY_BUG);
}

/* Last use: unmap before the slot can be taken again. */
static void unmap_slot(struct kmap_slot *slot)
{
	slot->count = 0;
	kmk_unlock(&kmap_lock);
	port_unmap(slot_addr(slot), PAGE_SIZE);
	kmk_lock(&kmap_lock);
	slot->page->virtual = NULL;
	slot->page = NULL;
	give_slot(slot);
	wake_all();
}

void kunmap_high(struct page *page)
{
	struct kmap_slot *slot;
	bool mapped;

	kmk_lock(&kmap_lock);
	slot = slot_of(page);
	mapped = slot && slot->count;
	if (mapped && slot->count > 1)
		slot->count--;
	else if (mapped)
		unmap_slot(slot);
	kmk_unlock(&kmap_lock);
	if (!mapped)
		unbalanced(page, __builtin_return_address(0));
}

void __kmap_flush_unused(void)
{
}

/* Frame of a slot of this window; NULL for a free one. */
static struct page *page_of(unsigned long addr)
{
	return (addr - PKMAP_BASE) % KMK_SLOT_STRIDE < PAGE_SIZE ? slots[PKMAP_NR(addr)].page : NULL;
}

struct page *__kmap_to_page(void *addr)
{
	if (is_kmap_addr(addr))
		return page_of((unsigned long)addr);
	if (kmk_is_local_addr(addr))
		return kmk_local_page(addr);
	return virt_to_page(addr);
}

void kmk_kmap_limit(unsigned int n)
{
	kmk_lock(&kmap_lock);
	limit = n && n < boot_limit ? n : boot_limit;
	freed++;
	wake_all();
	kmk_unlock(&kmap_lock);
}

/* kmap_slots=N: at least one, or nobody would ever get one. */
int kmk_kmap_start(void)
{
	const char *v = kmk_option("kmap_slots");
	unsigned int n;

	kmk_local_start();
	if (!v)
		return 0;
	if (kstrtouint(v, 10, &n) || !n || n > LAST_PKMAP) {
		pr_err("kmemkit: boot option \"kmap_slots=%s\": the value must be from 1 to %u\n", v, LAST_PKMAP);
		return -EINVAL;
	}
	boot_limit = n;
	kmk_kmap_limit(0);
	return 0;
}

unsigned int kmk_kmap_used(void)
{
	return __atomic_load_n(&used, __ATOMIC_RELAXED);
}

bool kmk_kmap_validate(void)
{
	unsigned int i, n = 0;
	bool good = true;

	kmk_lock(&kmap_lock);
	for (i = 0; i < LAST_PKMAP; i++) {
		struct page *page = slots[i].page;

		if (!page)
			continue;
		n++;
		good &= page->virtual == slot_addr(&slots[i]) && i < fresh;
	}
	good &= n == used && used + ring_len == fresh;
	kmk_unlock(&kmap_lock);
	return good;
}

void kmk_kmap_fork_lock(void)
{
	kmk_lock(&kmap_lock);
}

void kmk_kmap_fork_unlock(void)
{
	kmk_unlock(&kmap_lock);
}

/* Slots that other threads were mapping or unmapping: nobody finishes that here. */
void kmk_kmap_fork_child(void)
{
	sleepers = 0;
	for (unsigned int i = 0; i < LAST_PKMAP; i++) {
		if (!slots[i].page || slots[i].count)
			continue;
		port_unmap(slot_addr(&slots[i]), PAGE_SIZE);
		slots[i].page->virtual = NULL;
		slots[i].page = NULL;
		give_slot(&slots[i]);
	}
}
