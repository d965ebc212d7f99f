/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Unit files, and whether they start at boot: what ListUnitFiles answers, read from the unit folders here.
 * systemd walks all folders again for each file: that takes it 0.2 s for 230 files, 0.9 s for 590 and half a
 * minute for 5,000, and it answers nobody meanwhile. Read in one pass they cost some milliseconds, of our
 * own. tests/real compares each word with systemd's. */

#include <stddef.h>

#include <systemd/sd-event.h>

#include "base/error.h"
#include "base/op.h"

struct unit_file {
        char *name;
        const char *state;      /* "enabled", "static", "masked-runtime", …: systemctl(1), is-enabled */
};

struct unit_files {
        struct unit_file *items;        /* sorted by name */
        size_t n;
};
struct unit_files *unit_files_free(struct unit_files *files);
DEFINE_CLEANUP(struct unit_files, unit_files_free)

/* folders: in their order of precedence, below root ("": the host's own). A folder that is not there, a file
 * that cannot be read are no error. A little is done at a time, so that a slow disk holds nobody for long. */
struct op *unit_files_read(sd_event *event, const char *root, char *const *folders,
                           void (*done)(struct unit_files *files, struct error *e, void *userdata),
                           void *userdata);
