/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The drop-in that fairlead keeps for a unit, below whatever else configures it: the common settings of
 * systemd.unit(5), systemd.service(5) and systemd.resource-control(5), one line each. Pure text; systemd
 * itself says whether a value is right (backend/host/edit.c). A Quadlet file (podman-systemd.unit(5)) has one
 * likewise, with [Container] and its kin besides; Podman's generator reads it from 5.0 on. */

#include <stdbool.h>

#include "base/error.h"

#define DROP_IN_FOLDER "/etc/systemd/system/"
#define DROP_IN_NAME "50-fairlead.conf"
#define DROP_IN_QUADLETS "/etc/containers/systemd/"

struct drop_in_setting {
        const char *name, *section;
        const char *help;  /* one line */
        const char *types; /* suffixes of the units that have it, as ".service .socket"; NULL: all */
        bool list;         /* each file adds to it; of all others the last one counts */
};
extern const struct drop_in_setting drop_in_settings[]; /* ends with a name NULL */

/* Whether it can be the name of a Quadlet file: "demo.container", "data.volume". */
bool quadlet_name_valid(const char *name);

/* "/etc/systemd/system/UNIT.d/50-fairlead.conf", of a Quadlet below /etc/containers/systemd; the caller
 * frees. */
char *drop_in_path(const char *unit);

/* Whether the path is such a one, of a valid name. */
bool drop_in_path_valid(const char *path);

/* The text with these settings ("Restart=on-failure"; "Restart=" takes the line out again), "" where none
 * remains. text: the present one, "" for none. -EINVAL with a sentence for what is no such setting. */
int drop_in_change(const char *unit, const char *text, char *const *settings, char **ret,
                   struct error **reterr);

/* Whether a unit of this name has the setting. */
bool drop_in_has(const char *unit, const struct drop_in_setting *setting);

/* Its value in the text of a file of the unit; NULL: none. The caller frees. */
char *drop_in_value(const char *unit, const struct drop_in_setting *setting, const char *text);

/* A whole text from outside: lines of text, ended by a newline; "" where it has nothing but comments. */
int drop_in_take(const char *typed, char **ret, struct error **reterr);

/* Sets *reterr to a refusal by systemd-analyze verify(1): its complaints about this file are the causes, each
 * beginning with the line of text that it is about ("Restart=foo: Failed to parse …"). false: none. */
bool drop_in_complaints(const char *unit, const char *output, const char *text, struct error **reterr);

/* The same of a unit that a generator made: its file's name and text; only what it complains of in lines that
 * are the drop-in's, too. */
bool drop_in_complaints_made(const char *unit, const char *output, const char *file, const char *made,
                             const char *text, struct error **reterr);
