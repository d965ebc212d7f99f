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

struct reading {
        const char *where;
        struct command *command;
        struct finding_list *findings;
        const struct option_table *table;       /* before or behind the subcommand, by position */
        const struct subcommand *subcommand;    /* NULL: unknown so far */
        bool in_subcommand;
        size_t at;                              /* index of the current word */
};

/* A finding at the word with this index. */
#define command_report(r, word, id, ...) \
        finding_report_at((r)->findings, id, (r)->where, (word) + 1, __VA_ARGS__)

/* The option just read, last in the command's list: sets its meaning and risk, adds mounts and privileges. */
void command_check_option(struct reading *r, struct option_use *o);

/* The option took the next word, which looks like an option itself. */
void command_check_swallowed(struct reading *r, const char *option, const char *value);

/* The option took the rest of its word, which looks like further letters of a bundle. */
void command_check_bundle(struct reading *r, const char *option, const char *rest);

/* The whole command was read. */
void command_check_whole(struct reading *r);

/* The command is a program of the host. */
void command_check_host(struct reading *r);
