/* SPDX-License-Identifier: MIT */
/*
 * Forks while other threads hold spin locks nearly all the time: their own one, round two counters, and those of
 * a mapping's tree, in which pages come, are found and go. The child finds no spin lock held and nothing half
 * done; what hangs is ended by an alarm. Locks that are held asleep are another matter: a page that another
 * thread had locked stays locked, so the child works on pages of its own. Then a fork while another thread
 * keeps reclaim out, as the idle thread does while it looks at all of memory; and one while call-backs of RCU
 * wait. Built by `kmemkit cc`.
 */
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/pagecache.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#define THREADS	3
#define ROUNDS	40
#define PAGES	200

static DEFINE_SPINLOCK(lock);
static unsigned long one, two;
static struct inode inode;
static int stop;

static void both(void)
{
	spin_lock(&lock);
	WRITE_ONCE(one, one + 1);
	for (int i = 0; i < 1000; i++)
		barrier();
	WRITE_ONCE(two, two + 1);
	spin_unlock(&lock);
}

static void come_and_go(pgoff_t first, unsigned int n)
{
	for (pgoff_t i = n; i < PAGES; i += THREADS) {
		struct page *page = find_or_create_page(inode.i_mapping, (first + i) * 64, GFP_KERNEL);

		if (!page)
			continue;
		delete_from_page_cache(page);
		unlock_page(page);
		put_page(page);
		page = find_get_page(inode.i_mapping, i * 64);
		if (page)
			put_page(page);
	}
}

/* src/sync/gate.h */
enum kmk_gate { KMK_GATE_RECLAIM };
void kmk_gate_enter(enum kmk_gate g);
void kmk_gate_leave(enum kmk_gate g);
bool kmk_gate_close(enum kmk_gate g, unsigned long limit_ns);
void kmk_gate_open(enum kmk_gate g);

static void *pauser(void *unused)
{
	kmk_gate_close(KMK_GATE_RECLAIM, 1000000000);
	WRITE_ONCE(stop, 2);
	while (READ_ONCE(stop) != 3)
		usleep(1000);
	kmk_gate_open(KMK_GATE_RECLAIM);
	return unused;
}

/* The child is not kept out by a thread that it does not have. Whether it got in. */
static int paused_fork(void)
{
	pthread_t t;
	int status = 0;
	pid_t pid;

	pthread_create(&t, NULL, pauser, NULL);
	while (READ_ONCE(stop) != 2)
		usleep(1000);
	pid = fork();
	if (!pid) {
		alarm(60);
		kmk_gate_enter(KMK_GATE_RECLAIM);
		kmk_gate_leave(KMK_GATE_RECLAIM);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	WRITE_ONCE(stop, 3);
	pthread_join(t, NULL);
	return !status;
}

static struct rcu_head heads[3];
static int called;

static void note_call(struct rcu_head *head)
{
	WRITE_ONCE(called, called | 1 << (head - heads));
}

static void *rcu_reader(void *unused)
{
	rcu_read_lock();
	WRITE_ONCE(stop, 2);
	while (READ_ONCE(stop) != 3)
		barrier();
	rcu_read_unlock();
	return unused;
}

/* A batch is under way and another call-back waits: the child's own call-backs, and that one, are called. */
static int rcu_fork(void)
{
	unsigned long next_end;
	int status = 0;
	pthread_t t;
	pid_t pid;

	WRITE_ONCE(stop, 1);
	pthread_create(&t, NULL, rcu_reader, NULL);
	while (READ_ONCE(stop) != 2)
		usleep(1000);
	next_end = get_state_synchronize_rcu();
	call_rcu(&heads[0], note_call);
	while (get_state_synchronize_rcu() == next_end)
		usleep(1000);		/* until its grace period has begun, which the reader holds up */
	call_rcu(&heads[1], note_call);
	pid = fork();
	if (!pid) {
		alarm(60);
		call_rcu(&heads[2], note_call);
		while ((READ_ONCE(called) & 6) != 6)
			usleep(1000);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	WRITE_ONCE(stop, 3);
	pthread_join(t, NULL);
	rcu_barrier();
	return !status && called == 7 - 4;
}

static void *worker(void *n)
{
	while (!READ_ONCE(stop)) {
		both();
		come_and_go(0, (unsigned int)(long)n);
	}
	return NULL;
}

static int child(void)
{
	int bad = 0;

	alarm(60);
	both();
	bad |= one != two;
	for (int i = 0; i < THREADS; i++)
		come_and_go(PAGES, (unsigned int)i);
	return bad | (kmk_mapping_validate(inode.i_mapping) ? 2 : 0);
}

int main(void)
{
	pthread_t t[THREADS];
	int wrong = 0, stuck = 0;

	kmemkit_start();
	kmk_inode_setup(&inode);
	for (long i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, worker, (void *)i);
	for (int round = 0; round < ROUNDS && !stuck; round++) {
		int status = 0;
		pid_t pid;

		usleep(2000);
		pid = fork();
		if (!pid)
			_exit(child());
		waitpid(pid, &status, 0);
		stuck += WIFSIGNALED(status);
		wrong += WIFEXITED(status) && WEXITSTATUS(status);
	}
	WRITE_ONCE(stop, 1);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	if (stuck || wrong)
		printf("fork_locks: %d children stuck, %d with half of something\n", stuck, wrong);
	if (!paused_fork())
		wrong += printf("fork_locks: the child of a fork while reclaim was paused is kept out\n");
	if (!rcu_fork())
		wrong += printf("fork_locks: call-backs of RCU are not called in the child\n");
	return stuck || wrong;
}
