/* SPDX-License-Identifier: MIT */
/*
 * The process host's inline door: per-CPU arrays edited by restartable sequences.
 *
 * A section arms rseq with one store, reads the CPU id, edits, and commits by one store of top.
 * If the kernel preempts or migrates the thread in between, it continues at the abort label and
 * starts again. A thread without rseq has a negative id and so always fails there; slots (private.h) come
 * second in each function.
 *
 * Order matters for seizing: a push loads top before cap, a seizer stores cap before top.
 */
#ifndef KMK_PORT_INLINE_H
#define KMK_PORT_INLINE_H

#include "array.h"
#define PORT_PRIVATE_LOAD(word) __atomic_load_n(&(word), __ATOMIC_RELAXED)

/* The counted part of a slot's edit (docs/performance.md): five instructions, which gcc does not find. */
static inline __attribute__((always_inline)) void
port_private_take(struct port_private *me, struct port_array *a, int32_t top, void **obj, void **aux)
{
	uintptr_t at = (uint32_t)top;

	__asm__ volatile(
		"movq (%[a],%[at]), %[o]\n\t"
		"movq 8(%[a],%[at]), %[x]\n\t"
		"subl $16, %k[at]\n\t"
		"movl %k[at], (%[a])\n\t"
		"movl $0, %[busy]\n\t"
		: [at] "+&r"(at), [o] "=&r"(*obj), [x] "=&r"(*aux), [busy] "=m"(me->busy)
		: [a] "r"(a) : "cc", "memory");
}

static inline __attribute__((always_inline)) void
port_private_put(struct port_private *me, struct port_array *a, int32_t top, void *obj, void *aux)
{
	uintptr_t at = (uint32_t)top;

	__asm__ volatile(
		"movq %[o], 16(%[a],%[at])\n\t"
		"movq %[x], 24(%[a],%[at])\n\t"
		"addl $16, %k[at]\n\t"
		"movl %k[at], (%[a])\n\t"
		"movl $0, %[busy]\n\t"
		: [at] "+&r"(at), [busy] "=m"(me->busy)
		: [a] "r"(a), [o] "r"(obj), [x] "r"(aux) : "cc", "memory");
}
#include "process/private.h"

#define PORT_HAVE_RSEQ 1

/* A section adds the base to the CPU id before it shifts: the base is a multiple of a CPU's area. */
_Static_assert((KMK_PCPU_BASE >> KMK_PCPU_SHIFT) << KMK_PCPU_SHIFT == KMK_PCPU_BASE, "base not a multiple");

extern __thread char port_block[PORT_BLOCK_SIZE]
	__attribute__((tls_model("initial-exec"), visibility("hidden"), aligned(64)));
extern long port_rseq_off __attribute__((visibility("hidden")));	/* from the thread pointer */

struct kmk_thread;
static inline struct kmk_thread *port_self(void)
{
	return (struct kmk_thread *)(void *)port_block;
}

/* Owner id for arrays: host CPU (a hint outside a section), or the thread's slot. */
static inline int port_owner_id(void)
{
	int id;

	__asm__ volatile("movl %%fs:4(%1), %0" : "=r"(id) : "r"(port_rseq_off));
	return id >= 0 ? id : port_private.id >= 0 ? port_private.id : port_slot_id();
}

static inline bool port_uses_slots(void)
{
	int id;

	__asm__ volatile("movl %%fs:4(%1), %0" : "=r"(id) : "r"(port_rseq_off));
	return id < 0;
}

/*
 * One critical section runs from label 1 to label 2 and its last instruction is the commit. Its
 * descriptor and its abort trampoline (behind glibc's signature) lie in sections of their own.
 */
#define PORT_RSEQ_ARM							\
	".pushsection __rseq_cs, \"aw\"\n\t"				\
	".balign 32\n\t"						\
	"3: .long 0, 0\n\t"						\
	".quad 1f, 2f - 1f, 4f\n\t"					\
	".popsection\n\t"						\
	".pushsection .text.unlikely, \"ax\"\n\t"			\
	".byte 0x0f, 0xb9, 0x3d\n\t"					\
	".long 0x53053053\n\t"						\
	"4: jmp 0f\n\t"							\
	".popsection\n\t"						\
	"0: leaq 3b(%%rip), %[arr]\n\t"					\
	"movq %[arr], %%fs:8(%[roff])\n\t"				\
	"1:\n\t"
#define PORT_RSEQ_BEGIN	PORT_RSEQ_ARM					\
	"movslq %%fs:4(%[roff]), %[arr]\n\t"				\
	"addq %[first], %[arr]\n\t"					\
	"shlq %[shift], %[arr]\n\t"					\
	"addq %[off], %[arr]\n\t"
