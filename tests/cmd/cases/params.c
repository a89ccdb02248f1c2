// SPDX-License-Identifier: MIT
/* A module with parameters; it prints what it was given. */
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>

static int count = 3;
module_param(count, int, 0444);
static char *word = "none";
module_param(word, charp, 0444);
static bool fail;
module_param(fail, bool, 0444);

static int __init params_init(void)
{
	pr_info("params: count=%d word=%s\n", count, word);
	return fail ? -EINVAL : -EAGAIN;
}
module_init(params_init);
MODULE_LICENSE("Dual MIT/GPL");
