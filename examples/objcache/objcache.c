// SPDX-License-Identifier: MIT
/* The cache: a hash table, one list in the order of use, a shrinker. */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "objcache.h"

static struct hlist_head *chain(struct objcache *cache, u32 key)
{
	return &cache->table[hash_32(key, OBJCACHE_BITS)];
}

static struct objcache_record *lookup(struct objcache *cache, u32 key)
{
	struct objcache_record *r;

	hlist_for_each_entry(r, chain(cache, key), hash)
		if (r->key == key)
			return r;
	return NULL;
}

static void unlink_record(struct objcache *cache, struct objcache_record *r)
{
	hlist_del(&r->hash);
	list_del(&r->lru);
	WRITE_ONCE(cache->nr_records, cache->nr_records - 1);	/* counted without the lock */
	cache->bytes -= r->size;
}

static unsigned long objcache_count(struct shrinker *s, struct shrink_control *sc)
{
	struct objcache *cache = container_of(s, struct objcache, shrinker);

	return READ_ONCE(cache->nr_records) ?: SHRINK_EMPTY;
}

static unsigned long objcache_scan(struct shrinker *s, struct shrink_control *sc)
{
	struct objcache *cache = container_of(s, struct objcache, shrinker);
	struct objcache_record *r, *next;
	LIST_HEAD(dead);
	unsigned long n = 0, freed = 0;

	spin_lock(&cache->lock);
	list_for_each_entry_safe(r, next, &cache->lru, lru) {
		if (n++ >= sc->nr_to_scan)
			break;
		if (r->users || r->used_again) {
			r->used_again = false;
			list_move_tail(&r->lru, &cache->lru);
			continue;
		}
		unlink_record(cache, r);
		list_add(&r->lru, &dead);
		freed++;
	}
	cache->evicted += freed;
	spin_unlock(&cache->lock);
	list_for_each_entry_safe(r, next, &dead, lru)
		kvfree(r);
	return freed;
}

struct objcache *objcache_create(const char *name, size_t (*size)(u32 key), void (*make)(struct objcache_record *r))
{
	struct objcache *cache = kzalloc(sizeof(*cache), GFP_KERNEL);

	if (!cache)
		return NULL;
	spin_lock_init(&cache->lock);
	INIT_LIST_HEAD(&cache->lru);
	cache->size = size;
	cache->make = make;
	cache->shrinker.count_objects = objcache_count;
	cache->shrinker.scan_objects = objcache_scan;
	cache->shrinker.seeks = DEFAULT_SEEKS;
	if (register_shrinker(&cache->shrinker, "%s", name)) {
		kfree(cache);
		return NULL;
	}
	return cache;
}

void objcache_destroy(struct objcache *cache)
{
	struct objcache_record *r, *next;

	unregister_shrinker(&cache->shrinker);
	list_for_each_entry_safe(r, next, &cache->lru, lru) {
		WARN_ON(r->users);
		unlink_record(cache, r);
		kvfree(r);
	}
	kfree(cache);
}

/* Two threads may make the same record: the second takes the first's. */
static struct objcache_record *insert(struct objcache *cache, struct objcache_record *new)
{
	struct objcache_record *r;

	spin_lock(&cache->lock);
	cache->misses++;
	r = lookup(cache, new->key);
	if (!r) {
		hlist_add_head(&new->hash, chain(cache, new->key));
		list_add_tail(&new->lru, &cache->lru);
		WRITE_ONCE(cache->nr_records, cache->nr_records + 1);
		cache->bytes += new->size;
		r = new;
	}
	r->users++;
	spin_unlock(&cache->lock);
	if (r != new)
		kvfree(new);
	return r;
}

struct objcache_record *objcache_get(struct objcache *cache, u32 key)
{
	struct objcache_record *r;
	size_t size;

	spin_lock(&cache->lock);
	r = lookup(cache, key);
	if (r) {
		r->users++;
		r->used_again = true;
		cache->hits++;
	}
	spin_unlock(&cache->lock);
	if (r)
		return r;
	size = cache->size(key);
	/* Its own records are what is reclaimed for it: fail rather than wait for others. */
	r = kvmalloc(struct_size(r, data, size), GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL);
	if (!r)
		return NULL;
	*r = (struct objcache_record){ .key = key, .size = size };
	cache->make(r);
	return insert(cache, r);
}

void objcache_put(struct objcache *cache, struct objcache_record *record)
{
	spin_lock(&cache->lock);
	record->users--;
	spin_unlock(&cache->lock);
}

struct objcache_stats objcache_stats(struct objcache *cache)
{
	struct objcache_stats s;

	spin_lock(&cache->lock);
	s = (struct objcache_stats){ cache->nr_records, cache->hits, cache->misses, cache->evicted, cache->bytes };
	spin_unlock(&cache->lock);
	return s;
}