#define PORT_RSEQ_IN(off)						\
	[roff] "r"(port_rseq_off), [shift] "i"(KMK_PCPU_SHIFT),		\
	[first] "i"((KMK_PCPU_BASE >> KMK_PCPU_SHIFT) + KMK_PCPU_DUMMIES),	\
	[off] "r"((uint64_t)(off))

/* gcc before 12.4 and 13.3 may take a value from before an asm goto for its output, without this behind it. */
#define PORT_KEEP_OUTPUTS __asm__ volatile("")

/* Take the newest entry of this CPU's array. False: empty, closed, or no rseq. */
static inline __attribute__((always_inline)) bool
port_array_pop(uint32_t off, void **obj, void **aux)
{
	uintptr_t arr;
	long top;
	void *o, *a;

	__asm__ volatile goto(PORT_RSEQ_BEGIN
		"movl (%[arr]), %k[top]\n\t"
		"testl %k[top], %k[top]\n\t"
		"jle %l[empty]\n\t"
		"movq (%[arr],%[top]), %[o]\n\t"
		"movq 8(%[arr],%[top]), %[a]\n\t"
		"subl $16, %k[top]\n\t"
		"movl %k[top], (%[arr])\n\t"
		"2:\n\t"
		: [arr] "=&r"(arr), [top] "=&r"(top), [o] "=&r"(o), [a] "=&r"(a)
		: PORT_RSEQ_IN(off)
		: "cc", "memory" : empty);
	PORT_KEEP_OUTPUTS;
	*obj = o;
	*aux = a;
	return true;
empty:
	return false;
}

/* Put an entry on this CPU's array. False: full, closed, or no rseq. */
static inline __attribute__((always_inline)) bool
port_array_push(uint32_t off, void *obj, void *aux)
{
	uintptr_t arr;
	long top;

	__asm__ volatile goto(PORT_RSEQ_BEGIN
		"movl (%[arr]), %k[top]\n\t"
		"cmpl 4(%[arr]), %k[top]\n\t"
		"jge %l[full]\n\t"
		"movq %[o], 16(%[arr],%[top])\n\t"
		"movq %[a], 24(%[arr],%[top])\n\t"
		"addl $16, %k[top]\n\t"
		"movl %k[top], (%[arr])\n\t"
		"2:\n\t"
		: [arr] "=&r"(arr), [top] "=&r"(top)
		: PORT_RSEQ_IN(off), [o] "r"(obj), [a] "r"(aux)
		: "cc", "memory" : full);
	return true;
full:
	return port_private_push(off, obj, aux);
}

/* The same for an array named by its address in the area of id 0: one addition less. */
static inline __attribute__((always_inline)) bool
port_array_pop_at(uintptr_t place, void **obj, void **aux)
{
	uintptr_t arr;
	long top;
	void *o, *a;

	__asm__ volatile goto(PORT_RSEQ_ARM
		"movslq %%fs:4(%[roff]), %[arr]\n\t"
		"shlq %[shift], %[arr]\n\t"
		"addq %[place], %[arr]\n\t"
		"movl (%[arr]), %k[top]\n\t"
		"testl %k[top], %k[top]\n\t"
		"jle %l[empty]\n\t"
		"movq (%[arr],%[top]), %[o]\n\t"
		"movq 8(%[arr],%[top]), %[a]\n\t"
		"subl $16, %k[top]\n\t"
		"movl %k[top], (%[arr])\n\t"
		"2:\n\t"
		: [arr] "=&r"(arr), [top] "=&r"(top), [o] "=&r"(o), [a] "=&r"(a)
		: [roff] "r"(port_rseq_off), [shift] "i"(KMK_PCPU_SHIFT), [place] "rm"(place)
		: "cc", "memory" : empty);
	PORT_KEEP_OUTPUTS;
	*obj = o;
	*aux = a;
	return true;
empty:
	return false;
}

/* For when that failed: is the entry in the array of this thread's own slot? */
static inline __attribute__((always_inline)) bool
port_slot_pop_at(uintptr_t place, void **obj, void **aux)
{
	return port_private_pop_at(place, obj, aux);
}

