/* SPDX-License-Identifier: MIT */
/* Software nodes: names in a tree. */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/list.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

struct swnode {
	struct list_head list;
	struct fwnode_handle fwnode;
	const struct software_node *node;
};

static LIST_HEAD(nodes_known);
static DEFINE_SPINLOCK(lock);

static struct swnode *find_locked(const struct software_node *node)
{
	struct swnode *s;

	list_for_each_entry(s, &nodes_known, list)
		if (s->node == node)
			return s;
	return NULL;
}

struct fwnode_handle *software_node_fwnode(const struct software_node *node)
{
	struct swnode *s;

	spin_lock(&lock);
	s = node ? find_locked(node) : NULL;
	spin_unlock(&lock);
	return s ? &s->fwnode : NULL;
}

int software_node_register(const struct software_node *node)
{
	struct swnode *s = kzalloc(sizeof(*s), GFP_KERNEL), *parent;
	int err = 0;

	if (!s)
		return -ENOMEM;
	s->node = node;
	s->fwnode.kmk_name = node->name;
	spin_lock(&lock);
	parent = node->parent ? find_locked(node->parent) : NULL;
	s->fwnode.kmk_parent = parent ? &parent->fwnode : NULL;
	if (node->parent && !parent)
		err = -EINVAL;
	else if (find_locked(node))
		err = -EEXIST;
	else
		list_add(&s->list, &nodes_known);
	spin_unlock(&lock);
	if (err)
		kfree(s);
	return err;
}

void software_node_unregister(const struct software_node *node)
{
	struct swnode *s;

	spin_lock(&lock);
	s = find_locked(node);
	if (s)
		list_del(&s->list);
	spin_unlock(&lock);
	kfree(s);
}

int software_node_register_nodes(const struct software_node *nodes)
{
	int err;

	for (int i = 0; nodes[i].name; i++) {
		err = software_node_register(&nodes[i]);
		if (!err)
			continue;
		while (i--)
			software_node_unregister(&nodes[i]);
		return err;
	}
	return 0;
}

/* Children lie behind their parents. */
void software_node_unregister_nodes(const struct software_node *nodes)
{
	int n = 0;

	while (nodes[n].name)
		n++;
	while (n--)
		software_node_unregister(&nodes[n]);
}
