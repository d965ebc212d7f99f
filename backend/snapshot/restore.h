/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Puts the host's files back to what they were: byte for byte, attribute for attribute, in a safe order, each
 * object at one stroke. What somebody else changed since is kept and listed. Running it once more (after a
 * death in the middle) goes on where it was. */

#include "base/error.h"
#include "base/str.h"
#include "model/job/changes.h"

struct restore_options {
        int root;                      /* files_open_root() */
        const struct changes *changes; /* what happened: each path is put from `after` back to `before` */
        int blobs;                     /* contents of the `before` files */
        const struct manifest *before; /* all that was saved: gives folders their times back and finds
                                        * hard links; NULL: neither */
        char *const *folders;          /* more folders that get their times back: something was begun in
                                        * them; NULL */
        const char *blobs_name;        /* path of that folder for people: where the former content of a
                                        * kept file is; NULL */
};

struct restored {
        size_t put_back;
        size_t as_before; /* were so already */
        size_t failed;    /* could not be put back */
        char **left;      /* one sentence for each object that was kept or failed; without
                           * final stop */
};
void restored_done(struct restored *restored);

/* Never stops at one object. */
void restore_run(const struct restore_options *options, struct restored *ret);
