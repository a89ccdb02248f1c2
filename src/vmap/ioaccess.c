/* SPDX-License-Identifier: MIT */
/*
 * Register accesses to addresses of the register window: checked, then given to the device.
 *
 * What is no mapping there is accessed plainly, so that it faults as the stray address it is.
 */
#include <linux/io.h>
#include <linux/kernel.h>

#include "base/report.h"
#include "vmap/io.h"

#define NR_SLOTS	(1UL << (KMK_IO_SHIFT - KMK_IO_SLOT_SHIFT))

static struct kmk_iomap *slots[NR_SLOTS];

static unsigned long slot_of(unsigned long va)
{
	return (va - KMK_IO_WINDOW) >> KMK_IO_SLOT_SHIFT;
}

void kmk_iomap_set(unsigned long va, unsigned long len, struct kmk_iomap *map)
{
	for (unsigned long i = slot_of(va); i <= slot_of(va + len - 1); i++)
		__atomic_store_n(&slots[i], map, __ATOMIC_RELEASE);
}

struct kmk_iomap *kmk_iomap_at(unsigned long va)
{
	bool inside = va >> KMK_IO_SHIFT == KMK_IO_WINDOW >> KMK_IO_SHIFT;

	return inside ? __atomic_load_n(&slots[slot_of(va)], __ATOMIC_ACQUIRE) : NULL;
}

static phys_addr_t phys_of(const struct kmk_iomap *m, unsigned long va)
{
	return m->phys + (va - KMK_IO_WINDOW - m->start);
}

static const char *wrong(const struct kmk_iomap *m, unsigned long va, unsigned int width)
{
	unsigned long at = va - KMK_IO_WINDOW;

	if (phys_of(m, va) & (width - 1))
		return "the address is not a multiple of the width";
	if (at < m->start || at + width > m->end)
		return "outside what ioremap() was asked for";
	if (m->range->widths && !(m->range->widths & width))
		return "the device does not take this width";
	return NULL;
}

static bool refused(const struct kmk_iomap *m, unsigned long va, unsigned int width, const char *what,
		    const void *caller)
{
	const char *why = wrong(m, va, width);
	const struct resource *res = &m->range->res;
	phys_addr_t phys = phys_of(m, va);

	if (likely(!why))
		return false;
	kmk_report_begin("BUG: %u-bit %s of a register of %s, offset 0x%llx: %s\n", width * 8, what, res->name,
			 (unsigned long long)(phys - res->start), why);
	kmk_report_line("called from %pSR; %s\n", caller,
			*what == 'r' ? "all ones were read" : "nothing was written");
	kmk_report_end(KMK_POLICY_BUG);
	return true;
}

static u64 plain_read(const volatile void *addr, unsigned int width)
{
	switch (width) {
	case 1:
		return *(const volatile u8 *)addr;
	case 2:
		return *(const volatile u16 *)addr;
	case 4:
		return *(const volatile u32 *)addr;
	default:
		return *(const volatile u64 *)addr;
	}
}

static void plain_write(u64 value, volatile void *addr, unsigned int width)
{
	switch (width) {
	case 1:
		*(volatile u8 *)addr = (u8)value;
		break;
	case 2:
		*(volatile u16 *)addr = (u16)value;
		break;
	case 4:
		*(volatile u32 *)addr = (u32)value;
		break;
	default:
		*(volatile u64 *)addr = value;
	}
}

static u64 offset_in(const struct kmk_iomap *m, unsigned long va)
{
	return phys_of(m, va) - m->range->res.start;
}

u64 kmk_io_read(const volatile void __iomem *addr, unsigned int width)
{
	unsigned long va = kmk_io_va(addr);
	struct kmk_iomap *m = kmk_iomap_at(va);

	if (!m)
		return plain_read((const volatile void __force *)addr, width);
	if (refused(m, va, width, "read", __builtin_return_address(0)))
		return ~0ULL;
	if (!m->range->ops)
		return plain_read((const volatile void *)va, width);
	return m->range->ops->read ? m->range->ops->read(m->range->ctx, offset_in(m, va), width) : ~0ULL;
}

void kmk_io_write(u64 value, volatile void __iomem *addr, unsigned int width)
{
	unsigned long va = kmk_io_va(addr);
	struct kmk_iomap *m = kmk_iomap_at(va);

	if (!m)
		plain_write(value, (volatile void __force *)addr, width);
	else if (refused(m, va, width, "write", __builtin_return_address(0)))
		return;
	else if (!m->range->ops)
		plain_write(value, (volatile void *)va, width);
	else if (m->range->ops->write)
		m->range->ops->write(m->range->ctx, offset_in(m, va), value, width);
}

size_t kmk_io_explain(unsigned long addr, char *buf, size_t size)
{
	const struct kmk_iomap *m;
	const struct resource *res;

	addr = kmk_io_va((void *)addr);
	if (addr >> KMK_IO_SHIFT != KMK_IO_WINDOW >> KMK_IO_SHIFT)
		return 0;
	m = kmk_iomap_at(addr);
	if (!m)
		return (size_t)scnprintf(buf, size, "the address lies in the register window, where nothing is "
					 "ioremapped (any more)");
	res = &m->range->res;
	return (size_t)scnprintf(buf, size, "a plain access to the registers of %s, offset 0x%llx, ioremapped by %pSR: "
				 "only readX() and writeX() reach them", res->name,
				 (unsigned long long)offset_in(m, addr), m->caller);
}
