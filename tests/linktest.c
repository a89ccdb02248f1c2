/* SPDX-License-Identifier: MIT */
/*
 * Proof of the boundary: exactly the calls of port/port.h, with the smallest bodies that keep
 * their contract's form, and the four calls a compiler makes by itself. The bare flavour of the whole
 * core, linked with this and nothing else (-nostdlib), must have no undefined symbol.
 * tools/check_symbols.sh compares the names defined here with those port/port.h declares. It is
 * linked, never run.
 */
#include "port.h"

int kmemkit_start(void);
void _start(void);uint64_t port_page_table(void) { return 0; }

void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

#define UNUSED __attribute__((unused))

int port_describe(struct port_desc *desc)
{
	desc->nr_cpus = desc->nr_ids = 1;
	desc->options = "";
	return 0;
}

int port_map(void *va UNUSED, uint64_t pa UNUSED, size_t len UNUSED, unsigned prot UNUSED) { return -22; }
void port_unmap(void *va UNUSED, size_t len UNUSED) {}
int port_guard(void *va UNUSED, size_t len UNUSED, size_t stride UNUSED) { return -22; }
int port_protect(void *va UNUSED, size_t len UNUSED, unsigned prot UNUSED) { return -12; }
void port_release(uint64_t pa UNUSED, size_t len UNUSED) {}
void port_forget(void *va UNUSED, size_t len UNUSED) {}
int port_poll_open(void) { return -38; }
void port_poll_raise(int fd UNUSED) {}
int port_poll_renew(int fd UNUSED) { return -38; }
void port_clear(uint64_t pa UNUSED, size_t len UNUSED) {}
void port_console(enum port_stream stream UNUSED, const char *text UNUSED, size_t len UNUSED) {}

void port_halt(int code UNUSED)
{
	for (;;)
		;
}

uint64_t port_now(void) { return 0; }
uint64_t port_realtime(void) { return 0; }
void port_entropy(void *buf UNUSED, size_t len UNUSED) {}
int port_wait(uint32_t *addr UNUSED, uint32_t val UNUSED, uint64_t timeout_ns UNUSED) { return 0; }
void port_wake(uint32_t *addr UNUSED, unsigned n UNUSED) {}
int port_thread_start(void (*fn)(void *) UNUSED, void *arg UNUSED, const char *name UNUSED) { return -11; }
void port_thread_note(void) {}
void port_stack_trim(void) {}
void port_yield(void) {}
unsigned port_backtrace(uintptr_t *pc UNUSED, unsigned max UNUSED, unsigned skip UNUSED) { return 0; }

void port_symbol(uintptr_t pc UNUSED, char *buf, size_t size)
{
	if (size)
		*buf = 0;
}

void port_roots(void (*fn)(uintptr_t, uintptr_t, void *) UNUSED, void *data UNUSED) {}
int port_fence(unsigned id UNUSED) { return 0; }
int port_file_open(const char *path UNUSED, unsigned flags UNUSED, unsigned mode UNUSED) { return -38; }
long port_file_io(int file UNUSED, bool write UNUSED, void *buf UNUSED, size_t len UNUSED, uint64_t off UNUSED)
{
	return -9;
}
int port_file_sync(int file UNUSED) { return -9; }
int port_file_truncate(int file UNUSED, uint64_t size UNUSED) { return -9; }
int64_t port_file_size(int file UNUSED) { return -9; }
int port_file_id(int file UNUSED, uint64_t id[2] UNUSED) { return -9; }
void port_file_close(int file UNUSED) {}
int port_fault_catch(void) { return -38; }

void *memcpy(void *to, const void *from UNUSED, size_t n UNUSED) { return to; }
void *memmove(void *to, const void *from UNUSED, size_t n UNUSED) { return to; }
void *memset(void *to, int c UNUSED, size_t n UNUSED) { return to; }
int memcmp(const void *a UNUSED, const void *b UNUSED, size_t n UNUSED) { return 0; }

void _start(void)
{
	port_halt(kmemkit_start());
}
