/* SPDX-License-Identifier: MIT */
/*
 * `kmemkit run --kernel-source DIR`: what the given files need of a kernel source, and nothing else.
 *
 * Headers: DIR's include folders stand behind all others, so only what we do not ship is found there.
 * Sources: each name that the objects leave undefined, and that neither our libraries nor libc have, is
 * looked up in the texts of DIR/lib; the file that exports it, or else defines it, is compiled too; again
 * until nothing new is found. What is not found at all is then the linker's to complain of.
 * A file of DIR is compiled as a copy in a scratch folder of its own, so that `#include "../mm/slab.h"`
 * reaches the header that we ship and only then its neighbours in DIR. A #line gives the copy's text its
 * real name: compiler, reports and traces speak of the file in DIR.
 *
 * "auto" is Debian's package, the parts we read unpacked once into the user's cache.
 */
#include "cmd.h"
#include "ksource.h"

#include <ctype.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PACKAGE	"linux-source-6.1"
#define ARCHIVE	"/usr/src/" PACKAGE ".tar.xz"

/* ---- where it is ---- */

static const char *const unpacked[] = {
	PACKAGE "/include", PACKAGE "/lib", PACKAGE "/arch/x86/include",
	PACKAGE "/tools/testing/selftests/kselftest_module.h", NULL
};

static char *cache_folder(void)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *parent = cache && *cache == '/' ? cmd_strdup(cache) : home ? cmd_format("%s/.cache", home) : NULL;
	char *dir = parent ? cmd_format("%s/kmemkit", parent) : NULL;

	if (!dir) {
		cmd_error("--kernel-source auto: neither XDG_CACHE_HOME nor HOME is set");
		return NULL;
	}
	mkdir(parent, 0777);
	free(parent);
	if (mkdir(dir, 0777) == 0 || errno == EEXIST)
		return dir;
	cmd_error("--kernel-source auto: cannot make %s: %s", dir, strerror(errno));
	free(dir);
	return NULL;
}

/* Beside its place first, so that an interrupted unpacking is never taken for a whole one. */
static int unpack(const char *dir)
{
	char *part = cmd_format("%s.%d", dir, (int)getpid());
	struct args a = { 0 };
	int status;
	pid_t pid;

	cmd_error("unpacking %s into %s (once)", ARCHIVE, dir);
	mkdir(part, 0777);
	args_add_words(&a, "tar --strip-components=1 -I");
	args_add(&a, "xz -T0");
	args_add_words(&a, "-xf " ARCHIVE " -C");
	args_add(&a, part);
	for (size_t i = 0; unpacked[i]; i++)
		args_add(&a, unpacked[i]);
	pid = spawn_start(a.v, NULL, NULL, false);
	status = pid > 0 ? spawn_wait(pid) : -1;
	if (!status && rename(part, dir))
		status = errno == ENOTEMPTY || errno == EEXIST ? 0 : -1;
	if (status)
		cmd_error("--kernel-source auto: cannot unpack %s", ARCHIVE);
	args_free(&a);
	free(part);
	return status ? CMD_FAILED : 0;
}

static char *find_auto(void)
{
	char *cache, *dir, *probe;

	cache = cache_folder();
	if (!cache)
		return NULL;
	dir = cmd_format("%s/" PACKAGE, cache);
	probe = cmd_format("%s/lib", dir);
	free(cache);
	if (access(probe, R_OK)) {
		if (access(ARCHIVE, R_OK))
			cmd_error("--kernel-source auto: %s is missing (apt install %s)", ARCHIVE, PACKAGE);
		if (access(ARCHIVE, R_OK) || unpack(dir)) {
			free(dir);
			dir = NULL;
		}
	}
	free(probe);
	return dir;
}

char *ksource_open(const char *where)
{
	char *given = strcmp(where, "auto") ? cmd_strdup(where) : find_auto(), *dir, *probe;
	int missing;

	if (!given)
		return NULL;
	dir = realpath(given, NULL);
	probe = cmd_format("%s/include/linux", dir ? dir : given);
	missing = !dir || access(probe, R_OK);
	if (missing) {
		cmd_error("--kernel-source: %s is not the source of a kernel: no include/linux in it", given);
		free(dir);
		dir = NULL;
	}
	free(probe);
	free(given);
	return dir;
}

