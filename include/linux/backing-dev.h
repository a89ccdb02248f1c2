/* SPDX-License-Identifier: MIT */
/* Thin: every mapping stands on the same device, which takes 128 KiB at a time and is never congested. */
#ifndef _LINUX_BACKING_DEV_H
#define _LINUX_BACKING_DEV_H

#include <linux/backing-dev-defs.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/writeback.h>

extern struct backing_dev_info noop_backing_dev_info, kmk_backing_dev_info;

static inline struct backing_dev_info *inode_to_bdi(struct inode *inode)
{
	(void)inode;
	return &kmk_backing_dev_info;
}
static inline bool mapping_can_writeback(struct address_space *mapping)
{
	return !mapping->kmk_ops && !(mapping->flags >> AS_NO_WRITEBACK_TAGS & 1);
}
static inline int bdi_rw_congested(struct backing_dev_info *bdi) { (void)bdi; return 0; }
#endif
