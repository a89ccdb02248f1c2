/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_NOTIFIER_H
#define _LINUX_NOTIFIER_H

#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/srcu.h>

struct notifier_block;
typedef int (*notifier_fn_t)(struct notifier_block *nb, unsigned long action, void *data);

/* Sorted by falling priority, first come first served within one. */
struct notifier_block {
	notifier_fn_t notifier_call;
	struct notifier_block *next;
	int priority;
};

struct raw_notifier_head { struct notifier_block *head; };
struct atomic_notifier_head { spinlock_t lock; struct notifier_block *head; };
struct blocking_notifier_head { struct rw_semaphore rwsem; struct notifier_block *head; };
/* Called without a lock, in a sleepable reader; must be initialised, and cleaned up, if it is not static. */
struct srcu_notifier_head { struct mutex mutex; struct srcu_struct srcu; struct notifier_block *head; };

#define RAW_NOTIFIER_INIT(name)		{ .head = NULL }
#define RAW_NOTIFIER_HEAD(name)		struct raw_notifier_head name = RAW_NOTIFIER_INIT(name)
#define ATOMIC_NOTIFIER_INIT(name)	{ .lock = __SPIN_LOCK_INITIALIZER((name).lock), .head = NULL }
#define ATOMIC_NOTIFIER_HEAD(name)	struct atomic_notifier_head name = ATOMIC_NOTIFIER_INIT(name)
#define BLOCKING_NOTIFIER_INIT(name)	{ .rwsem = __RWSEM_INITIALIZER((name).rwsem), .head = NULL }
#define BLOCKING_NOTIFIER_HEAD(name)	struct blocking_notifier_head name = BLOCKING_NOTIFIER_INIT(name)
#define SRCU_NOTIFIER_INIT(name, unused)	\
	{ .mutex = __MUTEX_INITIALIZER((name).mutex), .srcu = __SRCU_INIT((name).srcu), .head = NULL }
#define SRCU_NOTIFIER_HEAD(name)	struct srcu_notifier_head name = SRCU_NOTIFIER_INIT(name, name)
#define SRCU_NOTIFIER_HEAD_STATIC(name)	static struct srcu_notifier_head name = SRCU_NOTIFIER_INIT(name, name)
#define srcu_cleanup_notifier_head(n)	cleanup_srcu_struct(&(n)->srcu)
#define RAW_INIT_NOTIFIER_HEAD(n)	((n)->head = NULL)
#define ATOMIC_INIT_NOTIFIER_HEAD(n)	do { spin_lock_init(&(n)->lock); (n)->head = NULL; } while (0)
#define BLOCKING_INIT_NOTIFIER_HEAD(n)	do { init_rwsem(&(n)->rwsem); (n)->head = NULL; } while (0)

#define NOTIFY_DONE		0x0000
#define NOTIFY_OK		0x0001
#define NOTIFY_STOP_MASK	0x8000
#define NOTIFY_BAD		(NOTIFY_STOP_MASK | 0x0002)
#define NOTIFY_STOP		(NOTIFY_OK | NOTIFY_STOP_MASK)

int raw_notifier_chain_register(struct raw_notifier_head *h, struct notifier_block *nb);
int raw_notifier_chain_unregister(struct raw_notifier_head *h, struct notifier_block *nb);
int raw_notifier_call_chain(struct raw_notifier_head *h, unsigned long action, void *data);
int atomic_notifier_chain_register(struct atomic_notifier_head *h, struct notifier_block *nb);
int atomic_notifier_chain_unregister(struct atomic_notifier_head *h, struct notifier_block *nb);
int atomic_notifier_call_chain(struct atomic_notifier_head *h, unsigned long action, void *data);
int blocking_notifier_chain_register(struct blocking_notifier_head *h, struct notifier_block *nb);
int blocking_notifier_chain_unregister(struct blocking_notifier_head *h, struct notifier_block *nb);
int blocking_notifier_call_chain(struct blocking_notifier_head *h, unsigned long action, void *data);

void srcu_init_notifier_head(struct srcu_notifier_head *h);
int srcu_notifier_chain_register(struct srcu_notifier_head *h, struct notifier_block *nb);
int srcu_notifier_chain_unregister(struct srcu_notifier_head *h, struct notifier_block *nb);
int srcu_notifier_call_chain(struct srcu_notifier_head *h, unsigned long action, void *data);

/* -EBUSY where another block has that priority. */
int atomic_notifier_chain_register_unique_prio(struct atomic_notifier_head *h, struct notifier_block *nb);
int blocking_notifier_chain_register_unique_prio(struct blocking_notifier_head *h, struct notifier_block *nb);
/* When one of the blocks stops the chain, those before it are called with the action `down`. */
int raw_notifier_call_chain_robust(struct raw_notifier_head *h, unsigned long up, unsigned long down, void *data);
int blocking_notifier_call_chain_robust(struct blocking_notifier_head *h, unsigned long up, unsigned long down,
					void *data);
bool atomic_notifier_call_chain_is_empty(struct atomic_notifier_head *h);

static inline int notifier_from_errno(int err) { return err ? NOTIFY_STOP_MASK | (NOTIFY_OK - err) : NOTIFY_OK; }
static inline int notifier_to_errno(int ret)
{
	ret &= ~NOTIFY_STOP_MASK;
	return ret > NOTIFY_OK ? NOTIFY_OK - ret : 0;
}

#endif
