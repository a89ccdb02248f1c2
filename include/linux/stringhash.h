/* SPDX-License-Identifier: MIT */
/* Hashes of names, byte by byte or in one go; the values are ours, and the same in both ways. */
#ifndef _LINUX_STRINGHASH_H
#define _LINUX_STRINGHASH_H

#include <linux/compiler.h>
#include <linux/hash.h>
#include <linux/types.h>

#define init_name_hash(salt)	((unsigned long)(salt))

static inline unsigned long partial_name_hash(unsigned long c, unsigned long hash)
{
	return (hash ^ c) * 0x100000001b3ul;
}

static inline unsigned int end_name_hash(unsigned long hash)
{
	return (unsigned int)hash_long(hash, 32);
}

/* Of len bytes without a zero among them; and, with the length above the hash, of a string. Any context. */
unsigned int full_name_hash(const void *salt, const char *name, unsigned int len) __attribute__((pure));
u64 hashlen_string(const void *salt, const char *name) __attribute__((pure));

#define hashlen_hash(hashlen)	((u32)(hashlen))
#define hashlen_len(hashlen)	((u32)((hashlen) >> 32))
#define hashlen_create(hash, len)	((u64)(len) << 32 | (u32)(hash))

#endif
