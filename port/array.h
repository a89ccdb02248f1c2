/* SPDX-License-Identifier: MIT */
/*
 * The layout every host's per-CPU arrays share, and their slot form.
 *
 * An array is {top, cap, entries}; top and cap count bytes of entries. Zero is a valid array:
 * empty for pop, full for push, so untouched memory leads into the slow path. The ids -2 and -1
 * index two such arrays for ever. A seized array has both words PORT_SEIZED and fails both tests.
 *
 * Slot form: where the host cannot edit arrays in restartable sections, each thread is given a
 * slot (several threads may share one) and edits its arrays under the slot's own spin lock.
 */
#ifndef KMK_PORT_ARRAY_H
#define KMK_PORT_ARRAY_H

#include <asm/page.h>
#include "port.h"

struct port_entry { void *obj; void *aux; };
struct port_array { int32_t top, cap; uint64_t pad; struct port_entry e[]; };

#define PORT_ENTRY_BYTES 16
#define PORT_SEIZED INT32_MIN
#define PORT_SLOTS 64

/* An array's address in the area of id 0: those of other ids lie multiples of an area's size away. */
#define PORT_PLACE(off)	(KMK_PCPU_BASE + ((uintptr_t)KMK_PCPU_DUMMIES << KMK_PCPU_SHIFT) + (off))

/* The array at byte offset off of host CPU (or slot) id. */
static inline struct port_array *port_array_of(int id, uint32_t off)
{
	return (struct port_array *)(KMK_PCPU_BASE +
		((uintptr_t)(id + KMK_PCPU_DUMMIES) << KMK_PCPU_SHIFT) + off);
}

static inline uint32_t port_array_offset(const struct port_array *a)
{
	return (uint32_t)((uintptr_t)a & (((uintptr_t)1 << KMK_PCPU_SHIFT) - 1));
}

/* A slot of a thread's own: port/process/private.h. */
struct port_private {
	uint32_t busy;
	int32_t id;			/* its slot; negative: none, or a shared one */
	uintptr_t area;			/* from the area of id 0 to the slot's; for none to a dummy's */
};

/* A line each: neighbours would fight over it. */
struct port_slot_lock { uint32_t word; } __attribute__((aligned(64)));

/* Slots: the host defines these two. port_slot_id() assigns a slot at a thread's first call. */
extern struct port_slot_lock port_slot_locks[PORT_SLOTS] __attribute__((visibility("hidden")));
int port_slot_id(void) __attribute__((visibility("hidden")));

static inline void port_slot_lock(int id)
{
	while (__atomic_exchange_n(&port_slot_locks[id].word, 1, __ATOMIC_ACQUIRE))
		port_yield();
}

static inline void port_slot_unlock(int id)
{
	__atomic_store_n(&port_slot_locks[id].word, 0, __ATOMIC_RELEASE);
}

/* Pop up to n entries from an array into out, newest first; nobody else edits it meanwhile. */
static inline unsigned port_locked_pop(struct port_array *a, struct port_entry *out, unsigned n)
{
	int32_t top = __atomic_load_n(&a->top, __ATOMIC_ACQUIRE);
	unsigned i = 0;

	for (; i < n && top > 0; i++) {
		top -= PORT_ENTRY_BYTES;
		out[i] = a->e[top / PORT_ENTRY_BYTES];
	}
	if (i)
		__atomic_store_n(&a->top, top, __ATOMIC_RELAXED);
	return i;
}

static inline unsigned port_locked_push(struct port_array *a, const struct port_entry *in, unsigned n)
{
	int32_t top = __atomic_load_n(&a->top, __ATOMIC_ACQUIRE), cap = __atomic_load_n(&a->cap, __ATOMIC_ACQUIRE);
	unsigned i = 0;

	for (; i < n && top < cap; i++) {
		a->e[top / PORT_ENTRY_BYTES] = in[i];
		top += PORT_ENTRY_BYTES;
	}
	if (i)
		__atomic_store_n(&a->top, top, __ATOMIC_RELAXED);
	return i;
}

static inline unsigned port_slot_pop_n(uint32_t off, struct port_entry *out, unsigned n)
{
	int id = port_slot_id();

	port_slot_lock(id);
	n = port_locked_pop(port_array_of(id, off), out, n);
	port_slot_unlock(id);
	return n;
}

static inline unsigned port_slot_push_n(uint32_t off, const struct port_entry *in, unsigned n)
{
	int id = port_slot_id();

	port_slot_lock(id);
	n = port_locked_push(port_array_of(id, off), in, n);
	port_slot_unlock(id);
	return n;
}
#endif
