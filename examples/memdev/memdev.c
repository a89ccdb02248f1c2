// SPDX-License-Identifier: MIT
/* The driver. Read memdev.h first: it has the picture. */
#include "memdev.h"

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

/*
 * How much a quantum holds: `kmemkit run --param memdev.quantum=1000`, or memdev.quantum=1000 on the
 * command line of a real kernel.
 */
static unsigned int quantum = 512;
module_param(quantum, uint, 0444);

/* One cache for all devices: objects of one size, packed into pages by the slab layer. */
static struct kmem_cache *quantum_cache;

/*
 * Contents may be large and a user can ask for any amount, so give up early and quietly: the caller of
 * write() learns of it. The small structures around them use plain GFP_KERNEL.
 */
#define CONTENT_GFP (GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN | __GFP_ZERO)

/* A unit must be zeroed: a write may cover a part of it, and the rest reads as zeros. */
static void *unit_alloc(struct memdev *dev)
{
	void *unit;

	if (dev->kind == MEMDEV_PAGES)
		unit = (void *)__get_free_pages(CONTENT_GFP, dev->order);
	else
		unit = kmem_cache_alloc(quantum_cache, CONTENT_GFP);
	if (unit)
		dev->units++;
	return unit;
}

/* Memory goes back to where it came from: a page block to the page allocator, an object to its cache. */
static void unit_free(struct memdev *dev, void *unit)
{
	if (!unit)
		return;
	if (dev->kind == MEMDEV_PAGES)
		free_pages((unsigned long)unit, dev->order);
	else
		kmem_cache_free(quantum_cache, unit);
	dev->units--;
}

/* Which shelf, which unit on it, which byte in that. */
struct place {
	size_t shelf, unit, byte;
};

static struct place place_of(const struct memdev *dev, size_t pos)
{
	size_t unit = pos / dev->unit_size;

	return (struct place){ unit / MEMDEV_SHELF, unit % MEMDEV_SHELF, pos % dev->unit_size };
}

static size_t shelves_for(const struct memdev *dev, size_t capacity)
{
	return (capacity - 1) / dev->unit_size / MEMDEV_SHELF + 1;
}

/* The unit at p, or NULL for a hole. */
static void *unit_find(const struct memdev *dev, struct place p)
{
	const struct memdev_shelf *shelf = dev->directory[p.shelf];

	return shelf ? shelf->unit[p.unit] : NULL;
}

/*
 * The unit at p, made if it is a hole; NULL without memory. A shelf whose first unit could not be had
 * stays: it is empty, belongs to the directory, and trimming finds it.
 */
