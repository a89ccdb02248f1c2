/* SPDX-License-Identifier: MIT */
/* Between the files of the simulation. */
#ifndef KMK_SIM_INTERNAL_H
#define KMK_SIM_INTERNAL_H

#include "sim.h"

/* Count a call; true: it shall fail. */
bool sim_count(enum sim_call call);

/* Build the memory of a machine anew. 0 or -errno. */
int sim_memory_init(const struct port_desc *d);
#endif
