/* SPDX-License-Identifier: MIT */
/* How a file is opened: the numbers of x86-64. Where libc's fcntl.h came first, its (equal) ones stay. */
#ifndef _LINUX_FCNTL_H
#define _LINUX_FCNTL_H

#ifndef O_RDONLY
#define O_RDONLY	00
#define O_WRONLY	01
#define O_RDWR		02
#endif
#ifndef O_ACCMODE
#define O_ACCMODE	03
#endif
#ifndef O_CREAT
#define O_CREAT		0100
#endif
#ifndef O_EXCL
#define O_EXCL		0200
#endif
#ifndef O_TRUNC
#define O_TRUNC		01000
#endif
#ifndef O_APPEND
#define O_APPEND	02000
#endif
#ifndef O_NONBLOCK
#define O_NONBLOCK	04000
#endif
#ifndef O_DSYNC
#define O_DSYNC		010000
#endif
#ifndef O_DIRECT
#define O_DIRECT	040000
#endif
#ifndef O_LARGEFILE
#define O_LARGEFILE	0100000
#endif
#ifndef O_CLOEXEC
#define O_CLOEXEC	02000000
#endif
#ifndef O_TMPFILE
#define O_TMPFILE	020200000
#endif
#ifndef O_SYNC
#define O_SYNC		04010000
#endif
#endif
