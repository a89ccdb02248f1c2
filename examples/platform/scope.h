/* SPDX-License-Identifier: MIT */
/*
 * An oscilloscope that never was: a platform driver whose probe takes six things one after the other.
 *
 *	devm_kzalloc      the driver's own structure
 *	devm_request_region   the ports of the device
 *	devm_kasprintf    a label
 *	group "samples"
 *	  devm_get_free_pages   the sample buffer
 *	  devm_kcalloc          an index into it
 *	scope_start       the machine is switched on; an action switches it off
 *
 * There is no error path and no remove(): whichever step fails, and whenever the driver is unbound, what
 * was taken is given back in reverse order. The suite in scope_test.c fails each allocation in turn and
 * checks both.
 */
#ifndef SCOPE_H
#define SCOPE_H

#include <linux/platform_device.h>
#include <linux/types.h>

#define SCOPE_SAMPLE_ORDER	1

struct scope {
	struct device *dev;
	const char *label;
	u16 *samples;
	unsigned int *index;
	unsigned int nr_index;
	bool running;
};

/* What was taken and given back, in order, one letter each: lower case taken, upper case given back. */
extern char scope_trace[64];

extern struct platform_driver scope_driver;
#endif
