/* SPDX-License-Identifier: MIT */
/*
 * Files that stand for devices.
 *
 *   KMEMKIT_IOMEM="START+SIZE[:WIDTH[/WIDTH...]]=PATH[@OFFSET],..."
 *
 * The physical range [START, START+SIZE) is the file from OFFSET on: the resource file of a PCI device, a
 * UIO device, or any file that plays one. Numbers are decimal or 0x..., with an optional K, M, G or T.
 * WIDTHs are the register accesses the device takes, in bits: 8, 16, 32, 64.
 *
 * Mappings are shared with whoever else has the file open, so a fork's child keeps them as they are.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "host.h"

struct io_file {
	uint64_t start, end, offset;
	unsigned widths;
	int fd;
	bool read_only;
	char name[128];
};

static struct io_file files[PORT_MAX_IOMEM];
static unsigned nr_files;

/* The token being read, for complaints. */
struct token {
	const char *all, *text;
	size_t len;
};

static int bad(const struct token *t, const char *why, const char *detail)
{
	kmk_host_log("kmemkit: KMEMKIT_IOMEM: \"%.*s\" at character %zu: %s%s", (int)t->len, t->text,
		     (size_t)(t->text - t->all) + 1, why, detail);
	return -EINVAL;
}

static unsigned digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : UINT_MAX;
}

/* The whole of [s, s+len) as a number. */
static bool number(const char *s, size_t len, uint64_t *n)
{
	static const char units[] = "kmgt";
	unsigned base = 10;
	const char *u;
	size_t i = 0;

	if (len > 2 && s[0] == '0' && tolower((unsigned char)s[1]) == 'x') {
		base = 16;
		i = 2;
	}
	if (i == len || digit(s[i]) >= base)
		return false;
	for (*n = 0; i < len && digit(s[i]) < base; i++)
		if (__builtin_mul_overflow(*n, base, n) || __builtin_add_overflow(*n, digit(s[i]), n))
			return false;
	if (i == len)
		return true;
	u = memchr(units, tolower((unsigned char)s[i]), sizeof(units) - 1);
	if (!u || i + 1 != len || *n >> (64 - 10 * (u - units + 1)))
		return false;
	*n <<= 10 * (u - units + 1);
	return true;
}

static bool page_multiple(uint64_t n)
{
	return !(n & (KMK_HOST_PAGE - 1));
}

/* "8/16/32/64", any of them, from s to end. */
static bool widths(struct io_file *f, const char *s, const char *end)
{
	while (s < end) {
		size_t len = strcspn(s, "/=");
		uint64_t bits;

		if (!number(s, len, &bits) || (bits != 8 && bits != 16 && bits != 32 && bits != 64))
			return false;
		f->widths |= (unsigned)(bits / 8);
		s += len + 1;
	}
	return f->widths != 0;
}

static int parse_range(const struct token *t, struct io_file *f, const char *eq)
{
	const char *plus = memchr(t->text, '+', (size_t)(eq - t->text));
	const char *colon = memchr(t->text, ':', (size_t)(eq - t->text));
	const char *end = colon ? colon : eq;
	uint64_t size;

	if (!plus || plus > end)
		return bad(t, "expected START+SIZE=PATH", "");
	if (!number(t->text, (size_t)(plus - t->text), &f->start) || !page_multiple(f->start))
		return bad(t, "START must be a number and a multiple of 4K", "");
	if (!number(plus + 1, (size_t)(end - plus) - 1, &size) || !size || !page_multiple(size))
		return bad(t, "SIZE must be a number and a multiple of 4K, not 0", "");
	if (__builtin_add_overflow(f->start, size, &f->end))
		return bad(t, "the range goes beyond the last address", "");
	if (colon && !widths(f, colon + 1, eq))
		return bad(t, "WIDTH must be 8, 16, 32 or 64 (several with a / between)", "");
	return 0;
}

