/* SPDX-License-Identifier: MIT */
/* What a test holds: a list, newest last, each entry counted. Memory and actions are such entries. */
#include <kunit/resource.h>
#include <kunit/static_stub.h>

#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "kunit.h"

static void release(struct kref *kref)
{
	struct kunit_resource *res = container_of(kref, struct kunit_resource, refcount);
	bool ours = res->should_kfree;	/* free() may take the struct of someone else with it */

	if (res->free)
		res->free(res);
	if (ours)
		kfree(res);
}

void kunit_get_resource(struct kunit_resource *res)
{
	kref_get(&res->refcount);
}

void kunit_put_resource(struct kunit_resource *res)
{
	kref_put(&res->refcount, release);
}

int __kunit_add_resource(struct kunit *test, kunit_resource_init_t init, kunit_resource_free_t free,
			 struct kunit_resource *res, void *data)
{
	unsigned long flags;
	int err = 0;

	res->free = free;
	kref_init(&res->refcount);
	if (init)
		err = init(res, data);
	else
		res->data = data;
	if (err)
		return err;
	spin_lock_irqsave(&test->lock, flags);
	list_add_tail(&res->node, &test->resources);
	spin_unlock_irqrestore(&test->lock, flags);
	return 0;
}

int kunit_add_resource(struct kunit *test, kunit_resource_init_t init, kunit_resource_free_t free,
		       struct kunit_resource *res, void *data)
{
	res->should_kfree = false;
	return __kunit_add_resource(test, init, free, res, data);
}

int kunit_add_named_resource(struct kunit *test, kunit_resource_init_t init, kunit_resource_free_t free,
			     struct kunit_resource *res, const char *name, void *data)
{
	struct kunit_resource *same;

	if (!name)
		return -EINVAL;
	same = kunit_find_named_resource(test, name);
	if (same) {
		kunit_put_resource(same);
		return -EEXIST;
	}
	res->name = name;
	return kunit_add_resource(test, init, free, res, data);
}

static struct kunit_resource *add_own(struct kunit *test, kunit_resource_init_t init,
				      kunit_resource_free_t free, gfp_t gfp, void *context, int refs)
{
	struct kunit_resource *res = kzalloc(sizeof(*res), gfp);
	unsigned long flags;

	if (!res)
		return NULL;
	res->should_kfree = true;
	res->free = free;
	kref_init(&res->refcount);
	if (!init)
		res->data = context;
	else if (init(res, context)) {
		kfree(res);
		return NULL;
	}
	while (--refs)
		kref_get(&res->refcount);
	spin_lock_irqsave(&test->lock, flags);
	list_add_tail(&res->node, &test->resources);
	spin_unlock_irqrestore(&test->lock, flags);
	return res;
}

struct kunit_resource *kunit_alloc_and_get_resource(struct kunit *test, kunit_resource_init_t init,
						    kunit_resource_free_t free, gfp_t internal_gfp,
						    void *context)
{
	return add_own(test, init, free, internal_gfp, context, 2);
}

void *kunit_alloc_resource(struct kunit *test, kunit_resource_init_t init, kunit_resource_free_t free,
			   gfp_t internal_gfp, void *context)
{
	struct kunit_resource *res = add_own(test, init, free, internal_gfp, context, 1);

	return res ? res->data : NULL;
}

struct kunit_resource *kunit_find_resource(struct kunit *test, kunit_resource_match_t match,
					   void *match_data)
{
	struct kunit_resource *res, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&test->lock, flags);
	list_for_each_entry_reverse(res, &test->resources, node) {
		if (!match(test, res, match_data))
			continue;
		kref_get(&res->refcount);
		found = res;
		break;
	}
	spin_unlock_irqrestore(&test->lock, flags);
	return found;
}

bool kunit_resource_name_match(struct kunit *test, struct kunit_resource *res, void *match_name)
{
	(void)test;
	return res->name && !strcmp(res->name, match_name);
}

struct kunit_resource *kunit_find_named_resource(struct kunit *test, const char *name)
{
	return kunit_find_resource(test, kunit_resource_name_match, (void *)(unsigned long)name);
}

void kunit_remove_resource(struct kunit *test, struct kunit_resource *res)
{
	unsigned long flags;
	bool listed;

	spin_lock_irqsave(&test->lock, flags);
	listed = !list_empty(&res->node);
	list_del_init(&res->node);
	spin_unlock_irqrestore(&test->lock, flags);
	if (listed)
		kunit_put_resource(res);
}

int kunit_destroy_resource(struct kunit *test, kunit_resource_match_t match, void *match_data)
{
	struct kunit_resource *res = kunit_find_resource(test, match, match_data);

	if (!res)
		return -ENOENT;
	kunit_remove_resource(test, res);
	kunit_put_resource(res);
	return 0;
}

int kunit_destroy_named_resource(struct kunit *test, const char *name)
{
	return kunit_destroy_resource(test, kunit_resource_name_match, (void *)(unsigned long)name);
}

static struct kunit_resource *newest(struct kunit *test)
{
	struct kunit_resource *res = NULL;
	unsigned long flags;

