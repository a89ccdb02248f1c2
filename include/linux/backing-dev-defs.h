/* SPDX-License-Identifier: MIT */
/* Thin: what stands behind a mapping, as far as readahead and write-back ask. */
#ifndef _LINUX_BACKING_DEV_DEFS_H
#define _LINUX_BACKING_DEV_DEFS_H

#include <linux/types.h>

#define BDI_CAP_WRITEBACK	1u
#define BDI_CAP_WRITEBACK_ACCT	2u

struct backing_dev_info {
	unsigned long ra_pages, io_pages;	/* pages: largest readahead, best transfer */
	unsigned int capabilities;
	const char *name;
};
#endif
