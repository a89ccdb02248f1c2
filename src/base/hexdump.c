/* SPDX-License-Identifier: MIT */
/* Hex dumps in the kernel's row form. */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/printk.h>

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
