/* SPDX-License-Identifier: MIT */
/*
 * What a device owns: one list in order of adding, under dev->devres_lock. Two kinds of entries lie in
 * it: resources, and the two marks of a group (told apart by their release function). A mark that
 * closes is in no list while its group is open.
 *
 * Releasing takes the entries out under the lock, latest last, and calls their functions without it, so
 * that these may sleep and use devres themselves. Theory of use: linux/device/devres.h.
 */
#include <linux/bug.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/instruction_pointer.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "devres.h"

/* Callbacks have the parameters that their callers pass. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

struct group {
	struct devres_node open, close;
	void *id;
	int marks;		/* of it in the range that is being released */
};

static void open_mark(struct device *dev, void *res) { }
static void close_mark(struct device *dev, void *res) { }

static struct group *group_of(struct devres_node *node)
{
	if (node->release == open_mark)
		return container_of(node, struct group, open);
	return node->release == close_mark ? container_of(node, struct group, close) : NULL;
}

/* ---- single resources ---- */

struct devres *kmk_devres_new(dr_release_t release, size_t size, gfp_t gfp, const char *name, unsigned long caller)
{
	struct devres *dr;
	size_t total;

	if (check_add_overflow(sizeof(*dr), size, &total))
		return NULL;
	dr = __kmalloc_track_caller(total, gfp, caller);
	if (!dr)
		return NULL;
	dr->node = (struct devres_node){ .release = release, .name = name };
	INIT_LIST_HEAD(&dr->node.entry);
	return dr;
}

void *__devres_alloc_node(dr_release_t release, size_t size, gfp_t gfp, int nid, const char *name)
{
	struct devres *dr = kmk_devres_new(release, size, gfp | __GFP_ZERO, name, _RET_IP_);

	return dr ? dr->data : NULL;
}

void devres_free(void *res)
{
	struct devres *dr = res ? kmk_devres_of(res) : NULL;

	if (!dr)
		return;
	if (WARN(!list_empty(&dr->node.entry), "devres_free(): resource '%s' (%px) still belongs to a device\n",
		 dr->node.name, res))
		return;
	kfree(dr);
}

void devres_add(struct device *dev, void *res)
{
	struct devres *dr = kmk_devres_of(res);
	unsigned long flags;

	spin_lock_irqsave(&dev->devres_lock, flags);
	if (!WARN(!list_empty(&dr->node.entry), "devres_add(): resource '%s' (%px) was added already\n",
		  dr->node.name, res))
		list_add_tail(&dr->node.entry, &dev->devres_head);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
}

static struct devres *find_locked(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	struct devres_node *node;

	list_for_each_entry_reverse(node, &dev->devres_head, entry) {
		struct devres *dr = container_of(node, struct devres, node);

		if (node->release == release && (!match || match(dev, dr->data, match_data)))
			return dr;
	}
	return NULL;
}

void *devres_find(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	struct devres *dr;
	unsigned long flags;

	spin_lock_irqsave(&dev->devres_lock, flags);
	dr = find_locked(dev, release, match, match_data);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	return dr ? dr->data : NULL;
}

void *devres_get(struct device *dev, void *new_res, dr_match_t match, void *match_data)
{
	struct devres *new = kmk_devres_of(new_res), *old;
	unsigned long flags;

	spin_lock_irqsave(&dev->devres_lock, flags);
	old = find_locked(dev, new->node.release, match, match_data);
	if (!old)
		list_add_tail(&new->node.entry, &dev->devres_head);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	if (!old)
		return new_res;
	devres_free(new_res);
	return old->data;
}

void *devres_remove(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	struct devres *dr;
	unsigned long flags;

	spin_lock_irqsave(&dev->devres_lock, flags);
	dr = find_locked(dev, release, match, match_data);
	if (dr)
		list_del_init(&dr->node.entry);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	return dr ? dr->data : NULL;
}

int devres_destroy(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	void *res = devres_remove(dev, release, match, match_data);

	devres_free(res);
	return res ? 0 : -ENOENT;
}

int devres_release(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	void *res = devres_remove(dev, release, match, match_data);

	if (!res)
		return -ENOENT;
	release(dev, res);
	devres_free(res);
	return 0;
}

void devres_for_each_res(struct device *dev, dr_release_t release, dr_match_t match, void *match_data,
			 void (*fn)(struct device *, void *, void *), void *data)
{
	struct devres_node *node, *next;
	unsigned long flags;

	spin_lock_irqsave(&dev->devres_lock, flags);
	list_for_each_entry_safe_reverse(node, next, &dev->devres_head, entry) {
		struct devres *dr = container_of(node, struct devres, node);

		if (node->release == release && (!match || match(dev, dr->data, match_data)))
			fn(dev, dr->data, data);
	}
	spin_unlock_irqrestore(&dev->devres_lock, flags);
}

/* ---- ranges ---- */

