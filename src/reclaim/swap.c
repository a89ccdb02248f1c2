/* SPDX-License-Identifier: MIT */
/*
 * The swap file: a map of slots, and the I/O to them.
 *
 *	slots     1 .. nr, slot n at byte (n - 1) * PAGE_SIZE of the file
 *	used[]    a bit a slot: occupied, or bad (then also in bad[])
 *	room[]    a bit a word of used[]: some slot in it is free
 *
 * Slots are given out upwards from where the last search ended, so what is written together lies
 * together. Invariants: nr_used + free == nr; a bad slot is used for good; a bit of room[] is clear
 * exactly where the word of used[] is full. All of it under swap_lock, also the moments when a whole map
 * appears and when it goes; I/O happens without, for a slot in use keeps the file.
 *
 * A slot whose write ends in -EIO is bad: the page goes elsewhere. Any other error (a full disk) is the
 * file's, not the slot's.
 */
#include <linux/errno.h>
#include <linux/find.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include <kmemkit/swap.h>
#include "base/option.h"
#include "port.h"
#include "reclaim.h"
#include "shmem.h"
#include "sync/thread.h"

#define WORD		BITS_PER_LONG
#define CLUSTER_ORDER	4
#define CLUSTER		(1u << CLUSTER_ORDER)	/* pages in one call of the host, at most */
#define FORK_LIMIT	(256UL << 20)		/* bytes in slots that a fork copies: as many as of frames */

struct maps {
	unsigned long *used, *bad, *room;
	void *bounce;				/* CLUSTER pages */
};

static struct {
	struct maps map;
	unsigned long nr, words;		/* slots; words of used[] */
	unsigned long next;			/* where the next search begins: a bit of used[] */
	unsigned long nr_used, nr_bad;
	bool open;				/* slots may be given out */
	bool lost;				/* a fork's child: the file stayed with the parent */
	int file;
	char folder[256];			/* of the file: a fork's copy is made there */
} swap;
struct kmk_lock kmk_swap_locks[KMK_SWAP_LOCKS] = {
	KMK_LOCK_INIT(KMK_RANK_SWAP), KMK_LOCK_INIT(KMK_RANK_SWAP), KMK_LOCK_INIT(KMK_RANK_SWAP),
};
#define swap_lock kmk_swap_locks[KMK_SWAP_SLOTS]
static DEFINE_MUTEX(swap_admin);		/* swapon, swapoff */
static struct kmemkit_swap_stats counts;	/* slots, used, bad are not kept here */
static struct { unsigned long writes, reads; int err; } plan;	/* failures asked for */

atomic_long_t nr_swap_pages;
long total_swap_pages;

static void count(unsigned long *n, unsigned long by)
{
	__atomic_fetch_add(n, by, __ATOMIC_RELAXED);
}

/* ---- slots ---- */

static void take_locked(unsigned long bit)
{
	unsigned long word = bit / WORD;

	swap.map.used[word] |= 1UL << bit % WORD;
	if (swap.map.used[word] == ~0UL)
		swap.map.room[word / WORD] &= ~(1UL << word % WORD);
	swap.nr_used++;
	atomic_long_dec(&nr_swap_pages);
}

static void give_locked(unsigned long bit)
{
	unsigned long word = bit / WORD;

	swap.map.used[word] &= ~(1UL << bit % WORD);
	swap.map.room[word / WORD] |= 1UL << word % WORD;
	swap.nr_used--;
	if (!swap.lost)
		atomic_long_inc(&nr_swap_pages);
}

/* The first free slot at or behind from, in the word it lies in or a later one; swap.nr: none. */
static unsigned long find_locked(unsigned long from)
{
	unsigned long bit = find_next_zero_bit(swap.map.used, min(swap.nr, round_up(from + 1, WORD)), from);
	unsigned long word;

	if (bit < min(swap.nr, round_up(from + 1, WORD)))
		return bit;
	word = find_next_bit(swap.map.room, swap.words, from / WORD + 1);
	return word < swap.words ? word * WORD + (unsigned long)__builtin_ctzl(~swap.map.used[word]) : swap.nr;
}

kmk_swap_slot kmk_swap_get(void)
{
	kmk_swap_slot slot = { 0 };
	unsigned long bit;

	kmk_lock(&swap_lock);
	if (swap.open && swap.nr_used < swap.nr) {
		bit = find_locked(swap.next < swap.nr ? swap.next : 0);
		if (bit >= swap.nr)
			bit = find_locked(0);
		take_locked(bit);
		swap.next = bit + 1;
		slot.val = bit + 1;
	}
	kmk_unlock(&swap_lock);
	return slot;
}

