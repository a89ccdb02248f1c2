// SPDX-License-Identifier: MIT
/* Compiles, but holds neither a suite nor a module. */
int answer(void);

int answer(void)
{
	return 42;
}