/* ---- how its files are compiled ---- */

void ksource_folders(struct args *a, const char *dir)
{
	static const char *const folders[] = {
		"include", "arch/x86/include", "include/uapi", "arch/x86/include/uapi"
	};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		args_addf(a, "-I%s/%s", dir, folders[i]);
}

static bool wrap_headers(const char *from, const char *to)
{
	struct dirent **entries;
	int n = scandir(from, &entries, NULL, NULL);
	bool ok = n >= 0;

	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name, *dot = strrchr(name, '.');

		if (dot && !strcmp(dot, ".h")) {
			char *path = cmd_format("%s/%s", to, name);
			FILE *out = fopen(path, "we");

			ok &= out && fprintf(out, "#include <asm-generic/%s>\n", name) > 0;
			ok &= out && !fclose(out);
			free(path);
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return ok;
}

/* As the kernel's own build makes them: an asm/ header that the machine has not is the generic one. */
void ksource_generic(struct args *a, const char *dir, const char *scratch)
{
	static const char *const folders[] = { "include/asm-generic", "include/uapi/asm-generic" };
	char *top = cmd_format("%s/generic", scratch), *to = cmd_format("%s/asm", top);
	bool ok = !mkdir(top, 0777) && !mkdir(to, 0777);

	for (size_t i = 0; ok && i < sizeof(folders) / sizeof(folders[0]); i++) {
		char *from = cmd_format("%s/%s", dir, folders[i]);

		ok = access(from, R_OK) || wrap_headers(from, to);
		free(from);
	}
	if (!ok)
		cmd_error("--kernel-source: cannot write %s: %s", to, strerror(errno));
	args_addf(a, "-I%s", top);
	free(to);
	free(top);
}

static const char *inside(const char *dir, const char *path)
{
	size_t n = strlen(dir);

	return !strncmp(path, dir, n) && path[n] == '/' ? path + n + 1 : NULL;
}

struct text {
	const char *start, *end;
};

static bool map_text(const char *path, struct text *t)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p = MAP_FAILED;

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0)
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd >= 0)
		close(fd);
	if (p == MAP_FAILED)
		return false;
	*t = (struct text){ p, (const char *)p + st.st_size };
	return true;
}

static void unmap_text(const struct text *t)
{
	munmap((void *)t->start, (size_t)(t->end - t->start));
}

static void put_line_name(FILE *out, const char *path)
{
	fputs("#line 1 \"", out);
	for (; *path; path++) {
		if (*path == '"' || *path == '\\')
			putc('\\', out);
		putc(*path, out);
	}
	fputs("\"\n", out);
}

static bool copy_under_its_name(const char *real, const char *copy)
{
	struct text t = { "", NULL };
	bool some = map_text(real, &t);
	FILE *out = fopen(copy, "we");

	if (out) {
		put_line_name(out, real);
		if (some)
			fwrite(t.start, 1, (size_t)(t.end - t.start), out);
	}
	if (some)
		unmap_text(&t);
	return out && !fclose(out);
}

char *ksource_place(const char *dir, const char *scratch, size_t number, const char *file)
{
	char *real = realpath(file, NULL), *copy = NULL;

	if (real && inside(dir, real)) {
		char *folder = cmd_format("%s/%zu", scratch, number);

		copy = cmd_format("%s%s", folder, strrchr(real, '/'));
		if ((mkdir(folder, 0777) && errno != EEXIST) || !copy_under_its_name(real, copy))
			cmd_error("--kernel-source: cannot write %s: %s", copy, strerror(errno));
		free(folder);
	}
	free(real);
	return copy ? copy : cmd_strdup(file);
}

void ksource_words(struct args *a, const char *dir, const char *file, const char *placed)
{
	char *real = realpath(file, NULL);

	if (real && inside(dir, real)) {
		*strrchr(real, '/') = '\0';
		args_addf(a, "-ffile-prefix-map=%.*s=%s", (int)(strrchr(placed, '/') - placed), placed, real);
		args_add(a, "-iquote");
		args_add(a, real);
	}
	free(real);
}

