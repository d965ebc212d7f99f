/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The inside of plan_make(), in the order it happens: the answers become words (plan_answers.c), the labels
 * become commands (plan_make.c), the host is asked what it has (plan_host.c). Nobody else includes this. */

#include "model/plan/plan.h"

struct making {
        const struct plan_request *request;
        const struct host_facts *facts;         /* never NULL */
        const struct mode *mode;                /* NULL: no profile */
        const struct mode *asked;               /* whose words and parameters this plan's label gets: mode,
                                                 * or its leave */
        struct plan *plan;
        enum engine_kind engine;                /* never ENGINE_NONE */
        bool set_up_by_install;                 /* the image has INSTALL: it gets the form's words; else
                                                 * RUN does */
        bool asks;                              /* this plan fills the label that gets them */
        struct variables variables;
        char **words;                           /* of the mode and the parameters: at the end of that label */
        char **engine_words;                    /* options for the engine, before its image */
        bool wants_stdin, wants_terminal;       /* something is delivered by stdin, by prompt */
};

/* Answers and request.set into variables, words, engine_words and the plan's answers, secrets, handed,
 * stdin_lines. */
int plan_read_answers(struct making *m, struct error **reterr);

/* Of a rehearsal: the command's mounts of the host's files are turned to the copy, and what the copy cannot
 * hold is said (plan_rehearse.c). */
int plan_rehearse(struct making *m);

/* environment, once the commands are there. */
int plan_set_environment(struct making *m);

/* What the host has: exists of mounts, names taken, units overridden, files needed; and paths. */
int plan_look_at_host(struct making *m);
