/* SPDX-License-Identifier: MIT */
/*
 * The page tables of bare metal, read by the public walk: direct map, image, vmalloc, protections; then several
 * address spaces, and what ring 3 may and may not do.
 */
#include <asm/pgtable.h>
#include <kmemkit/kmemkit.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/set_memory.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "port.h"
#include "port/x86_64/space.h"

static unsigned int passed, failed;

#define CHECK(c) check((c), #c, __LINE__)
static void check(bool ok, const char *what, int line)
{
	passed += ok;
	failed += !ok;
	if (!ok)
		printk("not ok: line %d: %s\n", line, what);
}

static unsigned long entry(const void *va, unsigned int *level)
{
	pte_t *e = lookup_address((unsigned long)va, level);

	return e ? pte_val(ptep_get(e)) : 0;
}

static bool has(unsigned long e, unsigned long want, unsigned long not)
{
	return (e & want) == want && !(e & not);
}

/* ---- everything there is --------------------------------------------------------------------- */

static struct { unsigned long pages[PG_LEVEL_NUM], writable_text, users; } all;

static void leaf(unsigned long e, unsigned int level)
{
	all.pages[level]++;
	all.writable_text += has(e, _PAGE_RW, _PAGE_NX);
	all.users += has(e, _PAGE_USER, 0);
}

static void below_pmd(pmd_t *pmd)
{
	if (!pmd_present(*pmd))
		return;
	if (pmd_leaf(*pmd)) {
		leaf(pmd_val(*pmd), PG_LEVEL_2M);
		return;
	}
	for (unsigned int i = 0; i < PTRS_PER_PTE; i++) {
		pte_t e = *pte_offset_kernel(pmd, (unsigned long)i << PAGE_SHIFT);

		if (pte_present(e))
			leaf(pte_val(e), PG_LEVEL_4K);
	}
}

static void below_pud(pud_t *pud)
{
	if (!pud_present(*pud))
		return;
	if (pud_leaf(*pud)) {
		leaf(pud_val(*pud), PG_LEVEL_1G);
		return;
	}
	for (unsigned int i = 0; i < PTRS_PER_PMD; i++)
		below_pmd(pmd_offset(pud, (unsigned long)i << PMD_SHIFT));
}

static void test_everything(void)
{
	pgd_t *top = init_mm.pgd;
	unsigned int low = 0;

	for (unsigned int i = 0; i < PTRS_PER_PGD; i++) {
		p4d_t *p4d = p4d_offset(&top[i], 0);

		if (p4d_none(*p4d))
			continue;
		low += i < PTRS_PER_PGD / 2;
		for (unsigned int k = 0; k < PTRS_PER_PUD; k++)
			below_pud(pud_offset(p4d, (unsigned long)k << PUD_SHIFT));
	}
	printk("pages: %lu of 1 GiB, %lu of 2 MiB, %lu of 4 KiB\n", all.pages[PG_LEVEL_1G], all.pages[PG_LEVEL_2M],
	       all.pages[PG_LEVEL_4K]);
	CHECK(all.pages[PG_LEVEL_4K] && !all.writable_text && !all.users && !low);
}

/* ---- the direct map and the image ------------------------------------------------------------- */

/* A large page wherever one fits: between two small ones there is never a whole aligned large one of RAM. */
static void test_direct(void)
{
	unsigned long pages[PG_LEVEL_NUM] = { 0 }, wrong = 0, pfn = 0, run = 0, longest = 0;

	while (pfn < max_pfn) {
		unsigned int level;
		unsigned long e = entry(pfn_to_virt(pfn), &level), frames = 1;

		if (has(e, _PAGE_PRESENT, 0)) {
			frames = page_level_size(level) / PAGE_SIZE;
			wrong += !has(e, _PAGE_RW | _PAGE_NX | _PAGE_GLOBAL, _PAGE_USER | _PAGE_PCD);
			wrong += (e & PTE_PFN_MASK) >> PAGE_SHIFT != (pfn & ~(frames - 1));
			wrong += slow_virt_to_phys(pfn_to_virt(pfn)) != PFN_PHYS(pfn);
			pages[level]++;
		} else {
			wrong += pfn_valid(pfn) && !PageHighMem(pfn_to_page(pfn));
		}
		/* Frames from the last border of 2 MiB on that small pages map. */
		run = level == PG_LEVEL_4K && has(e, _PAGE_PRESENT, 0) && (run || !(pfn & 511)) ? run + 1 : 0;
		longest = max(longest, run);
		pfn = (pfn & ~(frames - 1)) + frames;
	}
	printk("direct map: %lu of 1 GiB, %lu of 2 MiB, %lu of 4 KiB\n", pages[PG_LEVEL_1G], pages[PG_LEVEL_2M],
	       pages[PG_LEVEL_4K]);
	CHECK(!wrong && pages[PG_LEVEL_2M] && longest < 512);
}

