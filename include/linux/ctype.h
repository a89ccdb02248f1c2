/* SPDX-License-Identifier: MIT */
/* Character classes of ASCII. In the mixed profile they are libc's. */
#ifndef _LINUX_CTYPE_H
#define _LINUX_CTYPE_H

#include <linux/types.h>

#if KMK_MIXED
#include <ctype.h>
#else
static inline int islower(int c)
{
	return (unsigned int)((unsigned char)c - 'a') < 26u;
}
static inline int isupper(int c)
{
	return (unsigned int)((unsigned char)c - 'A') < 26u;
}
static inline int isdigit(int c)
{
	return (unsigned int)((unsigned char)c - '0') < 10u;
}
static inline int isalpha(int c)
{
	return islower(c | 0x20);
}
static inline int isalnum(int c)
{
	return isalpha(c) || isdigit(c);
}
static inline int isxdigit(int c)
{
	return isdigit(c) || (unsigned int)((unsigned char)(c | 0x20) - 'a') < 6u;
}
static inline int isspace(int c)
{
	return (unsigned int)((unsigned char)c - '\t') < 5u || (unsigned char)c == ' ' || (unsigned char)c == 0xa0;
}
static inline int isprint(int c)
{
	return (unsigned int)((unsigned char)c - 0x20) < 0x5fu || (unsigned char)c >= 0xa0;
}
static inline int isgraph(int c)
{
	return (unsigned int)((unsigned char)c - 0x21) < 0x5eu || (unsigned char)c > 0xa0;
}
static inline int iscntrl(int c)
{
	return (unsigned char)c < 0x20 || (unsigned char)c == 0x7f;
}
static inline int ispunct(int c)
{
	return isgraph(c) && !isalnum(c) && (unsigned char)c < 0x80;
}
static inline int tolower(int c)
{
	return isupper(c) ? c + 32 : c;
}
static inline int toupper(int c)
{
	return islower(c) ? c - 32 : c;
}
#undef isascii
#undef toascii
#define isascii(c)	(((unsigned char)(c)) <= 0x7f)
#define toascii(c)	(((unsigned char)(c)) & 0x7f)
#endif

#undef _tolower
static inline char kmk_tolower(char c)
{
	return (char)(c | 0x20);
}
#define _tolower(c)	kmk_tolower(c)
static inline int isodigit(int c)
{
	return c >= '0' && c <= '7';
}

#endif
