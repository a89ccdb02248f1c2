/* SPDX-License-Identifier: MIT */
/*
 * The configuration that kernel-style code sees: one list, the same in every flavour.
 * Off on purpose: NUMA, KASAN, KMSAN, KCSAN, LOCKDEP, MEMCG, MODVERSIONS, PREEMPT_RT.
 */
#ifndef _GENERATED_AUTOCONF_H
#define _GENERATED_AUTOCONF_H

/* machine */
#define CONFIG_64BIT			1
#define CONFIG_X86			1
#define CONFIG_X86_64			1
#define CONFIG_MMU			1
#define CONFIG_SMP			1
#define CONFIG_NR_CPUS			64
#define CONFIG_HZ			1000
#define CONFIG_HZ_1000			1
#define CONFIG_NODES_SHIFT		0
#define CONFIG_PHYS_ADDR_T_64BIT	1
#define CONFIG_ARCH_DMA_ADDR_T_64BIT	1
#define CONFIG_PGTABLE_LEVELS		4
#define CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS 1

/* memory */
#define CONFIG_ZONE_DMA			1
#define CONFIG_ZONE_DMA32		1
#define CONFIG_HIGHMEM			1
#define CONFIG_SLUB			1
#define CONFIG_SLUB_DEBUG		1
#define CONFIG_SPARSEMEM		1
#define CONFIG_SPARSEMEM_VMEMMAP	1
#define CONFIG_COMPACTION		1
#define CONFIG_MIGRATION		1
#define CONFIG_SHMEM			1
#define CONFIG_SWAP			1
#define CONFIG_XARRAY_MULTI		1

/* the rest */
#define CONFIG_BUG			1
#define CONFIG_PRINTK			1
#define CONFIG_BASE_SMALL		0
#define CONFIG_MODULES			1
#define CONFIG_MODULE_UNLOAD		1
#define CONFIG_KALLSYMS			1
#define CONFIG_HAS_IOMEM		1
#define CONFIG_PREEMPT_COUNT		1
#define CONFIG_PROC_FS			1
#define CONFIG_SYSFS			1
#define CONFIG_STACKTRACE		1
#define CONFIG_STACKDEPOT		1
#define CONFIG_KUNIT			1
#define CONFIG_TRACE_IRQFLAGS_SUPPORT	1
#define CONFIG_CC_HAS_ASM_GOTO_OUTPUT	1
#define CONFIG_LOG_BUF_SHIFT		17

#endif
