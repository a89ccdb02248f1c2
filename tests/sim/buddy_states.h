/* SPDX-License-Identifier: MIT */
/* The door between the exhaustive check's two worlds. */
#ifndef BUDDY_STATES_H
#define BUDDY_STATES_H

#define BUDDY_MAX_FRAMES 16
#define BUDDY_NO_HEAD 15u

int buddy_start(unsigned int frames);
void buddy_empty(void);			/* all frames free */
void buddy_save(void);
void buddy_restore(void);
unsigned int buddy_validate(void);
int buddy_alloc(unsigned int order);	/* first frame, or -1 */
void buddy_free(unsigned int frame, unsigned int order);
unsigned int buddy_head_order(unsigned int frame);	/* of an allocated block that starts here */
#endif
