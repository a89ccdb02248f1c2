/* SPDX-License-Identifier: MIT */
/* Strings to integers: one digit loop, everything else is ranges. */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/uaccess.h>

static unsigned int digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'z' ? (unsigned int)(c - 'a') + 10 : 99;
}

static const char *prefix(const char *s, unsigned int *base)
{
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');

	/* Who asks for base 16 has the prefix taken off even where no digit follows. */
	if (!*base)
		*base = hex && digit(s[2]) < 16 ? 16 : s[0] == '0' ? 8 : 10;
	return *base == 16 && hex ? s + 2 : s;
}

/* Returns the first character behind the digits; over tells that the value did not fit. */
static const char *digits(const char *s, unsigned int base, unsigned long long *v, bool *over)
{
	*v = 0;
	*over = false;
	for (; digit(*s) < base; s++) {
		*over |= __builtin_mul_overflow(*v, base, v);
		*over |= __builtin_add_overflow(*v, digit(*s), v);
	}
	return s;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	unsigned long long v;
	const char *start, *end;
	bool over;

	if (*s == '+')
		s++;
	start = prefix(s, &base);
	end = digits(start, base, &v, &over);
	if (over)
		return -ERANGE;	/* whatever follows */
	if (end == start)
		return -EINVAL;
	if (*end == '\n')
		end++;
	if (*end)
		return -EINVAL;
	*res = v;
	return 0;
}

int kstrtoll(const char *s, unsigned int base, long long *res)
{
	bool minus = *s == '-';
	unsigned long long v;
	int err = minus && s[1] == '+' ? -EINVAL : kstrtoull(s + minus, base, &v);

	if (err)
		return err;
	if (v > (unsigned long long)LLONG_MAX + minus)
		return -ERANGE;
	*res = (long long)(minus ? -v : v);
	return 0;
}

#define UNSIGNED(name, type)						\
int name(const char *s, unsigned int base, type *res)			\
{									\
	unsigned long long v;						\
	int err = kstrtoull(s, base, &v);				\
									\
	if (err)							\
		return err;						\
	if (v != (type)v)						\
		return -ERANGE;						\
	*res = (type)v;							\
	return 0;							\
}
#define SIGNED(name, type)						\
int name(const char *s, unsigned int base, type *res)			\
{									\
	long long v;							\
	int err = kstrtoll(s, base, &v);				\
									\
	if (err)							\
		return err;						\
	if (v != (type)v)						\
		return -ERANGE;						\
	*res = (type)v;							\
	return 0;							\
}

UNSIGNED(kstrtoul, unsigned long)
UNSIGNED(kstrtouint, unsigned int)
UNSIGNED(kstrtou16, u16)
UNSIGNED(kstrtou8, u8)
SIGNED(kstrtol, long)
SIGNED(kstrtoint, int)
SIGNED(kstrtos16, s16)
SIGNED(kstrtos8, s8)

int kstrtobool(const char *s, bool *res)
{
	switch (s ? s[0] : 0) {
	case 'y': case 'Y': case 't': case 'T': case '1':
		*res = true;
		return 0;
	case 'n': case 'N': case 'f': case 'F': case '0':
		*res = false;
		return 0;
	case 'o': case 'O':
		if (s[1] == 'n' || s[1] == 'N' || s[1] == 'f' || s[1] == 'F') {
			*res = s[1] == 'n' || s[1] == 'N';
			return 0;
		}
	}
	return -EINVAL;
}

/* A sign, binary digits, a newline, a zero. */
#define FROM_USER(name, type)								\
int name##_from_user(const char __user *s, size_t count, unsigned int base, type *res)	\
{											\
	char buf[1 + sizeof(type) * 8 + 1 + 1];						\
	size_t n = count < sizeof(buf) - 1 ? count : sizeof(buf) - 1;			\
											\
	if (copy_from_user(buf, s, n))							\
		return -EFAULT;								\
	buf[n] = '\0';									\
	return name(buf, base, res);							\
}

FROM_USER(kstrtoull, unsigned long long)
FROM_USER(kstrtoll, long long)
FROM_USER(kstrtoul, unsigned long)
FROM_USER(kstrtol, long)
FROM_USER(kstrtouint, unsigned int)
FROM_USER(kstrtoint, int)
FROM_USER(kstrtou16, u16)
FROM_USER(kstrtos16, s16)
FROM_USER(kstrtou8, u8)
FROM_USER(kstrtos8, s8)

int kstrtobool_from_user(const char __user *s, size_t count, bool *res)
{
	char buf[4];
	size_t n = count < sizeof(buf) - 1 ? count : sizeof(buf) - 1;

	if (copy_from_user(buf, s, n))
		return -EFAULT;
	buf[n] = '\0';
	return kstrtobool(buf, res);
}

unsigned long long simple_strtoull(const char *cp, char **endp, unsigned int base)
{
	unsigned long long v;
	bool over;
	const char *start = prefix(cp, &base), *end = digits(start, base, &v, &over);

	if (endp)
		*endp = (char *)end;
	return v;
}

long long simple_strtoll(const char *cp, char **endp, unsigned int base)
{
	if (*cp == '-')
		return (long long)-simple_strtoull(cp + 1, endp, base);
	return (long long)simple_strtoull(cp, endp, base);
}

unsigned long simple_strtoul(const char *cp, char **endp, unsigned int base)
{
	return simple_strtoull(cp, endp, base);
}

long simple_strtol(const char *cp, char **endp, unsigned int base)
{
	return simple_strtoll(cp, endp, base);
}
