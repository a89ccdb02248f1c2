/* SPDX-License-Identifier: MIT */
/*
 * From the PVH entry (32-bit, paging off, ebx = start info) to bare_entry() in the upper half.
 * Everything before the far jump runs at physical addresses, hence PA().
 */
#include "port/x86_64/bare.h"

#define PA(x) ((x) - BARE_IMAGE_BASE)

	.section .note.pvh, "a", @note
	.balign 4
	.long 4, 8, 18			/* name size, value size, type: 32-bit entry address */
	.asciz "Xen"
	.quad PA(pvh_entry)

	.section .text.boot, "ax", @progbits
	.code32
	.globl pvh_entry
pvh_entry:
	cld
	cli
	movl $PA(bare_stack_top), %esp
	movl %ebx, %esi			/* cpuid takes ebx */

	movl $0x80000000, %eax
	cpuid
	cmpl $0x80000001, %eax
	jb no_long_mode
	movl $0x80000001, %eax
	cpuid
	btl $29, %edx
	jnc no_long_mode
	movl %edx, %ebp			/* bit 20: no-execute */

	/* Four directories of 2 MiB pages: physical 0 to 4 GiB. */
	movl $PA(boot_pd), %edi
	movl $0x83, %eax
	movl $2048, %ecx
1:	movl %eax, (%edi)
	addl $0x200000, %eax
	addl $8, %edi
	loop 1b

	movl $(PA(boot_pd) + 3), %eax
	movl $PA(boot_pdpt), %edi
	movl $4, %ecx
1:	movl %eax, (%edi)
	addl $0x1000, %eax
	addl $8, %edi
	loop 1b
	movl $(PA(boot_pd) + 3), PA(boot_pdpt_image) + 510 * 8

	movl $(PA(boot_pdpt) + 3), PA(boot_pml4)
	movl $(PA(boot_pdpt) + 3), PA(boot_pml4) + 273 * 8	/* PAGE_OFFSET */
	movl $(PA(boot_pdpt_image) + 3), PA(boot_pml4) + 511 * 8

	movl %cr4, %eax
	orl $0xa0, %eax			/* PAE, PGE */
	movl %eax, %cr4
	movl $PA(boot_pml4), %eax
	movl %eax, %cr3
	movl $0xc0000080, %ecx		/* EFER */
	rdmsr
	orl $0x100, %eax		/* LME */
	btl $20, %ebp
	jnc 1f
	orl $0x800, %eax		/* NXE */
1:	wrmsr
	movl $0x80010011, %eax		/* PG, WP, ET, PE */
	movl %eax, %cr0
	lgdt PA(boot_gdtr)
	ljmp $BARE_CS, $PA(low64)

no_long_mode:
	movb $BARE_EXIT_FAIL, %al
	outb %al, $BARE_EXIT_PORT
1:	hlt
	jmp 1b

	.code64
low64:
	movabsq $high64, %rax
	jmp *%rax
high64:
	movabsq $bare_gdtr, %rax
	lgdt (%rax)
	movl $BARE_DS, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movabsq $bare_stack_top, %rsp
	xorl %ebp, %ebp			/* ends backtraces */
	movl %esi, %edi
	call bare_entry
1:	cli
	hlt
	jmp 1b

	.section .data.boot, "aw", @progbits
	.balign 8
	.globl bare_gdt
bare_gdt:
	.quad 0
	.quad 0x00af9a000000ffff	/* BARE_CS: 64-bit code */
	.quad 0x00cf92000000ffff	/* BARE_DS */
	.fill 2 * BARE_MAX_CPUS, 8, 0	/* BARE_TSS on, filled by idt.c */
	.quad 0x00cff2000000ffff	/* BARE_USER_DS */
	.quad 0x00affa000000ffff	/* BARE_USER_CS: 64-bit code, ring 3 */
gdt_end:
boot_gdtr:
	.word gdt_end - bare_gdt - 1
	.long PA(bare_gdt)
	.globl bare_gdtr, boot_pml4
bare_gdtr:
	.word gdt_end - bare_gdt - 1
	.quad bare_gdt

	.section .boot_bss, "aw", @nobits
	.balign 4096
boot_pml4:	.skip 4096
boot_pdpt:	.skip 4096
boot_pdpt_image: .skip 4096
boot_pd:	.skip 4 * 4096
	.globl bare_stack_guard, bare_stack, bare_stack_top, bare_ist, bare_ist_top
bare_stack_guard: .skip 4096		/* unmapped by the final tables */
bare_stack:	.skip BARE_STACK_SIZE
bare_stack_top:
bare_ist:	.skip BARE_IST_SIZE * BARE_MAX_CPUS
bare_ist_top:

	.section .note.GNU-stack, "", @progbits
