/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The drop-in that fairlead keeps for a unit, below whatever else configures it: the common settings of
 * systemd.unit(5), systemd.service(5) and systemd.resource-control(5), one line each. Pure text; systemd
 * itself says whether a value is right (backend/host/edit.c). */

#include <stdbool.h>

#include "base/error.h"

#define DROP_IN_FOLDER "/etc/systemd/system/"
#define DROP_IN_NAME "50-fairlead.conf"

struct drop_in_setting {
        const char *name, *section;
        const char *help;  /* one line */
        const char *types; /* suffixes of the units that have it, as ".service .socket"; NULL: all */
};
extern const struct drop_in_setting drop_in_settings[]; /* ends with a name NULL */

/* "/etc/systemd/system/UNIT.d/50-fairlead.conf"; the caller frees. */
char *drop_in_path(const char *unit);

/* Whether the path is such a one, of a valid unit's name. */
bool drop_in_path_valid(const char *path);

/* The text with these settings ("Restart=on-failure"; "Restart=" takes the line out again), "" where none
 * remains. text: the present one, "" for none. -EINVAL with a sentence for what is no such setting. */
int drop_in_change(const char *unit, const char *text, char *const *settings, char **ret,
                   struct error **reterr);

/* Of what systemd-analyze verify(1) prints the complaints about this file, without the path, a line each;
 * NULL: none. The caller frees. */
char *drop_in_complaints(const char *output);
