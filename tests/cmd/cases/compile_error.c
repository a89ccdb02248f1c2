// SPDX-License-Identifier: MIT
#include <kunit/test.h>

int wrong(void)
{
	return not_declared_anywhere;
}