static const int constant = 1;
static int variable = 1;

static void test_image(void)
{
	unsigned int level;

	CHECK(has(entry(bare_text_start, &level), _PAGE_PRESENT, _PAGE_RW | _PAGE_NX | _PAGE_USER));
	CHECK(has(entry(&constant, &level), _PAGE_PRESENT | _PAGE_NX, _PAGE_RW | _PAGE_USER));
	CHECK(has(entry(&variable, &level), _PAGE_PRESENT | _PAGE_RW | _PAGE_NX, _PAGE_USER));
	CHECK(!has(entry(bare_stack_guard, &level), _PAGE_PRESENT, 0) && level == PG_LEVEL_4K);
	CHECK(slow_virt_to_phys(&variable) == bare_image_pa(&variable));
	CHECK(!lookup_address(0x1000, &level) && level == PG_LEVEL_NONE && !slow_virt_to_phys((void *)0x1000));
}

static void test_vmalloc(void)
{
	char *p = vmalloc(3 * PAGE_SIZE);
	unsigned int level, good = 0;
	unsigned long a = (unsigned long)p;
	pud_t *pud;
	pmd_t *pmd;
	pte_t *pte;

	for (unsigned int i = 0; i < 3; i++, a += PAGE_SIZE) {
		pud = pud_offset(p4d_offset(pgd_offset_k(a), a), a);
		pmd = pmd_offset(pud, a);
		pte = pte_offset_kernel(pmd, a);
		good += pte_present(*pte) && pte_write(*pte) && !pte_exec(*pte) && pte_global(*pte) && !pte_user(*pte) &&
			pte_page(*pte) == vmalloc_to_page((void *)a) && pte == virt_to_kpte(a);
	}
	CHECK(good == 3);
	CHECK(!has(entry(p + 3 * PAGE_SIZE, &level), _PAGE_PRESENT, 0));
	*p = 1;
	CHECK(has(entry(p, &level), _PAGE_DIRTY | _PAGE_ACCESSED, 0));
	vfree(p);
}

/* ---- protections -------------------------------------------------------------------------------- */

static void do_read(uint64_t a) { (void)*(volatile uint64_t *)a; }
static void do_write(uint64_t a) { *(volatile uint64_t *)a = 42; }
static void do_call(uint64_t a) { ((void (*)(void))a)(); }

/* Error code of the page fault that fn(a) ends with; -1: it does not fault. */
static long fault_of(void (*fn)(uint64_t), unsigned long a)
{
	struct bare_user_end end;

	bare_probe(fn, a, &end);
	if (end.vector == UINT64_MAX)
		return -1;
	return end.vector == 14 && end.address == a ? (long)end.error : -2;
}

