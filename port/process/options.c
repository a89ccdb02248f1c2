/* SPDX-License-Identifier: MIT */
/*
 * Memory map and options.
 *
 *   KMEMKIT_MEM    "dma=16M,dma32=112M,normal=384M,highmem=64M", or "i386"
 *   KMEMKIT_BOOT   boot options in the kernel's spelling; mem=SIZE (where KMEMKIT_MEM is not set) and nr_cpus=N are
 *                  read here too
 *   KMEMKIT_IOMEM  files that stand for devices, see iomem.c
 *   KMEMKIT_GUARD  how guard pages are made, see guard.c
 *   KMEMKIT_STACK  stack of the library's threads
 *   KMEMKIT_RSEQ   0: no restartable sequences, see init.c
 *
 * Each zone lies at its own addresses: what a shorter map leaves out is a hole.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "host.h"
#include <asm/page.h>

#define MIB(n)		((uint64_t)(n) << 20)
#define GIB(n)		((uint64_t)(n) << 30)
#define DMA_END		MIB(16)
#define DMA32_END	GIB(4)
#define HIGH_ALIGN	MIB(4)		/* largest block */
#define DEFAULT_LOW	GIB(3)		/* below 4 GiB by default: the rest of a real machine's is devices */

enum zone { DMA, DMA32, NORMAL, HIGHMEM, NR_ZONES };
static const char *const zone_name[NR_ZONES] = { "dma", "dma32", "normal", "highmem" };

/* Bytes of each zone; SIZE_UNSET where no token named it. */
struct map { uint64_t size[NR_ZONES]; };
#define SIZE_UNSET UINT64_MAX

/* Frames beyond this have no place in the frame database or below the end of the direct map. */
static uint64_t frames_limit(void)
{
	return 2 * KMK_DIRECT_MAX;	/* half of it for HIGHMEM, which the direct map does not show */
}

static uint64_t zone_limit(enum zone z)
{
	switch (z) {
	case DMA:
		return DMA_END;
	case DMA32:
		return DMA32_END - DMA_END;
	case NORMAL:
		return KMK_DIRECT_MAX - DMA32_END;
	default:
		return frames_limit() - KMK_DIRECT_MAX;
	}
}

static int unit_shift(char c)
{
	static const char units[] = "kmgtKMGT";
	const char *p = c ? strchr(units, c) : NULL;

	return p ? 10 * ((int)((p - units) % 4) + 1) : 0;
}

/* SIZE: decimal with an optional K, M, G or T, filling [s, s+len) to the end. */
static bool parse_size(const char *s, size_t len, uint64_t *size)
{
	uint64_t n = 0;
	size_t i = 0;
	int shift;

	for (; i < len && isdigit((unsigned char)s[i]); i++)
		if (__builtin_mul_overflow(n, 10u, &n) ||
		    __builtin_add_overflow(n, (unsigned)(s[i] - '0'), &n))
			return false;
	if (!i)
		return false;
	shift = i < len ? unit_shift(s[i]) : 0;
	if (i + !!shift != len || n << shift >> shift != n)
		return false;
	*size = n << shift;
	return true;
}

static int bad(const char *where, const char *all, const char *tok, size_t len, const char *why)
{
	kmk_host_log("kmemkit: %s: \"%.*s\" at character %zu: %s", where, (int)len, tok,
		     (size_t)(tok - all) + 1, why);
	return -EINVAL;
}

static int bad_size(const char *all, const char *tok, size_t len, uint64_t limit)
{
	kmk_host_log(
	    "kmemkit: KMEMKIT_MEM: \"%.*s\" at character %zu: the size must be a multiple of 4K, at most "
	    "%luM (a number, then K, M, G or T)",
	    (int)len, tok, (size_t)(tok - all) + 1, (unsigned long)(limit >> 20));
	return -EINVAL;
}

