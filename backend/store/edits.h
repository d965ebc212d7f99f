/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What somebody types in an editor, until it counts: `state`/edits/UNIT/FILE, each folder 0700. Editors leave
 * files of their own beside it, and what is there after a crash or a lost line is found by the next edit. */

#include "backend/io/paths.h"
#include "base/error.h"

struct edit_copy {
        int folder;   /* of this unit, locked until the copy is closed; -1: closed */
        char *path;   /* of the copy, for the editor */
        char *name;   /* its last component */
        bool earlier; /* an edit that did not count is there */
};
#define EDIT_COPY_CLOSED ((struct edit_copy){ .folder = -1 })

/* unit: or the name of a Quadlet file. file: the name that an editor sees ("50-fairlead.conf"). -EBUSY:
 * somebody else edits this unit. */
int edit_copy_open(const struct paths *paths, const char *unit, const char *file, struct edit_copy *ret,
                   struct error **reterr);

/* The copy, on disk when this returns. An earlier one is kept beside it as FILE~ (the last such). */
int edit_copy_write(const struct edit_copy *copy, const char *text, struct error **reterr);

/* At most `max` bytes; the caller frees. */
int edit_copy_read(const struct edit_copy *copy, size_t max, char **ret, struct error **reterr);

/* What was typed counts, or there was nothing: the folder goes, but for an older copy that was kept. */
void edit_copy_remove(struct edit_copy *copy, const struct paths *paths, const char *unit);

/* Gives the lock back; the copy stays. */
void edit_copy_close(struct edit_copy *copy);
