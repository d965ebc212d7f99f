/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A small tree of files for one test, and its fingerprint: everything that an undo must bring back, as text.
 */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/str.h"
#include "tests/test.h"

/* In /var/tmp, which is on a disk as a host's files are; the caller removes it and frees the name. */
char *tree_new(void);
void tree_remove(const char *folder);

/* Folder and path joined, in one of four buffers that take turns. */
char *tree_path(const char *folder, const char *path);

/* A folder, which may be there already; a file with this text; a link. Each with the folders above. */
void tree_folder(const char *folder, const char *path);
void tree_write(const char *folder, const char *path, const char *text);
void tree_link(const char *folder, const char *path, const char *target);

/* NULL: it cannot be opened. The caller frees. */
char *tree_read(const char *folder, const char *path);

/* Types, modes, owners, times, xattrs, targets, contents; the caller frees. */
char *tree_fingerprint(const char *folder);

/* The tree is as it was. */
#define assert_tree(folder, before)                                     \
        do {                                                            \
                _cleanup_free_ char *_now = tree_fingerprint(folder);   \
                assert_string_equal(_now, before);                      \
        } while (0)
