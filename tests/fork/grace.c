/* SPDX-License-Identifier: MIT */
/* A fork while another thread's grace period is under way: the child's cookies mean its own. */
#include <linux/delay.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int inside, leave;

static void *reader(void *arg)
{
	rcu_read_lock();
	__atomic_store_n(&inside, 1, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&leave, __ATOMIC_ACQUIRE))
		usleep(1000);
	rcu_read_unlock();
	return arg;
}

static void *waiter(void *arg)
{
	synchronize_rcu();
	return arg;
}

static int child(void)
{
	unsigned long cookie = get_state_synchronize_rcu();

	if (poll_state_synchronize_rcu(cookie))
		return 2;
	synchronize_rcu();
	return poll_state_synchronize_rcu(cookie) ? 0 : 1;
}

int main(void)
{
	unsigned long next_end;
	pthread_t r, w;
	int status;
	pid_t pid;

	kfree(kmalloc(8, GFP_KERNEL));
	pthread_create(&r, NULL, reader, NULL);
	while (!__atomic_load_n(&inside, __ATOMIC_ACQUIRE))
		usleep(1000);
	next_end = get_state_synchronize_rcu();
	pthread_create(&w, NULL, waiter, NULL);
	while (get_state_synchronize_rcu() == next_end)
		usleep(1000);		/* until it is in its grace period, which the reader holds up */
	pid = fork();
	if (!pid) {
		alarm(60);
		_exit(child());
	}
	waitpid(pid, &status, 0);
	__atomic_store_n(&leave, 1, __ATOMIC_RELEASE);
	pthread_join(r, NULL);
	pthread_join(w, NULL);
	printf("child: status %#x (0x100: a cookie is not over behind a grace period, 0x200: it is at once, 0xe: hung)\n", status);
	return status != 0;
}
