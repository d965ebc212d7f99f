/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The internals of plan_make(), in their order: the answers become words (answers.c), the labels become
 * commands (make.c), the plan is compared with the host (host.c). */

#include "model/plan/offers.h"
#include "model/plan/plan.h"
#include "model/plan/unit-text.h"

struct making {
        const struct plan_request *request;
        const struct host_facts *facts;         /* never NULL */
        const struct mode *mode;                /* NULL: no profile */
        const struct mode *asked;               /* for the words and parameters of this plan's label: mode, or
                                                 * its leave */
        struct plan *plan;
        enum engine_kind engine;                /* never ENGINE_NONE */
        const char *engine_path;                /* or its name */
        bool set_up_by_install;                 /* INSTALL exists and gets the form's words; else RUN does */
        bool asks;                              /* this plan fills the label that gets them */
        struct label_list variables;
        char **words;                           /* of the mode and the parameters, at the end of that label */
        char **engine_words;                    /* options for the engine, before its image */
        char **volume_words;                    /* the same for RUN: mounts of what keeps its state */
        bool as_unit;                           /* a command for a terminal, or INSTALL's, becomes a unit */
        bool folder_given;                      /* $PWD is an answer, not the caller's folder */
        bool wants_stdin, wants_terminal;       /* an answer is delivered by stdin, by prompt */
};

/* Sorts answers and request.set into variables, words, engine_words, answers, secrets, handed,
 * stdin_lines. */
int plan_read_answers(struct making *m, struct error **reterr);

/* There is no mode, or else no parameter, of this name; the hint lists those that there are. */
int plan_refuse_name(const struct profile *p, bool mode, const char *name, struct error **reterr);

/* Of a rehearsal: redirects the command's mounts of the host's files to the copy, and reports those that the
 * copy cannot hold (rehearse.c). */
void plan_rehearse(struct making *m);

/* Of the upgrade of an adopted service, in the place of labels: the command that its unit runs (adopt.c).
 * False: it is none. */
bool adopt_upgrade(struct making *m);

/* environment, after the commands. */
void plan_set_environment(struct making *m);

/* Makes the command that the unit runs of one that asks for a terminal, or of an INSTALL that starts a
 * container, where the user wants that (outcome.c). */
void plan_make_unit_of(struct making *m);

/* Reports state that each stop drops, and an install after which nothing runs; after the unit (outcome.c). */
void plan_report_outcome(struct making *m);

/* The commands that run in the service's container: its check, its renewal of keys (outcome.c). */
void plan_set_exec(struct making *m);

/* Of a reconfiguration: what changes of the answers, and whether anything does (outcome.c). */
void plan_report_altered(struct making *m);

/* The host's part: exists of mounts, names in use, units overridden, files needed; and paths. */
void plan_look_at_host(struct making *m);

/* Whether the command has the option, and with this value (NULL: any). */
bool plan_has_option(const struct command *c, const char *canonical, const char *value);

/* ---- the parts of a RUN command that go into a unit, sorted (unit-words.c): unit-text.c only writes them,
 * and a unit can hold all their bytes ---- */

/* One line of a Quadlet's [Container]. */
struct unit_key {
        const char *key;        /* "Volume", "PodmanArgs", … (constant) */
        char *value;
        bool line;              /* the key takes the rest of its line; else the value is one word to quote */
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
        char **mounts;          /* host paths of bind mounts that may be mount points */
        char **behind;          /* units of the containers and pods that it shares something with */
        char **stop;            /* the STOP label without its first word; NULL: not of this container */
        struct restart_policy restart;  /* of the label; word NULL: none is said */
        unsigned stop_seconds;  /* that the engine waits for the program to end; UINT_MAX: for ever */
        const char *notify;     /* "conmon", "container", "healthy" (constant) */
        enum {
                CGROUPS_OF_UNIT,
                CGROUPS_OF_LABEL,       /* by its --cgroups */
                CGROUPS_BELOW_PARENT,   /* by its --cgroup-parent alone */
                CGROUPS_OF_POD,
        } cgroups;
};

/* ---- single words (unit-quote.c) ---- */

/* The value in the unit: "-e NAME" gets the current value of NAME, which a unit does not have. */
const char *unit_option_value(const struct option_use *o, char *const *environment);

/* Whether the word has only characters without a meaning for systemd anywhere in a line. */
bool unit_plain_word(const char *word);

/* Whether the word is one line of UTF-8 without controls. */
bool unit_can_hold(const char *word);

/* The option with this value as one word. The caller frees. */
char *option_text(const struct option_use *o, const char *value);

/* ---- supervision (supervision.c) ---- */

/* Whether supervision sets the option itself, or it does not make sense under it. */
bool supervision_replaces(const struct command *run, const struct option_use *o);

/* restart, stop_seconds, notify, cgroups, mounts, behind. name: of the service; facts may be NULL. */
void supervision_read(const char *name, const struct command *run, const struct command *stop,
                      const struct host_facts *facts, struct unit_words *w);

/* What the unit leaves out, and what it cannot wait for. */
void supervision_report(const struct making *m);

/* ---- Quadlet (quadlet.c) ---- */

#define QUADLET_FIRST 404U      /* Podman 4.4, the first with Quadlet */

/* "5.4.2" gives 504; QUADLET_FIRST where it is not known. */
unsigned quadlet_version(const char *text);

/* Adds the i-th option of run to w->keys: by its own key, where this version of Podman has one that means the
 * same, else as PodmanArgs=. */
void quadlet_add_option(const struct command *run, size_t i, char *const *environment, unsigned version,
                        struct unit_words *w);

/* The generator adds --cgroups=split, which Podman refuses together with --cgroup-parent. */
void quadlet_add_cgroups(unsigned version, struct unit_words *w);

/* Else only a .service holds the words. */
bool quadlet_can_hold(const struct unit_words *w, unsigned version);

/* name: of the service. -EINVAL with a sentence where the command is not an engine's "run" with an image, or
 * a word has bytes that a unit cannot hold. */
int unit_words_read(const char *name, const struct command *run, const struct command *stop,
                    char *const *environment, const struct host_facts *facts, struct unit_words *ret,
                    struct error **reterr);
void unit_words_done(struct unit_words *w);
