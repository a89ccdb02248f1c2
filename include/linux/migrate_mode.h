/* SPDX-License-Identifier: MIT */
/* How patient a migration is, and who asks for it. Names as in Linux 6.1. */
#ifndef _LINUX_MIGRATE_MODE_H
#define _LINUX_MIGRATE_MODE_H

enum migrate_mode {
	MIGRATE_ASYNC,		/* a page that is locked or being written now is left alone */
	MIGRATE_SYNC_LIGHT,	/* wait for locks, not for I/O */
	MIGRATE_SYNC,		/* wait for I/O, too */
	MIGRATE_SYNC_NO_COPY,	/* the caller copies the contents itself */
};

enum migrate_reason {
	MR_COMPACTION,
	MR_MEMORY_FAILURE,
	MR_MEMORY_HOTPLUG,
	MR_SYSCALL,
	MR_MEMPOLICY_MBIND,
	MR_NUMA_MISPLACED,
	MR_CONTIG_RANGE,
	MR_LONGTERM_PIN,
	MR_DEMOTION,
	MR_TYPES
};
#endif
