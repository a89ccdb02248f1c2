/* SPDX-License-Identifier: MIT */
/* Waiting for a bit or a variable: a table of wait queues hashed by address. */
#ifndef _LINUX_WAIT_BIT_H
#define _LINUX_WAIT_BIT_H

#include <linux/wait.h>

struct wait_bit_key {
	void *flags;
	int bit_nr;
	unsigned long timeout;
};

typedef int wait_bit_action_f(struct wait_bit_key *key, int mode);

struct wait_queue_head *__var_waitqueue(void *p);
void wake_up_var(void *var);
void wake_up_bit(void *word, int bit);
int bit_wait(struct wait_bit_key *key, int mode);
int bit_wait_io(struct wait_bit_key *key, int mode);

#define bit_waitqueue(word, bit)	((void)(bit), __var_waitqueue(word))
#define kmk_bit_is_set(bit, word)	\
	((__atomic_load_n((unsigned long *)(word) + (bit) / 64, __ATOMIC_ACQUIRE) >> ((bit) & 63)) & 1)
#define kmk_bit_test_and_set(bit, word)	\
	((__atomic_fetch_or((unsigned long *)(word) + (bit) / 64, 1UL << ((bit) & 63), \
			    __ATOMIC_ACQ_REL) >> ((bit) & 63)) & 1)

#define ___wait_var_event(var, c, state, excl, initial, cmd)	\
	___wait_event(*__var_waitqueue((void *)(var)), c, state, excl, initial, cmd)
#define wait_var_event(var, c)			wait_event(*__var_waitqueue((void *)(var)), c)
#define wait_var_event_killable(var, c)		wait_event_killable(*__var_waitqueue((void *)(var)), c)
#define wait_var_event_interruptible(var, c)	wait_event_interruptible(*__var_waitqueue((void *)(var)), c)
#define wait_var_event_timeout(var, c, t)	wait_event_timeout(*__var_waitqueue((void *)(var)), c, t)

#define wait_on_bit(word, bit, mode)	\
	wait_event_state(*__var_waitqueue(word), !kmk_bit_is_set(bit, word), mode)
#define wait_on_bit_io(word, bit, mode)	wait_on_bit(word, bit, mode)
#define wait_on_bit_timeout(word, bit, mode, t)	\
	(wait_event_timeout(*__var_waitqueue(word), !kmk_bit_is_set(bit, word), t) ? 0 : -EAGAIN)
#define wait_on_bit_action(word, bit, action, mode)	((void)(action), wait_on_bit(word, bit, mode))
#define wait_on_bit_lock(word, bit, mode)	\
	wait_event_state(*__var_waitqueue(word), !kmk_bit_test_and_set(bit, word), mode)
#define wait_on_bit_lock_io(word, bit, mode)	wait_on_bit_lock(word, bit, mode)
#define clear_and_wake_up_bit(bit, word)					\
do {										\
	__atomic_fetch_and((unsigned long *)(word) + (bit) / 64, ~(1UL << ((bit) & 63)), __ATOMIC_SEQ_CST); \
	wake_up_bit(word, bit);							\
} while (0)

#endif
