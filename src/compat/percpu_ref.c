/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU reference counts: between their two forms.
 *
 * While words are in use the shared count stands at BIAS plus what is added later, so that puts that see the
 * shared form early cannot take it to zero before the words have been folded in. state is written under one
 * lock for all counts; gets and puts read it under RCU.
 */
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/percpu-refcount.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#define BIAS	(1L << 62)

static DEFINE_SPINLOCK(ref_lock);
static DECLARE_WAIT_QUEUE_HEAD(ref_wait);

int percpu_ref_init(struct percpu_ref *ref, percpu_ref_func_t *release, unsigned int flags, gfp_t gfp)
{
	bool dead = flags & PERCPU_REF_INIT_DEAD, atomic = dead || (flags & PERCPU_REF_INIT_ATOMIC);

	*ref = (struct percpu_ref){
		.state = (dead ? KMK_REF_DEAD : 0) | (atomic ? KMK_REF_ATOMIC : 0),
		.forced_atomic = flags & PERCPU_REF_INIT_ATOMIC,
		.allow_reinit = flags & (PERCPU_REF_INIT_ATOMIC | PERCPU_REF_INIT_DEAD | PERCPU_REF_ALLOW_REINIT),
		.release = release,
	};
	ref->words = alloc_percpu_gfp(unsigned long, gfp);
	if (!ref->words)
		return -ENOMEM;
	atomic_long_set(&ref->count, (atomic ? 0 : BIAS) + (dead ? 0 : 1));
	return 0;
}

static void free_words(struct percpu_ref *ref)
{
	free_percpu(ref->words);
	ref->words = NULL;
}

void percpu_ref_exit(struct percpu_ref *ref)
{
	/* In atomic context, too, if no switch is under way. */
	if (smp_load_acquire(&ref->switching))
		wait_event(ref_wait, !smp_load_acquire(&ref->switching));
	WARN_ONCE(ref->confirm, "percpu_ref_exit() with a confirmation under way\n");
	free_words(ref);
}

/* Every get and put that began with the words has ended. */
static void fold(struct rcu_head *head)
{
	struct percpu_ref *ref = container_of(head, struct percpu_ref, rcu);
	percpu_ref_func_t *confirm = ref->confirm;
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += *per_cpu_ptr(ref->words, cpu);
	atomic_long_add((long)sum - BIAS, &ref->count);
	WARN_ONCE(atomic_long_read(&ref->count) <= 0, "percpu ref (%ps) <= 0 (%ld) after switching to atomic\n",
		  ref->release, atomic_long_read(&ref->count));
	ref->confirm = NULL;
	if (!ref->allow_reinit)
		free_words(ref);
	if (confirm)
		confirm(ref);
	smp_store_release(&ref->switching, false);
	wake_up_all(&ref_wait);
	percpu_ref_put(ref);
}

/* The caller holds ref_lock; it is dropped while another switch of this count runs. */
static void wait_switch(struct percpu_ref *ref, unsigned long *flags)
{
	while (ref->switching) {
		spin_unlock_irqrestore(&ref_lock, *flags);
		wait_event(ref_wait, !READ_ONCE(ref->switching));
		spin_lock_irqsave(&ref_lock, *flags);
	}
}

static void to_atomic(struct percpu_ref *ref, percpu_ref_func_t *confirm)
{
	if (ref->state & KMK_REF_ATOMIC) {
		if (confirm)
			confirm(ref);
		return;
	}
	WRITE_ONCE(ref->switching, true);
	ref->confirm = confirm;
	percpu_ref_get(ref);
	__atomic_fetch_or(&ref->state, KMK_REF_ATOMIC, __ATOMIC_SEQ_CST);
	call_rcu(&ref->rcu, fold);
}

static void to_percpu(struct percpu_ref *ref)
{
	int cpu;

	if (!(ref->state & KMK_REF_ATOMIC) || !ref->words)
		return;
	if (WARN_ON_ONCE(!ref->allow_reinit))
		return;
	atomic_long_add(BIAS, &ref->count);
	for_each_possible_cpu(cpu)
		*per_cpu_ptr(ref->words, cpu) = 0;
	__atomic_fetch_and(&ref->state, ~KMK_REF_ATOMIC, __ATOMIC_SEQ_CST);
}

static void choose_form(struct percpu_ref *ref, percpu_ref_func_t *confirm)
{
	if (ref->forced_atomic || (ref->state & KMK_REF_DEAD))
		to_atomic(ref, confirm);
	else
		to_percpu(ref);
}

void percpu_ref_switch_to_atomic(struct percpu_ref *ref, percpu_ref_func_t *confirm)
{
	unsigned long flags;

	spin_lock_irqsave(&ref_lock, flags);
	wait_switch(ref, &flags);
	ref->forced_atomic = true;
	choose_form(ref, confirm);
	spin_unlock_irqrestore(&ref_lock, flags);
}

void percpu_ref_switch_to_atomic_sync(struct percpu_ref *ref)
{
	percpu_ref_switch_to_atomic(ref, NULL);
	wait_event(ref_wait, !READ_ONCE(ref->switching));
}

void percpu_ref_switch_to_percpu(struct percpu_ref *ref)
{
	unsigned long flags;

	spin_lock_irqsave(&ref_lock, flags);
	wait_switch(ref, &flags);
	ref->forced_atomic = false;
	choose_form(ref, NULL);
	spin_unlock_irqrestore(&ref_lock, flags);
}

void percpu_ref_kill_and_confirm(struct percpu_ref *ref, percpu_ref_func_t *confirm)
{
	unsigned long flags;
	bool twice;

	spin_lock_irqsave(&ref_lock, flags);
	wait_switch(ref, &flags);
	twice = ref->state & KMK_REF_DEAD;
	__atomic_fetch_or(&ref->state, KMK_REF_DEAD, __ATOMIC_SEQ_CST);
	if (!twice)
		choose_form(ref, confirm);
	spin_unlock_irqrestore(&ref_lock, flags);
	if (!WARN(twice, "percpu_ref_kill() more than once on %ps\n", ref->release))
		percpu_ref_put(ref);
}

void percpu_ref_resurrect(struct percpu_ref *ref)
{
	unsigned long flags;

	spin_lock_irqsave(&ref_lock, flags);
	wait_switch(ref, &flags);
	if (!WARN(!(ref->state & KMK_REF_DEAD) || !ref->words, "percpu_ref_resurrect() of a count that lives (%ps)\n",
		  ref->release)) {
		__atomic_fetch_and(&ref->state, ~KMK_REF_DEAD, __ATOMIC_SEQ_CST);
		percpu_ref_get(ref);
		choose_form(ref, NULL);
	}
	spin_unlock_irqrestore(&ref_lock, flags);
}

void percpu_ref_reinit(struct percpu_ref *ref)
{
	WARN_ONCE(!percpu_ref_is_zero(ref), "percpu_ref_reinit() of a count in use\n");
	percpu_ref_resurrect(ref);
}

bool percpu_ref_is_zero(struct percpu_ref *ref)
{
	return !kmk_ref_percpu(ref) && !atomic_long_read(&ref->count);
}
