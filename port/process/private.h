/* SPDX-License-Identifier: MIT */
/*
 * Slots: who edits which arrays where there are no restartable sequences (valgrind, sanitizers, old kernels).
 *
 * A thread is given a slot of its own while there are some. Nobody else edits its arrays, so an edit is plain
 * loads and stores between `busy = 1` and `busy = 0`, no atomic instruction. Who seizes such an array stores
 * PORT_SEIZED and calls port_fence(): a barrier in every running thread (membarrier), then it waits until the
 * owner is not busy. An edit that began before the barrier has committed by then, one that began after it
 * finds the array seized: the protocol of sequences, with "wait" in place of "abort" (port/seize.h).
 *
 * Threads beyond that number, and all where the host has no such barrier, share the last slots and take the
 * slot's lock (port/array.h).
 *
 * The flavour's port_inline.h says beforehand how a word is loaded (PORT_PRIVATE_LOAD) and how an edit ends
 * (port_private_take, port_private_put: the entry, then top, then busy = 0).
 *
 * An edit must not be interrupted by a signal handler of the same thread that uses the allocator.
 */
#ifndef KMK_PORT_PRIVATE_H
#define KMK_PORT_PRIVATE_H

#include "array.h"

extern __thread struct port_private port_private
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

/* Slots from here on are shared, under their locks. INT32_MAX with sequences. */
extern int32_t port_first_shared __attribute__((visibility("hidden")));
static inline bool port_id_locked(int id) { return id >= port_first_shared; }

static inline void port_private_begin(struct port_private *me)
{
	__atomic_store_n(&me->busy, 1, __ATOMIC_RELAXED);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline void port_private_end(struct port_private *me)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	__atomic_store_n(&me->busy, 0, __ATOMIC_RELEASE);
}

/* The names and results of the sequences' functions. */
static inline __attribute__((always_inline)) bool
port_private_pop_at(uintptr_t place, void **obj, void **aux)
{
	struct port_private *me = &port_private;
	struct port_array *a = (struct port_array *)(place + me->area);
	int32_t top;

	port_private_begin(me);
	top = PORT_PRIVATE_LOAD(a->top);
	if (top <= 0) {
		port_private_end(me);
		return false;
	}
	port_private_take(me, a, top, obj, aux);
	return true;
}

static inline __attribute__((always_inline)) bool
port_private_push_home(struct port_array *home, int owner, void *obj, void *aux)
{
	struct port_private *me = &port_private;
	int32_t top;

	if (owner != me->id)
		return false;
	port_private_begin(me);
	top = PORT_PRIVATE_LOAD(home->top);
	if (top >= PORT_PRIVATE_LOAD(home->cap)) {
		port_private_end(me);
		return false;
	}
	port_private_put(me, home, top, obj, aux);
	return true;
}

static inline bool port_private_push(uint32_t off, void *obj, void *aux)
{
	int id = port_private.id;

	return id >= 0 && port_private_push_home(port_array_of(id, off), id, obj, aux);
}

static inline unsigned port_private_pop_n(uint32_t off, struct port_entry *out, unsigned n)
{
	struct port_private *me = &port_private;

	port_private_begin(me);
	n = port_locked_pop(port_array_of(me->id, off), out, n);
	port_private_end(me);
	return n;
}

static inline unsigned port_private_push_n(uint32_t off, const struct port_entry *in, unsigned n)
{
	struct port_private *me = &port_private;

	port_private_begin(me);
	n = port_locked_push(port_array_of(me->id, off), in, n);
	port_private_end(me);
	return n;
}

/* A slot's arrays, whichever kind of slot the thread has. */
static inline unsigned port_any_slot_pop_n(uint32_t off, struct port_entry *out, unsigned n)
{
	return port_slot_id() == port_private.id ? port_private_pop_n(off, out, n) : port_slot_pop_n(off, out, n);
}

static inline unsigned port_any_slot_push_n(uint32_t off, const struct port_entry *in, unsigned n)
{
	return port_slot_id() == port_private.id ? port_private_push_n(off, in, n) : port_slot_push_n(off, in, n);
}
#endif
