/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_CONTAINER_OF_H
#define _LINUX_CONTAINER_OF_H

#include <linux/build_bug.h>
#include <linux/stddef.h>

#define typeof_member(T, m)	__typeof__(((T *)0)->m)

/* The member's type is checked, so that a pointer to something else does not pass. */
#define container_of(ptr, type, member) ({						\
	void *kmk_member_ = (void *)(ptr);						\
	_Static_assert(__same_type(*(ptr), ((type *)0)->member) || __same_type(*(ptr), void), \
		       "pointer type mismatch in container_of()");			\
	(type *)((char *)kmk_member_ - offsetof(type, member)); })
#define container_of_const(ptr, type, member)						\
	_Generic(ptr,									\
		const __typeof__(*(ptr)) *: (const type *)container_of(ptr, type, member),	\
		default: (type *)container_of(ptr, type, member))
#define container_of_safe(ptr, type, member) ({						\
	void *kmk_safe_ = (void *)(ptr);						\
	(unsigned long)kmk_safe_ >= (unsigned long)-4095 || !kmk_safe_ ?		\
		(type *)kmk_safe_ : container_of(ptr, type, member); })

#endif
