/* SPDX-License-Identifier: MIT */
/* Sequence counts: an odd count is a write in progress. */
#ifndef _LINUX_SEQLOCK_H
#define _LINUX_SEQLOCK_H

#include <linux/compiler.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <linux/mutex.h>
#include <asm/processor.h>

typedef struct seqcount { unsigned int sequence; } seqcount_t;
typedef struct seqcount seqcount_spinlock_t, seqcount_raw_spinlock_t, seqcount_rwlock_t, seqcount_mutex_t;
typedef struct { seqcount_t seqcount; spinlock_t lock; } seqlock_t;

#define SEQCNT_ZERO(name)		{ 0 }
#define SEQCNT_SPINLOCK_ZERO(name, l)	{ 0 }
#define SEQCNT_RAW_SPINLOCK_ZERO(name, l) { 0 }
#define SEQCNT_RWLOCK_ZERO(name, l)	{ 0 }
#define SEQCNT_MUTEX_ZERO(name, l)	{ 0 }
#define seqcount_init(s)		((s)->sequence = 0)
#define seqcount_spinlock_init(s, l)	((void)(l), (s)->sequence = 0)
#define seqcount_raw_spinlock_init(s, l) ((void)(l), (s)->sequence = 0)
#define seqcount_rwlock_init(s, l)	((void)(l), (s)->sequence = 0)
#define seqcount_mutex_init(s, l)	((void)(l), (s)->sequence = 0)

static inline unsigned int kmk_seq_begin(const unsigned int *s)
{
	unsigned int v;

	while ((v = __atomic_load_n(s, __ATOMIC_ACQUIRE)) & 1)
		cpu_relax();
	return v;
}

static inline int kmk_seq_retry(const unsigned int *s, unsigned int start)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(s, __ATOMIC_RELAXED) != start;
}

