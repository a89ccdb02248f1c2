/* SPDX-License-Identifier: MIT */
/* RAM outside the direct map, by the boot option highmem=SIZE. */
#ifndef KMK_BARE_HIGHMEM_H
#define KMK_BARE_HIGHMEM_H

#include "port/x86_64/bare.h"

/* The value of a boot option "name=NUMBER[K|M|G]" in bytes; 0 when it is not there. */
uint64_t bare_size_option(const char *name);

/* Make the top ranges of a finished map high. Once, tables live. 0 or -ENOMEM. */
int bare_high_init(struct port_desc *d);

/* Clear frames of high memory; false: they are not, and the direct map shows them. */
bool bare_high_clear(uint64_t pa, uint64_t len);

#endif
