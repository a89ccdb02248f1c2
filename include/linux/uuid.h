/* SPDX-License-Identifier: MIT */
#ifndef KMK_LINUX_UUID_H
#define KMK_LINUX_UUID_H

#include <linux/compiler.h>
#include <linux/string.h>
#include <linux/types.h>

#define UUID_SIZE		16
#define UUID_STRING_LEN		36

typedef struct { __u8 b[UUID_SIZE]; } uuid_t;
typedef struct { __u8 b[UUID_SIZE]; } guid_t;
typedef guid_t uuid_le;		/* as old code spells it */

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

static inline void guid_copy(guid_t *to, const guid_t *from)
{
	memcpy(to, from, sizeof(*to));
}

static inline bool guid_is_null(const guid_t *guid)
{
	return !memchr_inv(guid->b, 0, UUID_SIZE);
}

/* Compound constants: the fields of a guid_t are little endian, those of a uuid_t big endian. */
#define GUID_INIT(a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)				\
	((guid_t){ { (a) & 0xff, (a) >> 8 & 0xff, (a) >> 16 & 0xff, (a) >> 24 & 0xff,	\
		     (b) & 0xff, (b) >> 8 & 0xff, (c) & 0xff, (c) >> 8 & 0xff,		\
		     d0, d1, d2, d3, d4, d5, d6, d7 } })
#define UUID_INIT(a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)				\
	((uuid_t){ { (a) >> 24 & 0xff, (a) >> 16 & 0xff, (a) >> 8 & 0xff, (a) & 0xff,	\
		     (b) >> 8 & 0xff, (b) & 0xff, (c) >> 8 & 0xff, (c) & 0xff,		\
		     d0, d1, d2, d3, d4, d5, d6, d7 } })

extern const uuid_t uuid_null;
extern const guid_t guid_null;

/* 8-4-4-4-12 hexadecimal digits; parse: 0 or -EINVAL, nothing is stored then. Any context. */
bool __must_check uuid_is_valid(const char *text);
int uuid_parse(const char *text, uuid_t *uuid);
int guid_parse(const char *text, guid_t *guid);
/* Random, version 4. */
void uuid_gen(uuid_t *uuid);
void guid_gen(guid_t *guid);
void generate_random_uuid(unsigned char uuid[UUID_SIZE]);
void generate_random_guid(unsigned char guid[UUID_SIZE]);

#endif
