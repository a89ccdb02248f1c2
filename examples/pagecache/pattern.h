/* SPDX-License-Identifier: MIT */
/* Pages that say themselves which page of the file they are, and how often it was written. */
#ifndef PCACHE_PATTERN_H
#define PCACHE_PATTERN_H

#include <linux/mm.h>
#include <linux/types.h>

#define PATTERN_WORDS	(PAGE_SIZE / sizeof(u64))

static inline u64 pattern_word(u64 index, u64 generation, unsigned int i)
{
	return (index * 0x9e3779b97f4a7c15ull ^ generation * 0xc2b2ae3d27d4eb4full) + i * 0x165667b19e3779f9ull;
}

static inline void pattern_fill(void *page, u64 index, u64 generation)
{
	u64 *word = page;

	word[0] = index;
	word[1] = generation;
	for (unsigned int i = 2; i < PATTERN_WORDS; i++)
		word[i] = pattern_word(index, generation, i);
}

/* The generation; 0: never written (zeros); -1: damaged, torn, or another page. */
static inline long pattern_generation(const void *page, u64 index)
{
	const u64 *word = page;

	if (!word[0] && !word[1]) {
		for (unsigned int i = 2; i < PATTERN_WORDS; i++)
			if (word[i])
				return -1;
		return 0;
	}
	if (word[0] != index)
		return -1;
	for (unsigned int i = 2; i < PATTERN_WORDS; i++)
		if (word[i] != pattern_word(index, word[1], i))
			return -1;
	return (long)word[1];
}
#endif
