/* SPDX-License-Identifier: MIT */
/*
 * Swappable memory: files that live in memory, whose pages go to the swap file (kmemkit/swap.h) when
 * memory is short. Without a swap file they stay in memory.
 */
#ifndef _LINUX_SHMEM_FS_H
#define _LINUX_SHMEM_FS_H

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/swap.h>

/*
 * shmem_file_setup - a file of size bytes, all zeros, without a name anywhere
 * @name: for reports
 * @flags: VM_NORESERVE or 0; nothing is reserved either way
 *
 * Its pages are in file->f_mapping; fput() gives all of it up. ERR_PTR(-EINVAL, -ENOMEM). The kernel_
 * form differs in Linux only by what security modules see. May sleep. Source: 6.1.
 */
struct file *shmem_file_setup(const char *name, loff_t size, unsigned long flags);
struct file *shmem_kernel_file_setup(const char *name, loff_t size, unsigned long flags);

/*
 * shmem_read_mapping_page - the page at index, in memory, read back from swap where it was there
 *
 * Up to date, unlocked, with a reference: it stays while that is held. Who changes it calls
 * set_page_dirty() before put_page(), or the change may be lost. ERR_PTR: -EINVAL (behind the end),
 * -ENOMEM (no frame, and nothing could be written out), -EIO (the swap file could not be read; a later
 * call tries again). gfp: for the frame; the plain form takes the mapping's mask. May sleep. Source: 6.1.
 */
struct page *shmem_read_mapping_page_gfp(struct address_space *mapping, pgoff_t index, gfp_t gfp);
static inline struct page *shmem_read_mapping_page(struct address_space *mapping, pgoff_t index)
{
	return shmem_read_mapping_page_gfp(mapping, index, mapping_gfp_mask(mapping));
}
static inline struct folio *shmem_read_folio_gfp(struct address_space *mapping, pgoff_t index, gfp_t gfp)
{
	return (struct folio *)shmem_read_mapping_page_gfp(mapping, index, gfp);
}
static inline struct folio *shmem_read_folio(struct address_space *mapping, pgoff_t index)
{
	return shmem_read_folio_gfp(mapping, index, mapping_gfp_mask(mapping));
}

/*
 * shmem_truncate_range - bytes [start, end] become zeros, their pages and slots are free
 * end -1: to the end of the file. Pages somebody holds leave the file at once and go with the last
 * reference. The file's size does not change. May sleep. Source: 6.1.
 */
void shmem_truncate_range(struct inode *inode, loff_t start, loff_t end);

/* Is this mapping one of those? Any context. */
bool shmem_mapping(struct address_space *mapping);
/* Pages of indexes [start, end) that are only in the swap file. An estimate. May sleep. */
unsigned long shmem_partial_swap_usage(struct address_space *mapping, pgoff_t start, pgoff_t end);
#endif