static void *unit_make(struct memdev *dev, struct place p)
{
	struct memdev_shelf **shelf = &dev->directory[p.shelf];

	if (!*shelf)
		*shelf = kzalloc(sizeof(**shelf), GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	if (!*shelf)
		return NULL;
	if (!(*shelf)->unit[p.unit])
		(*shelf)->unit[p.unit] = unit_alloc(dev);
	return (*shelf)->unit[p.unit];
}

static void shelf_free(struct memdev *dev, size_t index)
{
	struct memdev_shelf *shelf = dev->directory[index];
	size_t i;

	if (!shelf)
		return;
	for (i = 0; i < MEMDEV_SHELF; i++)
		unit_free(dev, shelf->unit[i]);
	kfree(shelf);
	dev->directory[index] = NULL;
}

static void trim_locked(struct memdev *dev)
{
	size_t i;

	for (i = 0; i < dev->shelves; i++)
		shelf_free(dev, i);
	dev->size = 0;
}

void memdev_trim(struct memdev *dev)
{
	mutex_lock(&dev->lock);
	trim_locked(dev);
	mutex_unlock(&dev->lock);
}

struct memdev *memdev_create(enum memdev_kind kind, unsigned int order, size_t capacity)
{
	struct memdev *dev;

	if (!capacity)
		return ERR_PTR(-EINVAL);
	dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	mutex_init(&dev->lock);
	dev->kind = kind;
	dev->order = order;
	dev->unit_size = kind == MEMDEV_PAGES ? PAGE_SIZE << order : quantum;
	dev->capacity = capacity;
	dev->shelves = shelves_for(dev, capacity);
	/* kcalloc checks the product: a capacity chosen to overflow it gives NULL, not a short array. */
	dev->directory = kcalloc(dev->shelves, sizeof(*dev->directory), GFP_KERNEL | __GFP_NOWARN);
	if (!dev->directory) {
		kfree(dev);
		return ERR_PTR(-ENOMEM);
	}
	return dev;
}

int memdev_destroy(struct memdev *dev)
{
	if (dev->handles)
		return -EBUSY;
	trim_locked(dev);
	kfree(dev->directory);
	kfree(dev);
	return 0;
}

struct memdev_file *memdev_open(struct memdev *dev, enum memdev_mode mode)
{
	struct memdev_file *file = kzalloc(sizeof(*file), GFP_KERNEL);

	if (!file)
		return ERR_PTR(-ENOMEM);
	file->dev = dev;
	file->writable = mode != MEMDEV_READ;
	mutex_lock(&dev->lock);
	dev->handles++;
	if (mode == MEMDEV_TRUNCATE)
		trim_locked(dev);
	mutex_unlock(&dev->lock);
	return file;
}

void memdev_close(struct memdev_file *file)
{
	mutex_lock(&file->dev->lock);
	file->dev->handles--;
	mutex_unlock(&file->dev->lock);
	kfree(file);
}

int memdev_seek(struct memdev_file *file, size_t pos)
{
	if (pos > file->dev->capacity)
		return -EINVAL;
	file->pos = pos;
	return 0;
}

static void read_piece(const struct memdev *dev, size_t pos, void *buf, size_t n)
{
	struct place p = place_of(dev, pos);
	const char *unit = unit_find(dev, p);

	if (unit)
		memcpy(buf, unit + p.byte, n);
	else
		memset(buf, 0, n);
}

/* Bytes from pos to the end of its unit, at most left. */
static size_t piece_length(const struct memdev *dev, size_t pos, size_t left)
{
	return min(left, dev->unit_size - pos % dev->unit_size);
}

ssize_t memdev_read(struct memdev_file *file, void *buf, size_t len)
{
	struct memdev *dev = file->dev;
	size_t done = 0;

	mutex_lock(&dev->lock);
	len = file->pos < dev->size ? min(len, dev->size - file->pos) : 0;
	while (done < len) {
		size_t n = piece_length(dev, file->pos, len - done);

		read_piece(dev, file->pos, (char *)buf + done, n);
		file->pos += n;
		done += n;
	}
	mutex_unlock(&dev->lock);
	return done;
}

/* Whole or not at all: a piece lies within one unit. */
static bool write_piece(struct memdev *dev, size_t pos, const void *buf, size_t n)
{
	struct place p = place_of(dev, pos);
	char *unit = unit_make(dev, p);

	if (!unit)
		return false;
	memcpy(unit + p.byte, buf, n);
	dev->size = max(dev->size, pos + n);
	return true;
}

static ssize_t write_locked(struct memdev_file *file, const char *buf, size_t len)
{
	struct memdev *dev = file->dev;
	size_t done = 0;

	if (file->pos >= dev->capacity)
		return -ENOSPC;
	len = min(len, dev->capacity - file->pos);
	while (done < len) {
		size_t n = piece_length(dev, file->pos, len - done);

		if (!write_piece(dev, file->pos, buf + done, n))
			break;
		file->pos += n;
		done += n;
	}
	return done || !len ? (ssize_t)done : -ENOMEM;
}

ssize_t memdev_write(struct memdev_file *file, const void *buf, size_t len)
{
	ssize_t ret;

	if (!file->writable)
		return -EBADF;
	mutex_lock(&file->dev->lock);
	ret = write_locked(file, buf, len);
	mutex_unlock(&file->dev->lock);
	return ret;
}

/*
 * Units behind the new end go; the rest of the unit that the end falls into is cleared, so that growing
 * again shows zeros there and not what was cut off.
 */
static void cut_locked(struct memdev *dev, size_t capacity)
{
	struct place end = place_of(dev, capacity - 1);
	struct memdev_shelf *shelf = dev->directory[end.shelf];
	size_t i;

	for (i = end.shelf + 1; i < dev->shelves; i++)
		shelf_free(dev, i);
	for (i = end.unit + 1; shelf && i < MEMDEV_SHELF; i++) {
		unit_free(dev, shelf->unit[i]);
		shelf->unit[i] = NULL;
	}
	if (shelf && shelf->unit[end.unit])
		memset((char *)shelf->unit[end.unit] + end.byte + 1, 0, dev->unit_size - end.byte - 1);
	dev->size = min(dev->size, capacity);
}

static int resize_locked(struct memdev *dev, size_t capacity)
{
	size_t shelves = shelves_for(dev, capacity);
	struct memdev_shelf **directory;

	/* Get what may fail first: then an error leaves the device as it was. */
	directory = kcalloc(shelves, sizeof(*directory), GFP_KERNEL | __GFP_NOWARN);
	if (!directory)
		return -ENOMEM;
	if (capacity < dev->capacity)
		cut_locked(dev, capacity);
	memcpy(directory, dev->directory, min(shelves, dev->shelves) * sizeof(*directory));
	kfree(dev->directory);
	dev->directory = directory;
	dev->shelves = shelves;
	dev->capacity = capacity;
	return 0;
}

int memdev_resize(struct memdev *dev, size_t capacity)
{
	int err;

	if (!capacity)
		return -EINVAL;
	mutex_lock(&dev->lock);
	err = resize_locked(dev, capacity);
	mutex_unlock(&dev->lock);
	return err;
}

static int __init memdev_init(void)
{
	if (!quantum || quantum > PAGE_SIZE) {
		pr_err("memdev: quantum %u is not between 1 and %lu\n", quantum, PAGE_SIZE);
		return -EINVAL;
	}
	quantum_cache = kmem_cache_create("memdev_quantum", quantum, 0, 0, NULL);
	if (!quantum_cache)
		return -ENOMEM;
	pr_info("memdev: quanta of %u bytes\n", quantum);
	return 0;
}

/* The cache must be empty here: what was not given back is reported with its name. */
static void __exit memdev_exit(void)
{
	kmem_cache_destroy(quantum_cache);
}

module_init(memdev_init);
module_exit(memdev_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A character device in memory");