static void test_protect(void)
{
	unsigned char *block = page_address(alloc_pages(GFP_KERNEL, 9)), *page = block + 5 * PAGE_SIZE;
	unsigned int before, level;
	unsigned long a = (unsigned long)page;

	entry(page, &before);
	CHECK(before > PG_LEVEL_4K && fault_of(do_write, a) == -1 && fault_of(do_call, a) == 0x11);
	CHECK(!set_memory_ro(a, 1));
	CHECK(has(entry(page, &level), _PAGE_PRESENT | _PAGE_NX, _PAGE_RW) && level == PG_LEVEL_4K);
	CHECK(has(entry(page + PAGE_SIZE, &level), _PAGE_PRESENT | _PAGE_NX | _PAGE_RW, 0) && level == PG_LEVEL_4K);
	CHECK(has(entry(block + PMD_SIZE, &level), _PAGE_PRESENT, 0) && level >= PG_LEVEL_2M);
	CHECK(slow_virt_to_phys(page) == __pa(page) && *(uint64_t *)page == 42);
	CHECK(fault_of(do_write, a) == 3 && fault_of(do_read, a) == -1);
	CHECK(fault_of(do_write, a + PAGE_SIZE) == -1 && fault_of(do_write, a - 8) == -1);
	*block = 0xc3;					/* ret */
	CHECK(!set_memory_rw(a, 1) && fault_of(do_write, a) == -1);
	CHECK(!set_memory_rox((unsigned long)block, 1) && fault_of(do_call, (unsigned long)block) == -1);
	CHECK(fault_of(do_write, (unsigned long)block) == 3);
	CHECK(!set_memory_nx((unsigned long)block, 1) && fault_of(do_call, (unsigned long)block) == 0x11);
	CHECK(!set_memory_np(a, 1) && fault_of(do_read, a) == 0 && fault_of(do_write, a) == 2);
	CHECK(!set_memory_rw(a, 1) && *(uint64_t *)page == 42);
	CHECK(!set_memory_rw((unsigned long)block, 1));
	__free_pages(virt_to_page(block), 9);
}

/* ---- address spaces ------------------------------------------------------------------------------- */

#define USER_TEXT	0x400000UL
#define USER_DATA	0x600000UL
#define USER_STACK	0x7fff00000000UL

static struct bare_space a, b;

static uint64_t read_in(struct bare_space *s, const void *p)
{
	unsigned long flags = bare_irq_save();
	uint64_t v;

	bare_space_enter(s);
	v = *(const volatile uint64_t *)p;
	bare_space_enter(NULL);
	bare_irq_restore(flags);
	return v;
}

static bool top_has(const struct bare_space *s, const void *va)
{
	return pgd_present(*pgd_offset_pgd(__va(s->root), (unsigned long)va));
}

static void test_spaces(void)
{
	uint64_t *early = vmalloc(PAGE_SIZE), *late;
	void *frame[2] = { (void *)__get_free_page(GFP_KERNEL), (void *)__get_free_page(GFP_KERNEL) };

	*early = 11;
	CHECK(!bare_space_init(&a) && !bare_space_init(&b) && a.root != b.root);
	CHECK(!top_has(&a, early) && top_has(&a, frame[0]) && top_has(&a, &variable));
	late = vmalloc(PAGE_SIZE);			/* nobody told the spaces */
	*late = 12;
	CHECK(read_in(&a, late) == 12 && a.fills == 1 && b.fills == 0);
	CHECK(top_has(&a, late) && !top_has(&b, late));
	CHECK(read_in(&a, early) == 11 && a.fills == 1);
	CHECK(read_in(&b, early) == 11 && b.fills == 1);
	read_in(&a, virt_to_page(frame[0]));
	CHECK(a.fills == 2 && b.fills == 1);
	vfree(late);
	late = vmalloc(5 * PAGE_SIZE);
	late[512] = 13;
	CHECK(read_in(&a, late + 512) == 13 && read_in(&b, late + 512) == 13 && a.fills == 2 && b.fills == 1);
	vfree(late);
	vfree(early);

	*(uint64_t *)frame[0] = 21;
	*(uint64_t *)frame[1] = 22;
	CHECK(!bare_space_map(&a, USER_DATA, __pa(frame[0]), PAGE_SIZE, PORT_READ | PORT_WRITE | BARE_USER));
	CHECK(!bare_space_map(&b, USER_DATA, __pa(frame[1]), PAGE_SIZE, PORT_READ | BARE_USER));
	CHECK(bare_space_map(&a, PAGE_OFFSET, 0, PAGE_SIZE, PORT_READ) == -EINVAL);
	CHECK(read_in(&a, (void *)USER_DATA) == 21 && read_in(&b, (void *)USER_DATA) == 22);
	CHECK(fault_of(do_read, USER_DATA) == 0);	/* the reference has no lower half */
}

/* ---- ring 3 ------------------------------------------------------------------------------------------ */