	spin_lock_irqsave(&test->lock, flags);
	if (!list_empty(&test->resources))
		res = list_last_entry(&test->resources, struct kunit_resource, node);
	spin_unlock_irqrestore(&test->lock, flags);
	return res;
}

/* One at a time from the tail: releasing one may remove or add others. */
void kunit_cleanup(struct kunit *test)
{
	struct kunit_resource *res;

	while ((res = newest(test)))
		kunit_remove_resource(test, res);
}

/* ---- memory ---------------------------------------------------------------------------- */

struct memory_request {
	size_t n, size;
	gfp_t gfp;
};

static int memory_init(struct kunit_resource *res, void *context)
{
	struct memory_request *want = context;

	res->data = kmalloc_array(want->n, want->size, want->gfp);
	return res->data ? 0 : -ENOMEM;
}

static void memory_free(struct kunit_resource *res)
{
	kfree(res->data);
}

void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp)
{
	struct memory_request want = { .n = n, .size = size, .gfp = gfp };

	return kunit_alloc_resource(test, memory_init, memory_free, gfp & ~__GFP_ZERO, &want);
}

static bool memory_match(struct kunit *test, struct kunit_resource *res, void *match_data)
{
	(void)test;
	return res->free == memory_free && res->data == match_data;
}

void kunit_kfree(struct kunit *test, const void *ptr)
{
	if (ptr && kunit_destroy_resource(test, memory_match, (void *)(unsigned long)ptr))
		KUNIT_FAIL(test, "kunit_kfree: %px already freed or not allocated by kunit", ptr);
}

char *kunit_kstrdup(struct kunit *test, const char *str, gfp_t gfp)
{
	size_t size;
	char *copy;

	if (!str)
		return NULL;
	size = strlen(str) + 1;
	copy = kunit_kmalloc(test, size, gfp);
	if (copy)
		memcpy(copy, str, size);
	return copy;
}

/* ---- actions --------------------------------------------------------------------------- */

struct action {
	struct kunit_resource res;	/* res.data is ctx */
	kunit_action_t *fn;
};

static void action_free(struct kunit_resource *res)
{
	struct action *action = container_of(res, struct action, res);
	kunit_action_t *fn = action->fn;
	void *ctx = res->data;

	kfree(action);		/* first: fn may end the thread */
	fn(ctx);
}

static void action_forget(struct kunit_resource *res)
{
	kfree(container_of(res, struct action, res));
}

int kunit_add_action(struct kunit *test, kunit_action_t *fn, void *ctx)
{
	struct action *action = kzalloc(sizeof(*action), GFP_KERNEL);

	if (!action)
		return -ENOMEM;
	action->fn = fn;
	return kunit_add_resource(test, NULL, action_free, &action->res, ctx);
}

int kunit_add_action_or_reset(struct kunit *test, kunit_action_t *fn, void *ctx)
{
	int err = kunit_add_action(test, fn, ctx);

	if (err)
		fn(ctx);
	return err;
}

struct action_key {
	kunit_action_t *fn;
	void *ctx;
};

static bool action_match(struct kunit *test, struct kunit_resource *res, void *match_data)
{
	struct action_key *key = match_data;

	(void)test;
	return res->free == action_free && res->data == key->ctx &&
		container_of(res, struct action, res)->fn == key->fn;
}

void kunit_remove_action(struct kunit *test, kunit_action_t *fn, void *ctx)
{
	struct action_key key = { .fn = fn, .ctx = ctx };
	struct kunit_resource *res = kunit_find_resource(test, action_match, &key);

	if (!res)
		return;
	res->free = action_forget;
	kunit_remove_resource(test, res);
	kunit_put_resource(res);
}

void kunit_release_action(struct kunit *test, kunit_action_t *fn, void *ctx)
{
	struct action_key key = { .fn = fn, .ctx = ctx };

	kunit_destroy_resource(test, action_match, &key);
}

/* ---- static stubs ---------------------------------------------------------------------- */

struct stub {
	void *real, *replacement;
};

static void stub_free(struct kunit_resource *res)
{
	kfree(res->data);
}

static bool stub_match(struct kunit *test, struct kunit_resource *res, void *real)
{
	(void)test;
	return res->free == stub_free && ((struct stub *)res->data)->real == real;
}

void *kmk_static_stub_of(struct kunit *test, void *real)
{
	struct kunit_resource *res = kunit_find_resource(test, stub_match, real);
	void *replacement = NULL;

	if (res) {
		replacement = ((struct stub *)res->data)->replacement;
		kunit_put_resource(res);
	}
	return replacement;
}

void kmk_static_stub_activate(struct kunit *test, void *real, void *replacement)
{
	struct stub *stub;

	kunit_deactivate_static_stub(test, real);
	if (!replacement)
		return;
	stub = kmalloc(sizeof(*stub), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, stub);
	*stub = (struct stub){ .real = real, .replacement = replacement };
	if (!kunit_alloc_resource(test, NULL, stub_free, GFP_KERNEL, stub)) {
		kfree(stub);
		KUNIT_FAIL_AND_ABORT(test, "no memory for a stub");
	}
}

void kunit_deactivate_static_stub(struct kunit *test, void *real)
{
	kunit_destroy_resource(test, stub_match, real);
}
