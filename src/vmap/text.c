/* SPDX-License-Identifier: MIT */
/* /proc/vmallocinfo, and the room's validator. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "vmap/vmap.h"

#define CHUNK	256	/* areas copied at once */

/* What a line needs of an area, copied under the lock: names are looked up, and lines given out, later. */
struct row {
	struct vm_struct vm;
	bool ram;
};

struct rows {
	struct row *row;
	unsigned int n;
	unsigned long from;	/* areas at or above this address are wanted */
};

static void copy_row(const struct vm_struct *vm, void *data)
{
	struct rows *rows = data;

	if ((unsigned long)vm->addr < rows->from || rows->n == CHUNK)
		return;
	/* It is still being filled by its maker, who holds no lock. */
	if (__atomic_load_n(&vm->flags, __ATOMIC_ACQUIRE) & VM_UNINITIALIZED)
		return;
	rows->row[rows->n].vm = *vm;
	rows->row[rows->n].ram = kmk_area_of((struct vm_struct *)vm)->ram;
	rows->n++;
}

static int print_kind(const struct vm_struct *v, char *line, int size)
{
	static const struct { unsigned long flag; const char *name; } kinds[] = {
		{ VM_IOREMAP, " ioremap" }, { VM_ALLOC, " vmalloc" }, { VM_MAP, " vmap" },
		{ VM_USERMAP, " user" }, { VM_DMA_COHERENT, " dma-coherent" },
	};
	unsigned int i;
	int n = 0;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (v->flags & kinds[i].flag)
			n += scnprintf(line + n, size - n, "%s", kinds[i].name);
	return n;
}

static void print_row(const struct row *r, char *line, int size)
{
	const struct vm_struct *v = &r->vm;
	int n = scnprintf(line, size, "0x%px-0x%px %7ld", v->addr, v->addr + v->size, (long)v->size);

	if (r->ram) {
		scnprintf(line + n, size - n, " vm_map_ram\n");
		return;
	}
	if (v->caller)
		n += scnprintf(line + n, size - n, " %pS", v->caller);
	if (v->nr_pages)
		n += scnprintf(line + n, size - n, " pages=%d", v->nr_pages);
	if (v->phys_addr)
		n += scnprintf(line + n, size - n, " phys=%pa", &v->phys_addr);
	n += print_kind(v, line + n, size - n);
	if (is_vmalloc_addr(v->pages))
		n += scnprintf(line + n, size - n, " vpages");
	scnprintf(line + n, size - n, "\n");
}

void kmk_vmallocinfo(void (*emit)(const char *line, void *data), void *data)
{
	struct rows rows = { .row = kmalloc_array(CHUNK, sizeof(struct row), GFP_KERNEL) };
	char line[256];
	unsigned int i;

	if (!rows.row)
		return;
	do {
		rows.n = 0;
		kmk_vmap_for_each(copy_row, &rows);
		for (i = 0; i < rows.n; i++) {
			print_row(&rows.row[i], line, sizeof(line));
			emit(line, data);
			rows.from = (unsigned long)rows.row[i].vm.addr + 1;
		}
	} while (rows.n == CHUNK);
	kfree(rows.row);
}

bool kmk_vmap_validate(void)
{
	bool areas = kmk_area_validate(), slots = kmk_kmap_validate();

	if (!areas)
		pr_err("vmap: areas, gaps and the tree do not agree\n");
	if (!slots)
		pr_err("vmap: kmap slots and their counts do not agree\n");
	return areas && slots;
}
