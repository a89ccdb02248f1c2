/* SPDX-License-Identifier: MIT */
/*
 * Device registers as volatile accesses of exactly the named width. x86 keeps such accesses in
 * program order, so only the compiler has to be held; the _relaxed forms do not hold it.
 */
#ifndef _ASM_IO_H
#define _ASM_IO_H

#include <linux/types.h>
#include <linux/compiler.h>

#define KMK_IO_READ(name, type)								\
static __always_inline type name##_relaxed(const volatile void __iomem *addr)		\
{ return *(const volatile type __force *)addr; }					\
static __always_inline type name(const volatile void __iomem *addr)			\
{ type v = name##_relaxed(addr); __asm__ __volatile__("" : : : "memory"); return v; }
#define KMK_IO_WRITE(name, type)							\
static __always_inline void name##_relaxed(type v, volatile void __iomem *addr)		\
{ *(volatile type __force *)addr = v; }							\
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
#define iowrite16be(v, a)	writew(__builtin_bswap16(v), a)
#define iowrite32be(v, a)	writel(__builtin_bswap32(v), a)

static inline void memcpy_fromio(void *to, const volatile void __iomem *from, size_t n)
{
	u8 *d = to;
	size_t i;

	for (i = 0; i < n; i++)
		d[i] = readb_relaxed((const volatile u8 __iomem *)from + i);
}

static inline void memcpy_toio(volatile void __iomem *to, const void *from, size_t n)
{
	const u8 *s = from;
	size_t i;

	for (i = 0; i < n; i++)
		writeb_relaxed(s[i], (volatile u8 __iomem *)to + i);
}

static inline void memset_io(volatile void __iomem *to, int c, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		writeb_relaxed((u8)c, (volatile u8 __iomem *)to + i);
}
#define memcpy_fromio	memcpy_fromio
#define memcpy_toio	memcpy_toio
#define memset_io	memset_io
#endif
