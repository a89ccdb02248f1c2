/* SPDX-License-Identifier: MIT */
/* Strings that are made for the caller: quotable ones, and arrays of numbered names. */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string_helpers.h>

char *kstrdup_quotable(const char *src, gfp_t gfp)
{
	static const char only[] = "\f\n\r\t\v\a\033\\\"";
	size_t len, need;
	char *dst;

	if (!src)
		return NULL;
	len = strlen(src);
	need = (size_t)string_escape_mem(src, len, NULL, 0, ESCAPE_HEX, only);
	dst = kmalloc(need + 1, gfp);
	if (!dst)
		return NULL;
	string_escape_mem(src, len, dst, need, ESCAPE_HEX, only);
	dst[need] = 0;
	return dst;
}

/* Tasks here have no command line of their own: the name stands for it. */
char *kstrdup_quotable_cmdline(struct task_struct *task, gfp_t gfp)
{
	return kstrdup_quotable(task->comm, gfp);
}

void kfree_strarray(char **array, size_t n)
{
	if (!array)
		return;
	while (n--)
		kfree(array[n]);
	kfree(array);
}

char **kasprintf_strarray(gfp_t gfp, const char *prefix, size_t n)
{
	char **names = kcalloc(n + 1, sizeof(*names), gfp);

	for (size_t i = 0; names && i < n; i++) {
		names[i] = kasprintf(gfp, "%s-%zu", prefix, i);
		if (!names[i]) {
			kfree_strarray(names, i);
			return NULL;
		}
	}
	return names;
}

struct strarray { char **names; size_t n; };

static void release_strarray(struct device *dev, void *res)
{
	struct strarray *a = res;

	(void)dev;
	kfree_strarray(a->names, a->n);
}

char **devm_kasprintf_strarray(struct device *dev, const char *prefix, size_t n)
{
	struct strarray *a = devres_alloc(release_strarray, sizeof(*a), GFP_KERNEL);

	if (!a)
		return ERR_PTR(-ENOMEM);
	*a = (struct strarray){ kasprintf_strarray(GFP_KERNEL, prefix, n), n };
	if (!a->names) {
		devres_free(a);
		return ERR_PTR(-ENOMEM);
	}
	devres_add(dev, a);
	return a->names;
}
