/* SPDX-License-Identifier: MIT */
/*
 * Random numbers: xoshiro128++ for states the caller keeps, and a counter mixed with a key of the
 * host's entropy for get_random_*(): one atomic addition, no lock, any context.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/string.h>
#include "port.h"

static u64 key, counter;

static u64 mix(u64 v)
{
	v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9ull;
	v = (v ^ v >> 27) * 0x94d049bb133111ebull;
	return v ^ v >> 31;
}

u64 get_random_u64(void)
{
	u64 k = __atomic_load_n(&key, __ATOMIC_RELAXED);

	while (!k) {
		port_entropy(&k, sizeof(k));
		__atomic_store_n(&key, k, __ATOMIC_RELAXED);
	}
	return mix(k + __atomic_add_fetch(&counter, 0x9e3779b97f4a7c15ull, __ATOMIC_RELAXED));
}

u32 get_random_u32(void) { return (u32)(get_random_u64() >> 32); }
u16 get_random_u16(void) { return (u16)(get_random_u64() >> 48); }
u8 get_random_u8(void) { return (u8)(get_random_u64() >> 56); }

void get_random_bytes(void *buf, size_t len)
{
	for (char *p = buf; len; ) {
		u64 v = get_random_u64();
		size_t n = min(len, sizeof(v));

		memcpy(p, &v, n);
		p += n;
		len -= n;
	}
}

static u32 rotate(u32 v, int n) { return v << n | v >> (32 - n); }

u32 prandom_u32_state(struct rnd_state *s)
{
	u32 result = rotate(s->s1 + s->s4, 7) + s->s1, t = s->s2 << 9;

	s->s3 ^= s->s1;
	s->s4 ^= s->s2;
	s->s2 ^= s->s3;
	s->s1 ^= s->s4;
	s->s3 ^= t;
	s->s4 = rotate(s->s4, 11);
	return result;
}

void prandom_seed_state(struct rnd_state *s, u64 seed)
{
	u64 a = mix(seed + 0x9e3779b97f4a7c15ull), b = mix(a + 0x9e3779b97f4a7c15ull);

	*s = (struct rnd_state){ (u32)a, (u32)(a >> 32), (u32)b, (u32)(b >> 32) | 1 };
}

void prandom_bytes_state(struct rnd_state *s, void *buf, size_t len)
{
	for (char *p = buf; len; ) {
		u32 v = prandom_u32_state(s);
		size_t n = min(len, sizeof(v));

		memcpy(p, &v, n);
		p += n;
		len -= n;
	}
}
