/* SPDX-License-Identifier: MIT */
/* Inside the formatter: where text goes, and one conversion's specification. */
#ifndef KMK_BASE_FORMAT_H
#define KMK_BASE_FORMAT_H

#include <linux/stdarg.h>
#include <linux/types.h>

/* Text beyond size is counted, not written. */
struct kmk_out { char *buf; size_t size, at; };

enum { F_LEFT = 1, F_PLUS = 2, F_SPACE = 4, F_ALT = 8, F_ZERO = 16, F_UPPER = 32, F_SIGNED = 64, F_WIDTH = 128 };

struct kmk_spec {
	unsigned int flags;
	int width, precision;		/* F_WIDTH: a width was given; precision -1: none given */
	unsigned int base;
};

void kmk_out_char(struct kmk_out *o, char c);
void kmk_out_number(struct kmk_out *o, unsigned long long v, struct kmk_spec s);
void kmk_out_string(struct kmk_out *o, const char *text, struct kmk_spec s);

/* A piece of text of its own in buf, to be padded as a whole by kmk_out_piece(). */
static inline struct kmk_out kmk_piece(char *buf, size_t size)
{
	return (struct kmk_out){ buf, size - 1, 0 };
}

static inline void kmk_out_piece(struct kmk_out *o, struct kmk_out *p, struct kmk_spec s)
{
	p->buf[p->at < p->size ? p->at : p->size] = 0;
	kmk_out_string(o, p->buf, s);
}

/* %p and its extensions; fmt points behind the p. Returns how many letters were used. */
int kmk_out_pointer(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s);

/* Flag words as names: gfp_t, page flags, vm flags. */
void kmk_out_gfp(struct kmk_out *o, unsigned long flags, struct kmk_spec s);
void kmk_out_page_flags(struct kmk_out *o, unsigned long flags, struct kmk_spec s);
void kmk_out_vm_flags(struct kmk_out *o, unsigned long flags);

/* Extensions of format_more.c; p is readable. */
bool kmk_out_ip(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s);	/* false: not one */
void kmk_out_time(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s);
void kmk_out_dentry(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s);
void kmk_out_fwnode(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s);
void kmk_out_fourcc(struct kmk_out *o, const void *p, struct kmk_spec s);
void kmk_out_resource(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s);
void kmk_out_escaped(struct kmk_out *o, const char *fmt, const char *p, struct kmk_spec s);
const char *kmk_errname(int err);
#endif
