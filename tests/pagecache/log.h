/* SPDX-License-Identifier: MIT */
/* What a writer of kill.c says in its log: one sector for each range that is in the file for good. */
#ifndef KILL_LOG_H
#define KILL_LOG_H

#include <linux/types.h>

#define LOG_MAGIC	0x70636b6cu
#define LOG_PAGES	100

struct log_record {
	u32 magic, count;
	u64 first, stride;		/* pages first, first + stride ... */
	u32 generation[LOG_PAGES];	/* their contents are at least this new */
	u8 pad[512 - 24 - 4 * LOG_PAGES];
};
_Static_assert(sizeof(struct log_record) == 512, "one sector");
#endif
