/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A filled command, read: program, engine options with their values and meaning, mounts, privileges, the
 * image operand. Reading changes nothing: the words shown are the words run. */

#include "base/names.h"
#include "model/finding/finding.h"
#include "model/image/recipe.h"

enum engine_kind {
        ENGINE_NONE,
        ENGINE_PODMAN,
        ENGINE_DOCKER,
        _ENGINE_KIND_MAX,
};
DECLARE_NAMES(engine_kind, enum engine_kind);   /* "none", "podman", "docker" */

/* How much an option, mount or privilege matters to the administrator's trust. */
enum risk {
        RISK_NONE,              /* plumbing: --name, --rm */
        RISK_NOTE,              /* information: host network, read-only mounts of the host */
        RISK_HIGH,              /* gives power over the host: --privileged, / writable, the engine's socket */
        _RISK_MAX,
};
DECLARE_NAMES(risk, enum risk);                 /* "none", "note", "high" */

struct option_use {
        char *option;           /* "--net", as written ("-v", "--volume") */
        char *canonical;        /* "--volume"; equal to option when unknown */
        char *value;            /* NULL: a flag */
        const char *meaning;    /* a sentence (constant), or NULL: unknown to fairlead */
        enum risk risk;
        size_t word;            /* index in argv of the option word; letters of a bundle ("-dit") share it */
        size_t words;           /* 1, or 2 when the value is the next word */
};

enum mount_mode { MOUNT_RW, MOUNT_RO, _MOUNT_MODE_MAX };
DECLARE_NAMES(mount_mode, enum mount_mode);     /* "rw", "ro" */

struct mount {
        char *host;             /* absolute path, or a volume name; "": lost by the label ("empty-mount") */
        char *container;
        char *options;          /* "z,rslave" without ro/rw; "" */
        enum mount_mode mode;
        bool volume;            /* host is a volume name, not a path */
        enum { EXISTS_UNKNOWN, EXISTS_NO, EXISTS_YES } exists;  /* filled by plan_make() through host_facts */
        enum risk risk;
        const char *meaning;
};

struct privilege {
        char *what;             /* as in the command: "--privileged", "-v /:/host" */
        const char *meaning;
        enum risk risk;
};

struct command {
        char **argv;            /* for engine commands, argv[0] is already the engine's path */
        struct word_origin *origins;    /* of each word; NULL: the words of the label are argv */
        enum engine_kind engine;        /* ENGINE_NONE: a host command */
        char *subcommand;       /* "run", "exec", "kill", … ; NULL for host commands */
        struct option_use *options;
        size_t n_options;
        struct mount *mounts;
        size_t n_mounts;
        struct privilege *privileges;   /* highest risk first */
        size_t n_privileges;
        size_t operand;         /* index in argv of the image (run, create) or container operand; 0: none */
        char *name;             /* value of --name, or NULL */
        bool detached;          /* -d */
        bool interactive;       /* -t without -d: somebody is to be at its terminal */
};

struct command *command_free(struct command *command);
DEFINE_CLEANUP(struct command, command_free)
#define _cleanup_command_ _cleanup_(command_freep)

/* A command label, filled in, and the engine that will run it. */
struct command_source {
        const char *where;      /* the label in findings; may be NULL */
        enum engine_kind engine;        /* ENGINE_NONE: by the first word */
        const char *engine_path;        /* replaces "docker"/"podman" (by base name) as first word, or NULL */
        const char *engine_version;     /* "5.4.2"; NULL: unknown, its options may be older or newer ones */
        const struct word_origin *origins;      /* of each word of argv, or NULL */
        size_t shell;           /* the first word of the label with shell syntax, from 1; 0: none. Words
                                 * behind it are not what they seem, and are not reported again */
};

/* Reads argv (copied). findings gets those about the command itself: "missing-operand", "empty-mount",
 * "fights-systemd" (--restart=…), "host-command", "unknown-option", "interactive", … Findings that need the
 * image and the label's purpose are lint_command()'s (model/command/lint.h). An empty argv gives a command
 * without words. */
struct command *command_read_from(const struct command_source *source, char *const *argv,
                                  struct finding_list *findings);

/* The same of words that nobody wrote as a label. */
struct command *command_read(const char *where, char *const *argv, enum engine_kind engine,
                             const char *engine_path, struct finding_list *findings);

/* The number in the label of argv[word] (for finding_report_at()). */
size_t command_place(const struct command *command, size_t word);

/* The value of --restart as a unit has it. */
struct restart_policy {
        const char *word;       /* of Restart= (constant): "always", "on-failure", "no"; NULL: not a policy */
        unsigned times;         /* on-failure: so often in a row; 0: without end */
};
struct restart_policy restart_read(const char *value);