static bool slot_good(kmk_swap_slot slot)
{
	return slot.val && slot.val <= swap.nr && test_bit(slot.val - 1, swap.map.used) &&
	       !test_bit(slot.val - 1, swap.map.bad);
}

void kmk_swap_put(kmk_swap_slot slot)
{
	bool good;

	kmk_lock(&swap_lock);
	good = slot_good(slot);
	if (good)
		give_locked(slot.val - 1);
	kmk_unlock(&swap_lock);
	WARN_ONCE(!good, "swap: slot %lu is given back, but it is not in use\n", slot.val);
}

void kmk_swap_spoil(kmk_swap_slot slot)
{
	kmk_lock(&swap_lock);
	if (slot_good(slot)) {
		__set_bit(slot.val - 1, swap.map.bad);
		swap.nr_bad++;
	}
	kmk_unlock(&swap_lock);
}

unsigned long kmk_swap_free_slots(void)
{
	long n = atomic_long_read(&nr_swap_pages);

	return READ_ONCE(swap.open) && n > 0 ? (unsigned long)n : 0;
}

bool kmk_swap_tight(void)
{
	return kmk_swap_free_slots() < READ_ONCE(swap.nr) / 2;
}

/* Does the map agree with itself, and with the number of slots that mappings hold? While nobody swaps. */
bool kmk_swap_map_good(unsigned long held)
{
	unsigned long used = 0, bad = 0, room = 0;
	bool good;

	kmk_lock(&swap_lock);
	for (unsigned long word = 0; word < swap.words; word++) {
		room += test_bit(word, swap.map.room) != (swap.map.used[word] != ~0UL);
		bad += (unsigned long)hweight_long(swap.map.bad[word]);
	}
	for (unsigned long bit = 0; bit < swap.nr; bit++)
		used += test_bit(bit, swap.map.used);
	good = !room && used == swap.nr_used && bad == swap.nr_bad && used == held + bad &&
	       (swap.lost || (long)(swap.nr - used) == atomic_long_read(&nr_swap_pages));
	kmk_unlock(&swap_lock);
	return good;
}

/* ---- I/O ---- */

static bool planned(unsigned long *left)
{
	unsigned long n = __atomic_load_n(left, __ATOMIC_RELAXED);

	while (n && !__atomic_compare_exchange_n(left, &n, n - 1, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	return n != 0;
}

static int stayed_behind(void)
{
	pr_err_once("kmemkit: use after fork: %lu pages were in the swap file, more than a fork copies, or they could not be copied; they stayed with the parent\n",
		    swap.nr_used - swap.nr_bad);
	return -EIO;
}

/* A host call for n pages at buf. The end of the file before the end of the slot is an error of the file. */
static int transfer(bool write, void *buf, unsigned int n, kmk_swap_slot slot)
{
	long len = (long)(n * PAGE_SIZE), done;

	might_sleep();
	if (unlikely(swap.lost))
		return stayed_behind();
	if (unlikely(planned(write ? &plan.writes : &plan.reads)))
		done = plan.err;
	else
		done = port_file_io(swap.file, write, buf, (size_t)len, (slot.val - 1) * PAGE_SIZE);
	if (done == len) {
		count(write ? &counts.writes : &counts.reads, 1);
		count(write ? &counts.pages_out : &counts.pages_in, n);
		count_vm_events(write ? PSWPOUT : PSWPIN, n);
		return 0;
	}
	count(write ? &counts.write_errors : &counts.read_errors, 1);
	pr_warn_ratelimited("swap: %s of slot %lu: %s (%ld)\n", write ? "writing" : "reading", slot.val,
			    done < 0 ? "error" : "end of file", done);
	return done < 0 ? (int)done : -EIO;
}

int kmk_swap_write(struct page *page, kmk_swap_slot slot)
{
	void *buf = kmap_local_page(page);
	int err = transfer(true, buf, 1, slot);

	kunmap_local(buf);
	return err;
}

int kmk_swap_read(struct page *page, kmk_swap_slot slot)
{
	void *buf = kmap_local_page(page);
	int err = transfer(false, buf, 1, slot);

	kunmap_local(buf);
	return err;
}

/* ---- the file ---- */

static void free_maps(struct maps *m)
{
	kvfree(m->used);
	kvfree(m->bad);
	kvfree(m->room);
	free_pages((unsigned long)m->bounce, CLUSTER_ORDER);
}

static int make_maps(struct maps *m, unsigned long nr)
{
	unsigned long words = DIV_ROUND_UP(nr, WORD);

	kmk_self()->internal++;
	m->used = kvcalloc(words, sizeof(long), GFP_KERNEL);
	m->bad = kvcalloc(words, sizeof(long), GFP_KERNEL);
	m->room = kvcalloc(DIV_ROUND_UP(words, WORD), sizeof(long), GFP_KERNEL);
	m->bounce = (void *)__get_free_pages(GFP_KERNEL, CLUSTER_ORDER);
	kmk_self()->internal--;
	if (!m->used || !m->bad || !m->room || !m->bounce) {
		free_maps(m);
		return -ENOMEM;
	}
	for (unsigned long bit = nr; bit < words * WORD; bit++)	/* behind the last slot */
		__set_bit(bit, m->used);
	bitmap_set(m->room, 0, (unsigned int)words);
	return 0;
}

static int open_file(const char *path, size_t bytes)
{
	int file, err;

	if (!port_file_open || !port_file_io || !port_file_truncate || !port_file_close)
		return -EOPNOTSUPP;
	file = port_file_open(path, PORT_OPEN_WRITE | PORT_OPEN_CREATE | PORT_OPEN_TRUNC, 0600);
	if (file < 0)
		return file;
	err = port_file_truncate(file, bytes);
	if (err) {
		port_file_close(file);
		return err;
	}
	return file;
}

static void keep_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) + 1 : 0;	/* "/" keeps its slash */

	if (!len || len >= sizeof(swap.folder))
		strscpy(swap.folder, len ? "/tmp" : ".", sizeof(swap.folder));
	else
		strscpy(swap.folder, path, len + 1);
}

