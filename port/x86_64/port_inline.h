/* SPDX-License-Identifier: MIT */
/*
 * The bare-metal inline door: per-CPU arrays edited with interrupts off.
 *
 * To the core these arrays are restartable ones (PORT_F_RSEQ): no slots, and a seizer stores cap
 * before top and then calls port_fence(), which returns when the owner has had its interrupts on.
 * The words at gs are those of struct bare_cpu.
 */
#ifndef KMK_PORT_INLINE_H
#define KMK_PORT_INLINE_H

#include "../array.h"

#define PORT_HAVE_RSEQ 1

#define PORT_IF 0x200ul

struct kmk_thread;
static inline struct kmk_thread *port_self(void)
{
	struct kmk_thread *self;

	__asm__ volatile("movq %%gs:0, %0" : "=r"(self));
	return self;
}

static inline int port_owner_id(void)
{
	int id;

	__asm__ volatile("movl %%gs:8, %0" : "=r"(id));
	return id;
}

static inline bool port_uses_slots(void) { return false; }

static inline unsigned long port_irq_save(void)
{
	unsigned long flags;

	__asm__ volatile("pushfq\n\tpopq %0\n\tcli" : "=r"(flags) : : "memory");
	return flags;
}

static inline void port_irq_restore(unsigned long flags)
{
	if (flags & PORT_IF)
		__asm__ volatile("sti" : : : "memory");
}

static inline void port_relax(void) { __asm__ volatile("pause" : : : "memory"); }

static inline unsigned port_array_pop_n(uint32_t off, struct port_entry *out, unsigned n)
{
	unsigned long flags = port_irq_save();

	n = port_locked_pop(port_array_of(port_owner_id(), off), out, n);
	port_irq_restore(flags);
	return n;
}

static inline unsigned port_array_push_n(uint32_t off, const struct port_entry *in, unsigned n)
{
	unsigned long flags = port_irq_save();

	n = port_locked_push(port_array_of(port_owner_id(), off), in, n);
	port_irq_restore(flags);
	return n;
}

static inline __attribute__((always_inline)) bool
port_array_pop(uint32_t off, void **obj, void **aux)
{
	struct port_entry e;

	if (!port_array_pop_n(off, &e, 1))
		return false;
	*obj = e.obj;
	*aux = e.aux;
	return true;
}

static inline __attribute__((always_inline)) bool
port_array_push(uint32_t off, void *obj, void *aux)
{
	struct port_entry e = { obj, aux };

	return port_array_push_n(off, &e, 1) == 1;
}

#include "../seize.h"
#endif
