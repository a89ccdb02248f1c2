/* SPDX-License-Identifier: MIT */
/* Module parameters: the types, and setting values from name=value lines. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "kunit.h"

#define PARAM_TEXT	4096	/* a getter's buffer holds a page */

/* ---- types ----------------------------------------------------------------------------- */

#define DEFINE_NUMBER(name, type, parse, format)						\
	int param_set_##name(const char *val, const struct kernel_param *kp)			\
	{											\
		return val ? parse(val, 0, (type *)kp->arg) : -EINVAL;				\
	}											\
	int param_get_##name(char *buffer, const struct kernel_param *kp)			\
	{											\
		return scnprintf(buffer, PARAM_TEXT, format "\n", *(type *)kp->arg);		\
	}											\
	const struct kernel_param_ops param_ops_##name = {					\
		.set = param_set_##name, .get = param_get_##name }

DEFINE_NUMBER(byte, unsigned char, kstrtou8, "%hhu");
DEFINE_NUMBER(short, short, kstrtos16, "%hi");
DEFINE_NUMBER(ushort, unsigned short, kstrtou16, "%hu");
DEFINE_NUMBER(int, int, kstrtoint, "%i");
DEFINE_NUMBER(uint, unsigned int, kstrtouint, "%u");
DEFINE_NUMBER(long, long, kstrtol, "%li");
DEFINE_NUMBER(ulong, unsigned long, kstrtoul, "%lu");
DEFINE_NUMBER(ullong, unsigned long long, kstrtoull, "%llu");
DEFINE_NUMBER(hexint, unsigned int, kstrtouint, "%#08x");

int param_set_uint_minmax(const char *val, const struct kernel_param *kp, unsigned int min_value,
			  unsigned int max_value)
{
	unsigned int num;
	int err = val ? kstrtouint(val, 0, &num) : -EINVAL;

	if (err)
		return err;
	if (num < min_value || num > max_value)
		return -EINVAL;
	*(unsigned int *)kp->arg = num;
	return 0;
}

/* The value's text is the caller's for good (KMEMKIT_PARAMS), so the pointer is enough. */
int param_set_charp(const char *val, const struct kernel_param *kp)
{
	if (!val)
		return -EINVAL;
	*(const char **)kp->arg = val;
	return 0;
}

int param_get_charp(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PARAM_TEXT, "%s\n", *(char **)kp->arg);
}

void param_free_charp(void *arg)
{
	*(char **)arg = NULL;
}

const struct kernel_param_ops param_ops_charp = {
	.set = param_set_charp, .get = param_get_charp, .free = param_free_charp,
};

int param_set_bool(const char *val, const struct kernel_param *kp)
{
	return kstrtobool(val ? val : "1", (bool *)kp->arg);
}

int param_get_bool(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PARAM_TEXT, "%c\n", *(bool *)kp->arg ? 'Y' : 'N');
}

const struct kernel_param_ops param_ops_bool = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG, .set = param_set_bool, .get = param_get_bool,
};

int param_set_invbool(const char *val, const struct kernel_param *kp)
{
	bool value;
	int err = kstrtobool(val ? val : "1", &value);

	if (!err)
		*(bool *)kp->arg = !value;
	return err;
}

int param_get_invbool(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PARAM_TEXT, "%c\n", *(bool *)kp->arg ? 'N' : 'Y');
}

const struct kernel_param_ops param_ops_invbool = {
	.set = param_set_invbool, .get = param_get_invbool,
};

/* Stays on once it is on. */
int param_set_bool_enable_only(const char *val, const struct kernel_param *kp)
{
	bool value;
	int err = kstrtobool(val ? val : "1", &value);

	if (err)
		return err;
	if (!value && *(bool *)kp->arg)
		return -EROFS;
	*(bool *)kp->arg = value;
	return 0;
}

const struct kernel_param_ops param_ops_bool_enable_only = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG, .set = param_set_bool_enable_only, .get = param_get_bool,
};

/* A bool by its values, an int by its type. */
int param_set_bint(const char *val, const struct kernel_param *kp)
{
	bool value;
	int err = kstrtobool(val ? val : "1", &value);

	if (!err)
		*(int *)kp->arg = value;
	return err;
}

const struct kernel_param_ops param_ops_bint = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG, .set = param_set_bint, .get = param_get_int,
};

int param_set_copystring(const char *val, const struct kernel_param *kp)
{
	const struct kparam_string *to = kp->str;

	if (!val || strlen(val) + 1 > to->maxlen)
		return -ENOSPC;
	strcpy(to->string, val);
	return 0;
}

int param_get_string(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PARAM_TEXT, "%s\n", kp->str->string);
}

const struct kernel_param_ops param_ops_string = {
	.set = param_set_copystring, .get = param_get_string,
};

