/* SPDX-License-Identifier: MIT */
/*
 * Our side: bench/kmem_bench.c as an image. The library starts, then the file's initcalls run, of
 * which there is one. Nothing else runs on the machine.
 */
#include <kmemkit/run.h>
#include <linux/init.h>
#include <linux/printk.h>

int bare_main(void);
int kmemkit_start(void);

extern struct kmk_initcall *__start_kmk_initcalls[], *__stop_kmk_initcalls[];

int bare_main(void)
{
	if (kmemkit_start())
		return 1;
	for (struct kmk_initcall **call = __start_kmk_initcalls; call < __stop_kmk_initcalls; call++) {
		int err = (*call)->fn();

		if (err) {
			pr_err("%s: %d\n", (*call)->name, err);
			return 1;
		}
	}
	return 0;
}