static void begin(const struct maps *m, unsigned long nr, int file)
{
	kmk_lock(&swap_lock);
	swap.map = *m;
	swap.words = DIV_ROUND_UP(nr, WORD);
	swap.file = file;
	swap.lost = false;
	swap.next = 0;
	swap.nr_used = swap.nr_bad = 0;
	WRITE_ONCE(swap.nr, nr);
	WRITE_ONCE(total_swap_pages, (long)nr);
	atomic_long_set(&nr_swap_pages, (long)nr);
	WRITE_ONCE(swap.open, true);
	kmk_unlock(&swap_lock);
}

static int swap_on(const char *path, size_t bytes)
{
	struct maps m;
	int file, err;

	if (swap.nr)
		return -EBUSY;
	file = open_file(path, bytes & PAGE_MASK);
	if (file < 0)
		return file;
	err = make_maps(&m, bytes / PAGE_SIZE);
	if (err) {
		port_file_close(file);
		return err;
	}
	keep_folder(path);
	begin(&m, bytes / PAGE_SIZE, file);
	return 0;
}

int kmemkit_swapon(const char *path, size_t bytes)
{
	int err = kmemkit_start();

	if (err)
		return err;
	if (!path || !*path || bytes < PAGE_SIZE || bytes / PAGE_SIZE > INT_MAX)
		return -EINVAL;
	mutex_lock(&swap_admin);
	err = swap_on(path, bytes);
	mutex_unlock(&swap_admin);
	return err;
}

static void set_open(bool open)
{
	kmk_lock(&swap_lock);
	WRITE_ONCE(swap.open, open);
	kmk_unlock(&swap_lock);
}

/* Nothing is in a slot any more and nothing comes: the map can go. Freed behind the lock, when nobody finds it. */
static int close_if_empty(void)
{
	struct maps m = { .used = NULL };
	int file = -1;

	kmk_lock(&swap_lock);
	if (swap.nr_used == swap.nr_bad) {
		m = swap.map;
		file = swap.file;
		swap.map = (struct maps){ .used = NULL };
		WRITE_ONCE(swap.nr, 0);
		swap.words = swap.nr_used = swap.nr_bad = 0;
		WRITE_ONCE(total_swap_pages, 0);
		atomic_long_set(&nr_swap_pages, 0);
	}
	kmk_unlock(&swap_lock);
	if (!m.used)
		return -EBUSY;
	port_file_close(file);
	free_maps(&m);
	return 0;
}

/* A pass can miss a page that changes between memory and slot at that moment, so there may be several. */
static int swap_off(void)
{
	int err = -EBUSY;

	if (!swap.nr)
		return -EINVAL;
	set_open(false);
	for (unsigned int pass = 0; pass < 100 && err == -EBUSY; pass++) {
		err = kmk_shmem_unuse();
		if (!err)
			err = close_if_empty();
	}
	if (err)
		set_open(true);
	return err;
}