/* Put an entry on home, which is owner's array. False: this CPU is not the owner, or as port_array_push(). */
static inline __attribute__((always_inline)) bool
port_array_push_home(struct port_array *home, int owner, void *obj, void *aux)
{
	uintptr_t arr;
	long top;

	__asm__ volatile goto(PORT_RSEQ_ARM
		"cmpl %%fs:4(%[roff]), %[owner]\n\t"
		"jne %l[no]\n\t"
		"movl (%[home]), %k[top]\n\t"
		"cmpl 4(%[home]), %k[top]\n\t"
		"jge %l[no]\n\t"
		"movq %[o], 16(%[home],%[top])\n\t"
		"movq %[a], 24(%[home],%[top])\n\t"
		"addl $16, %k[top]\n\t"
		"movl %k[top], (%[home])\n\t"
		"2:\n\t"
		: [arr] "=&r"(arr), [top] "=&r"(top)
		: [roff] "r"(port_rseq_off), [home] "r"(home), [owner] "r"(owner), [o] "r"(obj), [a] "r"(aux)
		: "cc", "memory" : no);
	return true;
no:
	return port_private_push_home(home, owner, obj, aux);
}

static inline unsigned port_rseq_pop_n(uint32_t off, struct port_entry *out, unsigned n)
{
	uintptr_t arr;
	long top, left;
	struct port_entry *dst;

	__asm__ volatile goto(PORT_RSEQ_BEGIN
		"movslq (%[arr]), %[top]\n\t"
		"testq %[top], %[top]\n\t"
		"jle %l[empty]\n\t"
		"movq %[want], %[left]\n\t"
		"cmpq %[top], %[left]\n\t"
		"cmovgq %[top], %[left]\n\t"
		"movq %[out], %[dst]\n\t"
		"5: movups (%[arr],%[top]), %%xmm0\n\t"
		"movups %%xmm0, (%[dst])\n\t"
		"addq $16, %[dst]\n\t"
		"subq $16, %[top]\n\t"
		"subq $16, %[left]\n\t"
		"jnz 5b\n\t"
		"movl %k[top], (%[arr])\n\t"
		"2:\n\t"
		: [arr] "=&r"(arr), [top] "=&r"(top), [left] "=&r"(left), [dst] "=&r"(dst)
		: PORT_RSEQ_IN(off), [want] "r"((long)n * PORT_ENTRY_BYTES), [out] "r"(out)
		: "cc", "memory", "xmm0" : empty);
	PORT_KEEP_OUTPUTS;
	return (unsigned)(dst - out);
empty:
	return 0;
}

static inline unsigned port_rseq_push_n(uint32_t off, const struct port_entry *in, unsigned n)
{
	uintptr_t arr;
	long top, left;
	const struct port_entry *src;

	__asm__ volatile goto(PORT_RSEQ_BEGIN
		"movslq (%[arr]), %[top]\n\t"
		"movslq 4(%[arr]), %[left]\n\t"
		"subq %[top], %[left]\n\t"
		"jle %l[full]\n\t"
		"testq %[top], %[top]\n\t"
		"js %l[full]\n\t"
		"cmpq %[want], %[left]\n\t"
		"cmovgq %[want], %[left]\n\t"
		"movq %[in], %[src]\n\t"
		"5: movups (%[src]), %%xmm0\n\t"
		"movups %%xmm0, 16(%[arr],%[top])\n\t"
		"addq $16, %[src]\n\t"
		"addq $16, %[top]\n\t"
		"subq $16, %[left]\n\t"
		"jnz 5b\n\t"
		"movl %k[top], (%[arr])\n\t"
		"2:\n\t"
		: [arr] "=&r"(arr), [top] "=&r"(top), [left] "=&r"(left), [src] "=&r"(src)
		: PORT_RSEQ_IN(off), [want] "r"((long)n * PORT_ENTRY_BYTES), [in] "r"(in)
		: "cc", "memory", "xmm0" : full);
	PORT_KEEP_OUTPUTS;
	return (unsigned)(src - in);
full:
	return 0;
}

/* Move up to n entries between this CPU's (or this thread's slot's) array and memory. n >= 1. */
static inline unsigned port_array_pop_n(uint32_t off, struct port_entry *out, unsigned n)
{
	return port_uses_slots() ? port_any_slot_pop_n(off, out, n) : port_rseq_pop_n(off, out, n);
}

static inline unsigned port_array_push_n(uint32_t off, const struct port_entry *in, unsigned n)
{
	return port_uses_slots() ? port_any_slot_push_n(off, in, n) : port_rseq_push_n(off, in, n);
}

static inline unsigned long port_irq_save(void) { return 0; }
static inline void port_irq_restore(unsigned long flags) { (void)flags; }
static inline void port_relax(void) { __asm__ volatile("pause" ::: "memory"); }

#include "seize.h"
#endif
