/* SPDX-License-Identifier: MIT */
/*
 * A program carries offsets and addresses out of the headers (an array's place, fields of a page). With
 * a library of other headers it would corrupt memory; kmk_crt.o in the program asks before anything else.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "kmk_headers_id.h"

void kmk_headers_check(const char *id);	/* include/kmemkit/run.h, which is the other world's */

void kmk_headers_check(const char *id)
{
	char text[160];
	int n;

	if (!strcmp(id, KMK_HEADERS_ID))
		return;
	n = snprintf(text, sizeof(text), "kmemkit: compiled with the headers of another build (%.16s; this library's are %s): "
		     "compile the program again\n", id, KMK_HEADERS_ID);
	if (write(2, text, (size_t)n) != n)
		_exit(3);
	_exit(2);
}
