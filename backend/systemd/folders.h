/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The contents of the unit folders, gathered in one pass over each, for file-states.h. */

#include <sys/stat.h>

#include "base/base.h"

/* A name in a unit folder, a symlink below NAME.wants and the like, or the unit of a folder NAME.d. */
struct unit_entry {
        char *name;
        char *target;                   /* of a symlink; NULL: a file */
        const char *to;                 /* the last part of target */
        unsigned folder;
        bool below;
};

struct unit_entries {
        struct unit_entry *items;
        size_t n;
};

struct unit_folders {
        char *root;
        char **paths;                   /* of the folders, without root */
        struct stat *stats;             /* of the folders; all zero: missing */
        unsigned n, next;               /* number of folders; the next one to read */

        /* Sorted by name after unit_folders_sort(). */
        struct unit_entries entries;    /* of each name only the entry in the first folder */
        struct unit_entries links;
        struct unit_entries by_target;  /* the links, sorted by `to` */
        struct unit_entries drop_ins;
};

void unit_folders_init(struct unit_folders *f, const char *root, char *const *paths);
void unit_folders_done(struct unit_folders *f);

/* Reads the next folder; an unreadable one is empty. */
void unit_folders_next(struct unit_folders *f);
/* After the last one. */
void unit_folders_sort(struct unit_folders *f);

/* The entry of this name; NULL: none. */
const struct unit_entry *unit_folders_find(const struct unit_folders *f, const char *name);
/* The place of the first item with this name (by_target: that leads to it), or where it would be. */
size_t unit_folders_place(const struct unit_entries *sorted, bool by_target, const char *name);