int kmemkit_swapoff(void)
{
	int err;

	if (!mutex_trylock(&swap_admin))
		return -EBUSY;
	err = swap_off();
	mutex_unlock(&swap_admin);
	return err;
}

void kmemkit_swap_stats(struct kmemkit_swap_stats *stats)
{
	kmk_lock(&swap_lock);
	*stats = counts;
	stats->slots = swap.nr;
	stats->used = swap.nr_used;
	stats->bad = swap.nr_bad;
	kmk_unlock(&swap_lock);
}

void si_swapinfo(struct sysinfo *val)
{
	val->totalswap = (unsigned long)READ_ONCE(total_swap_pages);
	val->freeswap = (unsigned long)max(atomic_long_read(&nr_swap_pages), 0l);
}

void kmemkit_swap_fail(unsigned long writes, unsigned long reads, int err)
{
	plan.err = err;
	__atomic_store_n(&plan.writes, writes, __ATOMIC_RELAXED);
	__atomic_store_n(&plan.reads, reads, __ATOMIC_RELAXED);
}

/* ---- fork: the child gets a file of its own, copied while nobody does I/O ---- */

static int copy_file = -1;

static int copy_run(int to, unsigned long bit, unsigned long n)
{
	long len = (long)(n * PAGE_SIZE), done;

	done = port_file_io(swap.file, false, swap.map.bounce, (size_t)len, bit * PAGE_SIZE);
	if (done == len)
		done = port_file_io(to, true, swap.map.bounce, (size_t)len, bit * PAGE_SIZE);
	return done == len ? 0 : -EIO;
}

static int copy_slots(int to)
{
	unsigned long bit = 0, end;
	int err = port_file_truncate(to, swap.nr * PAGE_SIZE);

	while (!err && (bit = find_next_bit(swap.map.used, swap.nr, bit)) < swap.nr) {
		end = find_next_zero_bit(swap.map.used, min(swap.nr, bit + CLUSTER), bit);
		err = copy_run(to, bit, end - bit);
		bit = end;
	}
	return err;
}

void kmk_swap_fork_lock(void)
{
	kmk_lock(&kmk_swap_locks[0]);
	for (unsigned int i = 1; i < KMK_SWAP_LOCKS; i++)
		kmk_lock_nested(&kmk_swap_locks[i]);
}

void kmk_swap_fork_copy(void)
{
	if (!swap.nr || swap.lost || (swap.nr_used - swap.nr_bad) * PAGE_SIZE > FORK_LIMIT)
		return;
	copy_file = port_file_open(swap.folder, PORT_OPEN_WRITE | PORT_OPEN_TEMP, 0600);
	if (copy_file >= 0 && copy_slots(copy_file)) {
		port_file_close(copy_file);
		copy_file = -1;
	}
}

void kmk_swap_fork_unlock(void)
{
	for (unsigned int i = KMK_SWAP_LOCKS; i; i--)
		kmk_unlock(&kmk_swap_locks[i - 1]);
}

void kmk_swap_fork_parent(void)
{
	if (copy_file >= 0)
		port_file_close(copy_file);
	copy_file = -1;
}

void kmk_swap_fork_child(void)
{
	mutex_init(&swap_admin);
	kmk_anon_fork_child();
	kmk_shmem_fork_child();
	if (!swap.nr || swap.lost)
		return;
	port_file_close(swap.file);
	swap.file = copy_file;
	swap.lost = copy_file < 0;
	copy_file = -1;
	if (swap.lost) {
		swap.open = false;
		atomic_long_set(&nr_swap_pages, 0);
		kmk_shmem_keep_all();
	}
}

/* Boot level of the room: the option swap=PATH:SIZE. */
int kmk_swap_start(void)
{
	const char *option = kmk_option("swap"), *colon = option ? strrchr(option, ':') : NULL;
	char path[256], *end;
	unsigned long long bytes;
	int err = -EINVAL;

	if (!option)
		return 0;
	if (colon && (size_t)(colon - option) < sizeof(path)) {
		memcpy(path, option, (size_t)(colon - option));
		path[colon - option] = '\0';
		bytes = memparse(colon + 1, &end);
		if (end > colon + 1 && (!*end || *end == ' '))
			err = kmemkit_swapon(path, bytes);
	}
	if (err)
		pr_err("kmemkit: boot option \"swap=%s\": expected PATH:SIZE, or the file cannot be used (%d)\n",
		       option, err);
	return err;
}
