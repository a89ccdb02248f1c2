/* SPDX-License-Identifier: MIT */
/*
 * `kmemkit boot`: what `kmemkit run` does, with a machine of QEMU's in place of each process. Only
 * three things differ: flags and libraries of the program, how a job is started, and what its
 * exit status means. A job's request, which a process finds in its environment, is the machine's
 * first module (-initrd), with the image's symbols behind it (port/x86_64/request.c reads both).
 *
 * Text goes through the serial port, the log and the events through a debug console each.
 */
#include "job.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_PORT	0xe8
#define EVENT_PORT	0xe9
#define SYMBOLS_FILE	"symbols"

const char *const machine_flags[] = {
	"-DKMK_BARE", "-mno-red-zone", "-mgeneral-regs-only", "-fno-stack-protector", "-fcf-protection=none",
	"-fno-pic", "-fno-pie", "-mcmodel=kernel", "-fno-asynchronous-unwind-tables", NULL
};

void machine_link_words(struct args *a, const struct home *h)
{
	args_add(a, "-nostdlib");
	args_add(a, "-static");
	args_addf(a, "-Wl,-T,%s/image.ld", h->bare);
	args_add(a, "-Wl,-z,max-page-size=4096,--build-id=none,--no-warn-rwx-segments");
	args_addf(a, "%s/kmemkit_boot.o", h->bare);
}

/* ---- symbols: what nm prints, as a table ---- */

struct symbol {
	uint64_t addr, size, name;
};

static void write_words(FILE *f, const uint64_t *v, size_t n)
{
	fwrite(v, sizeof(*v), n, f);
}

/* "address size type name"; lines without a size are of the linker's own. */
static bool read_symbol(char *line, struct symbol *s, struct buffer *names)
{
	char type;
	int at = 0;

	if (sscanf(line, "%lx %lx %c %n", &s->addr, &s->size, &type, &at) != 3 || !at || !strchr("tTwW", type))
		return false;
	s->name = names->len;
	buffer_add(names, line + at, strlen(line + at) + 1);
	return true;
}

static int write_symbols(FILE *f, struct buffer *text)
{
	static const char mark[8] = "KMKSYMS";
	struct buffer names = { 0 }, table = { 0 };
	struct symbol s;
	uint64_t n = 0;
	size_t pos = 0;
	char *line;

	while ((line = buffer_line(text, &pos)))
		if (read_symbol(line, &s, &names)) {
			buffer_add(&table, (const char *)&s, sizeof(s));
			n++;
		}
	fwrite(mark, 1, sizeof(mark), f);
	write_words(f, &n, 1);
	fwrite(table.data, 1, table.len, f);
	fwrite(names.data, 1, names.len, f);
	buffer_free(&names);
	buffer_free(&table);
	return fclose(f);
}

static int copy_file(const char *from, const char *to)
{
	char *argv[] = { (char *)"cp", (char *)"--", (char *)from, (char *)to, NULL };
	pid_t pid = spawn_start(argv, NULL, NULL, false);

	return pid > 0 && !spawn_wait(pid) ? 0 : CMD_FAILED;
}

int machine_prepare(const struct run_options *o, const char *dir, const char *image)
{
	char *argv[] = { (char *)"nm", (char *)"-n", (char *)"-S", (char *)"--defined-only", (char *)image, NULL };
	char *file = cmd_format("%s/" SYMBOLS_FILE, dir);
	struct buffer text = { 0 };
	FILE *f = fopen(file, "we");
	int err = spawn_read(argv, &text);

	err = !f || write_symbols(f, &text) || err;
	if (err)
		cmd_error("cannot read the image's symbols: %s", strerror(errno));
	free(file);
	buffer_free(&text);
	if (!err && o->machine->image)
		err = copy_file(image, o->machine->image);
	return err ? CMD_FAILED : 0;
}

/* ---- a job's machine ---- */

