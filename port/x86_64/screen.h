/* SPDX-License-Identifier: MIT */
/*
 * The display of Bochs and QEMU (-device bochs-display, or -vga std): found on the PCI bus, set to a mode. Who
 * draws maps the frame buffer and the registers himself, as a driver does, by ioremap().
 */
#ifndef KMK_BARE_SCREEN_H
#define KMK_BARE_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#define BARE_SCREEN_REGS	4096	/* bytes of registers */

struct bare_screen {
	uint64_t buffer, size;		/* physical address and bytes of the frame buffer */
	uint64_t registers;
};

/* Look at bus 0; on success the device answers to its addresses. False: there is none. */
bool bare_screen_find(struct bare_screen *s);

/* 32 bits a pixel (0x00rrggbb), rows without gaps. regs: the registers, mapped. False: the mode was refused. */
bool bare_screen_mode(volatile void *regs, unsigned width, unsigned height);

#endif
