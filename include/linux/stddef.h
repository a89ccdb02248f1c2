/* SPDX-License-Identifier: MIT */
#ifndef KMK_LINUX_STDDEF_H
#define KMK_LINUX_STDDEF_H

#include <linux/compiler_types.h>

#if KMK_MIXED && __has_include_next(<linux/stddef.h>)
#include_next <linux/stddef.h>
#include <linux/compiler_attributes.h>
#undef __always_inline
#define __always_inline		inline __attribute__((__always_inline__))
#endif

#include <stddef.h>

#undef offsetof
#define offsetof(TYPE, MEMBER)	__builtin_offsetof(TYPE, MEMBER)
#define sizeof_field(TYPE, MEMBER) sizeof((((TYPE *)0)->MEMBER))
#define offsetofend(TYPE, MEMBER) (offsetof(TYPE, MEMBER) + sizeof_field(TYPE, MEMBER))

/* The same members twice: loose, for the old names, and as one member that can be copied whole. */
#undef __struct_group
#define __struct_group(TAG, NAME, ATTRS, MEMBERS...)	\
	union {						\
		struct { MEMBERS } ATTRS;		\
		struct TAG { MEMBERS } ATTRS NAME;	\
	}
#define struct_group(NAME, MEMBERS...)			__struct_group(, NAME, , MEMBERS)
#define struct_group_attr(NAME, ATTRS, MEMBERS...)	__struct_group(, NAME, ATTRS, MEMBERS)
#define struct_group_tagged(TAG, NAME, MEMBERS...)	__struct_group(TAG, NAME, , MEMBERS)

/* A flexible array may not be alone in a struct or stand in a union; beside an empty struct it may. */
#undef __DECLARE_FLEX_ARRAY
#define __DECLARE_FLEX_ARRAY(TYPE, NAME)		\
	struct {					\
		struct { } __empty_##NAME;		\
		TYPE NAME[];				\
	}
#define DECLARE_FLEX_ARRAY(TYPE, NAME)	__DECLARE_FLEX_ARRAY(TYPE, NAME)

#endif
