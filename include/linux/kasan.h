/* SPDX-License-Identifier: MIT */
/* The address sanitizer of a flavour is the compiler's; the kernel's hooks do nothing. */
#ifndef _LINUX_KASAN_H
#define _LINUX_KASAN_H

#include <linux/types.h>
#include <linux/kasan-checks.h>

#define kasan_enabled()			false
#define kasan_hw_tags_enabled()		false
#define kasan_init_tags()		do { } while (0)
#define kasan_disable_current()		do { } while (0)
#define kasan_enable_current()		do { } while (0)
#define kasan_reset_tag(addr)		((void *)(addr))
#define kasan_poison_pages(page, order, init) do { (void)(page); } while (0)
#define kasan_unpoison_pages(page, order, init) (false)
#define kasan_unpoison_range(addr, size) do { (void)(addr); (void)(size); } while (0)
#define kasan_unpoison_task_stack(task)	do { } while (0)
#define kasan_cache_create(...)		do { } while (0)
#define kasan_poison_slab(slab)		do { } while (0)
#define kasan_slab_alloc(s, object, flags, init) (object)
#define kasan_slab_free(s, object, init) (false)
#define kasan_kmalloc(s, object, size, flags) ((void *)(object))
#define kasan_kmalloc_large(ptr, size, flags) ((void *)(ptr))
#define kasan_krealloc(object, size, flags) ((void *)(object))
#define kasan_save_enable_multi_shot()	false
#define kasan_restore_multi_shot(enabled) do { (void)(enabled); } while (0)
#define kasan_populate_early_vm_area_shadow(start, size) do { } while (0)

#endif
