/* SPDX-License-Identifier: MIT */
/*
 * An object cache that uses whatever memory there is: records are made once, kept while nothing else wants the
 * memory, and taken back from the cold end by a shrinker when something does. It has no size of its own: give the
 * process a budget (kmemkit_set_budget) and the cache finds its level below it.
 *
 *	get: found -> a reference and a hit
 *	     not   -> allocate, make(), insert
 *	put: drop the reference; the record stays
 *	shrinker: from the cold end; records in use stay, records used since they came there have a second chance
 */
#ifndef OBJCACHE_H
#define OBJCACHE_H

#include <linux/list.h>
#include <linux/shrinker.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define OBJCACHE_BITS	12

struct objcache_record {
	struct hlist_node hash;
	struct list_head lru;
	u32 key;
	unsigned int users;
	bool used_again;
	size_t size;
	unsigned char data[];
};

struct objcache {
	spinlock_t lock;		/* everything below, and users of each record */
	struct hlist_head table[1 << OBJCACHE_BITS];
	struct list_head lru;		/* coldest first; all records */
	unsigned long nr_records;
	size_t bytes;
	unsigned long hits, misses, evicted;
	struct shrinker shrinker;
	size_t (*size)(u32 key);
	void (*make)(struct objcache_record *record);
};

/* NULL: no memory. size() tells how many bytes a record takes, make() fills data. May sleep. */
struct objcache *objcache_create(const char *name, size_t (*size)(u32 key), void (*make)(struct objcache_record *r));
/* All records must have been put back. May sleep. */
void objcache_destroy(struct objcache *cache);

/* The record of a key with a reference, or NULL without memory. May sleep. */
struct objcache_record *objcache_get(struct objcache *cache, u32 key);
void objcache_put(struct objcache *cache, struct objcache_record *record);

struct objcache_stats { unsigned long records, hits, misses, evicted; size_t bytes; };
/* All of one moment. Does not sleep. */
struct objcache_stats objcache_stats(struct objcache *cache);
#endif
