/* SPDX-License-Identifier: MIT */
/*
 * Faults: ask the core for the page that is missing; else say what, where and in which region, then die by
 * the same signal.
 *
 * SIGSEGV is not blocked in its handler: the core may sleep, and call the program, which may touch another
 * missing page. Where somebody else's handler stood (a sanitizer's, the program's), port_fault_catch() takes
 * its place and asks it about everything that is not the core's.
 *
 * The handler runs on the signal stack where there is one (threads of ours and the first thread). A
 * signal somebody sent is not a fault: it only takes its default action.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "host.h"

#define GUARD_REACH	(256UL << 10)	/* a frame of this size may step over the guard page */
#define PATIENCE	10		/* seconds a report may take; the heap may be locked or broken */
#define FAULT_FLAGS	(SA_SIGINFO | SA_ONSTACK | SA_NODEFER)

static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE };
static int dying, dying_of;		/* the thread that reports, and the signal */
static int events_fd = -1;		/* KMEMKIT_CTL */

static const char *signal_text(int sig, const siginfo_t *info)
{
	switch (sig) {
	case SIGSEGV:
		if (info->si_code == SI_KERNEL)
			return "no valid address (not canonical, hence shown as 0)";
		return info->si_code == SEGV_ACCERR || kmk_host_region((uintptr_t)info->si_addr) ? "access not permitted" : "address not mapped";
	case SIGBUS:
		return "no memory behind the address";
	case SIGILL:
		return "illegal instruction";
	default:
		return info->si_code == FPE_INTDIV ? "division by zero" : "arithmetic fault";
	}
}

/*
 * Near the stack pointer and not accessible: below the stack, or in its guard page. The first thread's stack
 * grows by itself, so its lower end says nothing, but what is mapped there (SEGV_ACCERR) did not overflow.
 */
static bool stack_overflow(const siginfo_t *info, uintptr_t sp, const struct kmk_stack *s)
{
	uintptr_t addr = (uintptr_t)info->si_addr;
	bool at_sp = addr + GUARD_REACH > sp && addr < sp + GUARD_REACH;

	if (s->first)
		return at_sp && info->si_code != SEGV_ACCERR;
	return addr < s->lo && (at_sp || addr + KMK_HOST_PAGE >= s->lo);
}

static void explain(const siginfo_t *info, bool overflow, uintptr_t sp, const struct kmk_stack *s)
{
	uintptr_t addr = (uintptr_t)info->si_addr;
	bool canonical = info->si_code != SI_KERNEL;
	const char *region = kmk_host_region(addr);
	char text[512];

	if (kmk_upcall_explain_fault && region && kmk_upcall_explain_fault(addr, text, sizeof(text)))
		kmk_host_log("  %s", text);
	else if (region)
		kmk_host_log("  the address lies in the %s", region);
	else if (overflow)
		kmk_host_log("  stack overflow: %lu KiB in use", (s->hi - sp) >> 10);
	else if (addr < KMK_HOST_PAGE && canonical)
		kmk_host_log("  NULL pointer dereference");
	else if (canonical)
		kmk_host_log("  the address is not the library's");
}

/* One event line for the parent process (docs/protocol.md), if there is one: REASON as it stands in its report. */
static void tell_parent(int sig, uintptr_t addr, bool overflow)
{
	char line[96];
	int n;

	if (events_fd < 0)
		return;
	n = overflow ? snprintf(line, sizeof(line), "crash\tstack overflow\n")
		     : snprintf(line, sizeof(line), "crash\tSIG%s at %#lx\n", sigabbrev_np(sig), addr);
	while (n > 0 && write(events_fd, line, (size_t)n) < 0 && errno == EINTR)
		;
}

/* A runaway recursion is one line with its count. */
static void trace(uintptr_t ip, uintptr_t fp, const struct kmk_stack *s)
{
	uintptr_t pc[KMK_HOST_FRAMES] = { ip };
	unsigned n = 1 + kmk_host_walk(fp, s, pc + 1, KMK_HOST_FRAMES - 1, 0);
	char text[512];

	for (unsigned i = 0, same; i < n; i += same) {
		for (same = 1; i + same < n && pc[i + same] == pc[i]; same++)
			;
		port_symbol(pc[i], text, sizeof(text));
		if (same > 1)
			kmk_host_log("  %s (%u times%s)", text, same,
				     i + same == KMK_HOST_FRAMES ? " and more" : "");
		else
			kmk_host_log("  %s", text);
	}
}

static void end_by(int sig)
{
	sigset_t set;

	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	raise(sig);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	_exit(128 + sig);
}

/* The report hangs (a lock of the heap was held at the fault): enough was said. */
static void too_long(int sig)
{
	(void)sig;
	end_by(dying_of);
}

