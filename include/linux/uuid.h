/* SPDX-License-Identifier: MIT */
#ifndef KMK_LINUX_UUID_H
#define KMK_LINUX_UUID_H

#include <linux/string.h>
#include <linux/types.h>

#define UUID_SIZE		16
#define UUID_STRING_LEN		36

typedef struct { __u8 b[UUID_SIZE]; } uuid_t;
typedef struct { __u8 b[UUID_SIZE]; } guid_t;

static inline bool uuid_equal(const uuid_t *a, const uuid_t *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static inline void uuid_copy(uuid_t *to, const uuid_t *from)
{
	memcpy(to, from, sizeof(*to));
}

static inline bool uuid_is_null(const uuid_t *uuid)
{
	return !memchr_inv(uuid->b, 0, UUID_SIZE);
}

static inline bool guid_equal(const guid_t *a, const guid_t *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

#endif
