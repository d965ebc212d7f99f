/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A whole file in memory, with a ceiling, and the names in a folder. */

#include "base/base.h"

/* Reads path ("-": standard input) whole; *ret is NUL-terminated after *ret_n bytes (ret_n may be NULL) and
 * the caller's. -EFBIG beyond limit bytes, also of a pipe; -EISDIR, -ENOENT, …; each with a sentence. */
int readfile(const char *path, size_t limit, char **ret, size_t *ret_n, struct error **reterr);

/* The same from an open descriptor, from its offset; name is for the sentence. */
int readfile_fd(int fd, const char *name, size_t limit, char **ret, size_t *ret_n, struct error **reterr);

/* The names in a folder that do not begin with "." and end in suffix, sorted. path: from the descriptor at
 * (AT_FDCWD: where we are). NULL: it cannot be read (errno says why). The caller frees. */
char **folder_names(int at, const char *path, const char *suffix);
