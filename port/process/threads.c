/* SPDX-License-Identifier: MIT */
/* Threads: start, end, stacks and backtraces by frame pointers. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "host.h"
#include "port_inline.h"

#define LOWEST_CODE	((uintptr_t)1 << 20)	/* no program's code lies below */
#define FIRST_MAX	((uintptr_t)1 << 30)	/* farther below its end is not the first thread's stack */

struct start {
	void (*fn)(void *);
	void *arg;
	char name[16];
};

static pthread_key_t exit_key;
static bool have_key;
static __thread struct kmk_stack my_stack __attribute__((tls_model("initial-exec")));

extern void *__libc_stack_end;

/*
 * Destructors of other keys may still use the library after ours, so it lets rounds pass. Sanitizers end
 * their view of the thread in the last round: the one before is ours.
 */
static void thread_exit(void *round)
{
	uintptr_t n = (uintptr_t)round;

	if (n < PTHREAD_DESTRUCTOR_ITERATIONS - 1 && !pthread_setspecific(exit_key, (void *)(n + 1)))
		return;
	kmk_upcall_thread_exit(port_self());
	kmk_host_slot_leave();
}

bool kmk_host_note_thread(void)
{
	return have_key && (pthread_getspecific(exit_key) || !pthread_setspecific(exit_key, (void *)1));
}

void port_thread_note(void)
{
	kmk_host_note_thread();
}

int kmk_host_threads_init(void)
{
	int err = pthread_key_create(&exit_key, thread_exit);

	if (err) {
		kmk_host_log("kmemkit: no thread storage key is left: %s", strerror(err));
		return -err;
	}
	have_key = true;
	port_thread_note();
	return 0;
}

/*
 * Where does this thread's stack end? pthread_getattr_np reads the maps and allocates for the first
 * thread, whose end the loader knows; the others are asked once.
 */
static void find_stack(struct kmk_stack *s)
{
	pthread_attr_t attr;
	size_t size;
	void *lo;

	if (getpid() == gettid() && __libc_stack_end) {
		s->hi = ((uintptr_t)__libc_stack_end + KMK_HOST_PAGE) & ~(KMK_HOST_PAGE - 1);
		s->lo = (uintptr_t)__builtin_frame_address(0);
		s->first = true;
		return;
	}
	if (pthread_getattr_np(pthread_self(), &attr))
		return;
	if (!pthread_attr_getstack(&attr, &lo, &size)) {
		s->lo = (uintptr_t)lo;
		s->hi = s->lo + size;
	}
	pthread_attr_destroy(&attr);
}

void kmk_host_stack(struct kmk_stack *s, uintptr_t sp)
{
	int saved = errno;

	if (!my_stack.hi)
		find_stack(&my_stack);
	*s = my_stack;
	if (s->first && sp < s->lo && (sp < s->alt_lo || sp >= s->alt_hi) && s->hi - sp < FIRST_MAX)
		s->lo = sp;
	errno = saved;
}

static bool on_stack(uintptr_t fp, const struct kmk_stack *s)
{
	return !(fp & 7) && ((fp >= s->lo && fp < s->hi - 8) || (fp >= s->alt_lo && fp + 8 < s->alt_hi));
}

/*
 * Frames grow towards higher addresses, but for the one step from the signal stack to the normal one. What called
 * our outermost frame keeps no frame pointer: behind it lies chance, and each chance a stack of its own in the depot.
 */
unsigned kmk_host_walk(uintptr_t fp, const struct kmk_stack *s, uintptr_t *pc, unsigned max, unsigned skip)
{
	unsigned n = 0;

	while (n < max && on_stack(fp, s)) {
		const uintptr_t *frame = (const uintptr_t *)fp;
		bool alt = fp >= s->alt_lo && fp < s->alt_hi;

		if (frame[1] < LOWEST_CODE)
			break;
		if (skip)
			skip--;
		else
			pc[n++] = frame[1];
		if (fp == s->outer || (frame[0] <= fp && !alt))
			break;
		fp = frame[0];
	}
	return n;
}

