/* SPDX-License-Identifier: MIT */
/* Text collected in a caller's buffer. A thin form: no iterators behind a file. */
#ifndef _LINUX_SEQ_FILE_H
#define _LINUX_SEQ_FILE_H

#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

struct file;
struct inode;
struct seq_operations;

struct seq_file {
	char *buf;
	size_t size, from, count, pad_until;
	loff_t index, read_pos;
	const struct seq_operations *op;
	const struct file *file;
	void *private;
};

struct seq_operations {
	void *(*start)(struct seq_file *m, loff_t *pos);
	void (*stop)(struct seq_file *m, void *v);
	void *(*next)(struct seq_file *m, void *v, loff_t *pos);
	int (*show)(struct seq_file *m, void *v);
};

#define SEQ_SKIP		1
#define SEQ_START_TOKEN		((void *)1)

/* A full buffer has count == size. */
static inline bool seq_has_overflowed(struct seq_file *m)
{
	return m->count == m->size;
}

static inline __printf(2, 0) void seq_vprintf(struct seq_file *m, const char *fmt, va_list args)
{
	int len;

	if (m->count >= m->size)
		return;
	len = kmk_vsnprintf(m->buf + m->count, m->size - m->count, fmt, args);
	m->count = (size_t)len < m->size - m->count ? m->count + (size_t)len : m->size;
}

static inline __printf(2, 3) void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	seq_vprintf(m, fmt, args);
	va_end(args);
}

static inline int seq_write(struct seq_file *m, const void *data, size_t len)
{
	if (m->count + len >= m->size) {
		m->count = m->size;
		return -1;
	}
	memcpy(m->buf + m->count, data, len);
	m->count += len;
	return 0;
}

static inline void seq_puts(struct seq_file *m, const char *s)
{
	seq_write(m, s, strlen(s));
}

static inline void seq_putc(struct seq_file *m, char c)
{
	seq_write(m, &c, 1);
}

#define seq_put_decimal_ull(m, delim, num)	seq_printf(m, "%s%llu", delim, (unsigned long long)(num))
#define seq_put_decimal_ll(m, delim, num)	seq_printf(m, "%s%lld", delim, (long long)(num))

#endif
