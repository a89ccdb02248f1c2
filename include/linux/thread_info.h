/* SPDX-License-Identifier: MIT */
/* Stacks are the host's; the sizes are those of x86-64, because tests align memory by them. */
#ifndef _LINUX_THREAD_INFO_H
#define _LINUX_THREAD_INFO_H

#include <linux/types.h>
#include <asm/page.h>

#define THREAD_SIZE_ORDER	2
#define THREAD_SIZE		(PAGE_SIZE << THREAD_SIZE_ORDER)
#define THREAD_ALIGN		THREAD_SIZE
#define THREADINFO_GFP		(GFP_KERNEL_ACCOUNT | __GFP_ZERO)

#define check_object_size(ptr, n, to_user)	do { (void)(ptr); (void)(n); } while (0)
#define check_copy_size(ptr, n, is_source)	((void)(ptr), (void)(n), 1)

#endif
