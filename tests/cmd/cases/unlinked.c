// SPDX-License-Identifier: MIT
extern int function_nobody_defined(int x);
int wrong(void);

int wrong(void)
{
	return function_nobody_defined(1);
}
