/* SPDX-License-Identifier: MIT */
/*
 * The process host's inline door without restartable sequences: slots only. For tools that must
 * see every hand-over of an object (ThreadSanitizer) and for hosts that lack rseq.
 */
#ifndef KMK_PORT_INLINE_H
#define KMK_PORT_INLINE_H

#include "array.h"

#define PORT_HAVE_RSEQ 0

extern __thread char port_block[PORT_BLOCK_SIZE]
	__attribute__((tls_model("initial-exec"), visibility("hidden"), aligned(64)));

struct kmk_thread;
static inline struct kmk_thread *port_self(void)
{
	return (struct kmk_thread *)(void *)port_block;
}

static inline int port_owner_id(void) { return port_slot_id(); }
static inline bool port_uses_slots(void) { return true; }

static inline unsigned port_array_pop_n(uint32_t off, struct port_entry *out, unsigned n)
{
	return port_slot_pop_n(off, out, n);
}

static inline unsigned port_array_push_n(uint32_t off, const struct port_entry *in, unsigned n)
{
	return port_slot_push_n(off, in, n);
}

static inline bool port_array_pop(uint32_t off, void **obj, void **aux)
{
	struct port_entry e;

	if (!port_slot_pop_n(off, &e, 1))
		return false;
	*obj = e.obj;
	*aux = e.aux;
	return true;
}

static inline bool port_array_push(uint32_t off, void *obj, void *aux)
{
	struct port_entry e = { obj, aux };

	return port_slot_push_n(off, &e, 1) == 1;
}

static inline unsigned long port_irq_save(void) { return 0; }
static inline void port_irq_restore(unsigned long flags) { (void)flags; }
static inline void port_relax(void) { __builtin_ia32_pause(); }

#include "seize.h"
#endif
