/* SPDX-License-Identifier: MIT */
/* Starts the library and stops. */
#include <stdlib.h>
#include <kmemkit/kmemkit.h>

int main(void)
{
	return kmemkit_start() ? 3 : 0;
}
