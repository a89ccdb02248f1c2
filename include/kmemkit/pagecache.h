/* SPDX-License-Identifier: MIT */
/* The page cache seen from outside: checks and counts, for tests and embedders. */
#ifndef KMK_PAGECACHE_H
#define KMK_PAGECACHE_H

struct address_space;

/*
 * kmk_mapping_validate - compare what a mapping knows twice: its tree's marks, its counts, its pages' flags
 *
 * Exact only while nobody uses the mapping. Returns the number of faults, each kind printed. Any context.
 */
unsigned int kmk_mapping_validate(struct address_space *mapping);

/* What the flusher and the brake did since the start. */
struct kmk_flusher_stats {
	unsigned long rounds;		/* times the flusher looked */
	unsigned long flushed;		/* pages it wrote */
	unsigned long braked;		/* times a writer was made to write or wait */
	unsigned long own;		/* pages such writers wrote */
};
void kmk_flusher_get_stats(struct kmk_flusher_stats *stats);
#endif
