/* SPDX-License-Identifier: MIT */
/* There is one address space: user memory is memory. An address that is not mapped is a crash. */
#ifndef _LINUX_UACCESS_H
#define _LINUX_UACCESS_H

#include <linux/types.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#define access_ok(addr, size)		((void)(addr), (void)(size), 1)
#define user_access_begin(ptr, len)	access_ok(ptr, len)
#define user_access_end()		do { } while (0)
#define user_access_save()		0UL
#define user_access_restore(flags)	((void)(flags))

/* Counted for those who ask; a fault is handled all the same. Any context. */
static inline void pagefault_disable(void) { current->pagefault_disabled++; }
static inline void pagefault_enable(void) { current->pagefault_disabled--; }
static inline bool pagefault_disabled(void) { return current->pagefault_disabled != 0; }
#define faulthandler_disabled()		(pagefault_disabled() || in_atomic())

static inline unsigned long __must_check copy_from_user(void *to, const void __user *from, unsigned long n)
{
	memcpy(to, from, n);
	return 0;
}

static inline unsigned long __must_check copy_to_user(void __user *to, const void *from, unsigned long n)
{
	memcpy(to, from, n);
	return 0;
}

#define __copy_from_user(to, from, n)		copy_from_user(to, from, n)
#define __copy_to_user(to, from, n)		copy_to_user(to, from, n)
#define __copy_from_user_inatomic(to, from, n)	copy_from_user(to, from, n)
#define __copy_to_user_inatomic(to, from, n)	copy_to_user(to, from, n)
#define raw_copy_from_user(to, from, n)		copy_from_user(to, from, n)
#define raw_copy_to_user(to, from, n)		copy_to_user(to, from, n)
#define copy_from_kernel_nofault(to, from, n)	((long)copy_from_user(to, from, n))
#define copy_to_kernel_nofault(to, from, n)	((long)copy_to_user(to, from, n))
#define get_kernel_nofault(val, ptr)		copy_from_kernel_nofault(&(val), (ptr), sizeof(val))

static inline unsigned long __must_check clear_user(void __user *to, unsigned long n)
{
	memset(to, 0, n);
	return 0;
}
#define __clear_user(to, n)	clear_user(to, n)

#define get_user(x, ptr)	({ (x) = *(ptr); 0; })
#define put_user(x, ptr)	({ *(ptr) = (x); 0; })
#define __get_user(x, ptr)	get_user(x, ptr)
#define __put_user(x, ptr)	put_user(x, ptr)
#define unsafe_get_user(x, ptr, err_label)	do { (x) = *(ptr); if (0) goto err_label; } while (0)
#define unsafe_put_user(x, ptr, err_label)	do { *(ptr) = (x); if (0) goto err_label; } while (0)

static inline long strncpy_from_user(char *to, const char __user *from, long count)
{
	size_t len = strnlen(from, (size_t)count);

	memcpy(to, from, len < (size_t)count ? len + 1 : len);
	return (long)len;
}

static inline long strnlen_user(const char __user *s, long n)
{
	return (long)strnlen(s, (size_t)n) + 1;
}

/* -E2BIG if what does not fit into @ksize is not all zero. */
static inline __must_check int copy_struct_from_user(void *to, size_t ksize, const void __user *from, size_t usize)
{
	size_t size = ksize < usize ? ksize : usize;

	if (usize > ksize && memchr_inv((const char *)from + size, 0, usize - size))
		return -E2BIG;
	memcpy(to, from, size);
	memset((char *)to + size, 0, ksize - size);
	return 0;
}

#endif
