/* SPDX-License-Identifier: MIT */
/* Hex dumps in the kernel's row form. */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/hex.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/printk.h>

const char hex_asc[] = "0123456789abcdef";
const char hex_asc_upper[] = "0123456789ABCDEF";

int hex_to_bin(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int hex2bin(u8 *dst, const char *src, size_t count)
{
	for (; count; count--, src += 2) {
		int hi = hex_to_bin((unsigned char)src[0]), lo = hi < 0 ? -1 : hex_to_bin((unsigned char)src[1]);

		if (lo < 0)
			return -EINVAL;
		*dst++ = (u8)(hi << 4 | lo);
	}
	return 0;
}

char *bin2hex(char *dst, const void *src, size_t count)
{
	for (const u8 *p = src; count; count--)
		dst = hex_byte_pack(dst, *p++);
	return dst;
}

static unsigned long long group_at(const unsigned char *p, int size)
{
	unsigned long long v = 0;

	for (int i = size; i-- > 0; )
		v = v << 8 | p[i];
	return v;
}

/* Returns the length the whole row would have. */
int hex_dump_to_buffer(const void *buf, size_t len, int rowsize, int groupsize, char *line, size_t size, bool ascii)
{
	const unsigned char *p = buf;
	int n = 0, column, used;

	if (rowsize != 16 && rowsize != 32)
		rowsize = 16;
	len = min(len, (size_t)rowsize);
	if ((groupsize != 1 && groupsize != 2 && groupsize != 4 && groupsize != 8) || len % (size_t)groupsize)
		groupsize = 1;
	if (size)
		line[0] = '\0';
	if (size && !len)
		return 0;
	for (size_t i = 0; i < len; i += (size_t)groupsize) {
		used = min(n, (int)size);
		n += snprintf(line + used, size - (size_t)used, "%s%0*llx", i ? " " : "", groupsize * 2,
			      group_at(p + i, groupsize));
	}
	if (!ascii)
		return n;
	column = rowsize * 2 + rowsize / groupsize + 1;
	used = min(n, (int)size);
	n += snprintf(line + used, size - (size_t)used, "%*s", column - n, "");
	for (size_t i = 0; i < len; i++) {
		used = min(n, (int)size);
		n += snprintf(line + used, size - (size_t)used, "%c", isascii(p[i]) && isprint(p[i]) ? p[i] : '.');
	}
	return n;
}

void print_hex_dump(const char *level, const char *prefix, int type, int rowsize, int groupsize, const void *buf,
		    size_t len, bool ascii)
{
	const unsigned char *p = buf;
	char line[32 * 3 + 2 + 32 + 1];

	if (rowsize != 16 && rowsize != 32)
		rowsize = 16;
	for (size_t i = 0; i < len; i += (size_t)rowsize) {
		hex_dump_to_buffer(p + i, min(len - i, (size_t)rowsize), rowsize, groupsize, line, sizeof(line), ascii);
		if (type == DUMP_PREFIX_ADDRESS)
			printk("%s%s%px: %s\n", level, prefix, p + i, line);
		else if (type == DUMP_PREFIX_OFFSET)
			printk("%s%s%.8x: %s\n", level, prefix, (unsigned int)i, line);
		else
			printk("%s%s%s\n", level, prefix, line);
	}
}
