/* SPDX-License-Identifier: MIT */
/*
 * Where a further processor begins: in real mode, at a page below 1 MiB that this code was copied
 * to. The boot tables still show the low 4 GiB at 0, so it goes to long mode in one step. One
 * processor starts at a time; smp.c has put its values into the words below.
 */
#include "port/x86_64/bare.h"

#define PA(x) ((x) - BARE_IMAGE_BASE)

	.section .rodata
	.balign 16
	.globl bare_low_code, bare_low_code_end, bare_low_efer
	.code16
bare_low_code:
	cli
	cld
	movw %cs, %ax
	movw %ax, %ds
	lgdtl low_gdtr - bare_low_code
	movl $0xa0, %eax		/* PAE, PGE */
	movl %eax, %cr4
	movl $PA(boot_pml4), %eax
	movl %eax, %cr3
	movl $0xc0000080, %ecx		/* EFER */
	xorl %edx, %edx
	movl bare_low_efer - bare_low_code, %eax
	wrmsr
	movl $0x80010011, %eax		/* PG, WP, ET, PE */
	movl %eax, %cr0
	ljmpl $BARE_CS, $PA(ap_low64)
	.balign 4
low_gdtr:
	.word 23
	.long PA(bare_gdt)
	.balign 4
bare_low_efer:
	.long 0
bare_low_code_end:

	.text
	.code64
ap_low64:
	movabsq $ap_high64, %rax
	jmp *%rax
ap_high64:
	movabsq $bare_gdtr, %rax
	lgdt (%rax)
	movl $BARE_DS, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movq bare_ap_tables, %rax
	movq %rax, %cr3
	movq bare_ap_stack, %rsp
	movq bare_ap_cpu, %rdi
	xorl %ebp, %ebp
	call bare_ap_main
	ud2

	.section .note.GNU-stack, "", @progbits
