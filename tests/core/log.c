/* SPDX-License-Identifier: MIT */
/* One kind of message, by name. See options.sh. */
#include <string.h>
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <kmemkit/kmemkit.h>

static void misuse(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	__free_page(page);
	__free_page(page);
}

/* A window that is over is one that began long ago: nobody waits. */
static void suppressed(void)
{
	static DEFINE_RATELIMIT_STATE(state, 3600 * HZ, 2);

	for (int i = 0; i < 5; i++)
		__ratelimit(&state);
	state.begin = 1;
	state.interval = 1;
	__ratelimit(&state);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (kmemkit_start())
		return 3;
	if (!strcmp(what, "misuse"))
		misuse();
	else if (!strcmp(what, "panic"))
		panic("disk %d on fire", 7);
	else if (!strcmp(what, "warn"))
		WARN(1, "all is not well\n");
	else if (!strcmp(what, "suppressed"))
		suppressed();
	pr_err("error: ");
	pr_cont("detail %d\n", 5);
	printk(KERN_DEBUG "debug: ");
	pr_cont("only for ");
	pr_cont("debug\n");
	pr_cont("and after it\n");
	return 0;
}