/* ---- which file has a name ---- */


static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool starts(const char *line, const char *end, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(end - line) > n && !strncmp(line, word, n);
}

/* Is the name at `at`, on a line of the top level, being defined there? */
static bool defines(const struct text *t, const char *at, size_t len)
{
	const char *line = at, *end, *p;

	while (line > t->start && line[-1] != '\n')
		line--;
	if (!in_word(*line) || starts(line, t->end, "static") || starts(line, t->end, "extern") ||
	    starts(line, t->end, "typedef"))
		return false;
	for (p = line; p < at; p++)
		if (strchr("({=;,", *p))
			return false;		/* a use, inside something that the line defines */
	end = memchr(at, '\n', (size_t)(t->end - at));
	end = end ? end : t->end;
	if (at[len] == '(') {
		/* A prototype ends with a semicolon, here or on a later line; a body begins with a brace. */
		for (p = at + len; p < t->end && *p != ';' && *p != '{'; p++)
			;
		return p < t->end && *p == '{';
	}
	return memchr(at, ';', (size_t)(end - at)) || memchr(at, '=', (size_t)(end - at));
}

static bool exports(const struct text *t, const char *at, size_t len)
{
	static const char *const macros[] = { "EXPORT_SYMBOL(", "EXPORT_SYMBOL_GPL(", NULL };

	for (size_t i = 0; macros[i]; i++) {
		size_t n = strlen(macros[i]);

		if ((size_t)(at - t->start) >= n && !strncmp(at - n, macros[i], n) && at[len] == ')')
			return true;
	}
	return false;
}

/* 1: exports the name, 2: defines it (some are exported from a file without a body), 3: both, 0: neither. */
static int rate(const char *path, const char *name)
{
	size_t len = strlen(name);
	const char *at;
	struct text t;
	int best = 0;

	if (!map_text(path, &t))
		return 0;
	for (at = t.start; best < 3 && (at = memmem(at, (size_t)(t.end - at), name, len)); at += len) {
		if ((at > t.start && in_word(at[-1])) || at + len >= t.end || in_word(at[len]))
			continue;
		if (exports(&t, at, len))
			best |= 1;
		else if (defines(&t, at, len))
			best |= 2;
	}
	unmap_text(&t);
	return best;
}

static bool is_test(const char *file)
{
	return !strncmp(file, "test", 4) || strstr(file, "_test.") || strstr(file, "-test.") ||
	       strstr(file, "kunit") || strstr(file, "selftest");
}

struct search {
	const char *name;
	char *path;
	int best;
};

/* A folder's own files before those below it; the best wins, the first among equals. */
static void search_folder(struct search *s, const char *folder, int depth)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, alphasort);

	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < n && s->best < 3; i++) {
			const char *file = entries[i]->d_name, *dot = strrchr(file, '.');
			char *path = cmd_format("%s/%s", folder, file);

			if (pass == 0 && dot && !strcmp(dot, ".c") && !is_test(file)) {
				int r = rate(path, s->name);

				if (r > s->best) {
					free(s->path);
					s->path = cmd_strdup(path);
					s->best = r;
				}
			} else if (pass == 1 && file[0] != '.' && !dot && depth > 0) {
				search_folder(s, path, depth - 1);
			}
			free(path);
		}
	}
	for (int i = 0; i < n; i++)
		free(entries[i]);
	if (n >= 0)
		free(entries);
}

char *ksource_find(const char *dir, const char *name)
{
	struct search s = { .name = name };
	char *lib = cmd_format("%s/lib", dir);

	search_folder(&s, lib, 2);
	free(lib);
	return s.path;
}

/* ---- what is still undefined ---- */