/* The caller is frame 0: its own pc is the return address of this function. */
__attribute__((noinline)) unsigned port_backtrace(uintptr_t *pc, unsigned max, unsigned skip)
{
	uintptr_t fp = (uintptr_t)__builtin_frame_address(0);
	struct kmk_stack s;
	unsigned n;

	kmk_host_stack(&s, fp);
	n = kmk_host_walk(fp, &s, pc, max, skip);
	if (!n && max && !skip)			/* a stack of the program's own making */
		pc[n++] = (uintptr_t)__builtin_return_address(0);
	return n;
}

static void altstack(char *mem, size_t size, struct kmk_stack *s)
{
	stack_t old, ss = { .ss_sp = mem, .ss_size = size };

	if (sigaltstack(NULL, &old) || !(old.ss_flags & SS_DISABLE) || sigaltstack(&ss, NULL))
		return;
	s->alt_lo = (uintptr_t)mem;
	s->alt_hi = (uintptr_t)mem + size;
}

void kmk_host_altstack_main(void)
{
	static char mem[KMK_HOST_ALTSTACK] __attribute__((aligned(64)));
	struct kmk_stack s;

	kmk_host_stack(&s, (uintptr_t)__builtin_frame_address(0));
	altstack(mem, sizeof(mem), &my_stack);
}

/* The signal stack lies in the first frame of the thread's own: an overflow at the far end spares it. */
__attribute__((noinline)) static void run_on(struct start *st)
{
	char mem[KMK_HOST_ALTSTACK] __attribute__((aligned(64)));
	stack_t off = { .ss_flags = SS_DISABLE };
	struct kmk_stack s;

	kmk_host_stack(&s, (uintptr_t)__builtin_frame_address(0));
	altstack(mem, sizeof(mem), &my_stack);
	st->fn(st->arg);
	if (my_stack.alt_lo)
		sigaltstack(&off, NULL);
	my_stack.alt_lo = my_stack.alt_hi = 0;
}

/* The part of the dead stack that shares pages with the living. */
static __attribute__((noinline)) void clear_below(void)
{
	char dead[2 * KMK_HOST_PAGE];

	memset(dead, 0, sizeof(dead));
	__asm__ volatile("" : : "r"(dead) : "memory");
}

/* libc keeps the stacks of ended threads: what lies on them must not keep objects alive in a leak scan. */
__attribute__((noinline)) void port_stack_trim(void)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0) & ~(KMK_HOST_PAGE - 1);
	struct kmk_stack s;

	kmk_host_stack(&s, here);
	s.lo = (s.lo + KMK_HOST_PAGE - 1) & ~(KMK_HOST_PAGE - 1);
	if (s.lo < here)
		madvise((void *)s.lo, here - KMK_HOST_PAGE - s.lo, MADV_DONTNEED);
	clear_below();
}

static void *thread_entry(void *p)
{
	struct start st = *(struct start *)p;

	free(p);
	pthread_setname_np(pthread_self(), st.name);
	port_thread_note();
	my_stack.outer = (uintptr_t)__builtin_frame_address(0);
	run_on(&st);
	port_stack_trim();
	return NULL;
}

int port_thread_start(void (*fn)(void *), void *arg, const char *name)
{
	struct start *st = malloc(sizeof(*st));
	int err = -EAGAIN, saved = errno;
	pthread_attr_t attr;
	pthread_t t;

	if (!st)
		return err;
	*st = (struct start){ .fn = fn, .arg = arg };
	strncpy(st->name, name ? name : "kmemkit", sizeof(st->name) - 1);
	if (!pthread_attr_init(&attr)) {
		pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
		pthread_attr_setguardsize(&attr, KMK_HOST_PAGE);
		pthread_attr_setstacksize(&attr, kmk_host.stack_size + KMK_HOST_ALTSTACK + 4 * KMK_HOST_PAGE);
		if (!pthread_create(&t, &attr, thread_entry, st))
			err = 0;
		pthread_attr_destroy(&attr);
	}
	if (err)
		free(st);
	errno = saved;
	return err;
}
