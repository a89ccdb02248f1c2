/* SPDX-License-Identifier: MIT */
/*
 * Module parameters.
 *
 * A parameter is a record whose address stands in the program's section "kmk_params". Its type is
 * a set of functions that parse and print a value. Values come from `--param` of `kmemkit run`
 * (KMEMKIT_PARAMS), as name=value or module.name=value, and are set before the first initcall.
 */
#ifndef _LINUX_MODULEPARAM_H
#define _LINUX_MODULEPARAM_H

#include <linux/init.h>
#include <linux/types.h>

#define MODULE_NAME_LEN		(64 - sizeof(unsigned long))
#define MODULE_PARAM_PREFIX	KBUILD_MODNAME "."

struct kernel_param;
struct module;

enum { KERNEL_PARAM_OPS_FL_NOARG = 1 << 0 };	/* the bare name is a value */
enum { KERNEL_PARAM_FL_UNSAFE = 1 << 0, KERNEL_PARAM_FL_HWPARAM = 1 << 1 };

/* set: 0 or a negative errno; val is NULL for a bare name. get: characters written to buffer. */
struct kernel_param_ops {
	unsigned int flags;
	int (*set)(const char *val, const struct kernel_param *kp);
	int (*get)(char *buffer, const struct kernel_param *kp);
	void (*free)(void *arg);
};

struct kparam_string {
	unsigned int maxlen;
	char *string;
};

struct kparam_array {
	unsigned int max;
	unsigned int elemsize;
	unsigned int *num;
	const struct kernel_param_ops *ops;
	void *elem;
};

struct kernel_param {
	const char *name;
	struct module *mod;
	const struct kernel_param_ops *ops;
	u16 perm;
	s8 level;
	u8 flags;
	union {
		void *arg;
		const struct kparam_string *str;
		const struct kparam_array *arr;
	};
	const char *module;	/* name of the module it belongs to */
};

