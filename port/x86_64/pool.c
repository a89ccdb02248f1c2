/* SPDX-License-Identifier: MIT */
/*
 * Frames of the host's own, which only go out: tables, stacks, demand-zero pages. A part of memory is set aside
 * for them at the start; when little of it is left, a thread of ours asks the core for more (kmk_upcall_lend).
 * The thread cannot be waited for in a fault, which may have come with any lock of the core held; but where the
 * tick could take the faulting thread off, it gives its processor to the lender at once.
 *
 * The last frames are kept for those who cannot be refused: faults, below that the tables that taking a page out
 * of a large one needs, and the lender, which must not need itself.
 */
#include "port/x86_64/bare.h"

#define LOW_FRAMES	1024u
#define LEND_ORDER	9u
#define RETRY_NS	10000000u	/* after a refusal */
#define WAIT_NS		1000000u	/* a fault may wait so long, */
#define PATIENCE	20u		/* so often, when the pool is half of low */
#define FOR_UNMAP	16u		/* frames; a call takes two tables at each end of its range */

static struct bare_lock lock;
static uint64_t at, end;		/* what was set aside */
static uint64_t lent;			/* first frame the core gave, linked by their first words; 0: none */
static uint64_t left, low;		/* frames */
static uint64_t kept[BARE_POOL_USES];	/* frames that this use must leave */
static uint32_t wanted;			/* the lender waits for it */
static bool lending;
static struct bare_thread *lender_thread;

void bare_pool_init(uint64_t start, uint64_t len)
{
	at = start;
	end = start + len;
	left = len / PAGE_SIZE;
	low = left / 4 < LOW_FRAMES ? left / 4 : LOW_FRAMES;
	kept[BARE_POOL_FAULT] = FOR_UNMAP;
	kept[BARE_POOL_ANY] = FOR_UNMAP + low / 4;
}

static uint64_t take(enum bare_pool_use use)
{
	uint64_t pa = lent;

	if (left <= kept[use] && bare_self() != lender_thread)
		return 0;
	if (pa) {
		lent = *(uint64_t *)__va(pa);
	} else if (at < end) {
		pa = at;
		at += PAGE_SIZE;
	}
	left -= pa != 0;
	return pa;
}

uint64_t bare_pool_frame(enum bare_pool_use use)
{
	unsigned long flags = bare_lock(&lock);
	uint64_t pa = take(use);

	bare_unlock(&lock, flags);
	if (pa)
		__builtin_memset(__va(pa), 0, PAGE_SIZE);
	return pa;
}

static bool is_low(void)
{
	return __atomic_load_n(&left, __ATOMIC_RELAXED) < low;
}

bool bare_pool_empty(void)
{
	return end && __atomic_load_n(&left, __ATOMIC_RELAXED) <= kept[BARE_POOL_FAULT];
}

void bare_pool_check(bool may_leave)
{
	if (!is_low() || !lending)
		return;
	if (!__atomic_exchange_n(&wanted, 1, __ATOMIC_SEQ_CST))
		port_wake(&wanted, 1);
	if (!may_leave || bare_self() == lender_thread)
		return;
	port_yield();
	/* The lender may need what the caller holds: so not for ever. */
	for (unsigned i = 0; i < PATIENCE && left < low / 2; i++)
		port_wait(&wanted, 1, WAIT_NS);
}

static void add(uint64_t pa, uint64_t frames)
{
	unsigned long flags = bare_lock(&lock);

	for (uint64_t i = 0; i < frames; i++) {
		*(uint64_t *)__va(pa + i * PAGE_SIZE) = lent;
		lent = pa + i * PAGE_SIZE;
	}
	left += frames;
	bare_unlock(&lock, flags);
	if (!is_low()) {
		__atomic_store_n(&wanted, 0, __ATOMIC_SEQ_CST);
		port_wake(&wanted, UINT32_MAX);
	}
}

void bare_pool_put(uint64_t pa)
{
	add(pa, 1);
}

/* The largest block that is to be had. False: none. */
static bool borrow(void)
{
	for (unsigned order = LEND_ORDER + 1; order-- > 0;) {
		uint64_t pa = kmk_upcall_lend(order);

		if (pa) {
			add(pa, 1ULL << order);
			return true;
		}
	}
	return false;
}

static void lender(void *arg)
{
	(void)arg;
	lender_thread = bare_self();
	for (;;) {
		while (is_low())
			if (!borrow())
				port_wait(&wanted, 1, RETRY_NS);
		/* Who finds the pool low sets it again after this, or is seen here. */
		__atomic_store_n(&wanted, 0, __ATOMIC_SEQ_CST);
		if (!is_low())
			port_wait(&wanted, 0, UINT64_MAX);
	}
}

void bare_pool_lend(void)
{
	lending = kmk_upcall_lend && port_thread_start(lender, NULL, "lender") == 0;
}
