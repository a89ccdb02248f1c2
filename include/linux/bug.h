/* SPDX-License-Identifier: MIT */
/*
 * WARN and BUG. A WARN prints where, the message and the stack, is counted, and goes on. A BUG
 * prints, is counted, and ends the current context: the KUnit case, the kernel thread, or the program.
 */
#ifndef _LINUX_BUG_H
#define _LINUX_BUG_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/printk.h>
#include <linux/types.h>

void kmk_warn(const char *file, int line, const char *func, const char *fmt, ...) __printf(4, 5);
void kmk_bug(const char *file, int line, const char *func) __attribute__((noreturn, cold));

#ifdef BUG
#undef BUG
#endif
#define BUG()		kmk_bug(__FILE__, __LINE__, __func__)
#define BUG_ON(cond)	do { if (unlikely(cond)) BUG(); } while (0)

#define WARN_ON(cond) ({							\
	int __kmk_w = !!(cond);							\
	if (unlikely(__kmk_w))							\
		kmk_warn(__FILE__, __LINE__, __func__, NULL);			\
	unlikely(__kmk_w);							\
})
#define WARN(cond, fmt...) ({							\
	int __kmk_w = !!(cond);							\
	if (unlikely(__kmk_w))							\
		kmk_warn(__FILE__, __LINE__, __func__, fmt);			\
	unlikely(__kmk_w);							\
})
#define __KMK_ONCE(cond, action) ({						\
	static unsigned char __kmk_said;					\
	int __kmk_w = !!(cond);							\
	if (unlikely(__kmk_w) &&						\
	    !__atomic_exchange_n(&__kmk_said, 1, __ATOMIC_RELAXED))		\
		action;								\
	unlikely(__kmk_w);							\
})
#define WARN_ON_ONCE(cond)	__KMK_ONCE(cond, kmk_warn(__FILE__, __LINE__, __func__, NULL))
#define WARN_ONCE(cond, fmt...)	__KMK_ONCE(cond, kmk_warn(__FILE__, __LINE__, __func__, fmt))
#define WARN_TAINT(cond, taint, fmt...)		WARN(cond, fmt)
#define WARN_TAINT_ONCE(cond, taint, fmt...)	WARN_ONCE(cond, fmt)
#define WARN_ON_SMP(cond)	WARN_ON(cond)
#define CHECK_DATA_CORRUPTION(cond, fmt...)	WARN(cond, fmt)

#define VM_BUG_ON(cond)			BUG_ON(cond)
#define VM_WARN_ON(cond)		((void)WARN_ON(cond))
#define VM_WARN_ON_ONCE(cond)		WARN_ON_ONCE(cond)
#define VM_WARN_ONCE(cond, fmt...)	WARN_ONCE(cond, fmt)
#define VM_WARN(cond, fmt...)		WARN(cond, fmt)
#define VIRTUAL_BUG_ON(cond)		BUG_ON(cond)
#endif
