/* SPDX-License-Identifier: MIT */
/*
 * The resource trees. A node's children lie inside it, are disjoint and sorted by start, linked by
 * `sibling`. One lock guards both trees; names and regions belong to who made them.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <kmemkit/vmap.h>

#define IO_SPACE_LIMIT	0xffff
#define BOOT_RANGES	32

struct resource iomem_resource = { .name = "PCI mem", .end = ~(resource_size_t)0, .flags = IORESOURCE_MEM };
struct resource ioport_resource = { .name = "PCI IO", .end = IO_SPACE_LIMIT, .flags = IORESOURCE_IO };

static DEFINE_SPINLOCK(lock);
static DECLARE_WAIT_QUEUE_HEAD(muxed);

/* Link new below root, or say what is in the way: a child, or root itself when new is not inside. */
static struct resource *link_child(struct resource *root, struct resource *new)
{
	struct resource **p = &root->child;

	if (new->end < new->start || new->start < root->start || new->end > root->end)
		return root;
	while (*p && (*p)->end < new->start)
		p = &(*p)->sibling;
	if (*p && (*p)->start <= new->end)
		return *p;
	new->sibling = *p;
	new->parent = root;
	*p = new;
	return NULL;
}

/* Where the pointer to a node is; NULL when its parent does not know it. */
static struct resource **link_to(struct resource *res)
{
	struct resource **p = res->parent ? &res->parent->child : NULL;

	while (p && *p && *p != res)
		p = &(*p)->sibling;
	return p && *p ? p : NULL;
}

struct resource *request_resource_conflict(struct resource *root, struct resource *new)
{
	struct resource *conflict;

	spin_lock(&lock);
	conflict = link_child(root, new);
	spin_unlock(&lock);
	return conflict;
}

int request_resource(struct resource *root, struct resource *new)
{
	return request_resource_conflict(root, new) ? -EBUSY : 0;
}

int release_resource(struct resource *old)
{
	struct resource **p;

	spin_lock(&lock);
	p = link_to(old);
	if (p) {
		*p = old->sibling;
		old->parent = old->sibling = NULL;
	}
	spin_unlock(&lock);
	return p ? 0 : -EINVAL;
}

static void release_below(struct resource *res)
{
	struct resource *child = res->child, *next;

	res->child = NULL;
	for (; child; child = next) {
		next = child->sibling;
		child->parent = child->sibling = NULL;
		release_below(child);
		child->end = resource_size(child) - 1;
		child->start = 0;
	}
}

void release_child_resources(struct resource *res)
{
	spin_lock(&lock);
	release_below(res);
	spin_unlock(&lock);
}

/* The last of the siblings from `first` on that new would swallow; NULL with *conflict if one sticks out. */
static struct resource *swallowed(struct resource *first, const struct resource *new,
				  struct resource **conflict)
{
	struct resource *r = first;

	for (;; r = r->sibling) {
		if (r->start < new->start || r->end > new->end) {
			*conflict = r;
			return NULL;
		}
		if (!r->sibling || r->sibling->start > new->end)
			return r;
	}
}

static void adopt(struct resource *new, struct resource *first, struct resource *last)
{
	struct resource **p = link_to(first), *r;

	new->parent = first->parent;
	new->sibling = last->sibling;
	new->child = first;
	last->sibling = NULL;
	*p = new;
	for (r = first; r; r = r->sibling)
		r->parent = new;
}

static struct resource *insert_locked(struct resource *parent, struct resource *new)
{
	struct resource *first, *last, *conflict = NULL;

	for (;; parent = first) {
		first = link_child(parent, new);
		if (!first || first == parent || first == new)
			return first;
		if (first->start > new->start || first->end < new->end)
			break;
		if (first->start == new->start && first->end == new->end)
			break;
	}
	last = swallowed(first, new, &conflict);
	if (last)
		adopt(new, first, last);
	return conflict;
}

struct resource *insert_resource_conflict(struct resource *parent, struct resource *new)
{
	struct resource *conflict;

	spin_lock(&lock);
	conflict = insert_locked(parent, new);
	spin_unlock(&lock);
	return conflict;
}

int insert_resource(struct resource *parent, struct resource *new)
{
	return insert_resource_conflict(parent, new) ? -EBUSY : 0;
}

/* The children move up to where their parent was. */
static void dissolve(struct resource *old, struct resource **p)
{
	struct resource *r, *last = NULL;

	for (r = old->child; r; r = r->sibling) {
		r->parent = old->parent;
		last = r;
	}
	if (last) {
		last->sibling = old->sibling;
		*p = old->child;
	} else {
		*p = old->sibling;
	}
	old->parent = old->sibling = old->child = NULL;
}

int remove_resource(struct resource *old)
{
	struct resource **p;

	spin_lock(&lock);
	p = link_to(old);
	if (p)
		dissolve(old, p);
	spin_unlock(&lock);
	return p ? 0 : -EINVAL;
}

struct resource *lookup_resource(struct resource *root, resource_size_t start)
{
	struct resource *r;