/* One page of code, each piece with its argument in rdi. */
__asm__(".pushsection .text\n\t.balign 4096\nuser_code:\n"
	"user_read:	movq (%rdi), %rax\n\tud2\n"
	"user_write:	movq $42, (%rdi)\n\tud2\n"
	"user_jump:	jmp *%rdi\n"
	"user_sum:	pushq $40\n\tpopq %rax\n\tmovq %rax, (%rdi)\n\taddq $2, %rax\n\tud2\n"
	"user_cr3:	movq %rdi, %cr3\n\tud2\n"
	"user_cr0:	movq %cr0, %rax\n\tud2\n"
	"user_invlpg:	invlpg (%rdi)\n\tud2\n"
	"user_wrmsr:	xorl %eax, %eax\n\txorl %edx, %edx\n\tmovl $0xc0000101, %ecx\n\twrmsr\n\tud2\n"
	"user_lgdt:	lgdt -16(%rsp)\n\tud2\n"
	"user_lidt:	lidt -16(%rsp)\n\tud2\n"
	"user_out:	movw $0xf4, %dx\n\toutb %al, %dx\n\tud2\n"
	"user_cli:	cli\n\tud2\n"
	"user_hlt:	hlt\n\tud2\n"
	"user_int:	int $0x40\n\tud2\n"
	"user_swapgs:	swapgs\n\tud2\n"
	"user_gs:	xorl %eax, %eax\n\tmovw %ax, %gs\n\tmovq %gs:64, %rax\n\tud2\n"
	"user_end:	.balign 4096\n\t.popsection\n");
extern char user_code[], user_read[], user_write[], user_jump[], user_sum[], user_cr3[], user_cr0[], user_invlpg[],
	user_wrmsr[], user_lgdt[], user_lidt[], user_out[], user_cli[], user_hlt[], user_int[], user_swapgs[], user_gs[];

static struct bare_user_end end;

static void run(const char *code, uint64_t arg)
{
	bare_user_run(&a, USER_TEXT + (uint64_t)(code - user_code), USER_STACK + PAGE_SIZE, arg, &end);
}

static bool page_fault(const char *code, uint64_t arg, uint64_t error)
{
	run(code, arg);
	if (end.vector != 14 || end.error != error || end.address != arg)
		printk("vector %lu error %#lx address %#lx\n", end.vector, end.error, end.address);
	return end.vector == 14 && end.error == error && end.address == arg;
}

static bool refused(const char *code, uint64_t arg)
{
	run(code, arg);
	return end.vector == 13 && end.rip - USER_TEXT < PAGE_SIZE;
}

#define PF_PROT	1
#define PF_WRITE		2
#define PF_USER		4
#define PF_FETCH		16

static void test_user_pages(uint64_t *data)
{
	unsigned int level;

	run(user_sum, USER_DATA);
	CHECK(end.vector == 6 && end.rax == 42 && *data == 40);		/* it runs, on its own pages */
	CHECK(page_fault(user_read, 0x10000, PF_USER) && page_fault(user_write, 0x10000, PF_USER | PF_WRITE));
	CHECK(page_fault(user_jump, 0x10000, PF_USER | PF_FETCH));
	CHECK(page_fault(user_read, USER_DATA + PAGE_SIZE, PF_USER | PF_PROT));		/* a supervisor's */
	CHECK(page_fault(user_write, USER_DATA + 2 * PAGE_SIZE, PF_USER | PF_PROT | PF_WRITE));	/* read-only */
	run(user_read, USER_DATA + 2 * PAGE_SIZE);
	CHECK(end.vector == 6 && end.rax == *data);
	CHECK(page_fault(user_jump, USER_DATA, PF_USER | PF_PROT | PF_FETCH));		/* no-execute */
	CHECK(page_fault(user_write, USER_TEXT, PF_USER | PF_PROT | PF_WRITE));
	CHECK(page_fault(user_read, (uint64_t)(uintptr_t)data, PF_USER | PF_PROT));	/* direct map */
	CHECK(page_fault(user_read, (uint64_t)(uintptr_t)&variable, PF_USER | PF_PROT));
	CHECK(page_fault(user_read, VMALLOC_START + (1UL << 38), PF_USER));
	CHECK(!has(entry((void *)(VMALLOC_START + (1UL << 38)), &level), _PAGE_PRESENT, 0));
}

