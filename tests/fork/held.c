/* SPDX-License-Identifier: MIT */
/*
 * A fork while another thread is in the middle of something that takes long; the child must be able to do the
 * same. held MODE [FILE]. "Long" is a system call of the library's that is held up here, in place of libc's.
 *
 *   write     writing a page to the swap file, for 1.3 s (needs little memory and a swap file)
 *   validate  the same for 0.3 s, without a fork: kmemkit_validate() finds no fault
 *   region    faulting in a region, which the child gives back (needs the same)
 *   oom       in a call-back of the OOM chain (needs little memory)
 *   walk      in a walk over the caches
 *   close     writing a file back that it closes (needs FILE)
 *   swap      taking and freeing pages, one of which an object names
 *   poll      no other thread: whose word of pressure is it? (needs little memory)
 */
#include <errno.h>
#include <kmemkit/anon.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/pressure.h>
#include <kmemkit/swap.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES	3072ul		/* of a region, more than there are frames */

enum { NO, NEXT, NOW };
static int slow;		/* a write is to be held up, is */
static unsigned int slow_ms;	/* 0: until `release` */
static int release, stop, there;
static const char *path;

static int get(int *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }
static void set(int *word, int to) { __atomic_store_n(word, to, __ATOMIC_SEQ_CST); }

static void until(int *word, int value)
{
	while (get(word) != value)
		usleep(1000);
}

