/* SPDX-License-Identifier: MIT */
/*
 * Start-up and shut-down hooks of kernel-style code.
 *
 * Each *_initcall() leaves a pointer to a record in the section "kmk_initcalls" of the program.
 * kmk_crt.o, linked into every program, hands the section's bounds to the library, whose runner
 * calls the functions by level and, inside a level, in link order. Nothing runs before main().
 */
#ifndef _LINUX_INIT_H
#define _LINUX_INIT_H

/* The module a file belongs to; `kmemkit run` sets it per file. */
#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME "program"
#endif

/* Memory of start-up code is not given back here, so the marks have no effect. */
#define __init
#define __initdata
#define __initconst
#define __exit
#define __exitdata
#define __exit_call
#define __ref
#define __refdata
#define __refconst
#define __init_memblock
#define __initdata_memblock
#define __meminit
#define __meminitdata
#define __meminitconst
#define __memexit
#define __memexitdata
#define __cpuinit
#define __cpuinitdata
#define __cpuexit
#define __devinit
#define __devinitdata
#define __devexit
#define __devexit_p(x) x
#define __net_init
#define __net_exit
#define __init_or_module
#define __initdata_or_module
#define __initconst_or_module
#define __ro_after_init
#define __kprobes_init

typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);
typedef void (*ctor_fn_t)(void);

/* The kernel's levels, ordered; a "sync" level stands right behind its own. */
enum kmk_level {
	KMK_LEVEL_EARLY		= 0,
	KMK_LEVEL_PURE		= 2,
	KMK_LEVEL_CORE		= 4,
	KMK_LEVEL_POSTCORE	= 6,
	KMK_LEVEL_ARCH		= 8,
	KMK_LEVEL_SUBSYS	= 10,
	KMK_LEVEL_FS		= 12,
	KMK_LEVEL_ROOTFS	= 14,
	KMK_LEVEL_DEVICE	= 16,
	KMK_LEVEL_LATE		= 18,
};

struct kmk_initcall {
	initcall_t fn;
	const char *name;	/* of the function */
	const char *module;
	int level;		/* enum kmk_level, + 1 for its sync form */
};

struct kmk_exitcall {
	exitcall_t fn;
	const char *module;
};

struct kmk_bootopt {
	const char *key;	/* "name=" or "name" */
	int (*fn)(char *value);
	int early;
};

/* Ends in a semicolon of its own: some kernel code writes module_exit(fn) without one. */
#define KMK_RECORD_IN(section_name, type, name)						\
	static type *name##_ptr								\
	__attribute__((used, section(section_name), aligned(8))) = &name;

#define kmk_define_initcall(f, l)							\
	static struct kmk_initcall kmk_initcall_##f __attribute__((used)) = {		\
		.fn = f, .name = #f, .module = KBUILD_MODNAME, .level = l };		\
	KMK_RECORD_IN("kmk_initcalls", struct kmk_initcall, kmk_initcall_##f)

#define early_initcall(fn)		kmk_define_initcall(fn, KMK_LEVEL_EARLY)
#define pure_initcall(fn)		kmk_define_initcall(fn, KMK_LEVEL_PURE)
#define core_initcall(fn)		kmk_define_initcall(fn, KMK_LEVEL_CORE)
#define core_initcall_sync(fn)		kmk_define_initcall(fn, KMK_LEVEL_CORE + 1)
#define postcore_initcall(fn)		kmk_define_initcall(fn, KMK_LEVEL_POSTCORE)
#define postcore_initcall_sync(fn)	kmk_define_initcall(fn, KMK_LEVEL_POSTCORE + 1)
#define arch_initcall(fn)		kmk_define_initcall(fn, KMK_LEVEL_ARCH)
#define arch_initcall_sync(fn)		kmk_define_initcall(fn, KMK_LEVEL_ARCH + 1)
#define subsys_initcall(fn)		kmk_define_initcall(fn, KMK_LEVEL_SUBSYS)
#define subsys_initcall_sync(fn)	kmk_define_initcall(fn, KMK_LEVEL_SUBSYS + 1)
#define fs_initcall(fn)			kmk_define_initcall(fn, KMK_LEVEL_FS)
#define fs_initcall_sync(fn)		kmk_define_initcall(fn, KMK_LEVEL_FS + 1)
#define rootfs_initcall(fn)		kmk_define_initcall(fn, KMK_LEVEL_ROOTFS)
#define device_initcall(fn)		kmk_define_initcall(fn, KMK_LEVEL_DEVICE)
#define device_initcall_sync(fn)	kmk_define_initcall(fn, KMK_LEVEL_DEVICE + 1)
#define late_initcall(fn)		kmk_define_initcall(fn, KMK_LEVEL_LATE)
#define late_initcall_sync(fn)		kmk_define_initcall(fn, KMK_LEVEL_LATE + 1)
#define console_initcall(fn)		early_initcall(fn)
#define __initcall(fn)			device_initcall(fn)

#define __exitcall(f)									\
	static struct kmk_exitcall kmk_exitcall_##f __attribute__((used)) = {		\
		.fn = f, .module = KBUILD_MODNAME };					\
	KMK_RECORD_IN("kmk_exitcalls", struct kmk_exitcall, kmk_exitcall_##f)

/* Boot options: fn gets the text behind key, from the boot option string, before the initcalls. */
#define kmk_define_bootopt(k, f, e)							\
	static struct kmk_bootopt kmk_bootopt_##f __attribute__((used)) = {		\
		.key = k, .fn = f, .early = e };					\
	KMK_RECORD_IN("kmk_bootopts", struct kmk_bootopt, kmk_bootopt_##f)
#define __setup(key, fn)		kmk_define_bootopt(key, fn, 0)
#define early_param(key, fn)		kmk_define_bootopt(key, fn, 1)

#endif
