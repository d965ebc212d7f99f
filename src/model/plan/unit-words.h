/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What of a RUN command goes into a unit, sorted: the half of model/plan/unit-text.h that decides, so that
 * the other half only writes. Nothing here holds a byte that a unit cannot hold. */

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "model/command/command.h"

/* One line of a Quadlet's [Container]. */
struct unit_key {
        const char *key;        /* "Volume", "PodmanArgs", … (constant) */
        char *value;
        bool plain;             /* the key takes its value as it stands; else the value is one word to
                                 * quote */
};

struct unit_words {
        char *engine;           /* absolute path */
        char *container;        /* its name */
        char **global;          /* options before "run"; NULL: none */
        char **options;         /* of run, but what supervision replaces */
        char *image;
        char **arguments;       /* what follows the image */
        struct unit_key *keys;  /* the same options as Quadlet keys */
        size_t n_keys;
        char **mounts;          /* host paths of bind mounts that may be mount points, plain words */
        char **stop;            /* the STOP label without its first word; NULL: it is none of this
                                 * container's */
};

/* name: of the service. -EINVAL with a sentence where the command is no engine's "run" with an image, or a
 * word has bytes that a unit cannot hold. */
int unit_words_read(const char *name, const struct command *run, const struct command *stop,
                    char *const *environment, struct unit_words *ret, struct error **reterr);
void unit_words_done(struct unit_words *w);