/* Runs nm on the files; the names of its lines whose kind is, or is not, U go to `names`. */
static int list_names(const char *options, const struct args *files, bool undefined, struct args *names)
{
	struct args a = { 0 };
	struct buffer out = { 0 };
	size_t pos = 0;
	char *line;
	int err;

	args_add_words(&a, options);
	for (size_t i = 0; i < files->n; i++)
		args_add(&a, files->v[i]);
	err = spawn_read(a.v, &out);
	while (!err && (line = buffer_line(&out, &pos))) {
		char *kind = strchr(line, ' ');

		if (!kind || (kind[1] == 'U') != undefined)
			continue;
		line[strcspn(line, " @")] = '\0';
		args_add(names, line);
	}
	args_free(&a);
	buffer_free(&out);
	return err;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool of_compiler(const char *name)
{
	return !strncmp(name, "__asan", 6) || !strncmp(name, "__ubsan", 7) || !strncmp(name, "__tsan", 6) ||
	       !strcmp(name, "_GLOBAL_OFFSET_TABLE_");
}

/* What libc has, the command has too: it is linked with it. */
int ksource_undefined(const struct args *objects, const struct home *h, struct args *names)
{
	struct args ours = { 0 }, library = { 0 }, wanted = { 0 }, defined = { 0 };
	int err;

	for (size_t i = 0; i < objects->n; i++)
		args_add(&ours, objects->v[i]);
	err = list_names("nm --undefined-only --format=posix", &ours, true, &wanted);
	args_addf(&ours, "%s/kmk_crt.o", h->crt);
	args_addf(&library, "%s/libkmemkit.so", h->lib);
	if (!err)
		err = list_names("nm --defined-only --format=posix", &ours, false, &defined);
	if (!err)
		err = list_names("nm --dynamic --defined-only --format=posix", &library, false, &defined);
	if (err)
		cmd_error("--kernel-source: cannot read the objects with nm");
	if (defined.n)
		qsort(defined.v, defined.n, sizeof(char *), by_text);
	for (size_t i = 0; !err && i < wanted.n; i++)
		if (!bsearch(&wanted.v[i], defined.v, defined.n, sizeof(char *), by_text) &&
		    !of_compiler(wanted.v[i]) && !dlsym(RTLD_DEFAULT, wanted.v[i]))
			ksource_add_once(names, wanted.v[i]);
	args_free(&ours);
	args_free(&library);
	args_free(&wanted);
	args_free(&defined);
	return err ? CMD_COMPILE : 0;
}

/* ---- what was taken ---- */

static bool has(const struct args *a, const char *s)
{
	for (size_t i = 0; i < a->n; i++)
		if (!strcmp(a->v[i], s))
			return true;
	return false;
}

void ksource_add_once(struct args *a, const char *s)
{
	if (!has(a, s))
		args_add(a, s);
}

void ksource_headers(const char *dir, const char *depfile, struct args *headers)
{
	struct text t;
	struct args words = { 0 };
	char *copy;

	if (!map_text(depfile, &t))
		return;
	copy = cmd_format("%.*s", (int)(t.end - t.start), t.start);
	unmap_text(&t);
	for (char *p = copy; *p; p++)
		if (*p == '\\' || *p == '\n')
			*p = ' ';
	args_add_words(&words, copy);
	for (size_t i = 0; i < words.n; i++) {
		const char *path = inside(dir, words.v[i]);

		if (path && strlen(path) > 2 && !strcmp(path + strlen(path) - 2, ".h"))
			ksource_add_once(headers, path);
	}
	free(copy);
	args_free(&words);
}

static void say_list(const char *what, const struct args *a)
{
	struct buffer b = { 0 };

	for (size_t i = 0; i < a->n; i++)
		buffer_addf(&b, " %s", a->v[i]);
	cmd_error("%s:%s", what, a->n ? b.data : " none");
	buffer_free(&b);
}

void ksource_say(const char *dir, const struct args *sources, const struct args *headers)
{
	struct args files = { 0 };

	for (size_t i = 0; i < sources->n; i++) {
		const char *path = inside(dir, sources->v[i]);

		args_add(&files, path ? path : sources->v[i]);
	}
	say_list("sources taken from the kernel", &files);
	say_list("headers taken from the kernel", headers);
	args_free(&files);
}
