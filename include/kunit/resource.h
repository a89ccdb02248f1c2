/* SPDX-License-Identifier: MIT */
/*
 * Test-managed resources: what a case has acquired and KUnit releases after it, last in, first
 * out, also when an assertion ended the case. A resource is counted: the test's list holds one
 * reference, each find another.
 */
#ifndef _KUNIT_RESOURCE_H
#define _KUNIT_RESOURCE_H

#include <kunit/test.h>

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/slab.h>

struct kunit_resource;

/* init sets res->data from its context; 0, or a negative errno: then nothing is added. */
typedef int (*kunit_resource_init_t)(struct kunit_resource *res, void *context);
typedef void (*kunit_resource_free_t)(struct kunit_resource *res);
typedef bool (*kunit_resource_match_t)(struct kunit *test, struct kunit_resource *res, void *match_data);
typedef void (kunit_action_t)(void *ctx);

struct kunit_resource {
	void *data;
	const char *name;
	kunit_resource_free_t free;	/* may be NULL */
	struct kref refcount;
	struct list_head node;
	bool should_kfree;		/* the struct itself came from kzalloc() */
};

/* Put res on the test's list; the struct's memory stays the caller's unless should_kfree. */
int __kunit_add_resource(struct kunit *test, kunit_resource_init_t init, kunit_resource_free_t free,
			 struct kunit_resource *res, void *data);
int kunit_add_resource(struct kunit *test, kunit_resource_init_t init, kunit_resource_free_t free,
		       struct kunit_resource *res, void *data);
/* -EINVAL without a name, -EEXIST if the test has one of that name. */
int kunit_add_named_resource(struct kunit *test, kunit_resource_init_t init, kunit_resource_free_t free,
			     struct kunit_resource *res, const char *name, void *data);
/* A resource struct of KUnit's own. _and_get returns it with a reference; the other its data. */
struct kunit_resource *kunit_alloc_and_get_resource(struct kunit *test, kunit_resource_init_t init,
						    kunit_resource_free_t free, gfp_t internal_gfp,
						    void *context);
void *kunit_alloc_resource(struct kunit *test, kunit_resource_init_t init, kunit_resource_free_t free,
			   gfp_t internal_gfp, void *context);

void kunit_get_resource(struct kunit_resource *res);
/* Drop a reference; the last one calls res->free. */
void kunit_put_resource(struct kunit_resource *res);

/* The newest match, with a reference for the caller, or NULL. match must not sleep. */
struct kunit_resource *kunit_find_resource(struct kunit *test, kunit_resource_match_t match,
					   void *match_data);
struct kunit_resource *kunit_find_named_resource(struct kunit *test, const char *name);
bool kunit_resource_name_match(struct kunit *test, struct kunit_resource *res, void *match_name);

/* Take the newest match off the list and drop the list's reference. 0 or -ENOENT. */
int kunit_destroy_resource(struct kunit *test, kunit_resource_match_t match, void *match_data);
int kunit_destroy_named_resource(struct kunit *test, const char *name);
void kunit_remove_resource(struct kunit *test, struct kunit_resource *res);

/* Deferred calls: action(ctx) runs at the end of the test, unless removed. 0 or -ENOMEM. */
int kunit_add_action(struct kunit *test, kunit_action_t *action, void *ctx);
/* The same, but runs the action at once if it cannot be kept. */
int kunit_add_action_or_reset(struct kunit *test, kunit_action_t *action, void *ctx);
/* Forget the newest such action, without or with calling it. */
void kunit_remove_action(struct kunit *test, kunit_action_t *action, void *ctx);
void kunit_release_action(struct kunit *test, kunit_action_t *action, void *ctx);

/* An action that calls orig_action with its argument cast. */
#define KUNIT_DEFINE_ACTION_WRAPPER(wrapper, orig_action, arg_type)	\
	static void wrapper(void *in)					\
	{								\
		arg_type arg = (arg_type)in;				\
									\
		orig_action(arg);					\
	}

#endif
