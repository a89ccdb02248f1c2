/* SPDX-License-Identifier: MIT */
/*
 * What is asked of an image: the first module that the loader passes (QEMU's -initrd). It is text,
 * NAME=value strings each ended by a zero byte, an empty one behind the last; the names are those
 * of docs/protocol.md. Behind that, aligned to 8, may follow the image's symbols:
 *
 *	"KMKSYMS\0"  count  {address, size, offset of the name} * count, by address  names
 *
 * all 64-bit words but the names, which are strings; offsets are from the names' begin.
 */
#include "port/x86_64/bare.h"

#define REQUEST_AT	(BARE_DEVICES + 0x40000000UL)
#define SYMBOLS_MARK	0x00534d59534b4d4bULL	/* "KMKSYMS\0", little endian */

struct symbol {
	uint64_t addr, size, name;
};

static uint64_t module_pa, module_len;
static char *text;
static size_t text_len;
static const struct symbol *symbols;
static const char *names;
static uint64_t nr_symbols;

void bare_request_found(uint64_t pa, uint64_t len)
{
	module_pa = pa;
	module_len = len;
}

static size_t text_length(void)
{
	size_t n = 0;

	while (n + 1 < module_len && (text[n] || text[n + 1]))
		n++;
	return n;
}

static void find_symbols(void)
{
	size_t at = (text_len + 2 + 7) & ~7UL;
	const uint64_t *head = (const void *)(text + at);

	if (at + 16 > module_len || head[0] != SYMBOLS_MARK || head[1] > (module_len - at) / sizeof(struct symbol))
		return;
	nr_symbols = head[1];
	symbols = (const void *)(head + 2);
	names = (const char *)(symbols + nr_symbols);
}

void bare_request_map(void)
{
	uint64_t start = module_pa & PAGE_MASK;
	uint64_t len = (module_pa - start + module_len + PAGE_SIZE - 1) & PAGE_MASK;

	if (!module_len || bare_map_range(REQUEST_AT, start, len, PORT_READ | PORT_WRITE))
		return;
	text = (char *)REQUEST_AT + (module_pa - start);
	text_len = text_length();
	find_symbols();
	bare_log_port = bare_request_number("KMEMKIT_LOG");
	bare_event_port = bare_request_number("KMEMKIT_CTL");
}

static bool same(const char *entry, const char *name, size_t *len)
{
	size_t i = 0;

	while (name[i] && entry[i] == name[i])
		i++;
	*len = i + 1;
	return !name[i] && entry[i] == '=';
}

char *bare_request(const char *name)
{
	size_t at = 0, len;

	while (at < text_len) {
		if (same(text + at, name, &len))
			return text + at + len;
		while (at < text_len && text[at])
			at++;
		at++;
	}
	return NULL;
}

unsigned bare_request_number(const char *name)
{
	const char *digits = bare_request(name);
	unsigned v = 0;

	while (digits && *digits >= '0' && *digits <= '9')
		v = v * 10 + (unsigned)(*digits++ - '0');
	return v;
}

static const struct symbol *find(uintptr_t pc)
{
	uint64_t lo = 0, hi = nr_symbols;

	while (lo < hi) {
		uint64_t mid = (lo + hi) / 2;

		if (symbols[mid].addr <= pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo && pc - symbols[lo - 1].addr < symbols[lo - 1].size ? &symbols[lo - 1] : NULL;
}

bool bare_symbol(uintptr_t pc, const char **name, uint64_t *off, uint64_t *size)
{
	/* The return address of a call that never returns lies behind its function. */
	const struct symbol *s = find(pc) ?: find(pc - 1);

	if (!s)
		return false;
	*name = names + s->name;
	*off = pc - s->addr;
	*size = s->size;
	return true;
}
