/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_BH_H
#define _LINUX_BH_H

#include <linux/preempt.h>

#define local_bh_disable()	kmk_ctx_add(SOFTIRQ_DISABLE_OFFSET)
#define local_bh_enable()	kmk_ctx_sub(SOFTIRQ_DISABLE_OFFSET)
#define _local_bh_enable()	local_bh_enable()
#define __local_bh_disable_ip(ip, cnt)	((void)(ip), kmk_ctx_add(cnt))
#define __local_bh_enable_ip(ip, cnt)	((void)(ip), kmk_ctx_sub(cnt))
#define local_bh_enable_ip(ip)	((void)(ip), local_bh_enable())

#endif
