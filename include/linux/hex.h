/* SPDX-License-Identifier: MIT */
/* Bytes as hexadecimal digits. Any context. Source: names and results as in Linux 6.1, lib/hexdump.c. */
#ifndef _LINUX_HEX_H
#define _LINUX_HEX_H

#include <linux/types.h>

extern const char hex_asc[];
extern const char hex_asc_upper[];
#define hex_asc_lo(x)		hex_asc[(x) & 15]
#define hex_asc_hi(x)		hex_asc[((x) >> 4) & 15]
#define hex_asc_upper_lo(x)	hex_asc_upper[(x) & 15]
#define hex_asc_upper_hi(x)	hex_asc_upper[((x) >> 4) & 15]

/* Two digits at buf; the place behind them. */
static inline char *hex_byte_pack(char *buf, u8 byte)
{
	*buf++ = hex_asc_hi(byte);
	*buf++ = hex_asc_lo(byte);
	return buf;
}

static inline char *hex_byte_pack_upper(char *buf, u8 byte)
{
	*buf++ = hex_asc_upper_hi(byte);
	*buf++ = hex_asc_upper_lo(byte);
	return buf;
}

/* A digit's value, or -1. */
int hex_to_bin(unsigned char c);
/* count bytes out of twice as many digits: 0, or -EINVAL at the first that is none. */
int hex2bin(u8 *dst, const char *src, size_t count);
/* The other way; the place behind the last digit. No NUL is written. */
char *bin2hex(char *dst, const void *src, size_t count);
#endif
