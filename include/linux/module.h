/* SPDX-License-Identifier: MIT */
/*
 * Modules. A program built by kmemkit is one link of several modules, told apart by
 * KBUILD_MODNAME; module_init() is an initcall of level "device", as in a built-in driver.
 */
#ifndef KMK_LINUX_MODULE_H
#define KMK_LINUX_MODULE_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/percpu.h>	/* these three: modules rely on getting them from here */
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/stringify.h>
#include <linux/types.h>

#define KMK_MODULE_NAME_LEN 56

enum module_state {
	MODULE_STATE_LIVE,
	MODULE_STATE_COMING,
	MODULE_STATE_GOING,
	MODULE_STATE_UNFORMED,
};

struct kunit_suite;
struct notifier_block;

struct module {
	enum module_state state;
	struct list_head list;
	char name[KMK_MODULE_NAME_LEN];
	const char *version;
	struct kunit_suite **kunit_suites;	/* for borrowed code; always empty */
	int num_kunit_suites;
};

struct module_kobject {
	struct kobject kobj;
	struct module *mod;
};

struct module_attribute {
	struct attribute attr;
	ssize_t (*show)(struct module_attribute *attr, struct module_kobject *mk, char *buf);
	ssize_t (*store)(struct module_attribute *attr, struct module_kobject *mk, const char *buf,
			 size_t len);
};

/* One per file: its address is only ever compared, handed back or read for the name. */
static struct module kmk_this_module __attribute__((unused)) = {
	.state = MODULE_STATE_LIVE,
	.list = { &kmk_this_module.list, &kmk_this_module.list },
	.name = KBUILD_MODNAME,
};
#undef THIS_MODULE
#define THIS_MODULE (&kmk_this_module)

#define module_init(fn)		device_initcall(fn)
#define module_exit(fn)		__exitcall(fn)

/* Information for tools that read modules; there is no module file here. */
#define MODULE_INFO(tag, info)		_Static_assert(1, "")
#define MODULE_LICENSE(text)		_Static_assert(1, "")
#define MODULE_AUTHOR(text)		_Static_assert(1, "")
#define MODULE_DESCRIPTION(text)	_Static_assert(1, "")
#define MODULE_VERSION(text)		_Static_assert(1, "")
#define MODULE_ALIAS(text)		_Static_assert(1, "")
#define MODULE_SOFTDEP(text)		_Static_assert(1, "")
#define MODULE_FIRMWARE(text)		_Static_assert(1, "")
#define MODULE_IMPORT_NS(ns)		_Static_assert(1, "")
#define MODULE_PARM_DESC(name, text)	_Static_assert(1, "")
#define MODULE_SUPPORTED_DEVICE(name)	_Static_assert(1, "")
#define MODULE_DEVICE_TABLE(type, name)	_Static_assert(1, "")

/* Everything is linked for good: references are granted and mean nothing. */
static inline bool try_module_get(struct module *mod)
{
	(void)mod;
	return true;
}

static inline void __module_get(struct module *mod)
{
	(void)mod;
}

static inline void module_put(struct module *mod)
{
	(void)mod;
}

static inline int module_refcount(struct module *mod)
{
	(void)mod;
	return 1;
}

static inline bool module_is_live(struct module *mod)
{
	return mod->state != MODULE_STATE_GOING;
}

static inline const char *module_name(struct module *mod)
{
	return mod ? mod->name : "kernel";
}

#define module_put_and_exit(code)	module_put_and_kthread_exit(code)
#define symbol_get(x)			(&(x))
#define symbol_put(x)			do { } while (0)
#define symbol_request(x)		(&(x))
#define request_module(...)		(-ENOSYS)
#define request_module_nowait(...)	(-ENOSYS)

/* All modules are there before any code runs and none leaves: there is nothing to be told of. */
static inline int register_module_notifier(struct notifier_block *nb)
{
	(void)nb;
	return 0;
}

static inline int unregister_module_notifier(struct notifier_block *nb)
{
	(void)nb;
	return 0;
}

#if KMK_MIXED && __has_include_next(<linux/module.h>)
#include_next <linux/module.h>
#endif
#endif
