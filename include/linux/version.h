/* SPDX-License-Identifier: MIT */
/* Linux 6.1; -DKMEMKIT_LINUX=0x060c00 selects 6.12 where names conflict. */
#ifndef KMK_LINUX_VERSION_H
#define KMK_LINUX_VERSION_H

#ifndef KMEMKIT_LINUX
#define KMEMKIT_LINUX		0x060100
#endif

#undef LINUX_VERSION_CODE
#undef KERNEL_VERSION
#define LINUX_VERSION_CODE	KMEMKIT_LINUX
#define KERNEL_VERSION(a, b, c)	(((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
#define LINUX_VERSION_MAJOR	(LINUX_VERSION_CODE >> 16)
#define LINUX_VERSION_PATCHLEVEL ((LINUX_VERSION_CODE >> 8) & 255)
#define LINUX_VERSION_SUBLEVEL	(LINUX_VERSION_CODE & 255)

#endif
