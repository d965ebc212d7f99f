/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Unit files, and whether they start at boot, as ListUnitFilesByPatterns reports them, but read here in one
 * pass, in milliseconds: systemd walks all folders again for each file. Measured on two busy cores: 0.7 s for
 * 234 files and 3.9 s for 734 (systemd 257), 2.0 s for 201 and 9.4 s for 701 (252). A narrow pattern takes 30
 * to 200 ms, `systemctl --root=/` as long as the whole call, in a process of its own. tests/real compares
 * each word with systemd's. */

#include <systemd/sd-event.h>

#include "base/base.h"
#include "base/op.h"

struct file_state {
        char *name;
        const char *state;      /* "enabled", "static", "masked-runtime", …: systemctl(1), is-enabled */
};

struct unit_files {
        struct file_state *items;        /* sorted by name */
        size_t n;
};
struct unit_files *unit_files_free(struct unit_files *files);
DEFINE_CLEANUP(struct unit_files, unit_files_free)

/* folders: by precedence, below root ("": the host's own). A missing folder or an unreadable file is not an
 * error. Reads a little per turn of the loop, so that a slow disk delays nothing else. */
struct op *unit_files_read(sd_event *event, const char *root, char *const *folders,
                           void (*done)(struct unit_files *files, void *userdata), void *userdata);
