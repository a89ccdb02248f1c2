/* SPDX-License-Identifier: MIT */
/*
 * Taking over another CPU's array, the same on every host. Included at the end of port_inline.h.
 *
 * Restartable arrays, and those of a slot that one thread has for itself: close it (cap), take the
 * count (top), then order: whoever was inside a section has either committed, which shows as a top
 * that is not PORT_SEIZED any more, or was aborted. In the first case nothing was taken and we try again.
 * Arrays of a shared slot: under the slot's lock.
 */
#ifndef KMK_PORT_SEIZE_H
#define KMK_PORT_SEIZE_H

/*
 * Own the array's entries. Returns their bytes (entries e[0 .. bytes/16)), or -1 when the array was
 * never opened. One seizer at a time; port_array_release() reopens it, empty.
 */
static inline int32_t port_array_seize(int id, struct port_array *a)
{
	int32_t cap = __atomic_load_n(&a->cap, __ATOMIC_RELAXED), top;

	if (!cap)
		return -1;
	if (port_id_locked(id)) {
		port_slot_lock(id);
		top = a->top;
		a->top = 0;
		return top;
	}
	a->pad = (uint64_t)cap;
	do {
		__atomic_store_n(&a->cap, PORT_SEIZED, __ATOMIC_SEQ_CST);
		top = __atomic_exchange_n(&a->top, PORT_SEIZED, __ATOMIC_SEQ_CST);
		port_fence((unsigned)id);
	} while (__atomic_load_n(&a->top, __ATOMIC_RELAXED) != PORT_SEIZED);
	return top;
}

static inline void port_array_release(int id, struct port_array *a)
{
	if (port_id_locked(id)) {
		port_slot_unlock(id);
		return;
	}
	__atomic_store_n(&a->top, 0, __ATOMIC_SEQ_CST);
	port_fence((unsigned)id);	/* a push that saw top seized must not see cap open */
	__atomic_store_n(&a->cap, (int32_t)a->pad, __ATOMIC_SEQ_CST);
}
#endif
