/* SPDX-License-Identifier: MIT */
#include <linux/math.h>
#include <linux/math64.h>

/* The largest root with root * root <= x, a bit at a time from the top. */
unsigned long int_sqrt(unsigned long x)
{
	unsigned long root = 0;

	for (unsigned long bit = 1ul << 31; bit; bit >>= 1)
		if ((root | bit) * (root | bit) <= x)
			root |= bit;
	return root;
}

u64 int_pow(u64 base, unsigned int exp)
{
	u64 result = 1;

	for (; exp; exp >>= 1, base *= base)
		if (exp & 1)
			result *= base;
	return result;
}

u64 kmk_div128(u128 dividend, u64 divisor)
{
	u128 rest = 0;
	u64 quotient = 0;

	for (int i = 127; i >= 0; i--) {
		rest = rest << 1 | (dividend >> i & 1);
		quotient <<= 1;
		if (rest >= divisor) {
			rest -= divisor;
			quotient |= 1;
		}
	}
	return quotient;
}
