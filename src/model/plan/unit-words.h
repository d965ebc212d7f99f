/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The parts of a RUN command that go into a unit, sorted: decided here, so that model/plan/unit-text.h only
 * writes. All bytes here can be in a unit. */

#include "model/command/command.h"

/* One line of a Quadlet's [Container]. */
struct unit_key {
        const char *key;        /* "Volume", "PodmanArgs", … (constant) */
        char *value;
        bool plain;             /* the key takes its value literally; else the value is one word to quote */
};

struct unit_words {
        char *engine;           /* absolute path */
        char *container;        /* its name */
        char **global;          /* options before "run"; NULL: none */
        char **options;         /* of run, without those that supervision replaces */
        char *image;
        char **arguments;       /* the words after the image */
        struct unit_key *keys;  /* the same options as Quadlet keys */
        size_t n_keys;
        char **mounts;          /* host paths of bind mounts that may be mount points, plain words */
        char **stop;            /* the STOP label without its first word; NULL: not of this container */
};

/* name: of the service. -EINVAL with a sentence where the command is not an engine's "run" with an image, or
 * a word has bytes that a unit cannot hold. */
int unit_words_read(const char *name, const struct command *run, const struct command *stop,
                    char *const *environment, struct unit_words *ret, struct error **reterr);
void unit_words_done(struct unit_words *w);
