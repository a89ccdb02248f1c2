/* SPDX-License-Identifier: MIT */
/* Closes every descriptor, the library's own included, and opens a file: no frame may get into it. */
#include <linux/printk.h>
#include <linux/vmalloc.h>
#include <fcntl.h>
#include <unistd.h>

int main(void)
{
	int fd;

	vfree(vmalloc(100 * PAGE_SIZE));
	for (int i = 3; i < 100; i++)
		close(i);
	fd = open("/dev/null", O_RDWR);
	pr_info("opened %s\n", fd < 0 ? "nothing" : "a file");
	return !vmalloc(300 * PAGE_SIZE);
}