/* PATH[@OFFSET]: what follows the last @ is an offset if it is a number. */
static int parse_path(const struct token *t, struct io_file *f, const char *s, char *path)
{
	size_t len = (size_t)(t->text + t->len - s);
	const char *at = memrchr(s, '@', len);

	if (at && number(at + 1, len - (size_t)(at - s) - 1, &f->offset))
		len = (size_t)(at - s);
	if (!len || len >= PATH_MAX)
		return bad(t, "expected a path behind the =", "");
	if (!page_multiple(f->offset))
		return bad(t, "OFFSET must be a multiple of 4K", "");
	memcpy(path, s, len);
	path[len] = 0;
	len = len < sizeof(f->name) ? len : sizeof(f->name) - 1;
	memcpy(f->name, path, len);
	return 0;
}

static int in_the_way(const struct token *t, const struct io_file *f, const struct port_desc *desc)
{
	for (unsigned i = 0; i < desc->nr_ranges; i++)
		if (f->start < desc->ranges[i].end && desc->ranges[i].start < f->end)
			return bad(t, "the range overlaps memory of the map", "");
	for (unsigned i = 0; i < nr_files; i++)
		if (f->start < files[i].end && files[i].start < f->end)
			return bad(t, "the range overlaps that of ", files[i].name);
	return 0;
}

/* The last page must be there too: beyond the end of a file its mapping faults. */
static int open_file(const struct token *t, struct io_file *f, const char *path)
{
	struct stat st;

	f->fd = open(path, O_RDWR | O_CLOEXEC);
	if (f->fd < 0 && (errno == EACCES || errno == EROFS || errno == EPERM)) {
		f->read_only = true;
		f->fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (f->fd < 0)
		return bad(t, "cannot open the file: ", strerror(errno));
	if (!fstat(f->fd, &st) && S_ISREG(st.st_mode) &&
	    (f->offset > (uint64_t)st.st_size || f->end - f->start > (uint64_t)st.st_size - f->offset)) {
		close(f->fd);
		return bad(t, "the file ends before the range does", "");
	}
	return 0;
}

static int add(const struct token *t, struct port_desc *desc)
{
	const char *eq = memchr(t->text, '=', t->len);
	struct io_file f = { .fd = -1 };
	char path[PATH_MAX];
	int err;

	if (nr_files == PORT_MAX_IOMEM)
		return bad(t, "too many ranges", "");
	if (!eq)
		return bad(t, "expected START+SIZE=PATH", "");
	err = parse_range(t, &f, eq);
	if (!err)
		err = parse_path(t, &f, eq + 1, path);
	if (!err)
		err = in_the_way(t, &f, desc);
	if (!err)
		err = open_file(t, &f, path);
	if (err)
		return err;
	files[nr_files] = f;
	desc->iomem[nr_files] = (struct port_iomem){ f.start, f.end, f.widths, files[nr_files].name };
	desc->nr_iomem = ++nr_files;
	return 0;
}

int kmk_host_iomem_init(struct port_desc *desc)
{
	const char *env = getenv("KMEMKIT_IOMEM");
	struct token t = { env, env, 0 };
	int err = 0;

	while (env && *t.text && !err) {
		t.len = strcspn(t.text, ",");
		err = add(&t, desc);
		t.text += t.len;
		t.text += *t.text == ',';
	}
	return err;
}

int kmk_host_iomem_map(void *va, uint64_t pa, size_t len, unsigned prot)
{
	int saved = errno, bits = kmk_host_prot(prot);
	const struct io_file *f = files;
	void *p;

	while (f < files + nr_files && (pa < f->start || pa >= f->end))
		f++;
	if (f == files + nr_files)
		return 1;
	if (len > f->end - pa)
		return -EINVAL;
	if (f->read_only)
		bits &= ~PROT_WRITE;
	p = mmap(va, len, bits, MAP_SHARED | MAP_FIXED | MAP_POPULATE, f->fd,
		 (off_t)(f->offset + (pa - f->start)));
	errno = saved;
	return p == va ? 0 : -ENOMEM;
}
