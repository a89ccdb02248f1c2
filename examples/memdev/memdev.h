/* SPDX-License-Identifier: MIT */
/*
 * memdev: a character device whose contents live in memory.
 *
 * It is written like a driver, and shows three ways to get memory in a kernel and where each is right:
 *
 *	small objects of one size	kmem_cache	the quanta that hold the bytes
 *	whole pages, physically joined	page order	the same, for large units
 *	arrays and one-off structures	kmalloc		directory, shelves, open handles
 *
 * Bytes are found in two steps, so that a mostly empty device stays small. With units of 512 bytes
 * and 64 units on a shelf, byte 100,000 is byte 160 of unit 3 on shelf 3:
 *
 *	memdev.directory	shelf			unit
 *	+---+---+---+---+	+---+---+---+---+--	+----------------+
 *	| 0 | 0 | 0 | *-+------>| 0 | 0 | 0 | *-+------>| bytes          |
 *	+---+---+---+---+	+---+---+---+---+--	+----------------+
 *
 * A null pointer at either step is a hole: it reads as zeros and costs nothing. Shelves and units are
 * made by the first write that needs them.
 *
 * Locking: memdev.lock guards everything below the device. It is a mutex, because memory is requested
 * under it and such a request may sleep. A handle belongs to one thread at a time.
 */
#ifndef MEMDEV_H
#define MEMDEV_H

#include <linux/mutex.h>
#include <linux/types.h>

#define MEMDEV_SHELF 64		/* units on a shelf: its pointers fill 512 bytes */

/* Where units come from. */
enum memdev_kind {
	MEMDEV_QUANTA,		/* the driver's cache; unit size is the parameter `quantum` */
	MEMDEV_PAGES,		/* 2^order pages each */
};

struct memdev_shelf {
	void *unit[MEMDEV_SHELF];
};

struct memdev {
	struct mutex lock;
	enum memdev_kind kind;
	unsigned int order;		/* MEMDEV_PAGES only */
	size_t unit_size;
	size_t capacity;		/* bytes that may be written */
	size_t size;			/* end of what was written */
	size_t shelves;			/* length of the directory */
	struct memdev_shelf **directory;
	size_t units;			/* allocated now */
	unsigned int handles;		/* open now */
};

struct memdev_file {
	struct memdev *dev;
	size_t pos;
	bool writable;
};

enum memdev_mode { MEMDEV_READ, MEMDEV_WRITE, MEMDEV_TRUNCATE };

/* A new device, or an error pointer: -EINVAL (capacity 0), -ENOMEM. order is for MEMDEV_PAGES. May sleep. */
struct memdev *memdev_create(enum memdev_kind kind, unsigned int order, size_t capacity);

/* Give everything back. 0, or -EBUSY while a handle is open. May sleep. */
int memdev_destroy(struct memdev *dev);

/* A handle at position 0, or an error pointer. MEMDEV_TRUNCATE also empties the device. May sleep. */
struct memdev_file *memdev_open(struct memdev *dev, enum memdev_mode mode);
void memdev_close(struct memdev_file *file);

/* Up to len bytes at the handle's position, which moves on. Bytes read, 0 at the end. May sleep. */
ssize_t memdev_read(struct memdev_file *file, void *buf, size_t len);

/*
 * Bytes written, at least one; fewer than len if memory or room ran out on the way. -ENOSPC at the
 * capacity, -ENOMEM if not even the first byte found memory, -EBADF on a handle for reading. May sleep.
 */
ssize_t memdev_write(struct memdev_file *file, const void *buf, size_t len);

/* Set the position; it may lie beyond what was written. 0, or -EINVAL beyond the capacity. */
int memdev_seek(struct memdev_file *file, size_t pos);

/* Forget the contents and give their memory back. */
void memdev_trim(struct memdev *dev);

/* Change the capacity. What lies beyond a smaller one is lost. 0 or -ENOMEM (nothing changed), -EINVAL. */
int memdev_resize(struct memdev *dev, size_t capacity);

#endif
