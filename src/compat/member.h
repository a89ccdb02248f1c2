/* SPDX-License-Identifier: MIT */
/*
 * Lists that are walked while they change. A walker puts a mark of its own behind the member it stands
 * on, lets the lock go over the callback, and goes on from the mark.
 */
#ifndef KMK_COMPAT_MEMBER_H
#define KMK_COMPAT_MEMBER_H

#include <linux/device.h>

struct walk {
	struct list_head *head;
	spinlock_t *lock;
	bool reverse;
	bool (*hold)(void *owner);	/* false: on its way out, skip; called under the lock */
	void (*drop)(void *owner);
};

/* fn of each member behind `start` (NULL: all), until one returns non-zero. */
int kmk_walk(const struct walk *w, struct kmk_member *start, int (*fn)(void *owner, void *data), void *data);

struct subsys_private {
	spinlock_t lock;
	struct list_head devices, drivers;
	struct list_head node;		/* among all buses */
	const char *name;
};
/* -EEXIST: another bus has its name. */
int kmk_bus_setup(struct bus_type *bus, struct subsys_private *p);

/* The driver side of a device's life: called by device_add() and device_del(). */
int kmk_device_on_bus(struct device *dev);
void kmk_device_probe_first(struct device *dev);
void kmk_device_off_bus(struct device *dev);
bool kmk_hold_device(void *dev);
void kmk_drop_device(void *dev);
void kmk_deferred_forget(struct device *dev);
#endif