/* One token zone=SIZE of the map. */
static int parse_token(struct map *m, const char *all, const char *tok, size_t len)
{
	const char *eq = memchr(tok, '=', len);
	size_t name = eq ? (size_t)(eq - tok) : len;
	uint64_t size;
	int z = 0;

	while (z < NR_ZONES && (strlen(zone_name[z]) != name || strncmp(tok, zone_name[z], name)))
		z++;
	if (z == NR_ZONES || !eq)
		return bad("KMEMKIT_MEM", all, tok, len,
			   "expected dma=SIZE, dma32=SIZE, normal=SIZE or highmem=SIZE, or i386 alone");
	if (m->size[z] != SIZE_UNSET)
		return bad("KMEMKIT_MEM", all, tok, len, "this zone was given before");
	if (!parse_size(eq + 1, len - name - 1, &size) || size & (KMK_HOST_PAGE - 1) || size > zone_limit(z))
		return bad_size(all, tok, len, zone_limit(z));
	m->size[z] = size;
	return 0;
}

static int parse_map(struct map *m, const char *s)
{
	const char *tok = s;
	int err;

	for (int z = 0; z < NR_ZONES; z++)
		m->size[z] = SIZE_UNSET;
	for (;;) {
		size_t len = strcspn(tok, ",");

		err = parse_token(m, s, tok, len);
		if (err)
			return err;
		if (!tok[len])
			break;
		tok += len + 1;
	}
	for (int z = 0; z < NR_ZONES; z++)
		if (m->size[z] == SIZE_UNSET)
			m->size[z] = 0;
	return 0;
}

static void add_range(struct port_desc *desc, uint64_t start, uint64_t size, unsigned kind)
{
	struct port_range *last = desc->nr_ranges ? &desc->ranges[desc->nr_ranges - 1] : NULL;

	if (!size)
		return;
	if (last && last->end == start && last->kind == kind)
		last->end += size;
	else
		desc->ranges[desc->nr_ranges++] = (struct port_range){ start, start + size, kind };
}

static void lay_out(struct port_desc *desc, const struct map *m)
{
	uint64_t high = DMA32_END + m->size[NORMAL];

	add_range(desc, 0, m->size[DMA], PORT_RAM);
	add_range(desc, DMA_END, m->size[DMA32], PORT_RAM);
	add_range(desc, DMA32_END, m->size[NORMAL], PORT_RAM);
	add_range(desc, (high + HIGH_ALIGN - 1) & ~(HIGH_ALIGN - 1), m->size[HIGHMEM], PORT_RAM_HIGH);
}

/* The machine of the classic course notes: no 32-bit zone, NORMAL right behind DMA. */
static void lay_out_i386(struct port_desc *desc)
{
	desc->no_dma32 = true;
	add_range(desc, 0, MIB(896), PORT_RAM);
	add_range(desc, MIB(896), MIB(128), PORT_RAM_HIGH);
}

static void lay_out_total(struct port_desc *desc, uint64_t total)
{
	struct map m = { { 0 } };

	m.size[DMA] = total < DMA_END ? total : DMA_END;
	total -= m.size[DMA];
	m.size[DMA32] = total < DEFAULT_LOW - DMA_END ? total : DEFAULT_LOW - DMA_END;
	m.size[NORMAL] = total - m.size[DMA32];
	lay_out(desc, &m);
}

static uint64_t default_total(void)
{
	long pages = sysconf(_SC_PHYS_PAGES);
	uint64_t total = pages > 0 ? (uint64_t)pages / 2 * KMK_HOST_PAGE : 0;

	if (total < GIB(2))
		total = GIB(2);
	return total < KMK_DIRECT_MAX / 2 ? total : KMK_DIRECT_MAX / 2;
}

/* A dash in an option's name stands for an underscore. */
static bool is_named(const char *word, const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((word[i] == '-' ? '_' : word[i]) != name[i])
			return false;
	return true;
}

