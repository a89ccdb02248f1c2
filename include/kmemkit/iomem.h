/* SPDX-License-Identifier: MIT */
/*
 * Simulated devices: a physical range whose registers are two functions.
 *
 * A driver under test sees the device through ioremap() and readX/writeX(), as it would see hardware; each
 * access becomes one call. Interrupts: kmemkit/irq.h. An example is in examples/timer/.
 */
#ifndef _KMEMKIT_IOMEM_H
#define _KMEMKIT_IOMEM_H

#include <linux/types.h>

/* Access widths, in bytes; a mask. */
#define KMK_IO_8	1u
#define KMK_IO_16	2u
#define KMK_IO_32	4u
#define KMK_IO_64	8u

/*
 * offset counts from the range's start, width is 1, 2, 4 or 8 and offset a multiple of it: other accesses are
 * reported as misuse and never get here, nor do widths that the mask leaves out (0: all are welcome). The
 * calls run in the driver's context, which may be an interrupt or hold spinlocks: they must not sleep, and
 * bring locks of their own. A missing read gives all ones, a missing write does nothing.
 */
struct kmk_iomem_ops {
	u64 (*read)(void *ctx, u64 offset, unsigned int width);
	void (*write)(void *ctx, u64 offset, u64 value, unsigned int width);
	unsigned int widths;
};

/*
 * Put a device at [start, start + size) and into the iomem tree under this name. name, ops and ctx stay the
 * caller's, in use until the unregister. -EINVAL: an empty or wrapping range; -EBUSY: RAM, another device or
 * a requested region is there; -ENOMEM. May sleep.
 */
int kmemkit_iomem_register(phys_addr_t start, resource_size_t size, const char *name,
			   const struct kmk_iomem_ops *ops, void *ctx);
/* Take the device at start away. -ENOENT: there is none; -EBUSY, reported: it is still mapped. May sleep. */
int kmemkit_iomem_unregister(phys_addr_t start);
#endif