static void test_user_tables(void)
{
	uint64_t root = (uint64_t)(uintptr_t)__va(a.root), reference = (uint64_t)(uintptr_t)init_mm.pgd, cr3;
	uint64_t before = *(uint64_t *)(uintptr_t)root;

	CHECK(page_fault(user_write, root, PF_USER | PF_PROT | PF_WRITE));
	CHECK(page_fault(user_write, reference, PF_USER | PF_PROT | PF_WRITE));
	CHECK(page_fault(user_read, reference, PF_USER | PF_PROT));
	CHECK(*(uint64_t *)(uintptr_t)root == before);
	CHECK(refused(user_cr3, b.root) && refused(user_cr0, 0) && refused(user_invlpg, USER_DATA));
	CHECK(refused(user_wrmsr, 0) && refused(user_lgdt, 0) && refused(user_lidt, 0) && refused(user_swapgs, 0));
	CHECK(refused(user_out, 0) && refused(user_cli, 0) && refused(user_hlt, 0));
	CHECK(refused(user_int, 0) && (end.error & 7) == 2);	/* a gate of the table, not for ring 3 */
	run(user_gs, 0);				/* it may spoil its own gs: ours is another */
	CHECK(end.vector == 14 && end.error == PF_USER && end.address == 64);
	__asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
	CHECK(cr3 == port_page_table());
}

/* No frame of a table can be written in ring 3: not one user page shows one. */
static unsigned int shows_tables(uint64_t table, unsigned int level, const uint64_t *tables, unsigned int nr)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < (level == 4 ? 256u : 512u); i++) {
		uint64_t e = ((uint64_t *)__va(table))[i];

		if (!(e & _PAGE_PRESENT))
			continue;
		if (level > 1)
			found += shows_tables(e & PTE_PFN_MASK, level - 1, tables, nr);
		else
			for (unsigned int k = 0; k < nr; k++)
				found += e & _PAGE_USER && (e & PTE_PFN_MASK) == tables[k];
	}
	return found;
}

static unsigned int list_tables(uint64_t table, unsigned int level, uint64_t *tables, unsigned int nr)
{
	tables[nr++] = table;
	for (unsigned int i = 0; level > 1 && nr < 60 && i < (level == 4 ? 256u : 512u); i++) {
		uint64_t e = ((uint64_t *)__va(table))[i];

		if (e & _PAGE_PRESENT)
			nr = list_tables(e & PTE_PFN_MASK, level - 1, tables, nr);
	}
	return nr;
}

static void test_user(void)
{
	uint64_t *data = page_address(alloc_page(GFP_KERNEL)), tables[64];
	void *stack = page_address(alloc_page(GFP_KERNEL));
	unsigned int nr;

	CHECK(!bare_space_map(&a, USER_TEXT, bare_image_pa(user_code), PAGE_SIZE, PORT_READ | PORT_EXEC | BARE_USER));
	CHECK(!bare_space_map(&a, USER_DATA, __pa(data), PAGE_SIZE, PORT_READ | PORT_WRITE | BARE_USER));
	CHECK(!bare_space_map(&a, USER_DATA + PAGE_SIZE, __pa(data), PAGE_SIZE, PORT_READ | PORT_WRITE));
	CHECK(!bare_space_map(&a, USER_DATA + 2 * PAGE_SIZE, __pa(data), PAGE_SIZE, PORT_READ | BARE_USER));
	CHECK(!bare_space_map(&a, USER_STACK, __pa(stack), PAGE_SIZE, PORT_READ | PORT_WRITE | BARE_USER));
	preempt_disable();
	test_user_pages(data);
	test_user_tables();
	preempt_enable();
	nr = list_tables(a.root, 4, tables, 0);
	CHECK(nr > 4 && !shows_tables(a.root, 4, tables, nr));
	printk("ring 3: %u tables of its own, none in its reach; fills: %lu and %lu\n", nr, a.fills, b.fills);
}

int bare_main(void)
{
	if (kmemkit_start())
		return 1;
	CHECK(__pa(init_mm.pgd) == port_page_table());
	test_everything();
	test_direct();
	test_image();
	test_vmalloc();
	test_protect();
	test_spaces();
	test_user();
	CHECK(!kmemkit_validate());
	printk("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
