/* SPDX-License-Identifier: MIT */
/* Scope-bound release: __free(kfree) on a pointer, guard(mutex)(&lock) for the rest of a block. */
#ifndef _LINUX_CLEANUP_H
#define _LINUX_CLEANUP_H

#include <linux/compiler.h>

#define DEFINE_FREE(_name, _type, _free) \
	static inline void __free_##_name(void *p) { _type _T = *(_type *)p; _free; }
#define __free(_name)		__cleanup(__free_##_name)
#define __get_and_null(p, nullvalue) ({			\
	__auto_type kmk_ptr_ = &(p);			\
	__auto_type kmk_val_ = *kmk_ptr_;		\
	*kmk_ptr_ = nullvalue;				\
	kmk_val_; })
#define __get_and_null_ptr(p)	__get_and_null(p, NULL)
#define no_free_ptr(p)		__get_and_null(p, NULL)
#define return_ptr(p)		return no_free_ptr(p)
#define retain_and_null_ptr(p)	((void)__get_and_null(p, NULL))

#define DEFINE_CLASS(_name, _type, _exit, _init, _init_args...)			\
	typedef _type class_##_name##_t;					\
	static inline void class_##_name##_destructor(_type *p) { _type _T = *p; _exit; }	\
	static inline _type class_##_name##_constructor(_init_args) { _type t = _init; return t; }
#define EXTEND_CLASS(_name, ext, _init, _init_args...)				\
	typedef class_##_name##_t class_##_name##ext##_t;			\
	static inline void class_##_name##ext##_destructor(class_##_name##_t *p) { class_##_name##_destructor(p); } \
	static inline class_##_name##_t class_##_name##ext##_constructor(_init_args)	\
	{ class_##_name##_t t = _init; return t; }
#define CLASS(_name, var)							\
	class_##_name##_t var __cleanup(class_##_name##_destructor) = class_##_name##_constructor

#define DEFINE_GUARD(_name, _type, _lock, _unlock)				\
	DEFINE_CLASS(_name, _type, if (_T) { _unlock; }, ({ _lock; _T; }), _type _T)	\
	static inline void *class_##_name##_lock_ptr(class_##_name##_t *_T) { return *_T; }
#define DEFINE_GUARD_COND(_name, _ext, _condlock)				\
	EXTEND_CLASS(_name, _ext, ({ void *_t = _T; if (_T && !(_condlock)) _t = NULL; _t; }), class_##_name##_t _T) \
	static inline void *class_##_name##_ext##_lock_ptr(class_##_name##_t *_T) { return class_##_name##_lock_ptr(_T); }
#define guard(_name)		CLASS(_name, __UNIQUE_ID(guard))
#define __guard_ptr(_name)	class_##_name##_lock_ptr
#define scoped_guard(_name, args...)						\
	for (CLASS(_name, kmk_scope_)(args), *kmk_done_ = NULL;			\
	     !kmk_done_ && __guard_ptr(_name)(&kmk_scope_);			\
	     kmk_done_ = (void *)1)

#define KMK_UNLOCK_CLASS(_name, _type, _unlock, ...)				\
	typedef struct { _type *lock; __VA_ARGS__; } class_##_name##_t;		\
	static inline void class_##_name##_destructor(class_##_name##_t *_T) { if (_T->lock) { _unlock; } } \
	static inline void *class_##_name##_lock_ptr(class_##_name##_t *_T) { return _T->lock; }
#define DEFINE_LOCK_GUARD_1(_name, _type, _lock, _unlock, ...)			\
	KMK_UNLOCK_CLASS(_name, _type, _unlock, __VA_ARGS__)			\
	static inline class_##_name##_t class_##_name##_constructor(_type *l)	\
	{ class_##_name##_t _t = { .lock = l }, *_T = &_t; _lock; return _t; }
#define DEFINE_LOCK_GUARD_0(_name, _lock, _unlock, ...)				\
	KMK_UNLOCK_CLASS(_name, void, _unlock, __VA_ARGS__)			\
	static inline class_##_name##_t class_##_name##_constructor(void)	\
	{ class_##_name##_t _t = { .lock = (void *)1 }, *_T __maybe_unused = &_t; _lock; return _t; }
#define DEFINE_LOCK_GUARD_1_COND(_name, _ext, _condlock)			\
	EXTEND_CLASS(_name, _ext, ({ class_##_name##_t _t = { .lock = l }, *_T = &_t;	\
		if (_T->lock && !(_condlock)) _T->lock = NULL; _t; }), __typeof__(((class_##_name##_t *)0)->lock) l) \
	static inline void *class_##_name##_ext##_lock_ptr(class_##_name##_t *_T) { return class_##_name##_lock_ptr(_T); }

#endif
