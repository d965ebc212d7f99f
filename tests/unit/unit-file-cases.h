/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Unit files and the links to them, each with what systemd says of it: the unit test reads them from a tree of its own, and
 * tests/real/units-real.c puts them on a real host and asks systemd 252 and 257 themselves. Their names meet no other. */

#include <stddef.h>

#define CASE_PREFIX "fairlead-case-"
#define N(name) CASE_PREFIX name
#define E "/etc/systemd/system/"
#define R "/run/systemd/system/"
#define L "/usr/lib/systemd/system/"
#define WANTED "[Install]\nWantedBy=multi-user.target\n"

/* Both end with a row without a name. */
extern const struct case_file {
        const char *name, *place, *text, *state;
} case_files[];

extern const struct case_link {
        const char *link, *target, *state;      /* NULL: it is no unit itself, or listed above */
} case_links[];
