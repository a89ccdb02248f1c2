/* SPDX-License-Identifier: MIT */
/* The only process of the Linux side: loads the module, whose start is the benchmark, and restarts the machine. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MODULE "/kmem_bench.ko"

int main(void)
{
	int fd = open(MODULE, O_RDONLY);

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		perror("init: " MODULE);
	reboot(RB_AUTOBOOT);
	perror("init: reboot");
	return 1;
}
