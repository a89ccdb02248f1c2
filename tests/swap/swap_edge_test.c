// SPDX-License-Identifier: MIT
/* Swap at its edges: failing I/O, a full file, swapoff, holes, what may be asked of anonymous memory. */
#include <kmemkit/anon.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/swap.h>
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#define MIB		(1ul << 20)
#define SIZE		(16 * MIB)		/* of the machine's 8 */
#define PAGES		(SIZE / PAGE_SIZE)
#define SWAP		(64 * MIB)

static char *path = "swapfile";
module_param(path, charp, 0);

typedef struct { unsigned long val; } kmk_slot;	/* src/reclaim/reclaim.h */

bool kmk_kswapd_rests(void);			/* src/reclaim/reclaim.h */

static struct kmemkit_swap_stats stats(void)
{
	struct kmemkit_swap_stats now;

	kmemkit_swap_stats(&now);
	return now;
}

/* What kswapd holds is counted nowhere, or comes free later: until it is done with what it was woken for. */
static void rest(struct kunit *test)
{
	unsigned long end = jiffies + 60 * HZ;

	while (!kmk_kswapd_rests() && time_before(jiffies, end))
		msleep(1);
	KUNIT_EXPECT_TRUE_MSG(test, kmk_kswapd_rests(), "kswapd is still at work after a minute");
}

