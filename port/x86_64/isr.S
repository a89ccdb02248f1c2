/* SPDX-License-Identifier: MIT */
/* The 32 exceptions' entries, made alike: error code (or 0), vector, all registers. */
#include "port/x86_64/bare.h"

#define HAS_CODE 0x60227d00		/* vectors 8, 10-14, 17, 21, 29, 30 push an error code */

	.text
	.balign 16
	.globl bare_isr
bare_isr:				/* entry of vector v: bare_isr + 16 * v */
	.set vector, 0
	.rept 32
	.balign 16

	.if !((HAS_CODE >> vector) & 1)
	pushq $0
	.endif
	pushq $vector
	jmp isr_common
	.set vector, vector + 1
	.endr

isr_common:
	cld
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
	call bare_exception
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
	iretq

	.section .note.GNU-stack, "", @progbits