	spin_lock(&lock);
	for (r = root->child; r && r->start != start; r = r->sibling)
		;
	spin_unlock(&lock);
	return r;
}

static bool can_be(const struct resource *res, resource_size_t start, resource_size_t end)
{
	const struct resource *parent = res->parent, *r;

	if (end < start || (parent && (start < parent->start || end > parent->end)))
		return false;
	for (r = parent ? parent->child : NULL; r; r = r->sibling)
		if (r != res && r->start <= end && start <= r->end)
			return false;
	for (r = res->child; r; r = r->sibling)
		if (r->start < start || r->end > end)
			return false;
	return true;
}

int adjust_resource(struct resource *res, resource_size_t start, resource_size_t size)
{
	bool good;

	spin_lock(&lock);
	good = can_be(res, start, start + size - 1);
	if (good)
		resource_set_range(res, start, size);
	spin_unlock(&lock);
	return good ? 0 : -EBUSY;
}

resource_size_t resource_alignment(struct resource *res)
{
	switch (res->flags & (IORESOURCE_SIZEALIGN | IORESOURCE_STARTALIGN)) {
	case IORESOURCE_SIZEALIGN:
		return resource_size(res);
	case IORESOURCE_STARTALIGN:
		return res->start;
	default:
		return 0;
	}
}

struct wish {
	resource_size_t size, min, max, align;
	resource_size_t (*alignf)(void *, const struct resource *, resource_size_t, resource_size_t);
	void *data;
};

/* Place a wish in the free range [start, end]. */
static bool place(struct resource *new, const struct wish *w, resource_size_t start, resource_size_t end)
{
	struct resource avail = { .flags = new->flags };
	resource_size_t align = w->align ? w->align : 1;

	avail.end = min(end, w->max);
	start = max(start, w->min);
	avail.start = (start + align - 1) & ~(align - 1);
	if (avail.start < start || avail.start > avail.end)
		return false;
	start = w->alignf ? w->alignf(w->data, &avail, w->size, align) : avail.start;
	if (start < avail.start || start > avail.end || avail.end - start < w->size - 1)
		return false;
	resource_set_range(new, start, w->size);
	return true;
}

static int allocate_locked(struct resource *root, struct resource *new, const struct wish *w)
{
	resource_size_t from = root->start;
	struct resource *r;

	for (r = root->child; r; r = r->sibling) {
		if (r->start > from && place(new, w, from, r->start - 1))
			break;
		if (r->end >= root->end)
			return -EBUSY;
		from = r->end + 1;
	}
	if (!r && !place(new, w, from, root->end))
		return -EBUSY;
	return link_child(root, new) ? -EBUSY : 0;
}

int allocate_resource(struct resource *root, struct resource *new, resource_size_t size,
		      resource_size_t min, resource_size_t max, resource_size_t align,
		      resource_size_t (*alignf)(void *, const struct resource *, resource_size_t,
						resource_size_t), void *alignf_data)
{
	struct wish w = { size, min, max, align, alignf, alignf_data };
	int err;

	if (!size)
		return -EINVAL;
	spin_lock(&lock);
	err = allocate_locked(root, new, &w);
	spin_unlock(&lock);
	return err;
}

/* Below `parent`, or deeper below what is there and not busy. Returns what is in the way. */
static struct resource *link_region(struct resource *parent, struct resource *res)
{
	struct resource *conflict;

	for (;; parent = conflict) {
		res->flags |= resource_type(parent) | resource_ext_type(parent);
		res->desc = parent->desc;
		conflict = link_child(parent, res);
		if (!conflict || conflict == parent || conflict->flags & IORESOURCE_BUSY)
			return conflict;
	}
}

/* One try; with *wait the queue entry is armed before the lock is let go. *seen is what was in the way. */
static struct resource *try_region(struct resource *parent, struct resource *res,
				   struct wait_queue_entry *wait, struct resource *seen)
{
	struct resource *conflict;

	spin_lock(&lock);
	conflict = link_region(parent, res);
	if (conflict && conflict->flags & res->flags & IORESOURCE_MUXED)
		prepare_to_wait(&muxed, wait, TASK_UNINTERRUPTIBLE);
	if (conflict)
		*seen = *conflict;
	spin_unlock(&lock);
	return conflict;
}

static void say_taken(const struct resource *res, const struct resource *by)
{
	if (!(by->flags & IORESOURCE_BUSY))
		pr_warn("resource: %s 0x%llx-0x%llx goes beyond %s 0x%llx-0x%llx: not given\n", res->name,
			(unsigned long long)res->start, (unsigned long long)res->end, by->name,
			(unsigned long long)by->start, (unsigned long long)by->end);
	else
		pr_warn("resource: %s 0x%llx-0x%llx overlaps %s 0x%llx-0x%llx: not given\n", res->name,
			(unsigned long long)res->start, (unsigned long long)res->end, by->name,
			(unsigned long long)by->start, (unsigned long long)by->end);
}

