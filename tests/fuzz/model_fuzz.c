/* SPDX-License-Identifier: MIT */
/*
 * The model driven by a seed, or by files (replay of what a fuzzer found).
 *
 * usage: model_fuzz [SECONDS [SEED]] | model_fuzz FILE...
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "model.h"

#define INPUT (256 << 10)

static unsigned char input[INPUT];

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fill_input(uint64_t seed)
{
	for (size_t i = 0; i < INPUT; i++) {
		seed += 0x9e3779b97f4a7c15ull;
		input[i] = (unsigned char)((seed ^ seed >> 29) * 0xbf58476d1ce4e5b9ull >> 56);
	}
}

static int replay(const char *name)
{
	FILE *f = fopen(name, "rb");

	if (!f) {
		perror(name);
		return 2;
	}
	fuzz_one(input, fread(input, 1, INPUT, f));
	fclose(f);
	return 0;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 2, start = now();
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1, rounds = 0;
	int bad = 0;

	if (argc > 1 && !seconds) {
		for (int i = 1; i < argc; i++)
			bad |= replay(argv[i]);
		return bad;
	}
	for (; now() - start < seconds; rounds++) {
		fprintf(stderr, "\rseed %llu ", (unsigned long long)(seed + rounds));
		fill_input(seed + rounds);
		fuzz_one(input, INPUT);
	}
	printf("\nmodel_fuzz: %lu operations in %llu inputs from seed %llu agree with the model\n", fuzz_operations,
	       (unsigned long long)rounds, (unsigned long long)seed);
	return 0;
}
