/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reading and writing the host's files by descriptor: no symlink is followed on the way, and a write is whole
 * or absent (O_TMPFILE, fsync, linkat, rename, fsync of the folder).
 *
 * A folder is an open directory descriptor; `name` is one path component. All functions return 0 or more, or
 * a negative errno; those with reterr set a sentence. */

#include <sys/types.h>

#include "model/job/changes.h"

/* The folder used as "/"; "": the host's own root. The caller closes it. */
int files_open_root(const char *root, struct error **reterr);

/* Opens the folder at an absolute path below root_fd, following no symlink (-ELOOP). The caller closes it. */
int files_open_folder(int root_fd, const char *path, struct error **reterr);

/* Opens the folder that holds `path`; *ret_name points into path. -EINVAL for "/" itself. */
int files_open_parent(int root_fd, const char *path, const char **ret_name, struct error **reterr);

/* Like files_open_folder(), and creates missing folders with mode 0755, owned by us. -EPERM: another user may
 * write into a folder on the way, and so could replace the objects written there. */
int files_make_folder(int root_fd, const char *path, struct error **reterr);

/* Opens a folder of our own in this one, with mode 0700 where make creates it. */
int files_open_private(int folder, const char *name, bool make);

/* Whether only root (or our own user) may write into this open folder. -EPERM with a sentence and a hint. */
int files_check_owner(int fd, const char *path, struct error **reterr);

/* `path` with its symlinks resolved below root_fd (ostree: /usr/local is one). -ENOENT. The caller frees. */
int files_resolve(int root_fd, const char *path, char **ret);

/* The object without its content: type, mode, owner, size, times, target, xattrs. path is copied into the
 * entry. -ENOENT when it does not exist. */
int files_look(int folder, const char *name, const char *path, struct entry *ret);

/* Reads a regular file whole; NUL-terminated beyond *ret_n. -E2BIG above max. Follows no symlink. */
int files_read(int folder, const char *name, size_t max, char **ret, size_t *ret_n, struct error **reterr);

/* Creates or replaces name with these bytes and this mode, owned by us. */
int files_write(int folder, const char *name, const void *bytes, size_t n, mode_t mode,
                struct error **reterr);

/* Whether name is still the object that files_look() saw (an entry without a path: nothing). Other processes
 * may write to the host at any time: the functions below that take `seen` check once more at the last moment
 * and return -ESTALE, nothing changed; NULL: no check. */
bool files_still(int folder, const char *name, const struct entry *seen);

/* Creates an object like `like` in all that is restored: type, content (regular files: all of content_fd,
 * holes kept), target, mode, owner, xattrs, times. Replaces a non-folder; an existing folder is refused. An
 * xattr that the file system does not support is not an error. */
int files_put(int folder, const char *name, const struct entry *like, int content_fd,
              const struct entry *seen, struct error **reterr);

/* Sets mode, owner, xattrs and times of an existing object of the same type to those of `like`. */
int files_set_attributes(int folder, const char *name, const struct entry *like, const struct entry *seen);

/* Only the time of modification; on disk when the folder is synced next. */
int files_set_time(int folder, const char *name, const struct timespec *mtime);

/* Replaces name by a hard link to from_name, which must still be the file `from` (else -ESTALE, too). */
int files_link(int from_folder, const char *from_name, const struct entry *from, int folder, const char *name,
               const struct entry *seen);

/* Removes a file, or an empty folder, and syncs; a missing one is not an error. */
int files_remove(int folder, const char *name, struct error **reterr);

/* Whether it is a temporary name of files_put() and the like. */
bool files_is_temporary(const char *name);

/* Removes the unfinished objects of a dead process from a folder: only names that this file creates. The
 * caller has the folder to itself (backend/store/host-lock.h). */
int files_sweep(int folder);

/* Removes name and all below it, without a check (our own folders only); a missing one is not an error. */
int files_remove_tree(int folder, const char *name);

/* Copies the whole content, holes kept. */
int files_copy(int from, int to);

/* Writes all n bytes. */
int files_write_all(int fd, const void *bytes, size_t n);
