/* SPDX-License-Identifier: MIT */
/*
 * The shorter forms of port_array_pop() and port_array_push(), for hosts that have nothing better: the array
 * named by its place (PORT_PLACE), and a push that is for its owner only. Included by their port_inline.h.
 */
#ifndef KMK_PORT_PLAIN_H
#define KMK_PORT_PLAIN_H

static inline bool port_array_pop_at(uintptr_t place, void **obj, void **aux)
{
	return port_array_pop((uint32_t)(place - PORT_PLACE(0)), obj, aux);
}

static inline bool port_slot_pop_at(uintptr_t place, void **obj, void **aux)
{
	(void)place, (void)obj, (void)aux;
	return false;
}

static inline bool port_array_push_home(struct port_array *home, int owner, void *obj, void *aux)
{
	return owner == port_owner_id() && port_array_push(port_array_offset(home), obj, aux);
}
#endif
