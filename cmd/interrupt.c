/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include "cmd.h"

static const int caught[] = { SIGINT, SIGTERM, SIGHUP };
#define NR_CAUGHT (sizeof(caught) / sizeof(caught[0]))

static volatile sig_atomic_t pending;
static sigset_t open_mask;

static void note_signal(int sig)
{
	pending = sig;
}

void interrupt_begin(void)
{
	struct sigaction sa = { .sa_handler = note_signal };
	sigset_t block;

	sigemptyset(&block);
	for (size_t i = 0; i < NR_CAUGHT; i++) {
		sigaddset(&block, caught[i]);
		sigaction(caught[i], &sa, NULL);
	}
	sigprocmask(SIG_BLOCK, &block, &open_mask);
	for (size_t i = 0; i < NR_CAUGHT; i++)
		sigdelset(&open_mask, caught[i]);
}

int interrupt_pending(void)
{
	sigset_t now;

	sigpending(&now);
	for (size_t i = 0; i < NR_CAUGHT && !pending; i++)
		if (sigismember(&now, caught[i]) > 0)
			pending = caught[i];
	return pending;
}

const sigset_t *interrupt_mask(void)
{
	return &open_mask;
}

void interrupt_end(void)
{
	int sig = interrupt_pending();

	if (!sig)
		return;
	signal(sig, SIG_DFL);
	sigprocmask(SIG_SETMASK, &open_mask, NULL);
	raise(sig);
}
