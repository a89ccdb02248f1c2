/* SPDX-License-Identifier: MIT */
/*
 * Leaving a function from any depth, without libc: how a failed assertion ends its test case and
 * kthread_exit() its thread. Locks taken on the way stay taken, as in the kernel; the thread's
 * execution context (depths, virtual CPU, RCU) is put back to what it was at kmk_try().
 */
#ifndef KMK_SYNC_UNWIND_H
#define KMK_SYNC_UNWIND_H

#include <stdbool.h>

/* Run fn(arg). True if it returned, false if kmk_throw() ended it. Nests. */
bool kmk_try(void (*fn)(void *arg), void *arg);
/* End the innermost kmk_try() of this thread; stops the program when there is none. */
void kmk_throw(void) __attribute__((noreturn));
bool kmk_can_throw(void);

#endif
