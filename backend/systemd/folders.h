/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The contents of the unit folders, gathered in one pass over each, for file-states.h. */

#include <sys/stat.h>

#include "base/base.h"

/* A name in a unit folder. */
struct entry {
        char *name;
        char *target;                   /* of a symlink; NULL: a file */
        unsigned folder;
};

/* A symlink: an alias in a unit folder, or an entry below NAME.wants and the like. */
struct link {
        char *name;
        char *to;                       /* the last part of its target */
        unsigned folder;
        bool below;
};

/* A folder NAME.d. */
struct drop_in {
        char *name;                     /* of the unit */
        unsigned folder;
};

struct unit_folders {
        char *root;
        char **paths;                   /* of the folders, without root */
        struct stat *stats;             /* of the folders; all zero: missing */
        unsigned n, next;               /* number of folders; the next one to read */

        /* Sorted by name after unit_folders_sort(); of each name only the entry in the first folder. */
        struct entry *entries;
        size_t n_entries;
        struct link *by_name, *by_target;       /* the same, sorted in two ways */
        size_t n_links;
        struct drop_in *drop_ins;
        size_t n_drop_ins;
};

/* 0 or -ENOMEM; call unit_folders_done() in both cases. */
int unit_folders_init(struct unit_folders *f, const char *root, char *const *paths);
void unit_folders_done(struct unit_folders *f);

/* Reads the next folder; an unreadable one is empty. 0 or -ENOMEM. */
int unit_folders_next(struct unit_folders *f);
/* After the last one. 0 or -ENOMEM. */
int unit_folders_sort(struct unit_folders *f);

/* The entry of this name; NULL: none. */
const struct entry *unit_folders_find(const struct unit_folders *f, const char *name);
/* The first item with this name, or its place: links in by_name, in by_target, drop-ins. */
size_t unit_folders_links(const struct unit_folders *f, const char *name);
size_t unit_folders_targets(const struct unit_folders *f, const char *name);
size_t unit_folders_drop_ins(const struct unit_folders *f, const char *name);

/* The last part of a path. */
const char *unit_folders_base(const char *path);
