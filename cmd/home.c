/* SPDX-License-Identifier: MIT */
/*
 * Our headers and libraries are named by the build's own note, kmemkit.conf: beside the executable in
 * a build folder, in a library folder next to bin/ after installation. Folders in it are absolute or
 * relative to the note itself, so an installed tree may be moved.
 */
#include "cmd.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Behind the folder of the executable. */
static const char *const places[] = {
	"/kmemkit.conf", "/../lib/kmemkit/kmemkit.conf", "/../lib64/kmemkit/kmemkit.conf",
	"/../lib/*/kmemkit/kmemkit.conf", NULL
};

static char *executable_folder(void)
{
	char *exe = realpath("/proc/self/exe", NULL);

	if (exe)
		*strrchr(exe, '/') = '\0';
	else
		cmd_error("cannot read /proc/self/exe: %s", strerror(errno));
	return exe;
}

static char *find_conf(const char *folder)
{
	char *found = NULL;

	for (size_t i = 0; places[i] && !found; i++) {
		char *pattern = cmd_format("%s%s", folder, places[i]);
		glob_t g;

		if (glob(pattern, 0, NULL, &g) == 0)
			found = realpath(g.gl_pathv[0], NULL);
		globfree(&g);
		free(pattern);
	}
	if (!found)
		cmd_error("cannot find kmemkit.conf beside %s/kmemkit or in ../lib/kmemkit", folder);
	return found;
}

static void take(char **field, const char *value, const char *base)
{
	free(*field);
	*field = base && value[0] != '/' ? cmd_format("%s/%s", base, value) : cmd_strdup(value);
}

/* base: the folder of the note. */
static void take_line(struct home *h, char *line, const char *base)
{
	char *value = strchr(line, '=');

	if (!value)
		return;
	*value++ = '\0';
	if (!strcmp(line, "INCLUDEDIR"))
		take(&h->include, value, base);
	else if (!strcmp(line, "LIBDIR"))
		take(&h->lib, value, base);
	else if (!strcmp(line, "CRTDIR"))
		take(&h->crt, value, base);
	else if (!strcmp(line, "BAREDIR"))
		take(&h->bare, value, base);
	else if (!strcmp(line, "CC"))
		take(&h->cc, value, NULL);
	else if (!strcmp(line, "EXTRA_CFLAGS"))
		take(&h->cflags, value, NULL);
	else if (!strcmp(line, "EXTRA_LDFLAGS"))
		take(&h->ldflags, value, NULL);
}

static int read_conf(struct home *h, char *conf)
{
	FILE *f = fopen(conf, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (!f) {
		cmd_error("cannot read %s: %s", conf, strerror(errno));
		return CMD_FAILED;
	}
	*strrchr(conf, '/') = '\0';
	while ((len = getline(&line, &size, f)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		take_line(h, line, conf);
	}
	free(line);
	fclose(f);
	return 0;
}

/* Canonical, so that a compiler's message and the run path show no "..". */
static int resolve(char **folder, const char *file)
{
	char *path = *folder ? cmd_format("%s/%s", *folder, file) : NULL, *real;

	if (!path || access(path, R_OK)) {
		cmd_error("incomplete build or installation: %s is missing", path ? path : file);
		free(path);
		return CMD_FAILED;
	}
	free(path);
	real = realpath(*folder, NULL);
	if (real) {
		free(*folder);
		*folder = real;
	}
	return 0;
}

static void default_words(struct home *h)
{
	const char *cc = getenv("CC");

	if (cc && cc[strspn(cc, " \t")])
		take(&h->cc, cc, NULL);
	else if (!h->cc)
		take(&h->cc, "gcc", NULL);
	if (!h->cflags)
		take(&h->cflags, "", NULL);
	if (!h->ldflags)
		take(&h->ldflags, "", NULL);
}

int home_need_bare(struct home *h)
{
	if (h->bare && !strstr(h->cflags, "-fsanitize="))
		return resolve(&h->bare, "kmemkit_boot.o");
	cmd_error("this flavour has no library for bare metal (a sanitizer needs a process)");
	return CMD_FAILED;
}

int home_find(struct home *h)
{
	char *folder, *conf;
	int err;

	*h = (struct home){ 0 };
	folder = executable_folder();
	conf = folder ? find_conf(folder) : NULL;
	err = conf ? read_conf(h, conf) : CMD_FAILED;
	default_words(h);
	if (!err)
		err = resolve(&h->include, "linux/kconfig.h");
	if (!err)
		err = resolve(&h->lib, "libkmemkit.so");
	if (!err)
		err = resolve(&h->crt, "kmk_crt.o");
	if (err)
		home_free(h);
	free(folder);
	free(conf);
	return err;
}

void home_free(struct home *h)
{
	free(h->include);
	free(h->lib);
	free(h->crt);
	free(h->bare);
	free(h->cc);
	free(h->cflags);
	free(h->ldflags);
	*h = (struct home){ 0 };
}
