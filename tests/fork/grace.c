/* SPDX-License-Identifier: MIT */
/* A fork while another thread's grace period is under way: the child's cookies mean its own. */
#include <linux/delay.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int inside, waiting, leave;

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
	__atomic_store_n(&waiting, 1, __ATOMIC_RELEASE);
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
	pthread_t r, w;
	int status;
	pid_t pid;

	kfree(kmalloc(8, GFP_KERNEL));
	pthread_create(&r, NULL, reader, NULL);
	while (!__atomic_load_n(&inside, __ATOMIC_ACQUIRE))
		usleep(1000);
	pthread_create(&w, NULL, waiter, NULL);
	while (!__atomic_load_n(&waiting, __ATOMIC_ACQUIRE))
		usleep(1000);
	usleep(50000);			/* into its grace period, which the reader holds up */
	pid = fork();
	if (!pid)
		_exit(child());
	waitpid(pid, &status, 0);
	__atomic_store_n(&leave, 1, __ATOMIC_RELEASE);
	pthread_join(r, NULL);
	pthread_join(w, NULL);
	printf("child: %d\n", status);
	return status != 0;
}
