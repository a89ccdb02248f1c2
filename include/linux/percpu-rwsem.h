/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PERCPU_RWSEM_H
#define _LINUX_PERCPU_RWSEM_H

#include <linux/rwsem.h>

struct percpu_rw_semaphore { struct rw_semaphore rw; };

#define __DEFINE_PERCPU_RWSEM(name, s)	s struct percpu_rw_semaphore name = { __RWSEM_INITIALIZER((name).rw) }
#define DEFINE_PERCPU_RWSEM(name)	__DEFINE_PERCPU_RWSEM(name, )
#define DEFINE_STATIC_PERCPU_RWSEM(name) __DEFINE_PERCPU_RWSEM(name, static)
#define percpu_init_rwsem(s)		({ init_rwsem(&(s)->rw); 0; })
#define percpu_free_rwsem(s)		((void)(s))
#define percpu_down_read(s)		down_read(&(s)->rw)
#define percpu_up_read(s)		up_read(&(s)->rw)
#define percpu_down_read_trylock(s)	down_read_trylock(&(s)->rw)
#define percpu_down_write(s)		down_write(&(s)->rw)
#define percpu_up_write(s)		up_write(&(s)->rw)

#endif
