/* SPDX-License-Identifier: MIT */
/* Internal locks: the contended path and the debug checks. */
#include "lock.h"
#include "thread.h"

void kmk_word_lock_slow(uint32_t *state)
{
	for (unsigned i = 0; i < KMK_LOCK_SPINS; i++) {
		if (__atomic_load_n(state, __ATOMIC_RELAXED) == KMK_LOCK_FREE && kmk_lock_try_state(state))
			return;
		port_relax();
	}
	while (__atomic_exchange_n(state, KMK_LOCK_WAITED, __ATOMIC_ACQUIRE) != KMK_LOCK_FREE)
		port_wait(state, KMK_LOCK_WAITED, UINT64_MAX);
}

void kmk_word_unlock_slow(uint32_t *state)
{
	port_wake(state, 1);
}

void kmk_lock_slow(struct kmk_lock *l)
{
	kmk_word_lock_slow(&l->state);
}

void kmk_unlock_slow(struct kmk_lock *l)
{
	kmk_word_unlock_slow(&l->state);
}

static size_t put_text(char *buf, size_t at, const char *text)
{
	while (*text)
		buf[at++] = *text++;
	return at;
}

/* A broken lock order cannot be reported through code that takes locks. */
static void lock_fail(const char *what, const struct kmk_lock *l)
{
	char buf[96], digit[3] = { (char)('0' + l->rank / 10), (char)('0' + l->rank % 10), 0 };
	size_t n = put_text(buf, 0, "kmemkit: internal lock: ");

	n = put_text(buf, n, what);
	n = put_text(buf, n, ", rank ");
	n = put_text(buf, n, digit);
	n = put_text(buf, n, "\n");
	port_console(PORT_LOG, buf, n);
	port_halt(1);
}

void kmk_lock_check(const struct kmk_lock *l, bool nested)
{
	const struct kmk_thread *self = kmk_self();

	if (__atomic_load_n(&l->owner, __ATOMIC_RELAXED) == self)
		lock_fail("taken twice", l);
	if (l->rank == KMK_RANK_NONE)
		return;
	for (uint32_t r = l->rank + nested; r < KMK_NR_RANKS; r++)
		if (self->held[r])
			lock_fail("wrong order", l);
}

void kmk_lock_taken(struct kmk_lock *l)
{
	struct kmk_thread *self = kmk_self();

	__atomic_store_n(&l->owner, self, __ATOMIC_RELAXED);
	self->held[l->rank]++;
}

void kmk_lock_release(struct kmk_lock *l)
{
	struct kmk_thread *self = kmk_self();

	if (l->owner != self)
		lock_fail("released by another thread", l);
	__atomic_store_n(&l->owner, NULL, __ATOMIC_RELAXED);
	self->held[l->rank]--;
}
