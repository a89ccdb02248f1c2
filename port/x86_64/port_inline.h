/* SPDX-License-Identifier: MIT */
/*
 * The bare-metal inline door: per-CPU arrays edited in restartable sections.
 *
 * gs points to the processor's area, so an array is addressed by its offset alone and a section
 * needs neither arming nor the processor's number. Each section notes its bounds in a table; an
 * interrupt that finds its return address inside one puts it back to the begin (idt.c), so a
 * thread that is preempted or migrated in between, or whose array somebody seizes, starts over.
 * Inputs of a section are therefore never written, and its last instruction is the commit.
 *
 * To the core these are restartable arrays (PORT_F_RSEQ): no slots; a push loads top before cap, a
 * seizer stores cap before top and then calls port_fence(), which interrupts the owner.
 */
#ifndef KMK_PORT_INLINE_H
#define KMK_PORT_INLINE_H

#include "../array.h"

#define PORT_HAVE_RSEQ 1

struct kmk_thread;
static inline struct kmk_thread *port_self(void)
{
	struct kmk_thread *self;

	__asm__ volatile("movq %%gs:64, %0" : "=r"(self));
	return self;
}

/* A hint outside a section. */
static inline int port_owner_id(void)
{
	int id;

	__asm__ volatile("movl %%gs:72, %0" : "=r"(id));
	return id;
}

static inline bool port_uses_slots(void) { return false; }

/* Nothing of the core runs in an interrupt, so its locks leave interrupts alone. */
static inline unsigned long port_irq_save(void) { return 0; }
static inline void port_irq_restore(unsigned long flags) { (void)flags; }
static inline void port_relax(void) { __asm__ volatile("pause" : : : "memory"); }

/* From label 1 to label 2, in a table of 32-bit distances. */
#define PORT_SECTION							\
	".pushsection .bare_sections, \"a\"\n\t"			\
	".balign 4\n\t"							\
	".long 1f - ., 2f - .\n\t"					\
	".popsection\n\t"						\
	"1: "

/* gcc before 12.4 and 13.3 may take a value from before an asm goto for its output, without this behind it. */
#define PORT_KEEP_OUTPUTS __asm__ volatile("")

/* Take the newest entry of this processor's array. False: empty or closed. */
static inline __attribute__((always_inline)) bool
port_array_pop(uint32_t off, void **obj, void **aux)
{
	long top;
	void *o, *a;

	__asm__ volatile goto(PORT_SECTION
		"movl %%gs:(%[off]), %k[top]\n\t"
		"testl %k[top], %k[top]\n\t"
		"jle %l[empty]\n\t"
		"movq %%gs:(%[off],%[top]), %[o]\n\t"
		"movq %%gs:8(%[off],%[top]), %[a]\n\t"
		"subl $16, %k[top]\n\t"
		"movl %k[top], %%gs:(%[off])\n\t"
		"2:\n\t"
		: [top] "=&r"(top), [o] "=&r"(o), [a] "=&r"(a)
		: [off] "r"((uint64_t)off)
		: "cc", "memory" : empty);
	PORT_KEEP_OUTPUTS;
	*obj = o;
	*aux = a;
	return true;
empty:
	return false;
}

/* Put an entry on this processor's array. False: full or closed. */
static inline __attribute__((always_inline)) bool
port_array_push(uint32_t off, void *obj, void *aux)
{
	long top;

	__asm__ volatile goto(PORT_SECTION
		"movl %%gs:(%[off]), %k[top]\n\t"
		"cmpl %%gs:4(%[off]), %k[top]\n\t"
		"jge %l[full]\n\t"
		"movq %[o], %%gs:16(%[off],%[top])\n\t"
		"movq %[a], %%gs:24(%[off],%[top])\n\t"
		"addl $16, %k[top]\n\t"
		"movl %k[top], %%gs:(%[off])\n\t"
		"2:\n\t"
		: [top] "=&r"(top)
		: [off] "r"((uint64_t)off), [o] "r"(obj), [a] "r"(aux)
		: "cc", "memory" : full);
	return true;
full:
	return false;
}

/* The same for an array named by its address in the area of id 0. */
static inline __attribute__((always_inline)) bool
port_array_pop_at(uintptr_t place, void **obj, void **aux)
{
	return port_array_pop((uint32_t)place - (uint32_t)PORT_PLACE(0), obj, aux);
}

