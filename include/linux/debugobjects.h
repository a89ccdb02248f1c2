/* SPDX-License-Identifier: MIT */
/* Object life-cycle tracking does not exist; the calls vanish. */
#ifndef _LINUX_DEBUGOBJECTS_H
#define _LINUX_DEBUGOBJECTS_H

#include <linux/types.h>

#define debug_objects_early_init()		do { } while (0)
#define debug_objects_mem_init()		do { } while (0)
#define debug_check_no_obj_freed(p, size)	do { } while (0)
#define debug_object_init(p, d)			do { } while (0)
#define debug_object_activate(p, d)		(0)
#define debug_object_deactivate(p, d)		do { } while (0)
#define debug_object_destroy(p, d)		do { } while (0)
#define debug_object_free(p, d)			do { } while (0)

#endif
