/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Setup by an answer file, with nobody asked. It is looked for in this order: the credential
 * fairlead.answers, what a boot that was interrupted left of a stick, the stick with the label FAIRLEAD
 * (stick.h). It is carried out by "fairlead firstboot --answers", whose jobs go on by themselves; so a second
 * run finds done what is done. One that came to an end is not carried out again, one that was refused has
 * changed nothing. */

#include <systemd/sd-event.h>

#include "backend/io/paths.h"

#define ANSWERING_CREDENTIAL "fairlead.answers"
#define ANSWERING_FOLDER "answers"       /* below the state: what a stick had */
#define ANSWERING_LIMIT_SECONDS (30 * 60) /* no login comes before it has ended */
#define ANSWERING_NETWORK_SECONDS 30     /* for a route, where an image is in a registry */
#define ANSWERING_STICK_SECONDS (10 * 60)

enum answering_end {
        ANSWERING_DONE,
        ANSWERING_NOTHING, /* there is none, or it was carried out before */
        ANSWERING_REFUSED, /* it is wrong, or does not fit this host: nothing was changed */
        ANSWERING_FAILED,
};

/* What a sentence is about. */
enum answering_kind {
        ANSWERING_INFO,  /* of the jobs: for the journal */
        ANSWERING_STATE, /* for the consoles, too */
        ANSWERING_ERROR, /* the same */
};

struct answering_options {
        const struct paths *paths;
        char *const *program;     /* its words, before --answers FILE */
        char *const *environment; /* complete */
        const char *credentials;  /* the folder; NULL: there are none */
        /* A stick's folder, as stick_mount(); in a process of its own. NULL: none is looked for. */
        int (*mount)(const char *device, struct error **reterr);
        uint64_t network_usec, retry_usec, limit_usec;
        void (*say)(enum answering_kind kind, const char *sentence, void *userdata);
        /* Last, from the loop; only it may free. source: "FAIRLEAD:/fairlead/answers.json". */
        void (*ended)(enum answering_end end, const char *source, void *userdata);
        void *userdata;
};

/* Whether there is one to look at. */
bool answering_wanted(const struct answering_options *options);
/* Whether a stick is there. */
bool answering_has_stick(const struct answering_options *options);

struct answering;
/* Begins at once. options and environment are copied, what else they point to is the caller's. */
struct answering *answering_new(sd_event *event, const struct answering_options *options);
struct answering *answering_free(struct answering *answering);
DEFINE_CLEANUP(struct answering, answering_free)
