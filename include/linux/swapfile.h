/* SPDX-License-Identifier: MIT */
/* Swap files are made by kmemkit_swapon(), kmemkit/swap.h; Linux's own table of them is not there. */
#ifndef _LINUX_SWAPFILE_H
#define _LINUX_SWAPFILE_H

#include <kmemkit/swap.h>
#include <linux/swap.h>
#endif
