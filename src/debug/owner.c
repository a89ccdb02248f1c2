/* SPDX-License-Identifier: MIT */
/* Who allocated each frame: one record a frame, filled by the slow path (tracked mode has no other). */
#include <linux/kernel.h>
#include <linux/sched.h>
#include "debug.h"

extern void (*kmk_page_note_alloc)(struct page *page, unsigned int order, gfp_t gfp, unsigned long caller);

static void note_alloc(struct page *page, unsigned int order, gfp_t gfp, unsigned long caller)
{
	struct kmk_page_owner *owner = kmk_page_owner(page);
	struct kmk_thread *self = kmk_self();
	u32 stack = 0;

	(void)order;
	if (!self->internal) {
		self->internal++;	/* the depot may need frames itself */
		stack = kmk_save_stack(caller, gfp);
		self->internal--;
	}
	*owner = (struct kmk_page_owner){ .caller = self->internal ? 0 : caller, .stack = stack, .gfp = gfp,
					 .pid = (u32)current->pid, .time = port_now() };
}

void kmk_owner_start(void)
{
	if (kmk_page_tracked)
		kmk_page_note_alloc = note_alloc;
}
