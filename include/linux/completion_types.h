/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_COMPLETION_TYPES_H
#define _LINUX_COMPLETION_TYPES_H

/*
 * done counts completions not yet waited for. A waiter sleeps on the word itself, so complete()
 * touches nothing of the structure after the waiter may have gone.
 */
struct completion {
	unsigned int done;
};

#endif
