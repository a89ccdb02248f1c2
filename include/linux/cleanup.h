/* SPDX-License-Identifier: MIT */
/*
 * Scope-bound release: what is declared here is given back where its block ends, by any way out,
 * last declared first. Built on the compiler's cleanup attribute: the destructor of a variable is a
 * function that gets its address. Nothing here allocates, sleeps or takes a lock by itself.
 *
 *	char *p __free(kfree) = kmalloc(n, GFP_KERNEL);		freed unless taken out by no_free_ptr(p)
 *	guard(mutex)(&lock);					unlocked at the end of this block
 *	scoped_guard(spinlock_irqsave, &lock) { ... }		unlocked behind the braces
 *	CLASS(name, var)(args);					what DEFINE_CLASS(name, ...) says
 *
 * Source: Linux 6.5 to 6.17 for the names.
 */
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
/* An optional last argument judges what _lock returned, as _RET; without it not 0 is success. */
#define KMK_GUARD_SECOND(a, b, ...)	b
#define KMK_GUARD_WON(_name, ...) KMK_GUARD_SECOND(, ##__VA_ARGS__, _RET, 0)
#define DEFINE_GUARD_COND(_name, _ext, _lock, _cond...)			\
	EXTEND_CLASS(_name, _ext, ({ class_##_name##_t _t = _T;			\
		if (_T) { int _RET = (_lock); if (!(KMK_GUARD_WON(_name, ##_cond))) _t = NULL; } _t; }), \
		class_##_name##_t _T)						\
	static inline void *class_##_name##_ext##_lock_ptr(class_##_name##_t *_T) { return class_##_name##_lock_ptr(_T); }
#define guard(_name)		CLASS(_name, __UNIQUE_ID(guard))
#define __guard_ptr(_name)	class_##_name##_lock_ptr
#define scoped_guard(_name, args...)						\
	for (CLASS(_name, kmk_scope_)(args), *kmk_done_ = NULL;			\
	     !kmk_done_ && __guard_ptr(_name)(&kmk_scope_);			\
	     kmk_done_ = (void *)1)

/* A conditional guard: the body runs with the lock held, or _fail (a statement) runs without. */
#define scoped_cond_guard(_name, _fail, args...)				\
	for (CLASS(_name, kmk_scope_)(args), *kmk_done_ = NULL; !kmk_done_; kmk_done_ = (void *)1)	\
		if (!__guard_ptr(_name)(&kmk_scope_)) {				\
			_fail;							\
		} else

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
#define DEFINE_LOCK_GUARD_1_COND(_name, _ext, _lock, _cond...)			\
	EXTEND_CLASS(_name, _ext, ({ class_##_name##_t _t = { .lock = l }, *_T = &_t;	\
		if (_T->lock) { int _RET = (_lock); if (!(KMK_GUARD_WON(_name, ##_cond))) _T->lock = NULL; } _t; }), \
		__typeof__(((class_##_name##_t *)0)->lock) l)			\
	static inline void *class_##_name##_ext##_lock_ptr(class_##_name##_t *_T) { return class_##_name##_lock_ptr(_T); }

#endif
