/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The words of `atomic`, in fairlead's: for who translates them, and for the manual. */

#include "base/base.h"

struct atomic_verb {
        const char *theirs;     /* atomic's verb */
        const char *ours;
        const char *option;     /* an added option, or NULL */
        bool name_from_image;   /* `atomic stop --name=X IMAGE`: units write both words; the name wins */
};

extern const struct atomic_verb atomic_verbs[]; /* ends with theirs = NULL */

/* Accepted and dropped, because fairlead decides these otherwise. */
struct atomic_option {
        const char *option;
        bool value;     /* the next word goes too */
};

extern const struct atomic_option atomic_dropped[]; /* ends with option = NULL */

/* The row of a verb of atomic, or NULL. */
const struct atomic_verb *atomic_find(const char *theirs);

/* How many words a dropped option takes at `word`; 0: not one. */
int atomic_drop(const char *word);
