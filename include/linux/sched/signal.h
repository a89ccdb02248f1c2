/* SPDX-License-Identifier: MIT */
/* No signals: nothing is ever pending. */
#ifndef _LINUX_SCHED_SIGNAL_H
#define _LINUX_SCHED_SIGNAL_H

#include <linux/sched.h>
#include <linux/rculist.h>

static inline int signal_pending(struct task_struct *p)
{
	(void)p;
	return 0;
}

static inline int fatal_signal_pending(struct task_struct *p)
{
	(void)p;
	return 0;
}

static inline int signal_pending_state(unsigned int state, struct task_struct *p)
{
	(void)state, (void)p;
	return 0;
}

#define task_sigpending(p)		signal_pending(p)
#define __fatal_signal_pending(p)	fatal_signal_pending(p)
#define allow_signal(sig)		((void)(sig))
#define disallow_signal(sig)		((void)(sig))
#define flush_signals(t)		((void)(t))
#define send_sig(sig, t, priv)		((void)(sig), (void)(t), 0)
#define restart_syscall()		(-EINTR)

#endif
