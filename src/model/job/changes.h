/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The host's files (a manifest of entries), and their changes: the exact difference of two manifests. Pure;
 * backend/snapshot/snapshot.h reads and writes files. */

#include <sys/types.h>
#include <time.h>

#include "base/base.h"
#include "base/names.h"

struct xattr {
        char *name;             /* "system.posix_acl_access", "security.selinux", "user.x" */
        void *value;
        size_t size;
};

struct entry {
        char *path;
        mode_t mode;            /* type and permission bits as lstat(2) */
        uid_t uid;
        gid_t gid;
        uint64_t size;          /* regular files */
        struct timespec mtime;
        struct timespec ctime;  /* shows that a file is unchanged without reading it; not compared, cannot be
                                 * restored */
        char digest[65];        /* SHA-256 in hex, regular files whose content is kept; "" otherwise */
        char *target;           /* symlinks */
        dev_t rdev;             /* device nodes */
        uint64_t inode, device; /* finds hard links within one manifest; not compared */
        uint64_t links;         /* st_nlink; not compared */
        struct xattr *xattrs;   /* sorted by name */
        size_t n_xattrs;
        bool left_out;          /* too large or unreadable: only the name is recorded */
};
void entry_done(struct entry *e);
void entry_copy(const struct entry *from, struct entry *to);    /* *to is overwritten */

/* Sorted by path (strcmp). All zero is a valid, empty one. */
struct manifest {
        struct entry *items;
        size_t n;
        int64_t taken; /* seconds since the epoch when reading began: an entry changed at or after it may have
                        * changed again without a trace in its times; 0: unknown */
};
void manifest_done(struct manifest *m);
/* takes the contents of *e (zeroes it); any order, sort afterwards */
void manifest_take(struct manifest *m, struct entry *e);
void manifest_sort(struct manifest *m);
const struct entry *manifest_find(const struct manifest *m, const char *path);

/* The differences of one path: a bit set, since mode and content can change at once. */
enum {
        CHANGE_ADDED = 1 << 0,
        CHANGE_REMOVED = 1 << 1,
        CHANGE_CONTENT = 1 << 2,        /* content of a file, target of a symlink */
        CHANGE_TYPE = 1 << 3,
        CHANGE_MODE = 1 << 4,
        CHANGE_OWNER = 1 << 5,
        CHANGE_XATTR = 1 << 6,
};

struct change {
        char *path;
        unsigned what;          /* CHANGE_*; times alone are not a change */
        struct entry before;    /* path NULL when added */
        struct entry after;     /* path NULL when removed */
};

struct changes {
        struct change *items;   /* sorted by path */
        size_t n;
};
void changes_done(struct changes *c);

/* NULL: unchanged */
const struct change *changes_find(const struct changes *c, const char *path);

/* The difference; both manifests must be sorted. Entries are copied. */
void changes_make(const struct manifest *before, const struct manifest *after, struct changes *ret);

/* Two successive jobs as one. before and after are the manifests around the first job, later is the changes
 * of the second; the difference of the results is the changes of both. Changes by others in between, on paths
 * that the second did not touch, are left out, except in a folder that the first added. */
void changes_join(const struct manifest *before, const struct manifest *after, const struct changes *later,
                  struct manifest *ret_before, struct manifest *ret_after);

/* "added", "removed", "changed", "mode", "owner", "xattr", joined by "+"; the caller frees. */
char *change_text(unsigned what);

/* The changed attributes in words: "mode 0644 -> 0600, owner 0:0 -> 7:7, attribute user.x" (and a symlink's
 * target, a changed type); of a file that came or went what is not ordinary: "block device 8:0, mode 0666".
 * "" where only content, or existence, changed. The caller frees. */
char *change_detail(const struct change *change);

/* Why the file as it is now is dangerous (setuid, a device node, everybody may write to it), or NULL. */
const char *change_risk(const struct change *change);

/* "file", "directory", "symlink", "socket", "fifo", "device" */
const char *entry_type_name(mode_t mode);

/* Whether all that is restored is equal: type, content, target, mode, owner, xattrs; not times. */
bool entry_same(const struct entry *a, const struct entry *b);

/* The changes of a job, with their diffs. */
struct change_report {
        struct changes *changes;
        char *job;                      /* the job of the changes */
        char **diffs; /* a unified text diff for each change (NULL: not text); NULL unless requested */
};
struct change_report *change_report_free(struct change_report *r);
DEFINE_CLEANUP(struct change_report, change_report_free)
