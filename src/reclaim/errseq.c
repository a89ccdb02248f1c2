/* SPDX-License-Identifier: MIT */
/*
 * Errors told once to each observer.
 *
 *     31                  13   12   11        0
 *     number of the error     seen   errno
 *
 * The number grows only when somebody has seen the error before: a flood nobody looks at cannot wrap it.
 */
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/errseq.h>

#define ERRNO_MASK	0xfffu
#define SEEN		0x1000u
#define ONE		0x2000u

errseq_t errseq_set(errseq_t *eseq, int err)
{
	errseq_t old = READ_ONCE(*eseq), new;

	if (WARN_ONCE(err >= 0 || err < -MAX_ERRNO, "errseq_set: %d is no errno\n", err))
		return old;
	do {
		new = (old & ~(ERRNO_MASK | SEEN)) | (u32)-err;
		if (old & SEEN)
			new += ONE;
		if (new == old)
			return old;
	} while (!__atomic_compare_exchange_n(eseq, &old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
	return new;
}

errseq_t errseq_sample(errseq_t *eseq)
{
	errseq_t old = READ_ONCE(*eseq);

	return old & SEEN ? old : 0;
}

int errseq_check(errseq_t *eseq, errseq_t since)
{
	errseq_t now = READ_ONCE(*eseq);

	return now == since ? 0 : -(int)(now & ERRNO_MASK);
}

int errseq_check_and_advance(errseq_t *eseq, errseq_t *since)
{
	errseq_t old = READ_ONCE(*eseq), new;

	if (old == *since)
		return 0;
	new = old | SEEN;
	/* Lost to a newer error: that one is told next time. */
	if (new != old)
		cmpxchg(eseq, old, new);
	*since = new;
	return -(int)(new & ERRNO_MASK);
}
