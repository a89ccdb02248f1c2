/* SPDX-License-Identifier: MIT */
/*
 * Device registers: accesses of exactly the named width.
 *
 * What lies behind the address decides how. A range backed by a file or by hardware is mapped like memory and
 * the access is one volatile load or store. A simulated device has call-backs instead: its registers have
 * addresses in the upper half, where a process has none, so that the sign, and no table, tells the two apart.
 * x86 keeps such accesses in program order, so only the compiler has to be held; the _relaxed forms do not.
 *
 * Any context. Addresses come from ioremap(); plain memory is taken too.
 */
#ifndef _ASM_IO_H
#define _ASM_IO_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/page.h>

/* Direct map only. Any context. */
static inline phys_addr_t virt_to_phys(const volatile void *addr) { return __pa(addr); }
static inline void *phys_to_virt(phys_addr_t pa) { return __va(pa); }

/* The access to an address of the window, width in bytes. A wrong one is reported; reads then give all ones. */
u64 kmk_io_read(const volatile void __iomem *addr, unsigned int width);
void kmk_io_write(u64 value, volatile void __iomem *addr, unsigned int width);

/* In a process all of the upper half goes the long way, which is one test; what is no register then faults. */
#ifdef KMK_BARE
#define kmk_io_called(addr)	\
	unlikely((unsigned long)(addr) >> KMK_IO_SHIFT == KMK_IO_WINDOW >> KMK_IO_SHIFT)
#else
#define kmk_io_called(addr)	unlikely((long)(addr) < 0)
#endif

