/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Restores the host's files: byte for byte, attribute for attribute, in a safe order, each object
 * atomically. An object that others changed since is kept and listed. A second run (after a death)
 * continues the first. */

#include "model/job/changes.h"

struct restore_options {
        int root;                      /* files_open_root() */
        const struct changes *changes; /* the job's changes: each path is restored from `after` to `before` */
        int blobs;                     /* contents of the `before` files */
        const struct manifest *before; /* the whole snapshot, for folder times and hard links; NULL:
                                        * neither */
        char *const *folders;          /* more folders whose times are restored, as objects began in them;
                                        * NULL */
        const char *blobs_name;        /* that folder's path for display, as place of former contents; NULL */
};

struct restored {
        size_t put_back;
        size_t as_before; /* unchanged */
        size_t failed;    /* not restored */
        char **left;      /* a sentence for each object that was kept or failed; without final stop */
};
void restored_done(struct restored *restored);

/* Never stops at one object. */
void restore_run(const struct restore_options *options, struct restored *ret);
