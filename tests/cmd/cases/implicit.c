// SPDX-License-Identifier: MIT
int wrong(void)
{
	return function_nobody_declared(1);
}
