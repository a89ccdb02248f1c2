/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PARAM_H
#define _LINUX_PARAM_H

#ifndef CONFIG_HZ
#define CONFIG_HZ	250
#endif
#undef HZ
#define HZ		CONFIG_HZ
#define USER_HZ		100

#ifndef EXEC_PAGESIZE
#define EXEC_PAGESIZE	4096
#endif
#ifndef NOGROUP
#define NOGROUP		(-1)
#endif
#ifndef MAXHOSTNAMELEN
#define MAXHOSTNAMELEN	64
#endif

#endif