/* The last value of name= in the option string, and its length; NULL where there is none. */
static const char *find_option(const char *opts, const char *name, size_t *len)
{
	size_t n = strlen(name);
	const char *found = NULL;

	for (const char *p = opts; *p; p += strcspn(p, " \t\n")) {
		p += strspn(p, " \t\n");
		if (is_named(p, name, n) && p[n] == '=') {
			found = p + n + 1;
			*len = strcspn(found, " \t\n");
		}
	}
	return found;
}

static int memory_map(struct port_desc *desc)
{
	const char *env = getenv("KMEMKIT_MEM");
	uint64_t total, limit = KMK_DIRECT_MAX - GIB(4);
	struct map m;
	size_t len;
	const char *mem;
	const char *high = find_option(desc->options, "highmem", &len);
	int err;

	if (high)
		return bad("boot option highmem=", desc->options, high, len,
			   "for bare metal; in a process KMEMKIT_MEM has the size of each zone");
	mem = find_option(desc->options, "mem", &len);
	if (env && !strcmp(env, "i386")) {
		lay_out_i386(desc);
	} else if (env && *env) {
		err = parse_map(&m, env);
		if (err)
			return err;
		lay_out(desc, &m);
	} else if (mem) {
		if (!parse_size(mem, len, &total) || total & (KMK_HOST_PAGE - 1) || total < MIB(1) ||
		    total > limit)
			return bad("boot option mem=", desc->options, mem, len,
				   "expected a multiple of 4K, at least 1M (a number, then K, M, G or T)");
		lay_out_total(desc, total);
	} else {
		lay_out_total(desc, default_total());
	}
	if (!desc->nr_ranges)
		return bad("KMEMKIT_MEM", env, env, strlen(env), "the map has no memory");
	return 0;
}

static int cpu_count(struct port_desc *desc)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	size_t len;
	const char *s = find_option(desc->options, "nr_cpus", &len);
	uint64_t n;

	desc->nr_cpus = online < 1 ? 1 : online > PORT_MAX_CPUS ? PORT_MAX_CPUS : (unsigned)online;
	if (!s)
		return 0;
	if (!parse_size(s, len, &n) || !n || n > PORT_MAX_CPUS)
		return bad("boot option nr_cpus=", desc->options, s, len, "expected a number from 1 to 64");
	desc->nr_cpus = (unsigned)n;
	return 0;
}

static int host_options(void)
{
	const char *stack = getenv("KMEMKIT_STACK"), *fork = getenv("KMEMKIT_FORK"), *rseq = getenv("KMEMKIT_RSEQ");
	uint64_t size = KMK_HOST_STACK;

	if (stack && (!parse_size(stack, strlen(stack), &size) || size < 4 * KMK_HOST_PAGE || size > GIB(1)))
		return bad("KMEMKIT_STACK", stack, stack, strlen(stack), "expected a size from 16K to 1G");
	if (rseq && *rseq && strcmp(rseq, "0") && strcmp(rseq, "1"))
		return bad("KMEMKIT_RSEQ", rseq, rseq, strlen(rseq), "expected 0 or 1");
	kmk_host.stack_size = (size + KMK_HOST_PAGE - 1) & ~(KMK_HOST_PAGE - 1);
	if (!fork || !*fork)
		kmk_host.fork = KMK_FORK_COPY;
	else if (!strcmp(fork, "deny"))
		kmk_host.fork = KMK_FORK_DENY;
	else if (!strcmp(fork, "copy"))
		kmk_host.fork = KMK_FORK_ALWAYS;
	else
		return bad("KMEMKIT_FORK", fork, fork, strlen(fork), "expected copy or deny");
	return 0;
}

int kmk_host_options(struct port_desc *desc)
{
	int err;

	desc->options = getenv("KMEMKIT_BOOT");
	if (!desc->options)
		desc->options = "";
	err = memory_map(desc);
	if (!err)
		err = cpu_count(desc);
	if (!err)
		err = host_options();
	if (!err)
		err = kmk_host_iomem_init(desc);
	return err;
}
