/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What tests read of the project's own files. */

#include <stddef.h>

/* The project's root: the environment's SOURCE, or the folder that the test is run in. */
const char *source_root(void);

/* A file below the root, which must be there; the caller frees. ret_n may be NULL. */
char *source_read(const char *path, size_t *ret_n);

/* Calls take() for each line of tests/cases/NAME but comments ('#'), in order: its number, its letter and what stands
 * behind it and a blank. An empty line has the letter 0, and one comes behind the last. */
void source_cases(const char *name, void (*take)(size_t line, char letter, const char *rest, void *userdata), void *userdata);
