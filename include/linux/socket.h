/* SPDX-License-Identifier: MIT */
/* Thin: address families, so that %pIS can print an address. */
#ifndef _KMK_LINUX_SOCKET_H
#define _KMK_LINUX_SOCKET_H

#include <linux/types.h>

#if KMK_MIXED && __has_include(<sys/socket.h>)
#include <sys/socket.h>
#else
typedef unsigned short sa_family_t;
#define AF_UNSPEC	0
#define AF_UNIX		1
#define AF_LOCAL	AF_UNIX
#define AF_INET		2
#define AF_INET6	10

struct sockaddr {
	sa_family_t sa_family;
	char sa_data[14];
};
#endif

#if KMK_MIXED && __has_include_next(<linux/socket.h>)
#include_next <linux/socket.h>
#endif
#endif
