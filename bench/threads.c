/* SPDX-License-Identifier: MIT */
/*
 * Threads: two on their own work, two on hot neighbours, producer and consumer, and sixty-four.
 *
 * Neighbours are made with the public API alone. "apart": each thread allocates its objects itself, while it
 * runs on its own CPU. "lockstep": the same, but the threads take turns, so that an allocator with one slab
 * for all would interleave them. "handed": one thread allocates all, and every other object of the same pages
 * is handed to the second thread, which frees it and allocates again. Objects are a cache line each, so that
 * what is shared is the allocator's. "moved": own work, but both threads change places before each round.
 */
#include "measure.h"
#include <kmemkit/kmemkit.h>
#include <linux/slab.h>

#define OPS	20000
#define HOT	16
#define RING	1024
#define PASSED	8192

#define ENOUGH	20		/* rounds; a figure of fewer is none */

static void report(const char *name, double ns, int counted)
{
	if (counted < ENOUGH)
		printf("  %s: the two threads met in %d rounds only\n", name, counted);
	else
		printf("KMEMBENCH %-24s %.2f  (%d rounds)\n", name, ns, counted);
	fflush(stdout);
}

static struct pair pair;

static void two(const char *name, void (*work)(int id), void (*after)(int id), double ops)
{
	int counted;
	double ns;

	pair.turns = 0;
	pair.work = work;
	pair.after = after;
	ns = run_pair(&pair, &counted);
	report(name, ns / ops, counted);
}

/* ---- own work ---- */

static void own_pairs(int id)
{
	for (int i = 0; i < OPS; i++) {
		void *p = kmalloc(64, GFP_KERNEL);

		*(volatile char *)p = 1;
		kfree(p);
	}
	(void)id;
}

static void own_batches(int id)
{
	void *held[500];

	for (int r = 0; r < OPS / 500; r++) {
		for (int i = 0; i < 500; i++) {
			held[i] = kmalloc(128, GFP_KERNEL);
			*(volatile char *)held[i] = 1;
		}
		for (int i = 0; i < 500; i++)
			kfree(held[i]);
	}
	(void)id;
}

/* As kmem_bench has them: 4,096 at a time. */
#define BATCH	4096
#define BATCHES	5
static void *batch[2][BATCH];

#define OWN_BATCH(size)								\
static void own_batches_##size(int id)						\
{										\
	for (int r = 0; r < BATCHES; r++) {					\
		for (int i = 0; i < BATCH; i++) {				\
			batch[id][i] = kmalloc(size, GFP_KERNEL);		\
			*(volatile char *)batch[id][i] = 1;			\
		}								\
		for (int i = 0; i < BATCH; i++)					\
			kfree(batch[id][i]);					\
	}									\
}

OWN_BATCH(16)
OWN_BATCH(64)
OWN_BATCH(256)

static struct own { void *slot[1024]; uint32_t rng; char pad[128]; } own[2];

static void own_churn(int id)
{
	struct own *o = &own[id];
	uint32_t r = o->rng ? o->rng : 12345u + (uint32_t)id;

	for (int i = 0; i < OPS; i++) {
		size_t size;

		r ^= r << 13;
		r ^= r >> 17;
		r ^= r << 5;
		size = 8 + ((r >> 12) & ((16u << ((r >> 28) & 7)) - 1));
		kfree(o->slot[r % 1024]);
		o->slot[r % 1024] = kmalloc(size, GFP_KERNEL);
		*(volatile char *)o->slot[r % 1024] = 1;
	}
	o->rng = r;
}

static void own_end(int id)
{
	for (int i = 0; i < 1024; i++)
		kfree(own[id].slot[i]);
	memset(&own[id], 0, sizeof(own[id]));
}

/* ---- threads that the scheduler moves: both change their CPU before each round, live objects and all ---- */

static void move(int id, int round)
{
	pin((id + round) % 2);
}

static void moving(const char *name, void (*work)(int id), void (*after)(int id))
{
	pair.before = move;
	two(name, work, after, OPS);
	pair.before = NULL;
}

/* ---- hot neighbours ---- */

static struct kmem_cache *hot_cache;
static struct { char *obj[HOT]; char pad[64]; } hot[2];

