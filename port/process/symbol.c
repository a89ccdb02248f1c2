/* SPDX-License-Identifier: MIT */
/*
 * Names for addresses, in reports only.
 *
 * libdw (elfutils) is loaded at the first report, so a program that reports nothing pays nothing and
 * a machine without it still gets exported names (dladdr), then bare addresses.
 */
#include <sys/auxv.h>
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#if __has_include(<elfutils/libdwfl.h>)
#include <elfutils/libdwfl.h>
#define HAVE_DWFL 1
#else
#define HAVE_DWFL 0
#endif
#include "host.h"

static void plain(uintptr_t pc, char *buf, size_t size)
{
	Dl_info info = { 0 };

	if (dladdr((void *)pc, &info) && info.dli_sname)
		snprintf(buf, size, "%s+0x%lx", info.dli_sname, pc - (uintptr_t)info.dli_saddr);
	else if (info.dli_fname)
		snprintf(buf, size, "%#lx (%s+%#lx)", pc, info.dli_fname, pc - (uintptr_t)info.dli_fbase);
	else
		snprintf(buf, size, "%#lx", pc);
}

#if HAVE_DWFL
#define CALLS(X) X(dwfl_begin) X(dwfl_linux_proc_report) X(dwfl_linux_proc_find_elf) X(dwfl_report_begin) \
	X(dwfl_report_end) X(dwfl_addrmodule) X(dwfl_module_addrinfo) X(dwfl_module_getsrc) X(dwfl_lineinfo) \
	X(dwfl_module_nextcu) X(dwarf_haspc) X(dwarf_getsrc_die) X(dwarf_linesrc) X(dwarf_lineno)
#define POINTER(name) static __typeof__(&name) p_##name;
CALLS(POINTER)

#define STACK	((size_t)2 << 20)

static pthread_mutex_t dwfl_lock = PTHREAD_MUTEX_INITIALIZER;
static Dwfl *dwfl;
static bool failed;
static unsigned long long loads_seen;

static bool load_libdw(void)
{
	/* A static program has no loader: dlopen() would bring a second C library, and crash in it. */
	void *lib = getauxval(AT_BASE) ? dlopen("libdw.so.1", RTLD_LAZY | RTLD_LOCAL) : NULL;

	if (!lib)
		return false;
#define RESOLVE(name) if (!(p_##name = (__typeof__(p_##name))dlsym(lib, #name))) return false;
	CALLS(RESOLVE)
#undef RESOLVE
	return true;
}

static int count_loads(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	*(unsigned long long *)data = info->dlpi_adds;
	return 1;
}

/* Separate debug files are not searched for: that may go to the network. */
static int no_debuginfo(Dwfl_Module *mod, void **user, const char *name, Dwarf_Addr base, const char *file,
			const char *link, GElf_Word crc, char **found)
{
	(void)mod, (void)user, (void)name, (void)base, (void)file, (void)link, (void)crc, (void)found;
	return -1;
}

static bool report_modules(void)
{
	unsigned long long loads = 0;

	dl_iterate_phdr(count_loads, &loads);
	if (loads == loads_seen)
		return true;
	p_dwfl_report_begin(dwfl);
	if (p_dwfl_linux_proc_report(dwfl, getpid()) || p_dwfl_report_end(dwfl, NULL, NULL))
		return false;
	loads_seen = loads;
	return true;
}

static bool open_dwfl(void)
{
	static Dwfl_Callbacks callbacks;
	static bool loaded;

	if (failed)
		return false;
	if (!loaded) {
		failed = !load_libdw();
		loaded = !failed;
		callbacks.find_elf = p_dwfl_linux_proc_find_elf;
		callbacks.find_debuginfo = no_debuginfo;
		dwfl = loaded ? p_dwfl_begin(&callbacks) : NULL;
		failed = !dwfl;
	}
	return !failed && report_modules();
}

/* clang writes no index of address ranges, which the short way needs: ask each unit. */
static const char *search_units(Dwfl_Module *mod, uintptr_t pc, int *lineno)
{
	Dwarf_Die *cu = NULL;
	Dwarf_Addr bias;

	while ((cu = p_dwfl_module_nextcu(mod, cu, &bias))) {
		Dwarf_Line *line =
		    p_dwarf_haspc(cu, pc - bias) > 0 ? p_dwarf_getsrc_die(cu, pc - bias) : NULL;

		if (line && !p_dwarf_lineno(line, lineno))
			return p_dwarf_linesrc(line, NULL, NULL);
	}
	return NULL;
}

