/* SPDX-License-Identifier: MIT */
/* Borrowing from a kernel source by need: see ksource.c. All paths returned are the caller's. */
#ifndef KMK_KSOURCE_H
#define KMK_KSOURCE_H

#include "cmd.h"

char *ksource_open(const char *where);		/* the source's folder; NULL after saying why */
void ksource_folders(struct args *a, const char *dir);
void ksource_generic(struct args *a, const char *dir, const char *scratch);	/* asm/X.h, of asm-generic/X.h */
/* What is compiled for the program's file of that number: a copy in a folder of scratch if it lies in dir, else itself. */
char *ksource_place(const char *dir, const char *scratch, size_t number, const char *file);
/* What the compiler is told besides of a file that lies in dir. */
void ksource_words(struct args *a, const char *dir, const char *file, const char *placed);
char *ksource_find(const char *dir, const char *name);	/* the file below lib/ that has the name, or NULL */
/* The names that the objects need and that neither they, nor our libraries, nor libc have. 0 or a status. */
int ksource_undefined(const struct args *objects, const struct home *h, struct args *names);
void ksource_add_once(struct args *a, const char *s);
void ksource_headers(const char *dir, const char *depfile, struct args *headers);
void ksource_say(const char *dir, const struct args *sources, const struct args *headers);
#endif
