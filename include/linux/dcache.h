/* SPDX-License-Identifier: MIT */
/* Thin: directory entries as far as they have a name (%pd prints it). */
#ifndef __LINUX_DCACHE_H
#define __LINUX_DCACHE_H

#include <linux/types.h>

struct inode;
struct super_block;

struct qstr {
	union {
		struct { u32 hash, len; };
		u64 hash_len;
	};
	const unsigned char *name;
};
#define QSTR_INIT(n, l)	{ { { .len = l } }, .name = n }
#define QSTR(n)		(struct qstr)QSTR_INIT(n, strlen(n))

#define DNAME_INLINE_LEN 32
struct dentry {
	unsigned int d_flags;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	unsigned char d_iname[DNAME_INLINE_LEN];
	struct super_block *d_sb;
	void *d_fsdata;
};
#endif