/* There are no slots. */
static inline bool port_slot_pop_at(uintptr_t place, void **obj, void **aux)
{
	(void)place, (void)obj, (void)aux;
	return false;
}

static inline bool port_id_locked(int id) { (void)id; return false; }

/* Put an entry on home, which is owner's array. False: this processor is not the owner, or full, or closed. */
static inline __attribute__((always_inline)) bool
port_array_push_home(struct port_array *home, int owner, void *obj, void *aux)
{
	long top;

	__asm__ volatile goto(PORT_SECTION
		"cmpl %%gs:72, %[owner]\n\t"
		"jne %l[no]\n\t"
		"movl (%[home]), %k[top]\n\t"
		"cmpl 4(%[home]), %k[top]\n\t"
		"jge %l[no]\n\t"
		"movq %[o], 16(%[home],%[top])\n\t"
		"movq %[a], 24(%[home],%[top])\n\t"
		"addl $16, %k[top]\n\t"
		"movl %k[top], (%[home])\n\t"
		"2:\n\t"
		: [top] "=&r"(top)
		: [home] "r"(home), [owner] "r"(owner), [o] "r"(obj), [a] "r"(aux)
		: "cc", "memory" : no);
	return true;
no:
	return false;
}

/* Move up to n entries between this processor's array and memory. n >= 1. */
static inline unsigned port_array_pop_n(uint32_t off, struct port_entry *out, unsigned n)
{
	long top, left, word;
	struct port_entry *dst;

	__asm__ volatile goto(PORT_SECTION
		"movslq %%gs:(%[off]), %[top]\n\t"
		"testq %[top], %[top]\n\t"
		"jle %l[empty]\n\t"
		"movq %[want], %[left]\n\t"
		"cmpq %[top], %[left]\n\t"
		"cmovgq %[top], %[left]\n\t"
		"movq %[out], %[dst]\n\t"
		"5: movq %%gs:(%[off],%[top]), %[word]\n\t"
		"movq %[word], (%[dst])\n\t"
		"movq %%gs:8(%[off],%[top]), %[word]\n\t"
		"movq %[word], 8(%[dst])\n\t"
		"addq $16, %[dst]\n\t"
		"subq $16, %[top]\n\t"
		"subq $16, %[left]\n\t"
		"jnz 5b\n\t"
		"movl %k[top], %%gs:(%[off])\n\t"
		"2:\n\t"
		: [top] "=&r"(top), [left] "=&r"(left), [word] "=&r"(word), [dst] "=&r"(dst)
		: [off] "r"((uint64_t)off), [want] "r"((long)n * PORT_ENTRY_BYTES), [out] "r"(out)
		: "cc", "memory" : empty);
	PORT_KEEP_OUTPUTS;
	return (unsigned)(dst - out);
empty:
	return 0;
}

static inline unsigned port_array_push_n(uint32_t off, const struct port_entry *in, unsigned n)
{
	long top, left, word;
	const struct port_entry *src;

	__asm__ volatile goto(PORT_SECTION
		"movslq %%gs:(%[off]), %[top]\n\t"
		"movslq %%gs:4(%[off]), %[left]\n\t"
		"subq %[top], %[left]\n\t"
		"jle %l[full]\n\t"
		"testq %[top], %[top]\n\t"
		"js %l[full]\n\t"
		"cmpq %[want], %[left]\n\t"
		"cmovgq %[want], %[left]\n\t"
		"movq %[in], %[src]\n\t"
		"5: movq (%[src]), %[word]\n\t"
		"movq %[word], %%gs:16(%[off],%[top])\n\t"
		"movq 8(%[src]), %[word]\n\t"
		"movq %[word], %%gs:24(%[off],%[top])\n\t"
		"addq $16, %[src]\n\t"
		"addq $16, %[top]\n\t"
		"subq $16, %[left]\n\t"
		"jnz 5b\n\t"
		"movl %k[top], %%gs:(%[off])\n\t"
		"2:\n\t"
		: [top] "=&r"(top), [left] "=&r"(left), [word] "=&r"(word), [src] "=&r"(src)
		: [off] "r"((uint64_t)off), [want] "r"((long)n * PORT_ENTRY_BYTES), [in] "r"(in)
		: "cc", "memory" : full);
	PORT_KEEP_OUTPUTS;
	return (unsigned)(src - in);
full:
	return 0;
}

#include "../seize.h"
#endif
