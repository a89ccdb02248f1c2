/* SPDX-License-Identifier: MIT */
#ifndef KMK_LINUX_KERNEL_H
#define KMK_LINUX_KERNEL_H

#include <linux/stdarg.h>
#include <linux/align.h>
#include <linux/cache.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/linkage.h>
#include <linux/stddef.h>
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/hex.h>
#include <linux/bitops.h>
#include <linux/kstrtox.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/typecheck.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/build_bug.h>
#include <linux/instruction_pointer.h>
#include <linux/sprintf.h>
#include <linux/array_size.h>
#include <asm/byteorder.h>

#define STACK_MAGIC		0xdeadbeef
#define REPEAT_BYTE(x)		((~0ul / 0xff) * (x))
#define READ			0
#define WRITE			1
#define PTR_IF(cond, ptr)	((cond) ? (ptr) : NULL)
#define u64_to_user_ptr(x)	((void __user *)(uintptr_t)(x))
/* Parts of option strings. get_option: 0 no number, 1 the last, 2 a comma follows, 3 a range "a-b". */
int get_option(char **s, int *pint);
char *get_options(const char *s, int nints, int *ints);
unsigned long long memparse(const char *s, char **end);
bool parse_option_str(const char *s, const char *option);
char *next_arg(char *args, char **param, char **val);

#define upper_32_bits(n)	((u32)(((n) >> 16) >> 16))
#define lower_32_bits(n)	((u32)((n) & 0xffffffff))
#define upper_16_bits(n)	((u16)((n) >> 16))
#define lower_16_bits(n)	((u16)((n) & 0xffff))

enum system_states {
	SYSTEM_BOOTING,
	SYSTEM_SCHEDULING,
	SYSTEM_FREEING_INITMEM,
	SYSTEM_RUNNING,
	SYSTEM_HALT,
	SYSTEM_POWER_OFF,
	SYSTEM_RESTART,
	SYSTEM_SUSPEND,
};
#define system_state		SYSTEM_RUNNING

/* Reports when the caller may not sleep; the depths are kept by linux/preempt.h. */
void kmk_might_sleep(const char *file, int line);
#define might_sleep()			kmk_might_sleep(__FILE__, __LINE__)
#define might_sleep_if(cond)		do { if (cond) might_sleep(); } while (0)
#define might_resched()			do { } while (0)
#define sched_annotate_sleep()		do { } while (0)
/* Reports as might_sleep() does, unless pagefault_disable() is in force. */
void kmk_might_fault(const char *file, int line);
#define might_fault()			kmk_might_fault(__FILE__, __LINE__)
/* Reports when the caller may sleep. */
void kmk_cant_sleep(const char *file, int line);
#define cant_sleep()			kmk_cant_sleep(__FILE__, __LINE__)
#define cant_migrate()			kmk_cant_sleep(__FILE__, __LINE__)
/* Between these, which nest, sleeping is reported as in atomic context. */
void non_block_start(void);
void non_block_end(void);

/*
 * num_to_str - decimal digits, no zero behind them, filled up with spaces on the left to width
 *
 * How many characters; 0 if size is too small. Any context.
 */
int num_to_str(char *buf, int size, unsigned long long num, unsigned int width);
/* Six pairs of hexadecimal digits with colons between to six bytes. False, and mac is as it was, for others. */
bool mac_pton(const char *s, u8 *mac);

#if KMK_MIXED && __has_include_next(<linux/kernel.h>)
#include_next <linux/kernel.h>
#endif
#endif
