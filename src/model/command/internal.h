/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Internal to this folder: the findings of each option, and of the command as a whole. */

#include "model/command/command.h"
#include "model/command/mount.h"
#include "model/command/options.h"

/* For the tables of options, values and places. */
#define NONE RISK_NONE
#define NOTE RISK_NOTE
#define HIGH RISK_HIGH

/* What is mounted at a place of the container. */
struct target {
        char *path;
        char *what;             /* source, mode and options, comparable */
        bool unnamed;           /* a new volume without a name */
        bool long_form;         /* of --mount */
};

struct reading {
        const struct command_source *source;
        struct command *command;
        struct finding_list *findings;
        const struct option_table *table;       /* before or behind the subcommand, by position */
        const struct subcommand *subcommand;    /* NULL: unknown so far */
        bool in_subcommand;
        size_t at;                              /* index of the current word */
        struct target *targets;
        size_t n_targets;
};

/* A finding at the word with this index. */
#define command_report(r, at_word, id, ...) \
        do { \
                if (!command_follows(r, at_word, id)) \
                        finding_report_at((r)->findings, id, (r)->source->where, \
                                          command_place((r)->command, at_word), __VA_ARGS__); \
        } while (0)

/* Whether this finding would only follow from one that is reported already: behind shell syntax, or of a word
 * whose variable has no value. */
bool command_follows(const struct reading *r, size_t word, const char *id);

/* Whether a variable of the word has no value. */
bool command_has_hole(const struct command *c, size_t word);

/* HAS_PODMAN or HAS_DOCKER, and its name. */
unsigned command_engine_bit(const struct reading *r);
const char *command_engine_title(const struct reading *r);

/* No row has this name. The row that is meant, or NULL. */
const struct option_row *command_check_unknown(struct reading *r, const char *option);

/* The option just read, last in the command's list, and its row: sets its meaning and risk, adds mounts and
 * privileges. */
void command_check_option(struct reading *r, struct option_use *o, const struct option_row *row);

/* -v, --mount and --tmpfs (check-mount.c). */
void command_check_mount(struct reading *r, struct option_use *o);

/* Values that the engine refuses, files of the host that it reads (check-value.c). */
void command_check_value(struct reading *r, const struct option_use *o);
void command_check_flag_value(struct reading *r, const struct option_use *o);
void command_check_health(struct reading *r);   /* of the whole command: values of --health-… */

/* Options that the engine refuses beside each other (check-pairs.c), of the whole command. */
void command_check_pairs(struct reading *r);

/* What "-e NAME=${NAME}" and the like leave when an image's build swallows the variable. */
#define LOST_VARIABLES "NAME=", "IMAGE=", "CONFDIR=", "LOGDIR=", "DATADIR=", "HOST=", "HOMEDIR="

/* The option took the next word, which looks like an option itself. */
bool command_is_swallowed(const char *option, const char *value);
void command_check_swallowed(struct reading *r, const char *option, const char *value);

/* The option took the rest of its word, which looks like further letters of a bundle. */
void command_check_bundle(struct reading *r, const char *option, const char *rest);

/* The whole command was read. */
void command_check_whole(struct reading *r);

/* The command is a program of the host. */
void command_check_host(struct reading *r);
