/* SPDX-License-Identifier: MIT */
/*
 * The inline door of the smallest host: one thread, no interrupts. Nobody can come between, so an array is
 * edited like any other memory; the whole of it is what port/array.h calls the locked form.
 */
#ifndef KMK_PORT_INLINE_H
#define KMK_PORT_INLINE_H

#include "port/array.h"

#define PORT_HAVE_RSEQ 1

struct kmk_thread;
extern char tiny_block[PORT_BLOCK_SIZE];
static inline struct kmk_thread *port_self(void) { return (struct kmk_thread *)(void *)tiny_block; }

static inline int port_owner_id(void) { return 0; }
static inline bool port_uses_slots(void) { return false; }
static inline bool port_id_locked(int id) { (void)id; return false; }
static inline unsigned long port_irq_save(void) { return 0; }
static inline void port_irq_restore(unsigned long flags) { (void)flags; }
static inline void port_relax(void) { }

static inline unsigned port_array_pop_n(uint32_t off, struct port_entry *out, unsigned n)
{
	return port_locked_pop(port_array_of(0, off), out, n);
}

static inline unsigned port_array_push_n(uint32_t off, const struct port_entry *in, unsigned n)
{
	return port_locked_push(port_array_of(0, off), in, n);
}

static inline bool port_array_pop(uint32_t off, void **obj, void **aux)
{
	struct port_entry e;

	if (!port_array_pop_n(off, &e, 1))
		return false;
	*obj = e.obj;
	*aux = e.aux;
	return true;
}

static inline bool port_array_push(uint32_t off, void *obj, void *aux)
{
	struct port_entry e = { obj, aux };

	return port_array_push_n(off, &e, 1) == 1;
}

#include "port/plain.h"
#include "port/seize.h"
#endif
