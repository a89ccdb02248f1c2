/* SPDX-License-Identifier: MIT */
/* A file that stands for a device. argv[1] is the file at 0xfe000000 (from 4K on), "checked" may follow. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/vmalloc.h>
#include <kmemkit/report.h>

static int failures;

#define CHECK(x) do { if (!(x)) { printf("files.c:%d: %s\n", __LINE__, #x); failures++; } } while (0)

static void registers(int fd, int checked)
{
	char *r = (char *)ioremap(0xfe000000, 0x2000), *odd = (char *)ioremap_cache(0xfe001ff0, 8);
	unsigned int v = 0;

	CHECK(r && odd);
	CHECK(readl(r) == 0x44332211);
	writel(0xcafe0001, r + 0x1ff4);
	CHECK(pread(fd, &v, 4, 0x1000 + 0x1ff4) == 4 && v == 0xcafe0001);
	v = 0xcafe0002;
	CHECK(pwrite(fd, &v, 4, 0x1000 + 0x1ff0) == 4 && readl(odd) == v && readq(odd) == 0xcafe0001cafe0002);
	if (checked) {
		CHECK((long)r < 0);
		CHECK(readl(r + 1) == 0xffffffff && kmk_bug_count == 1);
		CHECK(readl(odd + 8) == 0xffffffff && kmk_bug_count == 2);
	} else {
		CHECK(*(volatile unsigned int *)(r + 0x1ff0) == v);
		CHECK(is_vmalloc_addr(r) && find_vm_area(r)->flags & VM_IOREMAP && find_vm_area(r)->phys_addr == 0xfe000000);
		CHECK(vmalloc_to_pfn(r + 0x1000) == 0xfe001 && !vmalloc_to_page(r + 0x1000));
	}
	if (!fork()) {		/* a device is not copied: the child works on the same one */
		writel(0xc0c0c0c0, r + 0x20);
		_exit(0);
	}
	wait(NULL);
	CHECK(readl(r + 0x20) == 0xc0c0c0c0);
	iounmap(r);
	iounmap(odd);
}

static void narrow(int checked)
{
	char *r = (char *)ioremap(0xfe100000, 0x1000);

	CHECK(r && readl(r) == 0x44332211);
	if (checked) {
		CHECK(readb(r) == 0xff && kmk_bug_count == 3);
		CHECK(readw(r) == 0xffff && kmk_bug_count == 4);
	} else {
		CHECK(readb(r) == 0x11);
	}
	iounmap(r);
}

int main(int argc, char **argv)
{
	int fd = open(argv[1], O_RDWR), checked = argc > 2;

	CHECK(fd >= 0);
	registers(fd, checked);
	narrow(checked);
	CHECK(!ioremap(0xfe001000, 0x2000));		/* beyond the range */
	CHECK(request_mem_region(0xfe000000, 0x100, "driver") != NULL);
	release_mem_region(0xfe000000, 0x100);
	CHECK(checked || kmk_bug_count == 0);
	return failures != 0;
}
