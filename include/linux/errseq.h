/* SPDX-License-Identifier: MIT */
/*
 * Errors told once to each observer. A word holds the last error and a number that grows with each error
 * somebody could already have seen; an observer keeps a sample and compares. Any context.
 * Meanings as in Linux 6.1.
 */
#ifndef _LINUX_ERRSEQ_H
#define _LINUX_ERRSEQ_H

#include <linux/types.h>

typedef u32 errseq_t;

errseq_t errseq_set(errseq_t *eseq, int err);			/* an error happened: negative errno */
errseq_t errseq_sample(errseq_t *eseq);				/* for a new observer: an unseen error is still to be told */
int errseq_check(errseq_t *eseq, errseq_t since);		/* the error after since, or 0 */
int errseq_check_and_advance(errseq_t *eseq, errseq_t *since);	/* the same, and it is told now */
#endif