#define KMK_IO_READ(name, type)								\
static __always_inline type name##_relaxed(const volatile void __iomem *addr)		\
{											\
	if (kmk_io_called(addr))							\
		return (type)kmk_io_read(addr, sizeof(type));				\
	return *(const volatile type __force *)addr;					\
}											\
static __always_inline type name(const volatile void __iomem *addr)			\
{ type v = name##_relaxed(addr); __asm__ __volatile__("" : : : "memory"); return v; }
#define KMK_IO_WRITE(name, type)							\
static __always_inline void name##_relaxed(type v, volatile void __iomem *addr)		\
{											\
	if (kmk_io_called(addr))							\
		kmk_io_write(v, addr, sizeof(type));					\
	else										\
		*(volatile type __force *)addr = v;					\
}											\
static __always_inline void name(type v, volatile void __iomem *addr)			\
{ __asm__ __volatile__("" : : : "memory"); name##_relaxed(v, addr); }

KMK_IO_READ(readb, u8)
KMK_IO_READ(readw, u16)
KMK_IO_READ(readl, u32)
KMK_IO_READ(readq, u64)
KMK_IO_WRITE(writeb, u8)
KMK_IO_WRITE(writew, u16)
KMK_IO_WRITE(writel, u32)
KMK_IO_WRITE(writeq, u64)

#define readb	readb
#define readw	readw
#define readl	readl
#define readq	readq
#define writeb	writeb
#define writew	writew
#define writel	writel
#define writeq	writeq
#define readb_relaxed	readb_relaxed
#define readw_relaxed	readw_relaxed
#define readl_relaxed	readl_relaxed
#define readq_relaxed	readq_relaxed
#define writeb_relaxed	writeb_relaxed
#define writew_relaxed	writew_relaxed
#define writel_relaxed	writel_relaxed
#define writeq_relaxed	writeq_relaxed

#define __raw_readb(a)		readb_relaxed(a)
#define __raw_readw(a)		readw_relaxed(a)
#define __raw_readl(a)		readl_relaxed(a)
#define __raw_readq(a)		readq_relaxed(a)
#define __raw_writeb(v, a)	writeb_relaxed(v, a)
#define __raw_writew(v, a)	writew_relaxed(v, a)
#define __raw_writel(v, a)	writel_relaxed(v, a)
#define __raw_writeq(v, a)	writeq_relaxed(v, a)

#define ioread8(a)		readb(a)
#define ioread16(a)		readw(a)
#define ioread32(a)		readl(a)
#define ioread64(a)		readq(a)
#define iowrite8(v, a)		writeb(v, a)
#define iowrite16(v, a)		writew(v, a)
#define iowrite32(v, a)		writel(v, a)
#define iowrite64(v, a)		writeq(v, a)
#define ioread16be(a)		__builtin_bswap16(readw(a))
#define ioread32be(a)		__builtin_bswap32(readl(a))
#define ioread64be(a)		__builtin_bswap64(readq(a))
#define iowrite16be(v, a)	writew(__builtin_bswap16(v), a)
#define iowrite32be(v, a)	writel(__builtin_bswap32(v), a)
#define iowrite64be(v, a)	writeq(__builtin_bswap64(v), a)

/* n accesses of the same register, a FIFO for instance. */
#define KMK_IO_REP(in, out, reg_read, reg_write, type)					\
static inline void in(const volatile void __iomem *addr, void *to, unsigned int n)	\
{											\
	type *p = (type *)to;								\
											\
	while (n--)									\
		*p++ = reg_read(addr);							\
}											\
static inline void out(volatile void __iomem *addr, const void *from, unsigned int n)	\
{											\
	const type *p = (const type *)from;						\
											\
	while (n--)									\
		reg_write(*p++, addr);							\
}

KMK_IO_REP(readsb, writesb, readb, writeb, u8)
KMK_IO_REP(readsw, writesw, readw, writew, u16)
KMK_IO_REP(readsl, writesl, readl, writel, u32)
KMK_IO_REP(readsq, writesq, readq, writeq, u64)
#define readsb	readsb
#define readsw	readsw
#define readsl	readsl
#define readsq	readsq
#define writesb	writesb
#define writesw	writesw
#define writesl	writesl
#define writesq	writesq
#define ioread8_rep(a, p, n)	readsb(a, p, n)
#define ioread16_rep(a, p, n)	readsw(a, p, n)
#define ioread32_rep(a, p, n)	readsl(a, p, n)
#define iowrite8_rep(a, p, n)	writesb(a, p, n)
#define iowrite16_rep(a, p, n)	writesw(a, p, n)
#define iowrite32_rep(a, p, n)	writesl(a, p, n)

/* The widest access, up to 32 bits, that the address and what is left allow. */
static __always_inline size_t kmk_io_step(const volatile void __iomem *addr, size_t n)
{
	unsigned long at = (unsigned long)addr;

	return n >= 4 && !(at & 3) ? 4 : n >= 2 && !(at & 1) ? 2 : 1;
}

static inline void memcpy_fromio(void *to, const volatile void __iomem *from, size_t n)
{
	const volatile u8 __iomem *s = (const volatile u8 __iomem *)from;
	u8 *d = (u8 *)to;
	size_t step;

	for (; n; n -= step, s += step, d += step) {
		u32 v;

		step = kmk_io_step(s, n);
		v = step == 4 ? readl_relaxed(s) : step == 2 ? readw_relaxed(s) : readb_relaxed(s);
		__builtin_memcpy(d, &v, step);
	}
}

static inline void kmk_io_put(u32 v, volatile void __iomem *to, size_t step)
{
	if (step == 4)
		writel_relaxed(v, to);
	else if (step == 2)
		writew_relaxed((u16)v, to);
	else
		writeb_relaxed((u8)v, to);
}

static inline void memcpy_toio(volatile void __iomem *to, const void *from, size_t n)
{
	volatile u8 __iomem *d = (volatile u8 __iomem *)to;
	const u8 *s = (const u8 *)from;
	size_t step;

	for (; n; n -= step, s += step, d += step) {
		u32 v = 0;

		step = kmk_io_step(d, n);
		__builtin_memcpy(&v, s, step);
		kmk_io_put(v, d, step);
	}
}

static inline void memset_io(volatile void __iomem *to, int c, size_t n)
{
	volatile u8 __iomem *d = (volatile u8 __iomem *)to;
	size_t step;

	for (; n; n -= step, d += step) {
		step = kmk_io_step(d, n);
		kmk_io_put((u8)c * 0x01010101u, d, step);
	}
}
#define memcpy_fromio	memcpy_fromio
#define memcpy_toio	memcpy_toio
#define memset_io	memset_io

/* x86 orders register accesses among themselves and behind the stores before them. */
#define mmiowb()	__asm__ __volatile__("" : : : "memory")
#endif
