/* SPDX-License-Identifier: MIT */
/* Ring 3 on the calling processor: one excursion at a time, ended by its first exception. */
#include "port/x86_64/space.h"

#define PAGE_FAULT	14
#define FLAG_IF		0x200

struct excursion {
	uint64_t rsp;			/* where bare_user_land goes on; 0: none is under way */
	struct bare_user_end *end;
	bool ring3;
};

void bare_user_enter(uint64_t rip, uint64_t rsp, uint64_t arg, uint64_t *keep);
void bare_probe_enter(void (*fn)(uint64_t), uint64_t arg, uint64_t *keep);
extern char bare_user_land[];

static struct excursion under_way[BARE_MAX_CPUS];

static struct excursion *here(void)
{
	return &under_way[bare_this_cpu()->id];
}

/* Exceptions of ring 3 get what is free of this stack below the caller's frames. */
static __attribute__((noinline)) void start(struct excursion *x, uint64_t rip, uint64_t rsp, uint64_t arg)
{
	bare_ring0_stack(((uintptr_t)__builtin_frame_address(0) - 1024) & ~15UL);
	bare_user_enter(rip, rsp, arg, &x->rsp);
}

void bare_user_run(struct bare_space *s, uint64_t rip, uint64_t rsp, uint64_t arg, struct bare_user_end *end)
{
	unsigned long flags = bare_irq_save();
	struct excursion *x = here();

	*end = (struct bare_user_end){ 0 };
	x->end = end;
	x->ring3 = true;
	bare_space_enter(s);
	start(x, rip, rsp, arg);
	bare_space_enter(NULL);
	x->rsp = 0;
	bare_irq_restore(flags);
}

void bare_probe(void (*fn)(uint64_t), uint64_t arg, struct bare_user_end *end)
{
	unsigned long flags = bare_irq_save();
	struct excursion *x = here();

	*end = (struct bare_user_end){ .vector = UINT64_MAX };
	x->end = end;
	x->ring3 = false;
	bare_probe_enter(fn, arg, &x->rsp);
	x->rsp = 0;
	bare_irq_restore(flags);
}

bool bare_user_fault(struct bare_regs *r, uint64_t cr2)
{
	struct excursion *x = here();
	bool ring3 = r->cs & 3;

	if (!x->rsp || x->ring3 != ring3)
		return false;
	*x->end = (struct bare_user_end){
		.vector = r->vector, .error = r->error, .rip = r->rip, .rax = r->rax,
		.address = r->vector == PAGE_FAULT ? cr2 : 0,
	};
	r->rip = (uintptr_t)bare_user_land;
	r->cs = BARE_CS;
	r->ss = BARE_DS;
	r->rsp = x->rsp;
	r->rflags = 2;
	return true;
}
