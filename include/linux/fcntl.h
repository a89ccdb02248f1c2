/* SPDX-License-Identifier: MIT */
/* How a file is opened: the numbers of x86-64. Where libc's (equal) ones are, they stay. */
#ifndef KMK_LINUX_FCNTL_H
#define KMK_LINUX_FCNTL_H

#include <kmemkit/profile.h>

/*
 * The system's header of this name cannot stand beside libc's <fcntl.h>, which most programs include: what
 * it says comes from libc's here, and from below.
 */
#if KMK_MIXED && __has_include(<fcntl.h>)
#include <fcntl.h>
#if __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#endif
#endif

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

#if KMK_MIXED
#ifndef F_LINUX_SPECIFIC_BASE
#define F_LINUX_SPECIFIC_BASE	1024
#endif
#ifndef F_SETLEASE
#define F_SETLEASE		1024
#endif
#ifndef F_GETLEASE
#define F_GETLEASE		1025
#endif
#ifndef F_NOTIFY
#define F_NOTIFY		1026
#endif
#ifndef F_CANCELLK
#define F_CANCELLK		1029
#endif
#ifndef F_DUPFD_CLOEXEC
#define F_DUPFD_CLOEXEC		1030
#endif
#ifndef F_SETPIPE_SZ
#define F_SETPIPE_SZ		1031
#endif
#ifndef F_GETPIPE_SZ
#define F_GETPIPE_SZ		1032
#endif
#ifndef F_ADD_SEALS
#define F_ADD_SEALS		1033
#endif
#ifndef F_GET_SEALS
#define F_GET_SEALS		1034
#endif
#ifndef F_GET_RW_HINT
#define F_GET_RW_HINT		1035
#endif
#ifndef F_SET_RW_HINT
#define F_SET_RW_HINT		1036
#endif
#ifndef F_GET_FILE_RW_HINT
#define F_GET_FILE_RW_HINT	1037
#endif
#ifndef F_SET_FILE_RW_HINT
#define F_SET_FILE_RW_HINT	1038
#endif
#ifndef F_SEAL_SEAL
#define F_SEAL_SEAL		0x1
#endif
#ifndef F_SEAL_SHRINK
#define F_SEAL_SHRINK		0x2
#endif
#ifndef F_SEAL_GROW
#define F_SEAL_GROW		0x4
#endif
#ifndef F_SEAL_WRITE
#define F_SEAL_WRITE		0x8
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE	0x10
#endif
#ifndef AT_FDCWD
#define AT_FDCWD		(-100)
#endif
#ifndef AT_SYMLINK_NOFOLLOW
#define AT_SYMLINK_NOFOLLOW	0x100
#endif
#ifndef AT_EACCESS
#define AT_EACCESS		0x200
#endif
#ifndef AT_REMOVEDIR
#define AT_REMOVEDIR		0x200
#endif
#ifndef AT_SYMLINK_FOLLOW
#define AT_SYMLINK_FOLLOW	0x400
#endif
#ifndef AT_NO_AUTOMOUNT
#define AT_NO_AUTOMOUNT		0x800
#endif
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH		0x1000
#endif
#ifndef AT_STATX_SYNC_TYPE
#define AT_STATX_SYNC_TYPE	0x6000
#endif
#ifndef AT_STATX_SYNC_AS_STAT
#define AT_STATX_SYNC_AS_STAT	0x0000
#endif
#ifndef AT_STATX_FORCE_SYNC
#define AT_STATX_FORCE_SYNC	0x2000
#endif
#ifndef AT_STATX_DONT_SYNC
#define AT_STATX_DONT_SYNC	0x4000
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE		0x8000
#endif
#endif
#endif
