/* SPDX-License-Identifier: MIT */
/* Protections as the host's kernel sees them: it answers EFAULT where a load or store would fault. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <linux/mm.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

static int failures, pipes[2];

#define CHECK(x) do { if (!(x)) { printf("protect.c:%d: %s\n", __LINE__, #x); failures++; } } while (0)

static int readable(void *p)
{
	char c;

	if (write(pipes[1], p, 1) != 1)
		return 0;
	return read(pipes[0], &c, 1) == 1;
}

static int writable(void *p)
{
	char c = *(char *)"x", back;

	return write(pipes[1], &c, 1) == 1 && (read(pipes[0], p, 1) == 1 || read(pipes[0], &back, 1) < 0);
}

/* "mov $42, %eax; ret" */
static const unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 };

int main(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	char *v = vmalloc(3 * PAGE_SIZE), *ro = vmap(&page, 1, VM_MAP, PAGE_KERNEL_RO), *d = page_address(page);

	CHECK(!pipe(pipes));
	CHECK(readable(v) && writable(v) && readable(d) && writable(d));
	CHECK(readable(ro) && !writable(ro));
	CHECK(!set_memory_ro((unsigned long)v + PAGE_SIZE, 1));
	CHECK(writable(v) && !writable(v + PAGE_SIZE) && readable(v + PAGE_SIZE) && writable(v + 2 * PAGE_SIZE));
	CHECK(!set_memory_np((unsigned long)v, 3) && !readable(v + PAGE_SIZE) && !readable(v));
	CHECK(!set_memory_rw((unsigned long)v, 3) && writable(v + PAGE_SIZE));
	memcpy(v, code, sizeof(code));
	CHECK(!set_memory_rox((unsigned long)v, 1) && !writable(v));
	CHECK(((int (*)(void))v)() == 42);
	CHECK(!set_memory_nx((unsigned long)v, 1) && !writable(v) && readable(v));
	vfree(v);
	v = vmalloc(3 * PAGE_SIZE);
	CHECK(writable(v) && writable(v + PAGE_SIZE));
	CHECK(!set_pages_ro(page, 1) && !writable(d) && !set_pages_rw(page, 1) && writable(d));
	CHECK(kmk_protect_changed() == 0);
	vunmap(ro);
	vfree(v);
	__free_page(page);
	return failures != 0;
}
