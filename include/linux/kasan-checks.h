/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KASAN_CHECKS_H
#define _LINUX_KASAN_CHECKS_H

#include <linux/types.h>

static inline bool kasan_check_read(const volatile void *p, unsigned int size)
{
	(void)p, (void)size;
	return true;
}

static inline bool kasan_check_write(const volatile void *p, unsigned int size)
{
	(void)p, (void)size;
	return true;
}
#define __kasan_check_read(p, size)	kasan_check_read(p, size)
#define __kasan_check_write(p, size)	kasan_check_write(p, size)
#define kasan_check_byte(addr)		((void)(addr), true)

#endif
