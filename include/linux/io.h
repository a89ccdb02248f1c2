/* SPDX-License-Identifier: MIT */
/* Register access. Ways to obtain such an address are declared where they exist. */
#ifndef _LINUX_IO_H
#define _LINUX_IO_H

#include <linux/types.h>
#include <linux/err.h>
#include <linux/bug.h>
#include <asm/io.h>
#include <asm/page.h>
#endif