struct resource *__request_region(struct resource *parent, resource_size_t start, resource_size_t n,
				  const char *name, int flags)
{
	struct resource *res = kzalloc(sizeof(*res), GFP_KERNEL), *conflict, seen;
	DEFINE_WAIT(wait);

	if (!res)
		return NULL;
	res->name = name;
	resource_set_range(res, start, n);
	res->flags = IORESOURCE_BUSY | (unsigned int)flags;
	while ((conflict = try_region(parent, res, &wait, &seen))) {
		if (!(seen.flags & res->flags & IORESOURCE_MUXED)) {
			say_taken(res, &seen);
			kfree(res);
			return NULL;
		}
		schedule();
		finish_wait(&muxed, &wait);
	}
	return res;
}

/* The busy region [start, end], unlinked; NULL when there is none of exactly that range. */
static struct resource *unlink_region(struct resource *parent, resource_size_t start, resource_size_t end)
{
	struct resource **p = &parent->child, *r;

	while ((r = *p)) {
		if (r->start > start || r->end < end) {
			p = &r->sibling;
		} else if (!(r->flags & IORESOURCE_BUSY)) {
			p = &r->child;
		} else if (r->start == start && r->end == end) {
			*p = r->sibling;
			return r;
		} else {
			return NULL;
		}
	}
	return NULL;
}

/* What was inserted below leaves the tree with it: its memory goes, and nobody may keep it as parent. */
static void orphan(struct resource *old)
{
	struct resource *child = old->child, *next;

	for (old->child = NULL; child; child = next) {
		next = child->sibling;
		child->parent = child->sibling = NULL;
	}
}

void __release_region(struct resource *parent, resource_size_t start, resource_size_t n)
{
	resource_size_t end = start + n - 1;
	struct resource *res;

	spin_lock(&lock);
	res = unlink_region(parent, start, end);
	if (res)
		orphan(res);
	spin_unlock(&lock);
	if (WARN(!res, "Trying to free nonexistent resource <%016llx-%016llx>\n",
		 (unsigned long long)start, (unsigned long long)end))
		return;
	if (res->flags & IORESOURCE_MUXED)
		wake_up(&muxed);
	kfree(res);
}

int region_intersects(resource_size_t start, size_t size, unsigned long flags, unsigned long desc)
{
	struct resource span = { .start = start, .end = start + size - 1 };
	bool type = false, other = false;
	struct resource *r;

	spin_lock(&lock);
	for (r = iomem_resource.child; r; r = r->sibling) {
		bool match = (r->flags & flags) == flags && (desc == IORES_DESC_NONE || desc == r->desc);

		if (resource_overlaps(r, &span))
			*(match ? &type : &other) = true;
	}
	spin_unlock(&lock);
	return !type ? REGION_DISJOINT : other ? REGION_MIXED : REGION_INTERSECTS;
}

int page_is_ram(unsigned long pfn)
{
	return region_intersects(PFN_PHYS(pfn), PAGE_SIZE, IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) ==
	       REGION_INTERSECTS;
}

int kmk_iomem_boot(unsigned long long start, unsigned long long end, bool ram)
{
	static struct resource ranges[BOOT_RANGES];
	static unsigned int used;
	struct resource *res;

	if (used == BOOT_RANGES)
		return -ENOMEM;
	res = &ranges[used++];
	*res = (struct resource){ .start = start, .end = end, .name = ram ? "System RAM" : "Reserved",
		.flags = ram ? IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY : IORESOURCE_MEM };
	return insert_resource(&iomem_resource, res);
}

/* A copy of the tree in reading order, so that lines are given out without the lock. */
struct rows {
	struct { resource_size_t start, end; const char *name; int depth; } *row;
	unsigned int room, n;
};

static void copy_tree(const struct resource *r, int depth, struct rows *rows)
{
	for (; r; r = r->sibling) {
		if (rows->n < rows->room) {
			rows->row[rows->n].start = r->start;
			rows->row[rows->n].end = r->end;
			rows->row[rows->n].name = r->name ? r->name : "<BAD>";
			rows->row[rows->n].depth = depth;
		}
		rows->n++;
		copy_tree(r->child, depth + 1, rows);
	}
}

static bool copy_all(struct rows *rows)
{
	do {
		kfree(rows->row);
		rows->room = rows->n + 16;
		rows->row = kmalloc_array(rows->room, sizeof(*rows->row), GFP_KERNEL);
		if (!rows->row)
			return false;
		rows->n = 0;
		spin_lock(&lock);
		copy_tree(iomem_resource.child, 0, rows);
		spin_unlock(&lock);
	} while (rows->n > rows->room);
	return true;
}

void kmk_iomem_text(void (*emit)(const char *line, void *data), void *data)
{
	struct rows rows = { NULL, 0, 0 };
	char line[160];
	unsigned int i;

	if (!copy_all(&rows))
		return;
	for (i = 0; i < rows.n; i++) {
		scnprintf(line, sizeof(line), "%*s%08llx-%08llx : %s\n", rows.row[i].depth * 2, "",
			  (unsigned long long)rows.row[i].start, (unsigned long long)rows.row[i].end,
			  rows.row[i].name);
		emit(line, data);
	}
	kfree(rows.row);
}
