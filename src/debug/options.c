/* SPDX-License-Identifier: MIT */
/* Which boot options exist, and what their values may be. A token nobody knows stops the start. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "rooms.h"
#include "debug.h"

enum kind { FLAG, SIZE, NUMBER, POLICY, SLUB, FAULT, SWAP, TEXT };

static const struct { const char *name; enum kind kind; const char *form; } known[] = {
	{ "slub_debug", SLUB, "letters of F Z P U T A O -, then optionally a comma and cache names; `;' between such blocks" },
	{ "init_on_alloc", FLAG, "0 or 1" },
	{ "init_on_free", FLAG, "0 or 1" },
	{ "page_owner", FLAG, "on or off" },
	{ "mem", SIZE, "a size such as 512M" },
	{ "highmem", SIZE, "a size such as 512M" },
	{ "nr_cpus", NUMBER, "a number" },
	{ "min_free_kbytes", NUMBER, "a number" },
	{ "failslab", FAULT, "<interval>,<probability>,<space>,<times>" },
	{ "fail_page_alloc", FAULT, "<interval>,<probability>,<space>,<times>" },
	{ "fail_nth", NUMBER, "a number" },
	{ "page_policy", POLICY, "lowest or default" },
	{ "layout", FLAG, "no value" },
	{ "loglevel", NUMBER, "a number" },
	{ "quiet", FLAG, "no value" },
	{ "kmemkit_panic", FLAG, "0 or 1" },
	{ "no_hash_pointers", FLAG, "no value" },
	{ "iomem_debug", FLAG, "0 or 1" },
	{ "kmap_slots", NUMBER, "a number" },
	{ "vmalloc_debug", FLAG, "0 or 1" },
	{ "swap", SWAP, "a path, a colon and a size such as /tmp/swap:64M" },
	{ "page_group", FLAG, "on or off" },
	{ "compaction", FLAG, "on or off" },
	{ "slab_colour", FLAG, "on or off" },
	{ "slab_nomerge", FLAG, "no value" },		/* nothing is ever merged */
	{ "slub_nomerge", FLAG, "no value" },
	{ "idle_release_ms", NUMBER, "a number" },
	{ "budget", SIZE, "a size such as 64M" },
	{ "pressure", TEXT, "a script of docs/protocol.md" },
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

static bool is_number(const char *v, size_t n, const char *suffixes)
{
	size_t i = 0;

	while (i < n && v[i] >= '0' && v[i] <= '9')
		i++;
	if (i && i + 1 == n && strchr(suffixes, v[i] | 0x20))
		i++;
	return n && i == n;
}

static bool is_flag(const char *v, size_t n)
{
	static const char *const words[] = { "", "0", "1", "on", "off", "y", "n", "Y", "N" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == n && !strncmp(words[i], v, n))
			return true;
	return false;
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

static bool is_fault(const char *v, size_t n)
{
	unsigned int commas = 0;

	for (size_t i = 0; i < n; i++) {
		commas += v[i] == ',';
		if (v[i] != ',' && v[i] != '-' && !(v[i] >= '0' && v[i] <= '9'))
			return false;
	}
	return commas == 3;
}

static bool is_swap(const char *v, size_t n)
{
	size_t colon = n;

	while (colon && v[colon - 1] != ':')
		colon--;
	return colon > 1 && is_number(v + colon, n - colon, "kmgt");
}

static bool fits(enum kind kind, const char *v, size_t n)
{
	switch (kind) {
	case FLAG: return is_flag(v, n);
	case SIZE: return is_number(v, n, "kmgt");
	case NUMBER: return is_number(v, n, "\1");
	case SLUB: return is_slub(v, n);
	case FAULT: return is_fault(v, n);
	case SWAP: return is_swap(v, n);
	case TEXT: return n != 0;
	case POLICY: return (n == 6 && !strncmp(v, "lowest", n)) || (n == 7 && !strncmp(v, "default", n));
	}
	return false;
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
		if (fits(known[i].kind, value, len - (size_t)(value - token)))
			return 0;
		printk(KERN_ERR "kmemkit: boot option \"%.*s\": the value must be %s\n", (int)len, token,
		       known[i].form);
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
