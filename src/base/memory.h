/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Allocations that succeed or end the program with one sentence, since Linux answers a shortage of memory
 * with its OOM killer anyway. A worker may die at any instruction (tests/kill kills it at each of its system
 * calls), a console too. Sizes from outside have a ceiling before they come here. */

#include <stddef.h>

void *xcalloc(size_t n, size_t size);
void *xreallocarray(void *p, size_t n, size_t size);
char *xstrdup(const char *s);                   /* NULL gives NULL */
char *xstrndup(const char *s, size_t n);

#define new0(type) ((type *) xcalloc(1, sizeof(type)))

/* free() for each, in this order; their values are read before. */
#define FREE_ALL(...) free_all((void *const[]) { __VA_ARGS__ }, ELEMENTS(((void *const[]) { __VA_ARGS__ })))
void free_all(void *const *pointers, size_t n);

/* Ends the program: calls the function of oom_prepare(), prints a sentence on standard error, exits 1. */
_Noreturn void oom(void);

/* Sets the work before the last sentence: the console restores the terminal. NULL: nothing. */
void oom_prepare(void (*prepare)(void *userdata), void *userdata);
