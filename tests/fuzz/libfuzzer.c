/* SPDX-License-Identifier: MIT */
/* The same model for libFuzzer (and AFL++'s driver): CC=clang kmemkit cc -fsanitize=fuzzer libfuzzer.c model.c */
#include <stdint.h>
#include "model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_one(data, size);
	return 0;
}