/* The library's door to files. */
__attribute__((visibility("default"))) long syscall(long nr, ...)
{
	register long a4 __asm__("r10"), a5 __asm__("r8"), a6 __asm__("r9");
	long a1, a2, a3, ret;
	int next = NEXT;
	va_list ap;

	if (nr == SYS_pwrite64 && __atomic_compare_exchange_n(&slow, &next, NOW, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
		if (slow_ms)
			usleep(slow_ms * 1000);
		else
			until(&release, 1);
	}
	va_start(ap, nr);
	a1 = va_arg(ap, long);
	a2 = va_arg(ap, long);
	a3 = va_arg(ap, long);
	a4 = va_arg(ap, long);
	a5 = va_arg(ap, long);
	a6 = va_arg(ap, long);
	va_end(ap);
	__asm__ volatile("syscall" : "=a"(ret) : "a"(nr), "D"(a1), "S"(a2), "d"(a3), "r"(a4), "r"(a5), "r"(a6)
			 : "rcx", "r11", "memory");
	if (ret >= 0 || ret < -4095)
		return ret;
	errno = (int)-ret;
	return -1;
}

/* Fork; what the child finds wrong, or 99 if it hangs. */
static int child_of(int (*child)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		alarm(60);
		_exit(child());
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

/* ---- regions ---- */

static volatile unsigned long *region;

static void *touch(void *data)
{
	unsigned long seed = (unsigned long)data;

	while (!get(&stop)) {
		seed = seed * 6364136223846793005ul + 1442695040888963407ul;
		region[(seed >> 33) % PAGES * 512]++;
	}
	return NULL;
}

static void make_region(pthread_t *threads, unsigned long n)
{
	region = kmemkit_anon_map(PAGES * PAGE_SIZE);
	for (unsigned long i = 0; i < PAGES; i++)
		region[i * 512 + 1] = i;
	for (unsigned long i = 0; i < n; i++)
		pthread_create(&threads[i], NULL, touch, (void *)(i + 7));
}

static int read_all(void)
{
	for (unsigned long i = 0; i < PAGES; i++)
		if (region[i * 512 + 1] != i)
			return 1;
	return kmemkit_validate() ? 2 : 0;
}

static int do_write(void)
{
	pthread_t t;
	int bad;

	make_region(&t, 1);
	slow_ms = 1300;
	set(&slow, NEXT);
	until(&slow, NOW);
	bad = child_of(read_all);
	set(&stop, 1);
	pthread_join(t, NULL);
	return bad;
}

static int do_validate(void)
{
	pthread_t t;
	int bad;

	make_region(&t, 1);
	slow_ms = 300;
	set(&slow, NEXT);
	until(&slow, NOW);
	bad = kmemkit_validate() != 0;
	set(&stop, 1);
	pthread_join(t, NULL);
	return bad;
}

static int give_back(void)
{
	struct kmemkit_swap_stats stats;

	if (kmemkit_anon_unmap((void *)region))
		return 1;
	kmemkit_swap_stats(&stats);
	return stats.used ? 2 : 0;
}

static int do_region(void)
{
	pthread_t t[3];
	int bad = 0;

	make_region(t, 3);
	for (int i = 0; i < 8 && !bad; i++)
		bad = child_of(give_back);
	set(&stop, 1);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	return bad;
}

/* ---- out of memory ---- */

static void fill(void)
{
	while (alloc_page(GFP_ATOMIC | __GFP_NOWARN))
		;
}

static int at_last(struct notifier_block *nb, unsigned long event, void *freed)
{
	(void)nb, (void)event, (void)freed;
	if (get(&there))
		return NOTIFY_OK;
	set(&there, 1);
	until(&release, 1);
	return NOTIFY_OK;
}

static void *hungry(void *unused)
{
	(void)unused;
	return alloc_page(GFP_KERNEL | __GFP_NOWARN);
}

static int be_refused(void) { return alloc_page(GFP_KERNEL | __GFP_NOWARN) ? 1 : 0; }

static int do_oom(void)
{
	static struct notifier_block nb = { .notifier_call = at_last };
	pthread_t t;
	int bad;

	fill();
	register_oom_notifier(&nb);
	pthread_create(&t, NULL, hungry, NULL);
	until(&there, 1);
	bad = child_of(be_refused);
	set(&release, 1);
	pthread_join(t, NULL);
	return bad;
}

static int own_word(void)
{
	struct pollfd p = { .fd = kmemkit_pressure_fd(), .events = POLLIN };

	fill();
	if (alloc_page(GFP_KERNEL | __GFP_NOWARN))
		return 1;
	return poll(&p, 1, 60000) == 1 ? 0 : 2;
}

static int do_poll(void)
{
	struct pollfd p = { .fd = kmemkit_pressure_fd(), .events = POLLIN };
	int bad = child_of(own_word);

	return bad ? bad : poll(&p, 1, 0) ? 3 : 0;
}

/* ---- caches ---- */

static struct kmem_cache *mine;

static void *reader(void *unused)
{
	rcu_read_lock();
	set(&there, 1);
	until(&release, 1);
	rcu_read_unlock();
	return unused;
}

static void *trim(void *unused)
{
	try_to_free_pages(NULL, 0, GFP_KERNEL, NULL);
	return unused;
}

static unsigned long slab_frames(void)
{
	struct kmemkit_stats stats;

	kmemkit_get_stats(&stats);
	return stats.frames_slab;
}

static int end_mine(void)
{
	kmem_cache_destroy(mine);
	return kmemkit_validate() ? 1 : 0;
}

/* The trimming thread waits for the reader, with the slabs of the cache taken off. */
static int do_walk(void)
{
	void *objects[64];
	unsigned long before;
	pthread_t r, t;
	int bad;

	mine = kmem_cache_create("mine", 2048, 0, SLAB_TYPESAFE_BY_RCU, NULL);
	for (int i = 0; i < 64; i++)
		objects[i] = kmem_cache_alloc(mine, GFP_KERNEL);
	for (int i = 0; i < 64; i++)
		kmem_cache_free(mine, objects[i]);
	before = slab_frames();
	pthread_create(&r, NULL, reader, NULL);
	until(&there, 1);
	pthread_create(&t, NULL, trim, NULL);
	while (slab_frames() + 8 > before)
		usleep(1000);
	bad = child_of(end_mine);
	set(&release, 1);
	pthread_join(r, NULL);
	pthread_join(t, NULL);
	return bad;
}

/* ---- files ---- */

static void *closer(void *file)
{
	filp_close(file, NULL);
	return NULL;
}

/* The same one, and another. */
static int open_two(void)
{
	struct file *same = filp_open(path, O_RDWR, 0600), *other = filp_open("/dev/null", O_RDONLY, 0);
	loff_t pos = 0;
	char c = 0;

	if (IS_ERR(same) || IS_ERR(other))
		return 1;
	if (kernel_write(same, "b", 1, &pos) != 1 || vfs_fsync(same, 0))
		return 2;
	pos = 0;
	return kernel_read(same, &c, 1, &pos) == 1 && c == 'b' && !filp_close(same, NULL) ? 0 : 3;
}

static int do_close(void)
{
	struct file *file = filp_open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	loff_t pos = 0;
	pthread_t t;
	int bad;

	if (IS_ERR(file) || kernel_write(file, "a", 1, &pos) != 1)
		return 90;
	set(&slow, NEXT);
	pthread_create(&t, NULL, closer, file);
	until(&slow, NOW);
	bad = child_of(open_two);
	set(&release, 1);
	pthread_join(t, NULL);
	return bad;
}

/* ---- pages ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct page **named;		/* an object: the page that it names */

static void *replace(void *unused)
{
	while (!get(&stop)) {
		struct page *old;

		pthread_mutex_lock(&lock);
		old = *named;
		*named = alloc_page(GFP_KERNEL);
		__free_page(old);
		pthread_mutex_unlock(&lock);
	}
	return unused;
}

/* Whoever replaces it is not at it: it is nobody else's. */
static int look(void)
{
	return pthread_mutex_trylock(&lock) || page_ref_count(*named) == 1 ? 0 : 1;
}

static int do_swap(void)
{
	pthread_t t;
	int bad = 0;

	named = kmalloc(sizeof(*named), GFP_KERNEL);
	*named = alloc_page(GFP_KERNEL);
	for (int i = 0; i < 2000; i++)		/* the copy shall take a while */
		memset(kmalloc(PAGE_SIZE, GFP_KERNEL), 1, PAGE_SIZE);
	pthread_create(&t, NULL, replace, NULL);
	for (int i = 0; i < 60 && !bad; i++)
		bad = child_of(look);
	set(&stop, 1);
	pthread_join(t, NULL);
	return bad;
}

static const struct { const char *name; int (*fn)(void); } modes[] = {
	{ "write", do_write }, { "validate", do_validate }, { "region", do_region }, { "oom", do_oom },
	{ "walk", do_walk }, { "close", do_close }, { "swap", do_swap }, { "poll", do_poll },
};

int main(int argc, char **argv)
{
	int bad;

	setvbuf(stdout, NULL, _IOLBF, 0);
	path = argc > 2 ? argv[2] : NULL;
	if (kmemkit_start())
		return 2;
	for (size_t i = 0; argc > 1 && i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(argv[1], modes[i].name))
			continue;
		bad = modes[i].fn();
		printf("%s: %d (0: well, 99: the child hung)\n", argv[1], bad);
		return bad != 0;
	}
	return 2;
}
