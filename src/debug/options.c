/* SPDX-License-Identifier: MIT */
/* Which boot options exist, and what their values may be. A token nobody knows stops the start. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "base/option.h"
#include "port.h"
#include "rooms.h"
#include "debug.h"

#define NUMBER_MAX	4294967295ull
#define FAULT_FORM	"<interval>,<probability>,<space>,<times>: four numbers, times may be -1"

enum kind { BARE, FLAG, SIZE, NUMBER, POLICY, SLUB, FAULT, SWAP, TEXT };

/* form: what the value must be, where its kind and bounds do not say it. */
static const struct { const char *name; enum kind kind; unsigned long long min, max; const char *form; } known[] = {
	{ .name = "slub_debug", .kind = SLUB, .form = "letters of F Z P U T A O -, then optionally a comma and cache names; `;' between such blocks" },
	{ .name = "init_on_alloc", .kind = FLAG },
	{ .name = "init_on_free", .kind = FLAG },
	{ .name = "page_owner", .kind = FLAG },
	{ .name = "mem", .kind = SIZE, .min = 1, .max = ~0ull },
	{ .name = "highmem", .kind = SIZE, .min = 0, .max = ~0ull },
	{ .name = "nr_cpus", .kind = NUMBER, .min = 1, .max = PORT_MAX_CPUS },
	{ .name = "min_free_kbytes", .kind = NUMBER, .min = 0, .max = INT_MAX },
	{ .name = "failslab", .kind = FAULT, .form = FAULT_FORM },
	{ .name = "fail_page_alloc", .kind = FAULT, .form = FAULT_FORM },
	{ .name = "fail_nth", .kind = NUMBER, .min = 0, .max = LONG_MAX },
	{ .name = "page_policy", .kind = POLICY, .form = "lowest or default" },
	{ .name = "layout", .kind = BARE },
	{ .name = "loglevel", .kind = NUMBER, .min = 0, .max = 15 },
	{ .name = "quiet", .kind = BARE },
	{ .name = "kmemkit_panic", .kind = FLAG },
	{ .name = "no_hash_pointers", .kind = BARE },
	{ .name = "iomem_debug", .kind = FLAG },
	{ .name = "kmap_slots", .kind = NUMBER, .min = 0, .max = NUMBER_MAX },	/* its room knows how many there are */
	{ .name = "vmalloc_debug", .kind = FLAG },
	{ .name = "swap", .kind = SWAP, .form = "a path, a colon and a size of 4K or more, such as /tmp/swap:64M" },
	{ .name = "page_group", .kind = FLAG },
	{ .name = "compaction", .kind = FLAG },
	{ .name = "slab_colour", .kind = FLAG },
	{ .name = "slab_nomerge", .kind = BARE },			/* nothing is ever merged */
	{ .name = "slub_nomerge", .kind = BARE },
	{ .name = "idle_release_ms", .kind = NUMBER, .min = 0, .max = NUMBER_MAX },
	{ .name = "budget", .kind = SIZE, .min = 0, .max = ~0ull },
	{ .name = "pressure", .kind = TEXT, .form = "a script of docs/protocol.md" },
};

/* Options that the program declares itself (__setup, module.parameter=). */
bool kmk_bootopt_known(const char *name, size_t len) __attribute__((weak));

static bool same(const char *a, size_t n, const char *b)
{
	for (; n && *b; a++, b++, n--)
		if ((*a == '-' ? '_' : *a) != *b)
			return false;
	return !n && !*b;
}

static bool is_slub(const char *v, size_t n)
{
	bool names = false;

	for (size_t i = 0; i < n; i++) {
		names = v[i] != ';' && (names || v[i] == ',');
		if (!names && v[i] != ';' && v[i] != '-' && !strchr("fzputao", v[i] | 0x20))
			return false;
	}
	return true;
}

static bool is_swap(const char *v, size_t n)
{
	unsigned long long bytes;
	size_t colon = n;

	while (colon && v[colon - 1] != ':')
		colon--;
	return colon > 1 && kmk_parse_size(v + colon, n - colon, &bytes) && bytes >= PAGE_SIZE;
}

static bool fits(size_t row, const char *v, size_t n)
{
	unsigned long long value;
	struct kmk_fault_numbers numbers;
	bool on;

	switch (known[row].kind) {
	case BARE: return !n;
	case FLAG: return kmk_parse_flag(v, n, &on);
	case SIZE: return kmk_parse_size(v, n, &value) && value >= known[row].min && value <= known[row].max;
	case NUMBER: return kmk_parse_number(v, n, &value) && value >= known[row].min && value <= known[row].max;
	case SLUB: return is_slub(v, n);
	case FAULT: return kmk_parse_fault(v, n, &numbers);
	case SWAP: return is_swap(v, n);
	case TEXT: return n != 0;
	case POLICY: return (n == 6 && !strncmp(v, "lowest", n)) || (n == 7 && !strncmp(v, "default", n));
	}
	return false;
}

static void say_form(const char *token, size_t len, size_t row)
{
	char form[64];

	switch (known[row].kind) {
	case BARE: strscpy(form, "left out", sizeof(form)); break;
	case FLAG: strscpy(form, "0 or 1, on or off, y or n", sizeof(form)); break;
	case SIZE: strscpy(form, "a size such as 512M", sizeof(form)); break;
	case NUMBER: snprintf(form, sizeof(form), "a number from %llu to %llu", known[row].min, known[row].max); break;
	default: form[0] = '\0';
	}
	printk(KERN_ERR "kmemkit: boot option \"%.*s\": the value must be %s\n", (int)len, token,
	       known[row].form ?: form);
}

static int check_token(const char *token, size_t len)
{
	size_t name = 0;

	while (name < len && token[name] != '=')
		name++;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		const char *value = token + name + (name < len);

		if (!same(token, name, known[i].name))
			continue;
		if (fits(i, value, len - (size_t)(value - token)))
			return 0;
		say_form(token, len, i);
		return -EINVAL;
	}
	if (kmk_bootopt_known && kmk_bootopt_known(token, name))
		return 0;
	printk(KERN_ERR "kmemkit: boot option \"%.*s\" is not known\n", (int)len, token);
	return -EINVAL;
}

int kmk_options_check(const char *options)
{
	while (*options) {
		size_t len = strcspn(options, " \t\n");

		if (len && check_token(options, len))
			return -EINVAL;
		options += len + (options[len] != '\0');
	}
	return 0;
}