/* a,b,c: each element through its own type. */
static int array_set(const char *val, const struct kernel_param *kp)
{
	const struct kparam_array *arr = kp->arr;
	struct kernel_param elem = *kp;
	unsigned int n = 0;
	int err = 0;

	if (!val)
		return -EINVAL;
	for (char *at = (char *)(unsigned long)val, *end; at && !err; at = end) {
		end = strchr(at, ',');
		if (end)
			*end++ = '\0';
		if (n == arr->max)
			return -EINVAL;
		elem.arg = (char *)arr->elem + (size_t)arr->elemsize * n++;
		err = arr->ops->set(at, &elem);
	}
	if (!err && arr->num)
		*arr->num = n;
	return err;
}

static int array_get(char *buffer, const struct kernel_param *kp)
{
	const struct kparam_array *arr = kp->arr;
	unsigned int n = arr->num ? *arr->num : arr->max;
	struct kernel_param elem = *kp;
	int len = 0;

	for (unsigned int i = 0; i < n && len < PARAM_TEXT / 2; i++) {
		if (i)
			buffer[len - 1] = ',';
		elem.arg = (char *)arr->elem + (size_t)arr->elemsize * i;
		len += arr->ops->get(buffer + len, &elem);
	}
	buffer[len] = '\0';
	return len;
}

const struct kernel_param_ops param_array_ops = { .set = array_set, .get = array_get };

/* ---- setting --------------------------------------------------------------------------- */

/* The kernel takes '-' and '_' in names as the same letter. */
static bool same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_')))
			return false;
	return *a == *b;
}

static bool complain(const char *fmt, const char *one, const char *two, const char *three)
{
	struct kmk_text text = { .len = 0 };

	kmk_text_add(&text, fmt, one, two, three);
	kmk_run_event("param-error\t%s", text.buf);
	kmk_complain("%s", text.buf);
	return false;
}

/* One name=value, split. */
struct setting {
	const char *module, *name;	/* module NULL: any that has the parameter */
	char *value;			/* NULL: a bare name */
};

/* Setters may be foreign code: a program that is only listed does not call them. */
static bool only_names;

static bool set_value(const struct setting *s, const struct kernel_param *kp)
{
	char *value = s->value;
	char shown[64];
	int err;

	if (!value && !(kp->ops->flags & KERNEL_PARAM_OPS_FL_NOARG))
		return complain("parameter '%s': a value is missing", s->name, "", "");
	if (only_names)
		return true;
	strscpy(shown, value ? value : "", sizeof(shown));	/* an array's set cuts its text */
	err = kp->ops->set ? kp->ops->set(value, kp) : -EPERM;
	if (err)
		return complain("parameter '%s': bad value '%s'%s", s->name, shown,
				err == -ENOSPC ? " (too long)" : err == -EPERM ? " (read-only)" : "");
	return true;
}

/* Module parameters of several modules may get the same text; only arrays cut theirs, at commas. */
static void mend(char *value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!value[i])
			value[i] = ',';
}

static bool apply(const struct setting *s)
{
	size_t len = s->value ? strlen(s->value) : 0;
	bool found = false;

	kmk_for_each_entry_of(params, struct kernel_param, sections, slot) {
		const struct kernel_param *kp = *slot;

		if (!same_name(kp->name, s->name) || (s->module && !same_name(kp->module, s->module)))
			continue;
		found = true;
		if (!set_value(s, kp))
			return false;
		mend(s->value, len);
	}
	if (found)
		return true;
	if (s->module)
		return complain("parameter '%s.%s': module '%s' has none of that name", s->module, s->name,
				s->module);
	return complain("parameter '%s': no module has it", s->name, "", "");
}

/* Cut "module.name=value". A dot counts only before the '='. */
static bool apply_line(char *line)
{
	struct setting s = { .name = line };
	char *dot;

	s.value = strchr(line, '=');
	if (s.value)
		*s.value++ = '\0';
	dot = strchr(line, '.');
	if (dot) {
		*dot = '\0';
		s.module = line;
		s.name = dot + 1;
	}
	if (!*s.name)
		return complain("parameter '=%s': a name is missing", s.value ? s.value : "", "", "");
	return apply(&s);
}

bool kmk_params_apply(char *text, bool names_only)
{
	only_names = names_only;
	while (text && *text) {
		char *end = strchr(text, '\n');

		if (end)
			*end++ = '\0';
		if (*text && !apply_line(text))
			return false;
		text = end;
	}
	return true;
}

/* ---- from the boot options: module.name=value, as for built-in modules ------------------- */

static char boot_values[2048];	/* charp parameters keep pointing into it */
static size_t boot_used;

static bool set_from_boot(const struct kernel_param *kp, const char *found)
{
	struct setting s = { .module = kp->module, .name = kp->name, .value = boot_values + boot_used };
	size_t size = strlen(found) + 1;

	if (size > sizeof(boot_values) - boot_used)
		return complain("parameter '%s.%s': too much text in the boot options", s.module, s.name, "");
	memcpy(s.value, found, size);
	boot_used += size;
	return set_value(&s, kp);
}

bool kmk_params_from_boot(void)
{
	kmk_for_each_entry_of(params, struct kernel_param, sections, slot) {
		char name[128];
		const char *found;

		scnprintf(name, sizeof(name), "%s.%s", (*slot)->module, (*slot)->name);
		found = kmk_option(name);
		if (found && !set_from_boot(*slot, found))
			return false;
	}
	return true;
}
