/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_LINKAGE_H
#define _LINUX_LINKAGE_H

#include <linux/compiler_types.h>
#include <linux/stringify.h>
#include <linux/export.h>

#ifdef __cplusplus
#define CPP_ASMLINKAGE	extern "C"
#else
#define CPP_ASMLINKAGE
#endif
#define asmlinkage	CPP_ASMLINKAGE
#define __visible_for_testing
#define __page_aligned_data	__attribute__((__aligned__(4096)))
#define __page_aligned_bss	__attribute__((__aligned__(4096)))

#endif
