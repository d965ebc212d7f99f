/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reading and writing the host's files by descriptor: no symlink is followed on the way, what is written is
 * whole or not there (O_TMPFILE, fsync, linkat, rename, fsync of the folder). reference/security.md
 * section 4.
 *
 * A folder is an open directory descriptor; `name` is one path component. All functions return 0 or more, or
 * a negative errno; those with reterr leave a sentence there. */

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "model/job/changes.h"

/* The folder that stands for "/": "" is the host's own root. The caller closes it. */
int files_open_root(const char *root, struct error **reterr);

/* Opens the folder at an absolute path below root_fd, following no symlink (-ELOOP). The caller closes it. */
int files_open_folder(int root_fd, const char *path, struct error **reterr);

/* Opens the folder that holds `path`; *ret_name points into path. -EINVAL for "/" itself. */
int files_open_parent(int root_fd, const char *path, const char **ret_name, struct error **reterr);

/* Like files_open_folder(), and makes what is missing on the way with mode 0755, owned by us. -EPERM:
 * somebody else may write into one of the folders on the way, and so could put something of his own in the
 * place of what is written there. */
int files_make_folder(int root_fd, const char *path, struct error **reterr);

/* May only root (or we ourselves) write into this open folder? -EPERM with a sentence and what to do. */
int files_check_owner(int fd, const char *path, struct error **reterr);

/* `path` with its symlinks resolved inside root_fd (/usr/local is one on ostree hosts). -ENOENT. The caller
 * frees. */
int files_resolve(int root_fd, const char *path, char **ret);

/* The object as it is now, content aside: type, mode, owner, size, times, target, xattrs. path is copied into
 * the entry. -ENOENT when there is none. */
int files_look(int folder, const char *name, const char *path, struct entry *ret);

/* Reads a regular file whole; NUL-terminated beyond *ret_n. -E2BIG above max. Follows no symlink. */
int files_read(int folder, const char *name, size_t max, char **ret, size_t *ret_n, struct error **reterr);

/* Replaces (or makes) name by bytes with this mode, owned by us. */
int files_write(int folder, const char *name, const void *bytes, size_t n, mode_t mode,
                struct error **reterr);

/* Is there still what files_look() saw (an entry without a path: nothing)? Somebody else may write to the
 * host at any time. The functions below that take `seen` look once more in the last moment and end with
 * -ESTALE, nothing changed; NULL: whatever is there. */
bool files_still(int folder, const char *name, const struct entry *seen);

/* Puts an object there that is like `like` in all that is restored: type, content (regular files: all of
 * content_fd, holes kept), target, mode, owner, xattrs, times. Replaces a non-folder that is there; a folder
 * must not be there. An xattr that the file system does not take is no error. */
int files_put(int folder, const char *name, const struct entry *like, int content_fd,
              const struct entry *seen, struct error **reterr);

/* Makes mode, owner, xattrs and times of what is there like `like`, whose type must be the same. */
int files_set_attributes(int folder, const char *name, const struct entry *like, const struct entry *seen,
                         struct error **reterr);

/* Only the time of modification; on the disk when the folder is synced next. */
int files_set_time(int folder, const char *name, const struct timespec *mtime);

/* Replaces name by a hard link to from_name, which must be the file `from` that was looked at (else -ESTALE,
 * too). */
int files_link(int from_folder, const char *from_name, const struct entry *from, int folder, const char *name,
               const struct entry *seen, struct error **reterr);

/* Removes a file, or an empty folder, and syncs; what is not there is no error. */
int files_remove(int folder, const char *name, struct error **reterr);

/* Is it a name that files_put() and its kin use until what they make is finished? */
bool files_is_temporary(const char *name);

/* Removes from a folder what a process that died left half made there: only names that this file makes.
 * Nobody else may be at work in the folder (backend/store/host-lock.h). */
int files_sweep(int folder);

/* Removes name and all below it (our own folders only: it does not ask); what is not there is no error. */
int files_remove_tree(int folder, const char *name);

/* Copies all of from to to, holes kept. */
int files_copy(int from, int to);

/* Writes all n bytes. */
int files_write_all(int fd, const void *bytes, size_t n);