#define kmk_define_param(n, o, p, l, f, a)						\
	static struct kernel_param kmk_param_##n __attribute__((used)) = {		\
		.name = #n, .ops = (o), .perm = (p), .level = (l), .flags = (f),	\
		.arg = (void *)(a), .module = KBUILD_MODNAME };				\
	KMK_RECORD_IN("kmk_params", struct kernel_param, kmk_param_##n)

#define module_param_cb(name, ops, arg, perm)	kmk_define_param(name, ops, perm, -1, 0, arg)
#define module_param_cb_unsafe(name, ops, arg, perm)					\
	kmk_define_param(name, ops, perm, -1, KERNEL_PARAM_FL_UNSAFE, arg)
#define core_param_cb(name, ops, arg, perm)	kmk_define_param(name, ops, perm, 1, 0, arg)

/* The pointer comparison is the type check: it warns when the variable is not of that type. */
#define kmk_param_checked(n, v, type, p, l, f)						\
	static inline void __attribute__((unused)) kmk_param_check_##n(void)		\
	{										\
		param_check_##type(n, &(v));						\
	}										\
	kmk_define_param(n, &param_ops_##type, p, l, f, &(v))

#define module_param_named(name, value, type, perm)					\
	kmk_param_checked(name, value, type, perm, -1, 0)
#define module_param_named_unsafe(name, value, type, perm)				\
	kmk_param_checked(name, value, type, perm, -1, KERNEL_PARAM_FL_UNSAFE)
#define module_param(name, type, perm)		module_param_named(name, name, type, perm)
#define module_param_unsafe(name, type, perm)	module_param_named_unsafe(name, name, type, perm)
#define core_param(name, var, type, perm)	kmk_param_checked(name, var, type, perm, -1, 0)
#define module_param_hw_named(name, value, type, hwtype, perm)				\
	module_param_named(name, value, type, perm)
#define module_param_hw(name, type, hwtype, perm)	module_param(name, type, perm)

#define module_param_string(n, str, len, p)						\
	static const struct kparam_string kmk_param_string_##n = { (len), (str) };	\
	kmk_define_param(n, &param_ops_string, p, -1, 0, &kmk_param_string_##n)

#define module_param_array_named(n, array, type, nump, p)				\
	static inline void __attribute__((unused)) kmk_param_check_##n(void)		\
	{										\
		param_check_##type(n, &(array)[0]);					\
	}										\
	static const struct kparam_array kmk_param_array_##n = {			\
		.max = sizeof(array) / sizeof((array)[0]),				\
		.elemsize = sizeof((array)[0]), .num = (nump),				\
		.ops = &param_ops_##type, .elem = (array) };				\
	kmk_define_param(n, &param_array_ops, p, -1, 0, &kmk_param_array_##n)
#define module_param_array(name, type, nump, perm)					\
	module_param_array_named(name, name, type, nump, perm)

#define kmk_param_same(p, type)		((void)((type *)0 == (p)))
#define param_check_byte(name, p)	kmk_param_same(p, unsigned char)
#define param_check_short(name, p)	kmk_param_same(p, short)
#define param_check_ushort(name, p)	kmk_param_same(p, unsigned short)
#define param_check_int(name, p)	kmk_param_same(p, int)
#define param_check_uint(name, p)	kmk_param_same(p, unsigned int)
#define param_check_long(name, p)	kmk_param_same(p, long)
#define param_check_ulong(name, p)	kmk_param_same(p, unsigned long)
#define param_check_ullong(name, p)	kmk_param_same(p, unsigned long long)
#define param_check_hexint(name, p)	kmk_param_same(p, unsigned int)
#define param_check_charp(name, p)	kmk_param_same(p, char *)
#define param_check_bool(name, p)	kmk_param_same(p, _Bool)
#define param_check_invbool(name, p)	kmk_param_same(p, _Bool)
#define param_check_bint(name, p)	kmk_param_same(p, int)
#define param_check_bool_enable_only	param_check_bool
/* Where <stdbool.h> makes `bool` a macro, the type's name arrives here expanded. */
#define param_check__Bool		param_check_bool
#define param_ops__Bool			param_ops_bool

#define KMK_PARAM_TYPE(type)								\
	extern const struct kernel_param_ops param_ops_##type;				\
	int param_set_##type(const char *val, const struct kernel_param *kp);		\
	int param_get_##type(char *buffer, const struct kernel_param *kp)

KMK_PARAM_TYPE(byte);
KMK_PARAM_TYPE(short);
KMK_PARAM_TYPE(ushort);
KMK_PARAM_TYPE(int);
KMK_PARAM_TYPE(uint);
KMK_PARAM_TYPE(long);
KMK_PARAM_TYPE(ulong);
KMK_PARAM_TYPE(ullong);
KMK_PARAM_TYPE(hexint);
KMK_PARAM_TYPE(charp);
KMK_PARAM_TYPE(bool);
KMK_PARAM_TYPE(invbool);
extern const struct kernel_param_ops param_ops_bint;
extern const struct kernel_param_ops param_ops_bool_enable_only;
extern const struct kernel_param_ops param_ops_string;
extern const struct kernel_param_ops param_array_ops;
int param_set_bint(const char *val, const struct kernel_param *kp);
int param_set_bool_enable_only(const char *val, const struct kernel_param *kp);
int param_set_copystring(const char *val, const struct kernel_param *kp);
int param_get_string(char *buffer, const struct kernel_param *kp);
int param_set_uint_minmax(const char *val, const struct kernel_param *kp, unsigned int min,
			  unsigned int max);
void param_free_charp(void *arg);

/* Parameters are set before user code runs, so nothing needs to be locked out. */
static inline void kernel_param_lock(struct module *mod)
{
	(void)mod;
}

static inline void kernel_param_unlock(struct module *mod)
{
	(void)mod;
}

#endif
