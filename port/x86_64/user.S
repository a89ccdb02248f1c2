/* SPDX-License-Identifier: MIT */
/* To ring 3 and back. */
#include "port/x86_64/bare.h"

	.text
	.globl bare_user_enter
	.type bare_user_enter, @function
bare_user_enter:			/* rdi: rip, rsi: rsp, rdx: argument, rcx: where to keep our rsp */
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, (%rcx)
	pushq $(BARE_USER_DS | 3)
	pushq %rsi
	pushq $2			/* flags: interrupts off, no port is ours */
	pushq $(BARE_USER_CS | 3)
	pushq %rdi
	movq %rdx, %rdi
	/* Nothing of the kernel's stays in registers. */
	xorl %eax, %eax
	xorl %ebx, %ebx
	xorl %ecx, %ecx
	xorl %edx, %edx
	xorl %esi, %esi
	xorl %ebp, %ebp
	xorl %r8d, %r8d
	xorl %r9d, %r9d
	xorl %r10d, %r10d
	xorl %r11d, %r11d
	xorl %r12d, %r12d
	xorl %r13d, %r13d
	xorl %r14d, %r14d
	xorl %r15d, %r15d
	swapgs
	iretq
	.size bare_user_enter, . - bare_user_enter

	.globl bare_probe_enter
	.type bare_probe_enter, @function
bare_probe_enter:			/* rdi: fn, rsi: argument, rdx: where to keep our rsp */
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, (%rdx)
	subq $8, %rsp
	movq %rdi, %rax
	movq %rsi, %rdi
	call *%rax
	addq $8, %rsp

	.globl bare_user_land
bare_user_land:				/* the exception's return goes here, with the rsp that was kept */
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	ret
	.size bare_probe_enter, . - bare_probe_enter

	.section .note.GNU-stack, "", @progbits
