/* SPDX-License-Identifier: MIT */
/* Thin: internet addresses, so that %pIS can print them. */
#ifndef _KMK_LINUX_IN_H
#define _KMK_LINUX_IN_H

#include <linux/socket.h>
#include <linux/types.h>

/* libc's and the system's stand together only if libc's is first: else the system's, below, is enough. */
#if KMK_MIXED && defined(__UAPI_DEF_IN_IPPROTO) && __UAPI_DEF_IN_IPPROTO
#elif KMK_MIXED && __has_include(<netinet/in.h>)
#include <netinet/in.h>
#else
struct in_addr {
	__be32 s_addr;
};

struct sockaddr_in {
	sa_family_t sin_family;
	__be16 sin_port;
	struct in_addr sin_addr;
	unsigned char sin_zero[8];
};

struct in6_addr {
	union {
		__u8 u6_addr8[16];
		__be16 u6_addr16[8];
		__be32 u6_addr32[4];
	} in6_u;
#define s6_addr		in6_u.u6_addr8
#define s6_addr16	in6_u.u6_addr16
#define s6_addr32	in6_u.u6_addr32
};

struct sockaddr_in6 {
	unsigned short sin6_family;
	__be16 sin6_port;
	__be32 sin6_flowinfo;
	struct in6_addr sin6_addr;
	__u32 sin6_scope_id;
};
#endif

#if KMK_MIXED && __has_include_next(<linux/in.h>)
#include_next <linux/in.h>
#endif
#endif
