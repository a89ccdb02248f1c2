/* SPDX-License-Identifier: MIT */
/*
 * The process host's inline door without restartable sequences: slots only. For tools that must
 * see every hand-over of an object (ThreadSanitizer) and for hosts that lack rseq.
 */
#ifndef KMK_PORT_INLINE_H
#define KMK_PORT_INLINE_H

#include "array.h"
/* Atomic accesses, so that tools see the order of edits and seizures. */
#define PORT_PRIVATE_LOAD(word) __atomic_load_n(&(word), __ATOMIC_ACQUIRE)

static inline void
port_private_take(struct port_private *me, struct port_array *a, int32_t top, void **obj, void **aux)
{
	top -= PORT_ENTRY_BYTES;
	*obj = a->e[top / PORT_ENTRY_BYTES].obj;
	*aux = a->e[top / PORT_ENTRY_BYTES].aux;
	__atomic_store_n(&a->top, top, __ATOMIC_RELAXED);
	__atomic_store_n(&me->busy, 0, __ATOMIC_RELEASE);
}

static inline void
port_private_put(struct port_private *me, struct port_array *a, int32_t top, void *obj, void *aux)
{
	a->e[top / PORT_ENTRY_BYTES] = (struct port_entry){ obj, aux };
	__atomic_store_n(&a->top, top + PORT_ENTRY_BYTES, __ATOMIC_RELAXED);
	__atomic_store_n(&me->busy, 0, __ATOMIC_RELEASE);
}
#include "process/private.h"

#define PORT_HAVE_RSEQ 0

extern __thread char port_block[PORT_BLOCK_SIZE]
	__attribute__((tls_model("initial-exec"), visibility("hidden"), aligned(64)));

struct kmk_thread;
static inline struct kmk_thread *port_self(void)
{
	return (struct kmk_thread *)(void *)port_block;
}

static inline int port_owner_id(void)
{
	return port_private.id >= 0 ? port_private.id : port_slot_id();
}

static inline bool port_uses_slots(void) { return true; }

static inline unsigned port_array_pop_n(uint32_t off, struct port_entry *out, unsigned n)
{
	return port_any_slot_pop_n(off, out, n);
}

static inline unsigned port_array_push_n(uint32_t off, const struct port_entry *in, unsigned n)
{
	return port_any_slot_push_n(off, in, n);
}

static inline bool port_array_pop_at(uintptr_t place, void **obj, void **aux)
{
	return port_private_pop_at(place, obj, aux);
}

static inline bool port_slot_pop_at(uintptr_t place, void **obj, void **aux)
{
	(void)place, (void)obj, (void)aux;
	return false;
}

static inline bool port_array_pop(uint32_t off, void **obj, void **aux)
{
	return port_private_pop_at(PORT_PLACE(off), obj, aux);
}

static inline bool port_array_push_home(struct port_array *home, int owner, void *obj, void *aux)
{
	return port_private_push_home(home, owner, obj, aux);
}

static inline bool port_array_push(uint32_t off, void *obj, void *aux)
{
	return port_private_push(off, obj, aux);
}

static inline unsigned long port_irq_save(void) { return 0; }
static inline void port_irq_restore(unsigned long flags) { (void)flags; }
static inline void port_relax(void) { __builtin_ia32_pause(); }

#include "seize.h"
#endif