static int append_file(FILE *to, const char *name)
{
	FILE *from = fopen(name, "re");
	char chunk[16384];
	size_t n;

	if (!from)
		return -1;
	while ((n = fread(chunk, 1, sizeof(chunk), from)))
		fwrite(chunk, 1, n, to);
	return fclose(from);
}

/* Strings with their zero bytes, one more, zeros up to 8, symbols. */
static int write_request(const char *file, const char *dir, const struct args *request)
{
	char *symbols = cmd_format("%s/" SYMBOLS_FILE, dir);
	FILE *f = fopen(file, "we");
	int err = !f;

	for (size_t i = 0; f && i < request->n; i++)
		if (strncmp(request->v[i], "KMEMKIT_CTL=", 12))
			fwrite(request->v[i], 1, strlen(request->v[i]) + 1, f);
	if (f) {
		fprintf(f, "KMEMKIT_CTL=%d%cKMEMKIT_LOG=%d%c", EVENT_PORT, 0, LOG_PORT, 0);
		do
			fputc(0, f);
		while (ftell(f) % 8);
		err = append_file(f, symbols);
		err |= fclose(f);
	}
	free(symbols);
	return err ? -errno : 0;
}

static void add_device(struct args *a, const char *device, int fd)
{
	args_add(a, "-chardev");
	args_addf(a, "file,id=fd%d,path=/dev/fd/%d,append=on", fd, fd);
	args_add(a, "-device");
	args_addf(a, "%s,chardev=fd%d", device, fd);
}

static void add_machine(struct args *a, const struct machine *m)
{
	args_add_words(a, "qemu-system-x86_64 -accel tcg -machine q35 -nodefaults -no-user-config "
		       "-display none -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4 -cpu");
	args_add(a, m->count ? "max,-rdrand,-rdseed" : "max");
	args_add(a, "-smp");
	args_addf(a, "%u", m->cpus);
	args_add(a, "-m");
	args_add(a, m->memory);
	/* Chance and the date are the emulator's host's, unless they are taken away too. */
	if (m->count)
		args_add_words(a, "-icount shift=0,sleep=off -rtc base=2024-01-01,clock=vm");
}

int machine_command(struct args *argv, const struct run_options *o, const char *dir, const char *image,
		    const struct job *j, const struct args *request)
{
	char *file = cmd_format("%s/request-%u", dir, j->kind == JOB_LIST ? 0 : j->index);
	int err = write_request(file, dir, request);
	char *log = cmd_format("isa-debugcon,iobase=%#x", LOG_PORT);
	char *events = cmd_format("isa-debugcon,iobase=%#x", EVENT_PORT);

	add_machine(argv, o->machine);
	args_add(argv, "-kernel");
	args_add(argv, image);
	args_add(argv, "-initrd");
	args_add(argv, file);
	add_device(argv, "isa-serial", 1);
	add_device(argv, log, 4);
	add_device(argv, events, 3);
	for (size_t i = 0; i < o->machine->qemu.n; i++)
		args_add(argv, o->machine->qemu.v[i]);
	free(file);
	free(log);
	free(events);
	return err;
}

/* The debug-exit device: (value << 1) | 1, the value being 0x10 and the status. 0 is none of these: a reset. */
int machine_status(int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

	if (code > 0x20 && code & 1)
		return W_EXITCODE((code - 0x21) / 2, 0);
	if (status)
		return status;
	cmd_error("the machine was reset: too little memory for the image, or a fault it could not take");
	return W_EXITCODE(1, 0);
}

int cmd_boot(int argc, char **argv)
{
	struct machine m = { .cpus = 1, .memory = "512M" };
	struct run_options o;
	int status;

	options_parse(argc, argv, &o, &m);
	interrupt_begin();
	signal(SIGPIPE, SIG_IGN);
	status = compile_and_run(&o);
	options_free(&o);
	args_free(&m.qemu);
	interrupt_end();
	return status;
}
