/* SPDX-License-Identifier: MIT */
/* The text of a failed expectation or assertion, in the kernel's form. */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "kunit.h"

#define ROW		16	/* bytes of memory a line */
#define MAX_ROWS	8

static const void *as_ptr(long long value)
{
	return (const void *)(unsigned long)value;
}

/* Is the source text the value itself, so that repeating it says nothing? */
static bool is_int_literal(const char *text, long long value)
{
	char buf[24];

	scnprintf(buf, sizeof(buf), "%lld", value);
	return !strcmp(buf, text);
}

static bool is_str_literal(const char *text, const char *value)
{
	size_t len = strlen(text);

	return len >= 2 && text[0] == '"' && text[len - 1] == '"' && value &&
		strlen(value) == len - 2 && !strncmp(text + 1, value, len - 2);
}

static void add_int(struct kmk_text *text, const char *name, long long value)
{
	if (!is_int_literal(name, value))
		kmk_text_add(text, KUNIT_SUBSUBTEST_INDENT "%s == %lld (0x%llx)\n", name, value,
			     (unsigned long long)value);
}

static void add_ptr(struct kmk_text *text, const char *name, long long value)
{
	if (strcmp(name, "NULL"))
		kmk_text_add(text, KUNIT_SUBSUBTEST_INDENT "%s == %px\n", name, as_ptr(value));
}

static void add_str(struct kmk_text *text, const char *name, const char *value)
{
	if (!value)
		kmk_text_add(text, KUNIT_SUBSUBTEST_INDENT "%s == NULL\n", name);
	else if (!is_str_literal(name, value))
		kmk_text_add(text, KUNIT_SUBSUBTEST_INDENT "%s == \"%s\"\n", name, value);
}

/* Rows of bytes from `from`, those which differ from other's in angle brackets. */
static void add_mem(struct kmk_text *text, const char *name, const u8 *value, const u8 *other,
		    size_t from, size_t size)
{
	size_t end = min(size, from + ROW * MAX_ROWS);

	kmk_text_add(text, KUNIT_SUBSUBTEST_INDENT "%s ==%s\n", name, value ? "" : " NULL");
	for (size_t row = from; value && row < end; row += ROW) {
		kmk_text_add(text, KUNIT_SUBSUBTEST_INDENT "%04zx:", row);
		for (size_t i = row; i < min(end, row + ROW); i++)
			kmk_text_add(text, other && value[i] != other[i] ? "<%02x>" : " %02x ", value[i]);
		kmk_text_add(text, "\n");
	}
}

static void add_mems(struct kmk_text *text, const struct kmk_claim *claim, const u8 *left,
		     const u8 *right, size_t size)
{
	size_t from = 0;

	while (left && right && from < size && left[from] == right[from])
		from++;
	from = from == size ? 0 : round_down(from, ROW);
	add_mem(text, claim->left, left, right, from, size);
	add_mem(text, claim->right, right, left, from, size);
}

static void add_not_err(struct kmk_text *text, const char *name, const void *value)
{
	if (!value)
		kmk_text_add(text, KUNIT_SUBTEST_INDENT "Expected %s is not null, but is\n", name);
	else
		kmk_text_add(text, KUNIT_SUBTEST_INDENT "Expected %s is not error, but is: %ld\n", name,
			     PTR_ERR(value));
}

static void add_values(struct kmk_text *text, const struct kmk_claim *c, long long left,
		       long long right, size_t size)
{
	kmk_text_add(text, KUNIT_SUBTEST_INDENT "Expected %s %s %s, but\n", c->left, c->op, c->right);
	switch (c->kind) {
	case KMK_CLAIM_INT:
		add_int(text, c->left, left);
		add_int(text, c->right, right);
		break;
	case KMK_CLAIM_PTR:
		add_ptr(text, c->left, left);
		add_ptr(text, c->right, right);
		break;
	case KMK_CLAIM_STR:
		add_str(text, c->left, as_ptr(left));
		add_str(text, c->right, as_ptr(right));
		break;
	default:
		add_mems(text, c, as_ptr(left), as_ptr(right), size);
	}
}

static void add_claim(struct kmk_text *text, const struct kmk_claim *c, long long left,
		      long long right, size_t size)
{
	switch (c->kind) {
	case KMK_CLAIM_NONE:
		break;
	case KMK_CLAIM_TRUE:
		kmk_text_add(text, KUNIT_SUBTEST_INDENT "Expected %s to be true, but is false\n", c->left);
		break;
	case KMK_CLAIM_FALSE:
		kmk_text_add(text, KUNIT_SUBTEST_INDENT "Expected %s to be false, but is true\n", c->left);
		break;
	case KMK_CLAIM_NOT_ERR:
		add_not_err(text, c->left, as_ptr(left));
		break;
	default:
		add_values(text, c, left, right, size);
	}
}

void kmk_claim_failed(struct kunit *test, const struct kmk_claim *claim, long long left,
		      long long right, size_t size, const char *fmt, ...)
{
	struct kmk_text text = { .len = 0 };
	va_list args;

	kunit_set_failure(test);
	test->last_seen_file = claim->loc.file;
	test->last_seen_line = claim->loc.line;
	kmk_text_add(&text, KUNIT_SUBTEST_INDENT "# %s: %s FAILED at %s:%d\n", test->name,
		     claim->type == KUNIT_ASSERTION ? "ASSERTION" : "EXPECTATION", claim->loc.file,
		     claim->loc.line);
	add_claim(&text, claim, left, right, size);
	if (fmt) {
		kmk_text_add(&text, KUNIT_SUBTEST_INDENT);
		va_start(args, fmt);
		kmk_text_addv(&text, fmt, args);
		va_end(args);
	}
	kmk_text_print(&text, test->log);
	if (claim->type == KUNIT_ASSERTION)
		kunit_try_catch_throw(&test->try_catch);
}
