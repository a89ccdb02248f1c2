/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_CPUHOTPLUG_H
#define _LINUX_CPUHOTPLUG_H

#include <linux/types.h>

enum cpuhp_state {
	CPUHP_INVALID = -1,
	CPUHP_OFFLINE = 0,
	CPUHP_SLUB_DEAD,
	CPUHP_PAGE_ALLOC,
	CPUHP_MM_WRITEBACK_DEAD,
	CPUHP_MM_VMSTAT_DEAD,
	CPUHP_PERCPU_CNT_DEAD,
	CPUHP_RADIX_DEAD,
	CPUHP_BP_PREPARE_DYN,
	CPUHP_BP_PREPARE_DYN_END = CPUHP_BP_PREPARE_DYN + 20,
	CPUHP_AP_ONLINE_DYN,
	CPUHP_AP_ONLINE_DYN_END = CPUHP_AP_ONLINE_DYN + 30,
	CPUHP_ONLINE,
};

#define cpuhp_setup_state(s, name, up, down)		((void)(s), (void)(name), (void)(down), 0)
#define cpuhp_setup_state_nocalls(s, name, up, down)	((void)(s), (void)(name), (void)(down), 0)
#define cpuhp_setup_state_multi(s, name, up, down)	((void)(s), (void)(name), (void)(down), 0)
#define cpuhp_remove_state(s)				((void)(s))
#define cpuhp_remove_state_nocalls(s)			((void)(s))

#endif
