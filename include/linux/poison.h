/* SPDX-License-Identifier: MIT */
/* Recognisable values; the numbers are the kernel's, because reports and tests show them. */
#ifndef _LINUX_POISON_H
#define _LINUX_POISON_H

#define POISON_POINTER_DELTA	0xdead000000000000UL
#define LIST_POISON1		((void *)0x100 + POISON_POINTER_DELTA)
#define LIST_POISON2		((void *)0x122 + POISON_POINTER_DELTA)
#define TIMER_ENTRY_STATIC	((void *)0x300 + POISON_POINTER_DELTA)
#define PAGE_POISON		0xaa
#define SLUB_RED_INACTIVE	0xbb
#define SLUB_RED_ACTIVE		0xcc
#define POISON_INUSE		0x5a
#define POISON_FREE		0x6b
#define POISON_END		0xa5
#define POISON_FREE_INITMEM	0xcc
#define ATM_POISON		0xdeadbeef
#define MUTEX_DEBUG_INIT	0x11
#define MUTEX_DEBUG_FREE	0x22
#define MUTEX_POISON_WW_CTX	((void *)0x500 + POISON_POINTER_DELTA)
#define KEY_DESTROY		0xbd

#endif
