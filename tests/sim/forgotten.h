/* SPDX-License-Identifier: MIT */
/* The door between the two worlds of the test of forgotten blocks. */
#ifndef FORGOTTEN_H
#define FORGOTTEN_H

int forgotten_start(void);
int forgotten_fuzz(unsigned long seed, unsigned long steps);	/* 0: all as the model has it */
#endif