/* Resources between `before` and `end` go to todo; marks stay, counted from zero. Returns how many. */
static int take_resources(struct list_head *before, struct list_head *end, struct list_head *todo)
{
	struct list_head *pos, *next;
	int count = 0;

	for (pos = before->next; pos != end; pos = next) {
		struct group *grp = group_of(list_entry(pos, struct devres_node, entry));

		next = pos->next;
		if (grp) {
			grp->marks = 0;
		} else {
			list_move_tail(pos, todo);
			count++;
		}
	}
	return count;
}

/* A group that lies in the range with both ends, or is still open, goes too; one that overlaps stays. */
static void take_groups(struct list_head *before, struct list_head *end, struct list_head *todo)
{
	struct list_head *pos, *next;

	for (pos = before->next; pos != end; pos = next) {
		struct devres_node *node = list_entry(pos, struct devres_node, entry);
		struct group *grp = group_of(node);

		next = pos->next;
		grp->marks += node == &grp->open && list_empty(&grp->close.entry) ? 2 : 1;
		if (grp->marks == 2) {
			list_move_tail(&grp->open.entry, todo);
			list_del_init(&grp->close.entry);
		}
	}
}

static void release_taken(struct device *dev, struct list_head *todo)
{
	struct devres_node *node, *next;

	list_for_each_entry_safe_reverse(node, next, todo, entry) {
		struct group *grp = group_of(node);

		list_del_init(&node->entry);
		if (grp) {
			kfree(grp);
			continue;
		}
		node->release(dev, container_of(node, struct devres, node)->data);
		kfree(container_of(node, struct devres, node));
	}
}

int devres_release_all(struct device *dev)
{
	LIST_HEAD(todo);
	unsigned long flags;
	int count;

	if (WARN(!dev->devres_head.next, "devres_release_all(): the device was never initialised\n"))
		return -ENODEV;
	if (list_empty(&dev->devres_head))
		return 0;
	spin_lock_irqsave(&dev->devres_lock, flags);
	count = take_resources(&dev->devres_head, &dev->devres_head, &todo);
	take_groups(&dev->devres_head, &dev->devres_head, &todo);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	release_taken(dev, &todo);
	return count;
}

/* ---- groups ---- */

void *devres_open_group(struct device *dev, void *id, gfp_t gfp)
{
	struct group *grp = kzalloc(sizeof(*grp), gfp);
	unsigned long flags;

	if (!grp)
		return NULL;
	grp->open.release = open_mark;
	grp->close.release = close_mark;
	INIT_LIST_HEAD(&grp->close.entry);
	grp->id = id ? id : grp;
	spin_lock_irqsave(&dev->devres_lock, flags);
	list_add_tail(&grp->open.entry, &dev->devres_head);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	return grp->id;
}

static struct group *find_group_locked(struct device *dev, void *id)
{
	struct devres_node *node;

	list_for_each_entry_reverse(node, &dev->devres_head, entry) {
		struct group *grp;

		if (node->release != open_mark)
			continue;
		grp = container_of(node, struct group, open);
		if (id ? grp->id == id : list_empty(&grp->close.entry))
			return grp;
	}
	return NULL;
}

static void no_group(const char *call, void *id)
{
	WARN(1, "%s(): no group %px%s\n", call, id, id ? "" : " is open");
}

void devres_close_group(struct device *dev, void *id)
{
	struct group *grp;
	unsigned long flags;

	spin_lock_irqsave(&dev->devres_lock, flags);
	grp = find_group_locked(dev, id);
	if (grp && list_empty(&grp->close.entry))
		list_add_tail(&grp->close.entry, &dev->devres_head);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	if (!grp)
		no_group("devres_close_group", id);
}

void devres_remove_group(struct device *dev, void *id)
{
	struct group *grp;
	unsigned long flags;

	spin_lock_irqsave(&dev->devres_lock, flags);
	grp = find_group_locked(dev, id);
	if (grp) {
		list_del_init(&grp->open.entry);
		list_del_init(&grp->close.entry);
	}
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	if (!grp)
		no_group("devres_remove_group", id);
	kfree(grp);
}

int devres_release_group(struct device *dev, void *id)
{
	struct list_head *before, *end;
	struct group *grp;
	LIST_HEAD(todo);
	unsigned long flags;
	int count = 0;
	bool empty;

	spin_lock_irqsave(&dev->devres_lock, flags);
	empty = list_empty(&dev->devres_head);
	grp = find_group_locked(dev, id);
	if (grp) {
		before = grp->open.entry.prev;
		end = list_empty(&grp->close.entry) ? &dev->devres_head : grp->close.entry.next;
		count = take_resources(before, end, &todo);
		take_groups(before, end, &todo);
	}
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	if (!grp && !empty)
		no_group("devres_release_group", id);
	release_taken(dev, &todo);
	return count;
}
