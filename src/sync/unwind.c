/* SPDX-License-Identifier: MIT */
/* The x86-64 System V registers that a call preserves, saved and put back. */
#include "unwind.h"
#include "sync.h"

struct kmk_try_frame {
	uintptr_t regs[8];	/* rbx rbp r12 r13 r14 r15 rsp rip */
	struct kmk_try_frame *outer;
	uint32_t ctx;
	unsigned long rcu;
};

int kmk_regs_save(uintptr_t *regs) __attribute__((returns_twice));
void kmk_regs_load(const uintptr_t *regs) __attribute__((noreturn));

__asm__(".pushsection .text\n"
	".globl kmk_regs_save\n.type kmk_regs_save, @function\n"
	"kmk_regs_save:\n"
	"	endbr64\n"
	"	movq %rbx, (%rdi)\n	movq %rbp, 8(%rdi)\n"
	"	movq %r12, 16(%rdi)\n	movq %r13, 24(%rdi)\n"
	"	movq %r14, 32(%rdi)\n	movq %r15, 40(%rdi)\n"
	"	leaq 8(%rsp), %rax\n	movq %rax, 48(%rdi)\n"
	"	movq (%rsp), %rax\n	movq %rax, 56(%rdi)\n"
	"	xorl %eax, %eax\n"
	"	ret\n"
	".size kmk_regs_save, . - kmk_regs_save\n"
	".globl kmk_regs_load\n.type kmk_regs_load, @function\n"
	"kmk_regs_load:\n"
	"	endbr64\n"
	"	movq (%rdi), %rbx\n	movq 8(%rdi), %rbp\n"
	"	movq 16(%rdi), %r12\n	movq 24(%rdi), %r13\n"
	"	movq 32(%rdi), %r14\n	movq 40(%rdi), %r15\n"
	"	movq 48(%rdi), %rsp\n"
	"	movl $1, %eax\n"
	"	jmp *56(%rdi)\n"
	".size kmk_regs_load, . - kmk_regs_load\n"
	".popsection\n");

static unsigned long *rcu_word(struct kmk_thread *self)
{
	return self->task ? &self->task->kmk_rcu : NULL;
}

bool kmk_try(void (*fn)(void *arg), void *arg)
{
	struct kmk_thread *self = kmk_self();
	struct kmk_try_frame frame = { .outer = self->frame, .ctx = self->ctx };

	frame.rcu = rcu_word(self) ? *rcu_word(self) & KMK_RCU_DEPTH : 0;
	if (kmk_regs_save(frame.regs)) {
		kmk_self()->frame = frame.outer;
		return false;
	}
	self->frame = &frame;
	fn(arg);
	kmk_self()->frame = frame.outer;
	return true;
}

bool kmk_can_throw(void)
{
	return kmk_self()->frame != NULL;
}

void kmk_throw(void)
{
	struct kmk_thread *self = kmk_self();
	struct kmk_try_frame *frame = self->frame;

	if (!frame)
		port_halt(1);
	while (rcu_word(self) && (*rcu_word(self) & KMK_RCU_DEPTH) > frame->rcu)
		__atomic_store_n(rcu_word(self), *rcu_word(self) - 1, __ATOMIC_RELEASE);
	kmk_ctx_reset(frame->ctx);
	kmk_regs_load(frame->regs);
}
