/* SPDX-License-Identifier: MIT */
/* Every global symbol of the files linked into one program is visible to the others. */
#ifndef _LINUX_EXPORT_H
#define _LINUX_EXPORT_H

#include <linux/compiler.h>
#include <linux/stringify.h>

#define KMK_EXPORT(sym)			extern __typeof__(sym) sym
#define EXPORT_SYMBOL(sym)		KMK_EXPORT(sym)
#define EXPORT_SYMBOL_GPL(sym)		KMK_EXPORT(sym)
#define EXPORT_SYMBOL_NS(sym, ns)	KMK_EXPORT(sym)
#define EXPORT_SYMBOL_NS_GPL(sym, ns)	KMK_EXPORT(sym)
#define EXPORT_PER_CPU_SYMBOL(var)	KMK_EXPORT(var)
#define EXPORT_PER_CPU_SYMBOL_GPL(var)	KMK_EXPORT(var)
#define EXPORT_SYMBOL_IF_KUNIT_DEFAULT(sym) KMK_EXPORT(sym)
#define VMLINUX_SYMBOL(x)		x
#define VMLINUX_SYMBOL_STR(x)		#x
#ifndef THIS_MODULE
#ifdef MODULE
extern struct module __this_module;
#define THIS_MODULE			(&__this_module)
#else
#define THIS_MODULE			((struct module *)0)
#endif
#endif

#endif
