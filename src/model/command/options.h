/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The engines' command lines: subcommands and their options, in words; only tables and look-up. Sources:
 * `podman run --help` of 4.3 and 5, podman-run(1), `docker run --help` of 20.10 to 28, both projects'
 * manuals. */

#include "model/command/command.h"

/* Engines that have the option. */
enum {
        HAS_PODMAN = 1 << 0,
        HAS_DOCKER = 1 << 1,
        HAS_BOTH = HAS_PODMAN | HAS_DOCKER,
        HAS_ANYWHERE = 1 << 2,  /* a global option that Podman takes behind the subcommand, too */
};

/* 5.4.2 is ENGINE_VERSION(5, 4). Above the newest one of these tables an unknown option may be a new one. */
#define ENGINE_VERSION(major, minor) ((major) * 100U + (minor))
#define PODMAN_NEWEST ENGINE_VERSION(6, 0)
#define DOCKER_NEWEST ENGINE_VERSION(29, 99)
unsigned engine_version_number(const char *version);    /* "5.4.2", "v20.10+x"; 0: NULL or no such text */

struct option_row {
        const char *name;       /* canonical: "--volume" */
        char letter;            /* 'v', or 0 */
        unsigned char engines;  /* HAS_… */
        bool value;             /* takes a value */
        enum risk risk;         /* whatever the value; option_judge() knows the values that matter */
        const char *meaning;
        unsigned short podman, docker;  /* the first version that has it; 0: all that are in use */
};

struct option_table {
        const struct option_row *rows;
        size_t n;
};

enum operand {
        OPERAND_NONE,
        OPERAND_IMAGE, /* the first word that is not an option; the container's command follows */
        OPERAND_COMMAND,        /* … is a container; a command in it follows (exec) */
        OPERAND_CONTAINER,      /* containers, between the options */
};

struct subcommand {
        const char *name;       /* "run" */
        enum operand operand;
        struct option_table options;    /* n == 0: any option is accepted; OPERAND_IMAGE: options_run */
        const char *changes;    /* beside containers: a privilege of RISK_NOTE; NULL: nothing */
};

extern const struct option_table global_options_podman, global_options_docker, options_run;

/* NULL: unknown. */
const struct subcommand *subcommand_find(const char *name);

/* By name, with aliases ("--net"); n bytes of name count ("--net=host": 5). NULL: unknown. */
const struct option_row *option_find(const struct option_table *table, const char *name, size_t n);
const struct option_row *option_find_letter(const struct option_table *table, char letter);

/* The engines that know this name, where it is an alias ("--net-alias"); HAS_BOTH: it is none. */
unsigned option_alias_engines(const char *name);

/* The option of these engines (HAS_…) that a mistyped one most likely means: "--priveleged", "-rm", "-n".
 * NULL: none is near. */
const struct option_row *option_nearest(const struct option_table *table, unsigned engines, const char *word);

/* The meaning and risk of an option with this value, where the value decides; false: the row has both. */
bool option_judge(const char *canonical, const char *value, const char **ret_meaning, enum risk *ret_risk);

/* The file or device of the host that the option reads (--env-file, --device, a seccomp profile); the caller
 * frees. NULL: none. */
char *option_host_file(const char *canonical, const char *value);
