/* SPDX-License-Identifier: MIT */
/* The simulation's inline door: the sections are functions of its C model (array.c). */
#ifndef KMK_PORT_INLINE_H
#define KMK_PORT_INLINE_H

#include "array.h"

#define PORT_HAVE_RSEQ 1

extern int sim_cpu;
extern char *sim_block;

bool sim_array_pop(uint32_t off, void **obj, void **aux);
bool sim_array_push(uint32_t off, void *obj, void *aux);
unsigned sim_array_pop_n(uint32_t off, struct port_entry *out, unsigned n);
unsigned sim_array_push_n(uint32_t off, const struct port_entry *in, unsigned n);

struct kmk_thread;
static inline struct kmk_thread *port_self(void)
{
	return (struct kmk_thread *)(void *)sim_block;
}

static inline int port_owner_id(void)
{
	return sim_cpu >= 0 ? sim_cpu : port_slot_id();
}

static inline bool port_uses_slots(void) { return sim_cpu < 0; }

static inline bool port_array_pop(uint32_t off, void **obj, void **aux)
{
	return sim_array_pop(off, obj, aux);
}

static inline bool port_array_push(uint32_t off, void *obj, void *aux)
{
	return sim_array_push(off, obj, aux);
}

static inline unsigned port_array_pop_n(uint32_t off, struct port_entry *out, unsigned n)
{
	return port_uses_slots() ? port_slot_pop_n(off, out, n) : sim_array_pop_n(off, out, n);
}

static inline unsigned port_array_push_n(uint32_t off, const struct port_entry *in, unsigned n)
{
	return port_uses_slots() ? port_slot_push_n(off, in, n) : sim_array_push_n(off, in, n);
}

static inline unsigned long port_irq_save(void) { return 0; }
static inline void port_irq_restore(unsigned long flags) { (void)flags; }
static inline void port_relax(void) { }

static inline bool port_id_locked(int id) { (void)id; return port_uses_slots(); }

#include "plain.h"
#include "seize.h"
#endif
