/* SPDX-License-Identifier: MIT */
/* The constructor that makes untouched fast paths safe, and port_describe(). */
#include <errno.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host.h"
#include "port_inline.h"

struct kmk_host kmk_host = { .fd = -1, .stack_size = KMK_HOST_STACK };

/* Per-thread state that inline code reaches: found by offset from the thread pointer. */
__thread char port_block[PORT_BLOCK_SIZE]
	__attribute__((tls_model("initial-exec"), visibility("hidden"), aligned(64)));
long port_rseq_off __attribute__((visibility("hidden")));

/* What threads use where sequences are off: cpu_id -1 leads every section to the empty dummy array. */
static __thread struct { uint32_t cpu_id_start; int32_t cpu_id; uint64_t cs; uint32_t flags, pad[3]; }
	no_rseq __attribute__((tls_model("initial-exec"), aligned(32))) = { .cpu_id = -1 };

uintptr_t kmk_host_arrays(size_t *len)
{
	*len = (size_t)(kmk_host.nr_ids + KMK_PCPU_DUMMIES) << KMK_PCPU_SHIFT;
	return KMK_PCPU_BASE;
}

/* Highest possible host CPU + 1: ids are sparse where CPUs can be plugged. */
static unsigned possible_cpus(void)
{
	char buf[256], *p;
	long n = kmk_host_read("/sys/devices/system/cpu/possible", buf, sizeof(buf));
	long conf;

	if (n > 0) {
		for (p = buf + n; p > buf && (p[-1] == '\n' || (p[-1] >= '0' && p[-1] <= '9')); p--)
			;
		return (unsigned)strtoul(p, NULL, 10) + 1;
	}
	conf = sysconf(_SC_NPROCESSORS_CONF);
	return conf > 0 ? (unsigned)conf : 1;
}

static char *thread_pointer(void)
{
	char *p;

	__asm__("movq %%fs:0, %0" : "=r"(p));
	return p;
}

int kmk_host_membarrier(int cmd, unsigned flags, int cpu)
{
	return (int)syscall(SYS_membarrier, cmd, flags, cpu);
}

bool kmk_host_register_fence(void)
{
	return !kmk_host_membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ, 0, 0);
}

/* Sequences need glibc's registration and the barrier that fences them; one without the other is no use. */
static bool rseq_usable(void)
{
	const char *env = getenv("KMEMKIT_RSEQ");
	char *self = thread_pointer();
	struct rseq *rs = (struct rseq *)(void *)(self + __rseq_offset);

	if (!PORT_HAVE_RSEQ || (env && !strcmp(env, "0")) || !__rseq_size)
		return false;
	if (*(volatile int32_t *)&rs->cpu_id < 0)
		return false;
	return kmk_host_register_fence();
}

static void choose_owners(void)
{
	unsigned cpus = possible_cpus();

	kmk_host.nr_host_cpus = cpus;
	kmk_host.rseq = rseq_usable();
	if (kmk_host.rseq) {
		port_rseq_off = (long)__rseq_offset;
		kmk_host.nr_ids = cpus;
		return;
	}
	port_rseq_off = (char *)&no_rseq - thread_pointer();
	kmk_host.nr_slots = cpus * 4 < 16 ? 16 : cpus * 4 > PORT_SLOTS ? PORT_SLOTS : cpus * 4;
	kmk_host.nr_ids = kmk_host.nr_slots;
	kmk_host_slots_init();
}

__attribute__((constructor(101))) static void kmk_host_construct(void)
{
	uintptr_t base;
	size_t len;

	if (kmk_host.nr_ids)
		return;
	choose_owners();
	base = kmk_host_arrays(&len);
	if (kmk_host_reserve("per-CPU object arrays", base, len, PROT_READ | PROT_WRITE))
		port_halt(1);
	kmk_host_fork_register();
}

int port_fence(unsigned id)
{
	if (!kmk_host.rseq)
		return kmk_host_slot_fence(id);
	if (id >= kmk_host.nr_host_cpus)
		return -ENOSYS;
	if (!kmk_host_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, MEMBARRIER_CMD_FLAG_CPU, (int)id))
		return 0;
	kmk_host_log("kmemkit: the fence of CPU %u failed: %s", id, strerror(errno));
	port_halt(1);
}

int port_describe(struct port_desc *desc)
{
	int err;

	kmk_host_construct();
	memset(desc, 0, sizeof(*desc));
	desc->features = PORT_F_ALIAS | PORT_F_THREADS | PORT_F_RELEASE | (kmk_host.rseq ? PORT_F_RSEQ : 0);
	desc->nr_ids = kmk_host.nr_ids;
	err = kmk_host_options(desc);
	if (err)
		return err;
	kmk_host.pid = getpid();
	kmk_host.nr_cpus = desc->nr_cpus;
	kmk_host.desc = *desc;
	err = kmk_host_memory_init(desc);
	if (!err)
		err = kmk_host_guard_init(desc);
	if (!err)
		err = kmk_host_threads_init();
	if (!err)
		err = kmk_host_fork_init();
	if (err)
		return err;
	kmk_host_faults_init();
	kmk_host_edges_init();
	return 0;
}
