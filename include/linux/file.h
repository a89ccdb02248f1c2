/* SPDX-License-Identifier: MIT */
/* fput() and get_file() are in linux/fs.h; there are no file descriptors. */
#ifndef _LINUX_FILE_H
#define _LINUX_FILE_H

#include <linux/fs.h>
#endif
