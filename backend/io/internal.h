/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by files.c, which looks, and files-put.c, which changes. */

#include <fcntl.h>
#include <linux/limits.h>
#include <sys/stat.h>

#include "backend/io/files.h"

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Some calls refuse O_PATH descriptors; the magic link of /proc leads to exactly that object. */
const char *files_fd_path(char buffer[static 32], int fd);

/* The names of its extended attributes, each ended by a NUL; proc: files_fd_path(). */
ssize_t files_list_xattrs(const char *proc, char names[static XATTR_LIST_MAX]);

/* Whether this is the object that was looked at, unchanged since. */
bool files_is(const struct stat *st, const struct entry *seen);
