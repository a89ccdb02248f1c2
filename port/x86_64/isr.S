/* SPDX-License-Identifier: MIT */
/*
 * The entries of exceptions and interrupts, made alike: error code (or 0), vector, all registers.
 * Then the switch between threads.
 */
#include "port/x86_64/bare.h"

#define HAS_CODE 0x60227d00		/* vectors 8, 10-14, 17, 21, 29, 30 push an error code */

	.text
	.balign 16
	.globl bare_isr
bare_isr:				/* entry of vector v: bare_isr + 16 * v */
	.set vector, 0
	.rept BARE_VECTORS
	.balign 16

	.if vector >= 32
	pushq $0
	.elseif !((HAS_CODE >> vector) & 1)
	pushq $0
	.endif
	pushq $vector
	jmp isr_common
	.set vector, vector + 1
	.endr

isr_common:
	testb $3, 24(%rsp)		/* from ring 3: its gs is not ours */
	jz 1f
	swapgs
1:	cld
	pushq %rax
	pushq %rbx
	pushq %rcx
	pushq %rdx
	pushq %rsi
	pushq %rdi
	pushq %rbp
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, %rdi
	cmpq $32, 15 * 8(%rsp)
	jae 1f
	call bare_exception
	jmp 2f
1:	call bare_interrupt
2:
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rbp
	popq %rdi
	popq %rsi
	popq %rdx
	popq %rcx
	popq %rbx
	popq %rax
	addq $16, %rsp
	testb $3, 8(%rsp)
	jz 1f
	swapgs
1:	iretq

	.globl bare_switch
bare_switch:				/* rdi: where to store rsp, rsi: the other's */
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, (%rdi)
	movq %rsi, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	ret

	.globl bare_thread_begin
bare_thread_begin:			/* rbp is 0: backtraces end here */
	call bare_thread_main
	ud2
	.type bare_thread_begin, @function
	.size bare_thread_begin, . - bare_thread_begin

	.section .note.GNU-stack, "", @progbits