static bool is_header(const char *file)
{
	size_t n = strlen(file);

	return n > 2 && !strcmp(file + n - 2, ".h");
}

/*
 * The line of pc in the function's own file: a line of a header is that of an inline function such as
 * kmalloc(), and says nothing about who called it, so the rows in front of it are looked at.
 */
static const char *source_line(Dwfl_Module *mod, uintptr_t pc, uintptr_t start, int *lineno)
{
	Dwfl_Line *line = p_dwfl_module_getsrc(mod, pc);
	const char *file, *first;
	Dwarf_Addr row = 0;
	int no;

	if (!line)
		return search_units(mod, pc, lineno);
	first = p_dwfl_lineinfo(line, &row, lineno, NULL, NULL, NULL);
	for (file = first, no = *lineno; file && is_header(file) && row > start; ) {
		line = p_dwfl_module_getsrc(mod, row - 1);
		file = line ? p_dwfl_lineinfo(line, &row, &no, NULL, NULL, NULL) : NULL;
	}
	if (!file || is_header(file))
		return first;
	*lineno = no;
	return file;
}

/* A return address names the line of its call, which ends one byte before it. */
static bool by_dwfl(uintptr_t pc, char *buf, size_t size)
{
	Dwfl_Module *mod = p_dwfl_addrmodule(dwfl, pc);
	GElf_Off off = 0;
	GElf_Sym sym;
	const char *name, *file;
	int lineno = 0, n;

	if (!mod)
		return false;
	name = p_dwfl_module_addrinfo(mod, pc, &off, &sym, NULL, NULL, NULL);
	if (!name)
		return false;
	file = source_line(mod, pc - (off ? 1 : 0), pc - off, &lineno);
	n = snprintf(buf, size, "%s+0x%lx/0x%lx", name, (unsigned long)off, (unsigned long)sym.st_size);
	if (file && n > 0 && (size_t)n < size)
		snprintf(buf + n, size - (size_t)n, " [%s:%d]", file, lineno);
	return true;
}

struct request {
	uintptr_t pc;
	char *buf;
	size_t size;
	bool ok;
};

static void answer(struct request *rq)
{
	rq->ok = open_dwfl() && by_dwfl(rq->pc, rq->buf, rq->size);
}

/* The line reader puts arrays of 300 KiB on the stack, more than a signal's or a small thread's. */
static void on_large_stack(struct request *rq)
{
	static char *top;

	if (!top) {
		char *p = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (p == MAP_FAILED)
			return;
		mprotect(p, KMK_HOST_PAGE, PROT_NONE);
		top = p + STACK;
	}
	__asm__ volatile("movq %%rsp, %%rbx\n\t"
			 "movq %[top], %%rsp\n\t"
			 "call *%[fn]\n\t"
			 "movq %%rbx, %%rsp\n\t"
			 : "+D"(rq) : [top] "r"(top), [fn] "r"(answer)
			 : "rax", "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "memory", "cc",
			   "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
			   "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

/* A fault inside the symbolizer comes back here with the lock held: it gets the plain form. */
static bool pretty(uintptr_t pc, char *buf, size_t size)
{
	struct request rq = { pc, buf, size, false };

	if (pthread_mutex_trylock(&dwfl_lock)) {
		struct timespec soon;

		clock_gettime(CLOCK_REALTIME, &soon);
		soon.tv_sec += 1;
		if (pthread_mutex_timedlock(&dwfl_lock, &soon))
			return false;
	}
	on_large_stack(&rq);
	pthread_mutex_unlock(&dwfl_lock);
	return rq.ok;
}
#else
static bool pretty(uintptr_t pc, char *buf, size_t size)
{
	(void)pc, (void)buf, (void)size;
	return false;
}
#endif

void port_symbol(uintptr_t pc, char *buf, size_t size)
{
	int saved = errno;

	if (!pretty(pc, buf, size))
		plain(pc, buf, size);
	errno = saved;
}
