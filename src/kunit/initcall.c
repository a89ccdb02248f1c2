/* SPDX-License-Identifier: MIT */
/* The tables a program registered: modules, initcalls by level, exits, boot options. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>

#include "kunit.h"

struct kmk_sections *kmk_sections;
struct kmk_module kmk_modules[KMK_MAX_MODULES];
unsigned kmk_nr_modules;

/* Objects keep the order in which they registered, which is link order. */
void kmk_sections_register(struct kmk_sections *sections)
{
	struct kmk_sections **end = &kmk_sections;

	while (*end)
		end = &(*end)->next;
	sections->next = NULL;
	*end = sections;
}

const char *kmk_level_name(int level)
{
	static const char *const names[] = {
		"early", "pure", "core", "postcore", "arch", "subsys", "fs", "rootfs", "device", "late",
	};
	unsigned at = (unsigned)level / 2;

	return at < ARRAY_SIZE(names) ? names[at] : "?";
}

struct kmk_module *kmk_module_find(const char *name)
{
	for (unsigned i = 0; i < kmk_nr_modules; i++)
		if (!strcmp(kmk_modules[i].name, name))
			return &kmk_modules[i];
	return NULL;
}

static void module_add(const struct kmk_initcall *call)
{
	if (kmk_module_find(call->module))
		return;
	if (kmk_nr_modules == KMK_MAX_MODULES) {
		kmk_complain("more than %d modules: %s is left out", KMK_MAX_MODULES, call->module);
		return;
	}
	kmk_modules[kmk_nr_modules++] = (struct kmk_module){ .name = call->module, .level = call->level };
}

/* Call fn for each initcall in order: by level, then as linked. It returns false to stop. */
static void for_each_initcall(bool (*fn)(struct kmk_initcall *call, void *data), void *data)
{
	for (int level = KMK_LEVEL_EARLY; level <= KMK_LEVEL_LATE + 1; level++)
		kmk_for_each_entry_of(initcalls, struct kmk_initcall, s, slot)
			if ((*slot)->level == level && !fn(*slot, data))
				return;
}

static bool collect(struct kmk_initcall *call, void *data)
{
	(void)data;
	module_add(call);
	return true;
}

void kmk_modules_collect(void)
{
	kmk_nr_modules = 0;
	for_each_initcall(collect, NULL);
}

/* Is name one of the lines? */
static bool listed(const char *lines, const char *name)
{
	size_t len = strlen(name);

	while (lines && *lines) {
		const char *end = strchr(lines, '\n');
		size_t n = end ? (size_t)(end - lines) : strlen(lines);

		if (n == len && !strncmp(lines, name, len))
			return true;
		lines = end ? end + 1 : NULL;
	}
	return false;
}

struct init_run {
	const char *skip;
	struct kmk_initcall *last;	/* stop behind this one; NULL: never */
	struct kmk_module *until;
	struct kmk_initcall *call;	/* the one that is running */
	int result;
	bool returned;
};

static void init_body(void *data)
{
	struct init_run *run = data;

	run->result = run->call->fn();
	run->returned = true;
}

static void run_initcall(struct init_run *run, struct kmk_module *module)
{
	unsigned long warns = kmk_warn_count, bugs = kmk_bug_count;

	if (!module->ran) {
		module->warns = warns;
		module->bugs = bugs;
	}
	module->ran = true;
	run->result = -EFAULT;		/* stands if it never returns */
	run->returned = false;
	if (kmk_attempt(init_body, run, module->name))
		run->result = -ENOMEM;
	else if (!run->returned)
		module->stopped = true;
	if (run->result && !module->result)
		module->result = run->result;
	if (run->result == -EAGAIN)
		module->unloaded = true;
	else if (run->result)
		module->failed = module->unloaded = true;
	if (kmk_warn_count != warns || kmk_bug_count != bugs)
		module->failed = true;
}

static bool find_last(struct kmk_initcall *call, void *data)
{
	struct init_run *run = data;

	if (!strcmp(call->module, run->until->name))
		run->last = call;
	return true;
}

static bool init_one(struct kmk_initcall *call, void *data)
{
	struct init_run *run = data;
	struct kmk_module *module = kmk_module_find(call->module);

	if (module && !listed(run->skip, call->module)) {
		run->call = call;
		if (module == run->until && !module->ran)
			kmk_run_event("module-start\t%s", module->name);
		run_initcall(run, module);
	}
	return call != run->last;
}

void kmk_initcalls_run(const char *skip, struct kmk_module *until)
{
	struct init_run run = { .skip = skip, .until = until };

	if (until)
		for_each_initcall(find_last, &run);
	for_each_initcall(init_one, &run);
}

static void exit_body(void *data)
{
	struct kmk_exitcall *call = data;

	call->fn();
}

static void module_exit_run(struct kmk_module *module)
{
	unsigned long warns = kmk_warn_count, bugs = kmk_bug_count;

	kmk_for_each_entry_of(exitcalls, struct kmk_exitcall, s, slot)
		if (!strcmp((*slot)->module, module->name))
			kmk_attempt(exit_body, *slot, module->name);
	if (kmk_warn_count != warns || kmk_bug_count != bugs)
		module->failed = true;
}

/* In reverse order, for the modules that stayed loaded. */
void kmk_exitcalls_run(void)
{
	for (unsigned i = kmk_nr_modules; i-- > 0; ) {
		struct kmk_module *module = &kmk_modules[i];

		if (!module->ran || module->unloaded)
			continue;
		module->unloaded = true;
		module_exit_run(module);
	}
}

static size_t key_length(const char *key)
{
	size_t len = strlen(key);

	return len && key[len - 1] == '=' ? len - 1 : len;
}

bool kmk_bootopt_known(const char *name, size_t len)
{
	kmk_for_each_entry_of(bootopts, struct kmk_bootopt, s, slot)
		if (key_length((*slot)->key) == len && !strncmp((*slot)->key, name, len))
			return true;
	return false;
}

/* Callbacks may cut their text, and keep it: each has its own. */
static char *keep_text(const char *key, const char *text, size_t len)
{
	static char texts[4096];
	static size_t used;
	char *copy = texts + used;

	if (len >= sizeof(texts) - used) {
		kmk_complain("boot option '%s': too much text for __setup() and early_param()", key);
		return NULL;
	}
	used += len + 1;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

/* Each value of a __setup("name=") or early_param("name") in the boot options, in their order. */
static void bootopt_run(const struct kmk_bootopt *opt)
{
	char name[64];
	size_t n, len = min(key_length(opt->key), sizeof(name) - 1);
	const char *place = NULL, *found;
	char *text;

	memcpy(name, opt->key, len);
	name[len] = '\0';
	while ((found = kmk_option_next(name, &place, &n))) {
		text = keep_text(name, found, n);
		if (text)
			opt->fn(text);
	}
}

void kmk_hooks_run(void)
{
	for (int early = 1; early >= 0; early--)
		kmk_for_each_entry_of(bootopts, struct kmk_bootopt, s, slot)
			if ((*slot)->early == early)
				bootopt_run(*slot);
	for (struct kmk_sections *s = kmk_sections; s; s = s->next)
		for (unsigned i = 0; i < s->nr_hooks; i++)
			if (s->hooks[i])
				s->hooks[i]();
}