static void report(int sig, const siginfo_t *info, const ucontext_t *uc)
{
	uintptr_t addr = (uintptr_t)info->si_addr;
	uintptr_t ip = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
	uintptr_t sp = (uintptr_t)uc->uc_mcontext.gregs[REG_RSP];
	uintptr_t err = (uintptr_t)uc->uc_mcontext.gregs[REG_ERR];
	struct kmk_stack s;
	bool overflow;

	kmk_host_stack(&s, sp);
	overflow = sig == SIGSEGV && !(err & 16) && !kmk_host_region(addr) && stack_overflow(info, sp, &s);
	tell_parent(sig, addr, overflow);
	if (sig == SIGSEGV || sig == SIGBUS)
		kmk_host_log("kmemkit: %s: %s: %s of %#lx, thread %d", strsignal(sig), signal_text(sig, info),
			     err & 16 ? "execution" : err & 2 ? "write" : "read", addr, gettid());
	else
		kmk_host_log("kmemkit: %s: %s at %#lx, thread %d", strsignal(sig), signal_text(sig, info),
			     addr, gettid());
	if (sig == SIGSEGV || sig == SIGBUS)
		explain(info, overflow, sp, &s);
	trace(ip, (uintptr_t)uc->uc_mcontext.gregs[REG_RBP], &s);
}

/* True: the instruction can run again. What the core cannot bring ends by *sig SIGBUS. */
static bool brought(int *sig, const siginfo_t *info, const ucontext_t *uc)
{
	int saved = errno, there;

	if (*sig != SIGSEGV || info->si_code <= 0 || info->si_code == SI_KERNEL || !kmk_upcall_fault ||
	    !kmk_host_region((uintptr_t)info->si_addr))
		return false;
	if (kmk_host_fork_refused())
		port_halt(1);
	there = kmk_upcall_fault((uintptr_t)info->si_addr, uc->uc_mcontext.gregs[REG_ERR] & 2);
	errno = saved;
	if (there < 0)
		*sig = SIGBUS;
	return there > 0;
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	int nobody = 0;

	if (info->si_code <= 0) {
		end_by(sig);
		return;
	}
	if (sig == SIGBUS && kmk_host_guarded((uintptr_t)info->si_addr))
		sig = SIGSEGV;
	if (brought(&sig, info, context))
		return;
	if (!__atomic_compare_exchange_n(&dying, &nobody, gettid(), false, __ATOMIC_RELAXED,
					 __ATOMIC_RELAXED)) {
		if (nobody == gettid())
			end_by(sig);
		for (;;)
			pause();		/* another thread's report is on its way */
	}
	dying_of = sig;
	signal(SIGALRM, too_long);
	alarm(PATIENCE);
	if (kmk_host_region((uintptr_t)info->si_addr) && kmk_host_fork_refused())
		port_halt(1);
	report(sig, info, context);
	end_by(sig);
}

static struct sigaction others;		/* whoever handled SIGSEGV before port_fault_catch() */

static void hand_on(int sig, siginfo_t *info, void *context)
{
	if (brought(&sig, info, context))
		return;
	if (sig == SIGBUS) {
		on_fault(sig, info, context);
	} else if (others.sa_flags & SA_SIGINFO) {
		others.sa_sigaction(sig, info, context);
	} else if (others.sa_handler != SIG_DFL && others.sa_handler != SIG_IGN) {
		others.sa_handler(sig);
	} else {
		on_fault(sig, info, context);
	}
}

int port_fault_catch(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct sigaction old, sa = { .sa_sigaction = hand_on, .sa_flags = FAULT_FLAGS };
	int saved = errno, err = 0;

	pthread_mutex_lock(&lock);
	if (sigaction(SIGSEGV, NULL, &old))
		err = -errno;
	else if (!(old.sa_flags & SA_SIGINFO) ||
		 (old.sa_sigaction != on_fault && old.sa_sigaction != hand_on)) {
		others = old;
		sigemptyset(&sa.sa_mask);
		err = sigaction(SIGSEGV, &sa, NULL) ? -errno : 0;
	}
	pthread_mutex_unlock(&lock);
	errno = saved;
	return err;
}

void kmk_host_faults_init(void)
{
	struct sigaction old, sa = { .sa_sigaction = on_fault, .sa_flags = FAULT_FLAGS };
	const char *ctl = getenv("KMEMKIT_CTL");

	if (ctl && *ctl >= '0' && *ctl <= '9')
		events_fd = atoi(ctl);
	kmk_host_altstack_main();
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!sigaction(signals[i], NULL, &old) && !(old.sa_flags & SA_SIGINFO) &&
		    old.sa_handler == SIG_DFL)
			sigaction(signals[i], &sa, NULL);
}
