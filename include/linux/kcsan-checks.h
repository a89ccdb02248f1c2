/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KCSAN_CHECKS_H
#define _LINUX_KCSAN_CHECKS_H

#include <linux/compiler_attributes.h>
#include <linux/types.h>

#define kcsan_check_access(ptr, size, type)	do { } while (0)
#define kcsan_check_read(ptr, size)	do { } while (0)
#define kcsan_check_write(ptr, size)	do { } while (0)
#define kcsan_disable_current()		do { } while (0)
#define kcsan_enable_current()		do { } while (0)
#define kcsan_nestable_atomic_begin()	do { } while (0)
#define kcsan_nestable_atomic_end()	do { } while (0)
#define kcsan_atomic_next(n)		do { } while (0)
#define kcsan_release()			do { } while (0)
#define ASSERT_EXCLUSIVE_WRITER(var)	do { } while (0)
#define ASSERT_EXCLUSIVE_ACCESS(var)	do { } while (0)
#define ASSERT_EXCLUSIVE_BITS(var, mask) do { } while (0)

#endif