static void hot_work(int id)
{
	char **obj = hot[id].obj;

	for (int i = 0; i < OPS; i++) {
		char **p = &obj[i % HOT];

		*(volatile char *)*p = 1;
		kmem_cache_free(hot_cache, *p);
		*p = kmem_cache_alloc(hot_cache, GFP_KERNEL);
	}
}

static void hot_end(int id)
{
	for (int i = 0; i < HOT; i++)
		kmem_cache_free(hot_cache, hot[id].obj[i]);
}

static void turn_all(int id, int step)
{
	for (int i = 0; i < HOT; i++)
		hot[id].obj[i] = kmem_cache_alloc(hot_cache, GFP_KERNEL);
	(void)step;
}

static void turn_one(int id, int step)
{
	hot[id].obj[step / 2] = kmem_cache_alloc(hot_cache, GFP_KERNEL);
}

/* Of a few thousand objects, those of one page after the other, dealt out in turn. */
static void turn_hand(int id, int step)
{
	static void *all[3 * HOT];

	for (int i = 0; i < 3 * HOT; i++)
		all[i] = kmem_cache_alloc(hot_cache, GFP_KERNEL);
	for (int i = 0; i < 3 * HOT; i++)
		if (i < 2 * HOT)
			hot[i % 2].obj[i / 2] = all[i];
		else
			kmem_cache_free(hot_cache, all[i]);
	(void)id;
	(void)step;
}

static int shared_pages(void)
{
	int n = 0;

	for (int i = 0; i < HOT; i++)
		for (int k = 0; k < HOT; k++)
			if ((uintptr_t)hot[0].obj[i] >> 12 == (uintptr_t)hot[1].obj[k] >> 12) {
				n++;
				break;
			}
	return n;
}

static int shared_before, shared_after, rounds_seen;

static void hot_first(int id)
{
	if (!id && !rounds_seen++)
		shared_before = shared_pages();
	hot_work(id);
	if (!id)
		shared_after = shared_pages();
}

static void neighbours(const char *name, void (*turn)(int id, int step), int turns)
{
	int counted;
	double ns;

	hot_cache = kmem_cache_create("hot", 64, 64, SLAB_HWCACHE_ALIGN, NULL);
	pair.turn = turn;
	pair.turns = turns;
	pair.work = hot_first;
	pair.after = hot_end;
	rounds_seen = 0;
	ns = run_pair(&pair, &counted) / OPS;
	report(name, ns, counted);
	printf("  first thread's objects with one of the second's in their page: %d of %d, at the end %d\n",
	       shared_before, HOT, shared_after);
	kmem_cache_destroy(hot_cache);
}

/* ---- producer and consumer ---- */

static struct {
	unsigned long head __attribute__((aligned(64)));
	unsigned long tail __attribute__((aligned(64)));
	void *slot[RING] __attribute__((aligned(64)));
} ring;

static void wait_for(unsigned long *word, unsigned long low)
{
	for (int spins = 0; (long)(__atomic_load_n(word, __ATOMIC_ACQUIRE) - low) < 0; )
		if (++spins > 20000)
			sched_yield();
}

static void produce(void)
{
	unsigned long head = ring.head, known = head;

	for (int i = 0; i < PASSED; i++, head++) {
		char *p = kmalloc(64, GFP_KERNEL);

		*(volatile char *)p = 1;
		if (head - known >= RING - 1) {
			wait_for(&ring.tail, head - RING + 64);
			known = __atomic_load_n(&ring.tail, __ATOMIC_ACQUIRE);
		}
		ring.slot[head % RING] = p;
		if (head % 32 == 31)
			__atomic_store_n(&ring.head, head + 1, __ATOMIC_RELEASE);
	}
	__atomic_store_n(&ring.head, head, __ATOMIC_RELEASE);
}

static void consume(void)
{
	unsigned long tail = ring.tail, known = tail;

	for (int i = 0; i < PASSED; i++, tail++) {
		if (tail == known) {
			wait_for(&ring.head, tail + 1);
			known = __atomic_load_n(&ring.head, __ATOMIC_ACQUIRE);
		}
		kfree(ring.slot[tail % RING]);
		if (tail % 32 == 31)
			__atomic_store_n(&ring.tail, tail + 1, __ATOMIC_RELEASE);
	}
	__atomic_store_n(&ring.tail, tail, __ATOMIC_RELEASE);
}

