/* SPDX-License-Identifier: MIT */
/*
 * Slots: which thread has which, and the fence for a slot's arrays (theory in private.h).
 *
 * Slots and sequences never mix: an array is edited in one way. So where sequences are on there are no slots,
 * and a thread that glibc did not register is stopped by name.
 */
#include <errno.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "host.h"
#include "port_inline.h"

#define NONE		(-1)		/* no slot yet */
#define SHARED		(-2)		/* one of the shared ones, for ever */
#define SHARE		4		/* one in so many is shared */

struct port_slot_lock port_slot_locks[PORT_SLOTS] __attribute__((visibility("hidden")));
int32_t port_first_shared __attribute__((visibility("hidden"))) = INT32_MAX;

/* Until a thread has a slot its pops look into the dummy array, which is always empty. */
__thread struct port_private port_private
	__attribute__((tls_model("initial-exec"), visibility("hidden"))) = {
		.id = NONE, .area = ~(uintptr_t)0 << KMK_PCPU_SHIFT
	};
static __thread int shared_slot __attribute__((tls_model("initial-exec")));	/* + 1 */

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct { struct port_private *block; pid_t tid; } holder[PORT_SLOTS];	/* under table_lock */

void kmk_host_slots_init(void)
{
	bool fence = !kmk_host_membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);

	port_first_shared = fence ? (int32_t)(kmk_host.nr_slots - kmk_host.nr_slots / SHARE) : 0;
}

/* A slot of its own for this thread, if one is left. */
static void take_private(void)
{
	int32_t id = 0;

	pthread_mutex_lock(&table_lock);
	while (id < port_first_shared && holder[id].block)
		id++;
	if (id < port_first_shared) {
		holder[id].block = &port_private;
		holder[id].tid = gettid();
		port_private.id = id;
		port_private.area = (uintptr_t)id << KMK_PCPU_SHIFT;
	} else {
		port_private.id = SHARED;
	}
	pthread_mutex_unlock(&table_lock);
}

static int take_shared(void)
{
	static unsigned next;
	unsigned shared = kmk_host.nr_slots - (unsigned)port_first_shared;

	if (!shared_slot)
		shared_slot = 1 + port_first_shared + (int)(__atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % shared);
	return shared_slot - 1;
}

int port_slot_id(void)
{
	if (port_private.id >= 0)
		return port_private.id;
	if (!kmk_host.nr_slots) {
		kmk_host_log("kmemkit: this thread was started without restartable sequences (not by "
			     "pthread_create?): run the program with KMEMKIT_RSEQ=0");
		port_halt(1);
	}
	if (port_private.id == NONE && kmk_host_note_thread())
		take_private();
	return port_private.id >= 0 ? port_private.id : take_shared();
}

/* From now on this thread shares: its destructors may still use the library. */
void kmk_host_slot_leave(void)
{
	pthread_mutex_lock(&table_lock);
	if (port_private.id >= 0)
		holder[port_private.id].block = NULL;
	port_private.id = SHARED;
	port_private.area = ~(uintptr_t)0 << KMK_PCPU_SHIFT;
	pthread_mutex_unlock(&table_lock);
}

/* A thread that took its slot in its very last destructor could not give it back. */
static const struct port_private *holder_of(unsigned id)
{
	if (holder[id].block && tgkill(getpid(), holder[id].tid, 0) && errno == ESRCH)
		holder[id].block = NULL;
	return holder[id].block;
}

/* Whoever edits the slot's arrays has begun after this call's begin, or has ended before its return. */
int kmk_host_slot_fence(unsigned id)
{
	const struct port_private *who;

	if (id >= kmk_host.nr_slots || port_id_locked((int)id))
		return -ENOSYS;
	pthread_mutex_lock(&table_lock);
	who = holder_of(id);
	if (who && who != &port_private) {
		kmk_host_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
		while (__atomic_load_n(&who->busy, __ATOMIC_ACQUIRE))
			port_yield();
	}
	pthread_mutex_unlock(&table_lock);
	return 0;
}

void kmk_host_forget_slots(void)
{
	memset(port_slot_locks, 0, sizeof(port_slot_locks));
	memset(holder, 0, sizeof(holder));
	pthread_mutex_init(&table_lock, NULL);
	if (kmk_host.rseq)
		return;
	if (port_private.id >= 0)
		holder[port_private.id].block = &port_private, holder[port_private.id].tid = gettid();
	kmk_host_membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
}