static inline void kmk_seq_write_begin(unsigned int *s)
{
	__atomic_store_n(s, *s + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static inline void kmk_seq_write_end(unsigned int *s)
{
	__atomic_store_n(s, *s + 1, __ATOMIC_RELEASE);
}

#define read_seqcount_begin(s)		kmk_seq_begin(&(s)->sequence)
#define raw_read_seqcount_begin(s)	kmk_seq_begin(&(s)->sequence)
#define raw_read_seqcount(s)		__atomic_load_n(&(s)->sequence, __ATOMIC_ACQUIRE)
#define raw_seqcount_begin(s)		(raw_read_seqcount(s) & ~1u)
#define read_seqcount_retry(s, v)	kmk_seq_retry(&(s)->sequence, v)
#define __read_seqcount_begin(s)	read_seqcount_begin(s)
#define __read_seqcount_retry(s, v)	read_seqcount_retry(s, v)
#define write_seqcount_begin_nested(s, sub)	do { (void)(sub); write_seqcount_begin(s); } while (0)
#define write_seqcount_begin(s)		do { preempt_disable(); kmk_seq_write_begin(&(s)->sequence); } while (0)
#define write_seqcount_end(s)		do { kmk_seq_write_end(&(s)->sequence); preempt_enable(); } while (0)
#define raw_write_seqcount_begin(s)	kmk_seq_write_begin(&(s)->sequence)
#define raw_write_seqcount_end(s)	kmk_seq_write_end(&(s)->sequence)
#define write_seqcount_invalidate(s)	((void)__atomic_fetch_add(&(s)->sequence, 2, __ATOMIC_SEQ_CST))

/* What was stored before is seen by whoever sees what is stored after; a read across it is repeated. */
#define raw_write_seqcount_barrier(s)	\
	do { kmk_seq_write_begin(&(s)->sequence); kmk_seq_write_end(&(s)->sequence); } while (0)

/*
 * A latch: two copies of the data. The writer steps the count, then changes copy 0 while readers take copy 1,
 * steps it again and changes copy 1. Readers never wait for the writer, and may interrupt it.
 */
typedef struct { seqcount_t seqcount; } seqcount_latch_t;
#define SEQCNT_LATCH_ZERO(name)		{ .seqcount = SEQCNT_ZERO((name).seqcount) }
#define seqcount_latch_init(s)		seqcount_init(&(s)->seqcount)

/* The count: its lowest bit names the copy to read. */
static inline unsigned int raw_read_seqcount_latch(const seqcount_latch_t *s)
{
	return __atomic_load_n(&s->seqcount.sequence, __ATOMIC_ACQUIRE);
}

static inline int raw_read_seqcount_latch_retry(const seqcount_latch_t *s, unsigned int start)
{
	return kmk_seq_retry(&s->seqcount.sequence, start);
}

static inline void raw_write_seqcount_latch(seqcount_latch_t *s)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
	__atomic_store_n(&s->seqcount.sequence, s->seqcount.sequence + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

#define read_seqcount_latch(s)			raw_read_seqcount_latch(s)
#define read_seqcount_latch_retry(s, v)		raw_read_seqcount_latch_retry(s, v)
#define write_seqcount_latch_begin(s)		raw_write_seqcount_latch(s)
#define write_seqcount_latch(s)			raw_write_seqcount_latch(s)
#define write_seqcount_latch_end(s)		((void)(s))

#define __SEQLOCK_UNLOCKED(name)	{ { 0 }, __SPIN_LOCK_INITIALIZER((name).lock) }
#define DEFINE_SEQLOCK(name)		seqlock_t name = __SEQLOCK_UNLOCKED(name)
#define seqlock_init(s)			do { *(s) = (seqlock_t)__SEQLOCK_UNLOCKED(*(s)); } while (0)
#define read_seqbegin(s)		read_seqcount_begin(&(s)->seqcount)
#define read_seqretry(s, v)		read_seqcount_retry(&(s)->seqcount, v)
#define write_seqlock(s)	\
	do { spin_lock(&(s)->lock); kmk_seq_write_begin(&(s)->seqcount.sequence); } while (0)
#define write_sequnlock(s)	\
	do { kmk_seq_write_end(&(s)->seqcount.sequence); spin_unlock(&(s)->lock); } while (0)
#define write_seqlock_irqsave(s, f)	\
	do { spin_lock_irqsave(&(s)->lock, f); kmk_seq_write_begin(&(s)->seqcount.sequence); } while (0)
#define write_sequnlock_irqrestore(s, f)	\
	do { kmk_seq_write_end(&(s)->seqcount.sequence); spin_unlock_irqrestore(&(s)->lock, f); } while (0)
#define write_seqlock_irq(s)	\
	do { spin_lock_irq(&(s)->lock); kmk_seq_write_begin(&(s)->seqcount.sequence); } while (0)
#define write_sequnlock_irq(s)	\
	do { kmk_seq_write_end(&(s)->seqcount.sequence); spin_unlock_irq(&(s)->lock); } while (0)
#define write_seqlock_bh(s)	\
	do { spin_lock_bh(&(s)->lock); kmk_seq_write_begin(&(s)->seqcount.sequence); } while (0)
#define write_sequnlock_bh(s)	\
	do { kmk_seq_write_end(&(s)->seqcount.sequence); spin_unlock_bh(&(s)->lock); } while (0)
#define read_seqlock_excl(s)		spin_lock(&(s)->lock)
#define read_sequnlock_excl(s)		spin_unlock(&(s)->lock)
#define read_seqlock_excl_bh(s)		spin_lock_bh(&(s)->lock)
#define read_sequnlock_excl_bh(s)	spin_unlock_bh(&(s)->lock)
#define read_seqlock_excl_irq(s)	spin_lock_irq(&(s)->lock)
#define read_sequnlock_excl_irq(s)	spin_unlock_irq(&(s)->lock)
#define read_seqlock_excl_irqsave(s, f)	spin_lock_irqsave(&(s)->lock, f)
#define read_sequnlock_excl_irqrestore(s, f)	spin_unlock_irqrestore(&(s)->lock, f)

/*
 * A read that is tried without the lock, and with it when the first try was disturbed: *seq is even before the
 * first round, odd before the second one, which holds the lock. need_seqretry: another round is due.
 */
static inline void read_seqbegin_or_lock(seqlock_t *s, int *seq)
{
	if (*seq & 1)
		read_seqlock_excl(s);
	else
		*seq = (int)read_seqbegin(s);
}

static inline int need_seqretry(seqlock_t *s, int seq)
{
	return !(seq & 1) && read_seqretry(s, (unsigned int)seq);
}

static inline void done_seqretry(seqlock_t *s, int seq)
{
	if (seq & 1)
		read_sequnlock_excl(s);
}

static inline unsigned long read_seqbegin_or_lock_irqsave(seqlock_t *s, int *seq)
{
	unsigned long flags = 0;

	if (*seq & 1)
		read_seqlock_excl_irqsave(s, flags);
	else
		*seq = (int)read_seqbegin(s);
	return flags;
}

static inline void done_seqretry_irqrestore(seqlock_t *s, int seq, unsigned long flags)
{
	if (seq & 1)
		read_sequnlock_excl_irqrestore(s, flags);
}

#endif