static struct { long kib; unsigned long frames; } memory[2];
static int consumed;

static void note_memory(int when)
{
	struct kmemkit_stats s;

	kmemkit_get_stats(&s);
	memory[when].frames = s.frames_slab;
	memory[when].kib = resident_kib();
}

static void pass(int id)
{
	if (!id)
		produce();
	else
		consume();
}

/* Memory is looked at between runs; 4 MiB is what new threads' arrays may add, a leak of all would be 600. */
static void producer_consumer(void)
{
	two("producer_consumer", pass, NULL, PASSED);
	note_memory(0);
	for (consumed = 0; consumed < 3; consumed++)
		two("producer_consumer", pass, NULL, PASSED);
	note_memory(1);
	printf("  %d million objects passed: resident %ld KiB, then %ld KiB; frames in slabs %lu, then %lu\n",
	       4 * ROUNDS * PASSED / 1000000, memory[0].kib, memory[1].kib, memory[0].frames, memory[1].frames);
	if (memory[1].kib > memory[0].kib + 4096)
		printf("  GROWS\n");
}

/* ---- many threads ---- */

#define MANY_OPS	12000000

static pthread_barrier_t gate;

struct many { int ops; uint64_t cpu; };

static void *many_thread(void *arg)
{
	struct many *m = arg;
	void *held[32];
	uint64_t cpu;

	pthread_barrier_wait(&gate);
	cpu = cpu_ns();
	for (int i = 0; i < m->ops / 64; i++) {
		for (int k = 0; k < 32; k++) {
			held[k] = kmalloc(64, GFP_KERNEL);
			*(volatile char *)held[k] = 1;
		}
		for (int k = 0; k < 32; k++)
			kfree(held[k]);
		for (int k = 0; k < 32; k++) {
			void *p = kmalloc(256, GFP_KERNEL);

			*(volatile char *)p = 1;
			kfree(p);
		}
	}
	m->cpu = cpu_ns() - cpu;
	return NULL;
}

/* CPU time of an operation with n threads, none of them pinned. */
static double many(int n)
{
	static struct many m[64];
	pthread_t thread[64];
	uint64_t cpu = 0;

	pthread_barrier_init(&gate, NULL, (unsigned int)n);
	for (int i = 0; i < n; i++) {
		m[i].ops = MANY_OPS / n;
		pthread_create(&thread[i], NULL, many_thread, &m[i]);
	}
	for (int i = 0; i < n; i++) {
		pthread_join(thread[i], NULL);
		cpu += m[i].cpu;
	}
	pthread_barrier_destroy(&gate);
	return (double)cpu / MANY_OPS;
}

static void many_threads(void)
{
	double few = 1e9, lots = 1e9;

	for (int i = 0; i < 4; i++) {
		double a = many(2), b = many(64);

		few = a < few ? a : few;
		lots = b < lots ? b : lots;
	}
	printf("KMEMBENCH %-24s %.2f\nKMEMBENCH %-24s %.2f\n", "threads_2_cpu", few, "threads_64_cpu", lots);
}

int main(void)
{
	if (kmemkit_start())
		return 1;
	two("own_pair_64", own_pairs, NULL, OPS);
	two("own_batch_128", own_batches, NULL, OPS);
	two("own_batches_16", own_batches_16, NULL, BATCH * BATCHES);
	two("own_batches_64", own_batches_64, NULL, BATCH * BATCHES);
	two("own_batches_256", own_batches_256, NULL, BATCH * BATCHES);
	two("own_churn", own_churn, own_end, OPS);
	moving("moved_pair_64", own_pairs, NULL);
	moving("moved_churn", own_churn, own_end);
	neighbours("hot_apart", turn_all, 2);
	neighbours("hot_lockstep", turn_one, 2 * HOT);
	neighbours("hot_handed", turn_hand, 1);
	producer_consumer();
	many_threads();
	printf("KMEMBENCH done\n");
	return 0;
}
