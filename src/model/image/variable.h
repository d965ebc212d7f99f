/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The variables of a recipe: their names and values. */

#include "model/image/image.h"

/* The length of the variable name ([A-Za-z_][A-Za-z0-9_]*) at s, or 0. */
size_t variable_name_length(const char *s);

/* Whether fairlead defines the variable (NAME, IMAGE, HOST, OPT1, …). */
bool variable_is_known(const char *name);

/* OPT1, OPT2, OPT3, RUN_OPTS: empty by default, split into words as a whole word. */
bool variable_holds_several(const char *name);

/* Values of variables: those that fairlead defines, and the user's. */
struct variables {
        struct label *items;    /* sorted by key */
        size_t n;
};
void variables_done(struct variables *v);
/* replaces; value NULL removes; 0, -EINVAL (not a variable name) */
int variables_set(struct variables *v, const char *name, const char *value);
/* Sets the variables that follow from the service's name and the value of IMAGE: NAME, IMAGE, CONFDIR,
 * LOGDIR, DATADIR, HOST. PWD, HOME, SUDO_UID, SUDO_GID are the host's, OPT1-3 and RUN_OPTS the user's. 0 or
 * -ENOMEM. */
int variables_set_known(struct variables *v, const char *name, const char *image);
const char *variables_get(const struct variables *v, const char *name);         /* NULL: not set */
