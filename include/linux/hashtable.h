/* SPDX-License-Identifier: MIT */
/* Fixed tables of chains; the size is part of the type. */
#ifndef _LINUX_HASHTABLE_H
#define _LINUX_HASHTABLE_H

#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/rculist.h>

#define DEFINE_HASHTABLE(name, bits)	struct hlist_head name[1 << (bits)] = { { NULL } }
#define DEFINE_READ_MOSTLY_HASHTABLE(name, bits) DEFINE_HASHTABLE(name, bits)
#define DECLARE_HASHTABLE(name, bits)	struct hlist_head name[1 << (bits)]
#define HASH_SIZE(name)		(ARRAY_SIZE(name))
#define HASH_BITS(name)		ilog2(HASH_SIZE(name))
#define hash_min(val, bits)	\
	((unsigned int)(sizeof(val) <= 4 ? hash_32((u32)(val), bits) : hash_long((unsigned long)(val), bits)))

static inline void __hash_init(struct hlist_head *ht, unsigned int size)
{
	while (size--)
		INIT_HLIST_HEAD(&ht[size]);
}
#define hash_init(table)	__hash_init(table, HASH_SIZE(table))

static inline bool __hash_empty(struct hlist_head *ht, unsigned int size)
{
	while (size--)
		if (!hlist_empty(&ht[size]))
			return false;
	return true;
}
#define hash_empty(table)	__hash_empty(table, HASH_SIZE(table))

#define KMK_BUCKET(table, key)	(&(table)[hash_min(key, HASH_BITS(table))])
#define hash_add(table, node, key)	hlist_add_head(node, KMK_BUCKET(table, key))
#define hash_add_rcu(table, node, key)	hlist_add_head_rcu(node, KMK_BUCKET(table, key))

static inline bool hash_hashed(struct hlist_node *node)
{
	return !hlist_unhashed(node);
}

static inline void hash_del(struct hlist_node *node)
{
	hlist_del_init(node);
}

static inline void hash_del_rcu(struct hlist_node *node)
{
	hlist_del_init_rcu(node);
}

#define hash_for_each(name, bkt, obj, member)					\
	for ((bkt) = 0, obj = NULL; obj == NULL && (bkt) < HASH_SIZE(name); (bkt)++)	\
		hlist_for_each_entry(obj, &name[bkt], member)
#define hash_for_each_safe(name, bkt, tmp, obj, member)				\
	for ((bkt) = 0, obj = NULL; obj == NULL && (bkt) < HASH_SIZE(name); (bkt)++)	\
		hlist_for_each_entry_safe(obj, tmp, &name[bkt], member)
#define hash_for_each_rcu(name, bkt, obj, member)				\
	for ((bkt) = 0, obj = NULL; obj == NULL && (bkt) < HASH_SIZE(name); (bkt)++)	\
		hlist_for_each_entry_rcu(obj, &name[bkt], member)
#define hash_for_each_possible(name, obj, member, key)				\
	hlist_for_each_entry(obj, KMK_BUCKET(name, key), member)
#define hash_for_each_possible_rcu(name, obj, member, key, cond...)		\
	hlist_for_each_entry_rcu(obj, KMK_BUCKET(name, key), member)
#define hash_for_each_possible_rcu_notrace(name, obj, member, key)		\
	hlist_for_each_entry_rcu_notrace(obj, KMK_BUCKET(name, key), member)
#define hash_for_each_possible_safe(name, obj, tmp, member, key)		\
	hlist_for_each_entry_safe(obj, tmp, KMK_BUCKET(name, key), member)

#endif
