/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_MODEL_H
#define FUZZ_MODEL_H

#include <stddef.h>

void fuzz_one(const unsigned char *data, size_t size);
extern unsigned long fuzz_operations;

#endif