static struct file *open_field(struct kunit *test)
{
	struct file *file = shmem_file_setup("edge", SIZE, 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	return file;
}

static long put_word(struct file *file, unsigned long index, u64 value)
{
	struct page *page = shmem_read_mapping_page(file->f_mapping, index);
	u64 *p;

	if (IS_ERR(page))
		return PTR_ERR(page);
	p = kmap_local_page(page);
	p[index % 512] = value;
	kunmap_local(p);
	set_page_dirty(page);
	put_page(page);
	return 0;
}

/* 1: the word stands there; 0: another; or an error. */
static long has_word(struct file *file, unsigned long index, u64 value)
{
	struct page *page = shmem_read_mapping_page(file->f_mapping, index);
	long same;
	u64 *p;

	if (IS_ERR(page))
		return PTR_ERR(page);
	p = kmap_local_page(page);
	same = p[index % 512] == value;
	kunmap_local(p);
	put_page(page);
	return same;
}

static void fill(struct kunit *test, struct file *file, u64 salt)
{
	unsigned long bad = 0;

	for (unsigned long i = 0; i < PAGES; i++)
		bad += put_word(file, i, i + salt) != 0;
	KUNIT_EXPECT_EQ(test, bad, 0ul);
	rest(test);
}

/* Pages that have not what fill() wrote; *errors: of these, that could not be had. */
static unsigned long wrong(struct file *file, u64 salt, unsigned long *errors)
{
	unsigned long n = 0;

	for (unsigned long i = 0; i < PAGES; i++) {
		long same = has_word(file, i, i + salt);

		n += same != 1;
		if (errors)
			*errors += same < 0;
	}
	return n;
}

static void writes_fail(struct kunit *test)
{
	struct file *file = open_field(test);
	struct kmemkit_swap_stats from = stats(), to;

	kmemkit_swap_fail(100, 0, -EIO);
	fill(test, file, 7);
	to = stats();
	KUNIT_EXPECT_EQ(test, to.write_errors - from.write_errors, 100ul);
	KUNIT_EXPECT_EQ(test, to.bad - from.bad, 100ul);
	KUNIT_EXPECT_EQ(test, wrong(file, 7, NULL), 0ul);

	kmemkit_swap_fail(100, 0, -ENOSPC);	/* the file's fault, not the slots' */
	fill(test, file, 8);
	KUNIT_EXPECT_EQ(test, stats().bad, to.bad);
	KUNIT_EXPECT_EQ(test, stats().write_errors - to.write_errors, 100ul);
	KUNIT_EXPECT_EQ(test, wrong(file, 8, NULL), 0ul);
	fput(file);
	KUNIT_EXPECT_EQ(test, stats().used, stats().bad);
}

static void reads_fail(struct kunit *test)
{
	struct file *file = open_field(test);
	unsigned long errors = 0;

	fill(test, file, 9);
	kmemkit_swap_fail(0, 10, -EIO);
	KUNIT_EXPECT_EQ(test, wrong(file, 9, &errors), 10ul);
	KUNIT_EXPECT_EQ(test, errors, 10ul);
	KUNIT_EXPECT_EQ(test, wrong(file, 9, NULL), 0ul);
	fput(file);
}

static void off_and_on(struct kunit *test)
{
	struct file *file = open_field(test);
	struct kmemkit_swap_stats before;
	unsigned long bad = 0;

	KUNIT_EXPECT_EQ(test, kmemkit_swapon(path, SWAP), -EBUSY);
	KUNIT_EXPECT_EQ(test, kmemkit_swapon(path, 100), -EINVAL);
	fill(test, file, 3);
	before = stats();
	KUNIT_EXPECT_GT(test, before.used, PAGES / 2);
	KUNIT_EXPECT_EQ(test, kmemkit_swapoff(), -ENOMEM);
	KUNIT_EXPECT_EQ(test, wrong(file, 3, NULL), 0ul);

	shmem_truncate_range(file_inode(file), 4 * MIB, -1);
	KUNIT_EXPECT_EQ(test, kmemkit_swapoff(), 0);
	KUNIT_EXPECT_EQ(test, kmemkit_swapoff(), -EINVAL);
	KUNIT_EXPECT_EQ(test, get_nr_swap_pages(), 0l);
	KUNIT_EXPECT_EQ(test, global_node_page_state(NR_SWAPCACHE), 0ul);
	for (unsigned long i = 0; i < 5 * MIB / PAGE_SIZE; i++)	/* without a slot even zeros must stay */
		bad += has_word(file, i, i < 4 * MIB / PAGE_SIZE ? i + 3 : 0) != 1;
	KUNIT_EXPECT_EQ(test, bad, 0ul);
	fput(file);
	KUNIT_EXPECT_EQ(test, kmemkit_swapon(path, SWAP), 0);
	KUNIT_EXPECT_EQ(test, stats().used, 0ul);
}

/* The error of put_word(), if it is not for the pages that kswapd holds right now; 0 otherwise. */
static long put_at_rest(struct kunit *test, struct file *file, unsigned long index, u64 value)
{
	long err = put_word(file, index, value);

	for (unsigned int vain = 0; err && vain < 3; vain++) {
		rest(test);
		err = put_word(file, index, value);
	}
	return err;
}

/* More than memory and file hold: an error for one page, no damage to the others. */
static void file_full(struct kunit *test)
{
	struct file *file = open_field(test);
	unsigned long n, bad = 0;

	KUNIT_ASSERT_EQ(test, kmemkit_swapoff(), 0);
	KUNIT_ASSERT_EQ(test, kmemkit_swapon(path, 4 * MIB), 0);
	for (n = 0; n < PAGES; n++)
		if (put_at_rest(test, file, n, n + 5))
			break;
	KUNIT_EXPECT_LT(test, n, PAGES);
	KUNIT_EXPECT_GT(test, n, 9 * MIB / PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, put_word(file, n, 1), (long)-ENOMEM);
	rest(test);
	KUNIT_EXPECT_EQ(test, stats().used, stats().slots);
	for (unsigned long i = 0; i < n; i++)
		bad += has_word(file, i, i + 5) != 1;
	KUNIT_EXPECT_EQ(test, bad, 0ul);
	fput(file);
	KUNIT_ASSERT_EQ(test, kmemkit_swapoff(), 0);
	KUNIT_ASSERT_EQ(test, kmemkit_swapon(path, SWAP), 0);
}

static void holes(struct kunit *test)
{
	struct file *file = open_field(test);
	loff_t pos = 3 * PAGE_SIZE - 2;
	char text[5] = "";

	KUNIT_EXPECT_EQ(test, has_word(file, PAGES, 0), (long)-EINVAL);
	KUNIT_EXPECT_TRUE(test, shmem_mapping(file->f_mapping));
	fill(test, file, 1);
	KUNIT_EXPECT_GT(test, shmem_partial_swap_usage(file->f_mapping, 0, PAGES), PAGES / 4);
	KUNIT_EXPECT_EQ(test, kernel_write(file, "abcd", 4, &pos), 4l);
	pos -= 4;
	KUNIT_EXPECT_EQ(test, kernel_read(file, text, 4, &pos), 4l);
	KUNIT_EXPECT_STREQ(test, text, "abcd");

	/* Word i of page i was written: in page 4 the hole begins behind it, in page 9 it ends before it. */
	shmem_truncate_range(file_inode(file), 4 * PAGE_SIZE + 100, 9 * PAGE_SIZE + 63);
	KUNIT_EXPECT_EQ(test, has_word(file, 4, 5), 1l);
	KUNIT_EXPECT_EQ(test, has_word(file, 6, 0), 1l);
	KUNIT_EXPECT_EQ(test, has_word(file, 9, 10), 1l);
	shmem_truncate_range(file_inode(file), 9 * PAGE_SIZE + 70, 9 * PAGE_SIZE + 80);
	KUNIT_EXPECT_EQ(test, has_word(file, 9, 0), 1l);
	shmem_truncate_range(file_inode(file), 0, -1);
	KUNIT_EXPECT_EQ(test, stats().used, stats().bad);
	KUNIT_EXPECT_EQ(test, global_node_page_state(NR_SHMEM), 0ul);
	fput(file);
}

/* Pages that are only read keep their slot, and are not written again. */
static void reading_writes_nothing(struct kunit *test)
{
	u64 *p = kmemkit_anon_map(SIZE);
	struct kmemkit_swap_stats from;
	unsigned long bad = 0;

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (unsigned long i = 0; i < PAGES; i++)
		p[i * 512 + i % 512] = i;
	for (unsigned long i = 0; i < PAGES; i++)
		bad += p[i * 512 + i % 512] != i;
	from = stats();
	for (unsigned int round = 0; round < 3; round++)
		for (unsigned long i = 0; i < PAGES; i++)
			bad += p[i * 512 + i % 512] != i;
	KUNIT_EXPECT_EQ(test, bad, 0ul);
	KUNIT_EXPECT_GT(test, stats().pages_in - from.pages_in, PAGES);
	KUNIT_EXPECT_LT(test, (stats().pages_out - from.pages_out) * 10, stats().pages_in - from.pages_in);
	kunit_info(test, "reading: %lu in, %lu out", stats().pages_in - from.pages_in, stats().pages_out - from.pages_out);
	for (unsigned long i = 0; i < PAGES; i += 3)
		p[i * 512 + i % 512] = ~i;
	for (unsigned long i = 0; i < PAGES; i++)
		bad += p[i * 512 + i % 512] != (i % 3 ? i : ~i);
	KUNIT_EXPECT_EQ(test, bad, 0ul);
	KUNIT_EXPECT_EQ(test, kmemkit_anon_unmap(p), 0);
	KUNIT_EXPECT_EQ(test, stats().used, stats().bad);
}

static void asking(struct kunit *test)
{
	char *p = kmemkit_anon_map(5 * PAGE_SIZE - 1);
	struct kmemkit_anon_stats now;

	KUNIT_ASSERT_NOT_NULL(test, p);
	rest(test);			/* it takes pages from view */
	KUNIT_EXPECT_NULL(test, kmemkit_anon_map(0));
	KUNIT_EXPECT_EQ(test, kmemkit_anon_touch(p + 1, 2 * PAGE_SIZE, true), 0);	/* three pages */
	KUNIT_EXPECT_EQ(test, kmemkit_anon_touch(p + 4 * PAGE_SIZE, 1, false), 0);
	kmemkit_anon_stats(&now);
	KUNIT_EXPECT_EQ(test, now.regions, 1ul);
	KUNIT_EXPECT_EQ(test, now.total, 5ul);
	KUNIT_EXPECT_EQ(test, now.resident, 4ul);
	KUNIT_EXPECT_EQ(test, now.shown, 4ul);
	KUNIT_EXPECT_EQ(test, kmemkit_anon_touch(p, 6 * PAGE_SIZE, false), -EFAULT);
	KUNIT_EXPECT_EQ(test, kmemkit_anon_touch(&now, 1, false), -EFAULT);
	memset(p, 1, 5 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, kmemkit_anon_discard(p + 1, 3 * PAGE_SIZE), 0);	/* pages 1 and 2 */
	KUNIT_EXPECT_EQ(test, p[PAGE_SIZE - 1], 1);
	KUNIT_EXPECT_EQ(test, p[PAGE_SIZE], 0);
	KUNIT_EXPECT_EQ(test, p[3 * PAGE_SIZE - 1], 0);
	KUNIT_EXPECT_EQ(test, p[3 * PAGE_SIZE], 1);
	KUNIT_EXPECT_EQ(test, kmemkit_anon_discard(p, 6 * PAGE_SIZE), -EFAULT);
	KUNIT_EXPECT_EQ(test, kmemkit_anon_unmap(p + PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, kmemkit_anon_unmap(p), 0);
	KUNIT_EXPECT_EQ(test, kmemkit_anon_unmap(p), -EINVAL);
	kmemkit_anon_stats(&now);
	KUNIT_EXPECT_EQ(test, now.regions + now.mappings, 0ul);
}

/* A little of everything; whether something failed, which must be an error and nothing else. */
static bool scenario(struct kunit *test)
{
	struct file *file = shmem_file_setup("nth", MIB, 0);
	char *p = kmemkit_anon_map(MIB);
	bool failed = IS_ERR(file) || !p;

	for (unsigned long i = 0; !IS_ERR(file) && i < 100; i += 33) {
		long err = put_word(file, i, i);

		KUNIT_EXPECT_TRUE(test, err == 0 || err == -ENOMEM);
		if (err)
			failed = true;
		else
			KUNIT_EXPECT_EQ(test, has_word(file, i, i), 1l);
	}
	for (unsigned long i = 0; p && i < 3; i++) {
		int err = kmemkit_anon_touch(p + i * PAGE_SIZE, 1, true);

		KUNIT_EXPECT_TRUE(test, err == 0 || err == -ENOMEM);
		failed |= err != 0;
	}
	if (!IS_ERR(file))
		fput(file);
	if (p)
		KUNIT_EXPECT_EQ(test, kmemkit_anon_unmap(p), 0);
	return failed;
}

static void each_allocation_fails(struct kunit *test)
{
	unsigned int seen = 0;
	long left = 0;

	for (long n = 1; !left && n < 200; n++) {
		kmemkit_fail_nth(n);
		seen += scenario(test);
		left = kmemkit_fail_nth(0);
		KUNIT_EXPECT_EQ(test, stats().used, stats().bad);
		KUNIT_EXPECT_EQ(test, global_node_page_state(NR_SHMEM), 0ul);
	}
	kunit_info(test, "failures of allocations that a caller saw: %u", seen);
	KUNIT_EXPECT_GT(test, left, 0l);
	KUNIT_EXPECT_GT(test, seen, 5u);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
}

/* The validator sees a slot that nobody holds. */
kmk_slot kmk_swap_get(void);
void kmk_swap_put(kmk_slot slot);

static void validator_sees(struct kunit *test)
{
	struct file *file = open_field(test);
	char *p = kmemkit_anon_map(SIZE);
	struct sysinfo info;
	kmk_slot slot;

	KUNIT_ASSERT_NOT_NULL(test, p);
	fill(test, file, 2);
	memset(p, 1, SIZE);
	rest(test);
	si_swapinfo(&info);
	KUNIT_EXPECT_EQ(test, info.totalswap, stats().slots);
	KUNIT_EXPECT_EQ(test, info.totalswap - info.freeswap, stats().used);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
	slot = kmk_swap_get();
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 1u);
	kmk_swap_put(slot);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
	KUNIT_EXPECT_EQ(test, kmemkit_anon_unmap(p), 0);
	fput(file);
}

static int edge_init(struct kunit_suite *suite)
{
	(void)suite;
	return kmemkit_swapon(path, SWAP);
}

static void edge_exit(struct kunit_suite *suite)
{
	(void)suite;
	kmemkit_swap_fail(0, 0, 0);
	kmemkit_swapoff();
}

static struct kunit_case edge_cases[] = {
	KUNIT_CASE(writes_fail),
	KUNIT_CASE(reads_fail),
	KUNIT_CASE(off_and_on),
	KUNIT_CASE(file_full),
	KUNIT_CASE(holes),
	KUNIT_CASE(reading_writes_nothing),
	KUNIT_CASE(asking),
	KUNIT_CASE(each_allocation_fails),
	KUNIT_CASE(validator_sees),
	{}
};

static struct kunit_suite edge_suite = {
	.name = "swap_edge", .suite_init = edge_init, .suite_exit = edge_exit, .test_cases = edge_cases,
};
kunit_test_suite(edge_suite);
MODULE_LICENSE("MIT");
