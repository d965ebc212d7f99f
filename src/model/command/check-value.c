/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Values that an engine refuses, and files of the host that options name. Tried with Podman 4.3 and 5.4 and
 * the client of Docker 28. */

#include <fnmatch.h>

#include "model/command/internal.h"

#define B HAS_BOTH
#define P HAS_PODMAN
#define D HAS_DOCKER
#define V ENGINE_VERSION

/* The value of an option that is here must fit one of its rows for the engine. Patterns as in
 * option-values.c. */
static const struct legal {
        const char *option;
        unsigned char engines;
        const char *pattern, *takes;
        unsigned short since;   /* Podman's version that has it first; 0: all */
} legal[] = {
        { "--add-host", B, "*[:=]*", "NAME:ADDRESS" },
        { "--cgroups", P, "@(enabled|disabled|no-conmon|split)", "enabled, disabled, no-conmon, split" },
        { "--cpu-shares", B, "+([0-9])", "a number" },
        { "--cpus", B, "@(+([0-9])?(.*([0-9]))|.+([0-9]))", "a number like 1.5" },
        { "--dns", B, "+([0-9a-f.:])?(%*)", "an address" },
        { "--dns", P, "none", "none" },
        { "--env", B, "?([!=]*)", "NAME=VALUE or NAME" },
        { "--log-opt", B, "+([!=])=*", "KEY=VALUE" },
        { "--name", B, "[a-z0-9]*([a-z0-9_.-])", "letters, digits, _ . and -, a letter or digit first" },
        { "--oom-score-adj", B, "?(-)+([0-9])", "a number from -1000 to 1000" },
        { "--pids-limit", B, "?(-)+([0-9])", "a number" },
        { "--pull", B, "@(always|missing|never)", "always, missing, never" },
        { "--pull", P, "@(newer|ifmissing|ifnewer|ifnotpresent|true|false)", "newer" },
        { "--restart", B, "@(|no|always|unless-stopped|on-failure?(:+([0-9])))",
          "no, always, unless-stopped, on-failure[:N]" },
        { "--sdnotify", P, "@(conmon|container|ignore)", "conmon, container, ignore" },
        { "--sdnotify", P, "healthy", "healthy", V(4, 6) },
        { "--stop-timeout", B, "?(-)+([0-9])", "seconds" },
        { "--sysctl", B, "+([!=])=*", "KEY=VALUE" },
        { "--systemd", P, "@(true|false|always|1|0|t|f)", "true, false, always" },
        { "--ulimit", B, "+([!=])=*", "NAME=SOFT[:HARD]" },
        { "--ulimit", P, "host", "host" },
        { "--userns", B, "@(|host)", "host" },
        { "--userns", P, "@(auto|ns|container)?(:*)", "auto, ns:PATH, container:NAME" },
        { "--userns", P, "private", "private" },
        { "--userns", P, "@(keep-id|nomap)?(:*)", "keep-id, nomap", V(5, 0) },
};

static bool fits(const char *pattern, const char *value) {
        return fnmatch(pattern, value, FNM_CASEFOLD | FNM_EXTMATCH) == 0;
}

/* Go's strconv.ParseBool(). */
static bool is_boolean(const char *value) {
        return STR_IN_SET(value, "1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE",
                          "False");
}

void command_check_flag_value(struct reading *r, const struct option_use *o) {
        if (o->value && !is_boolean(o->value))
                command_report(r, o->word, "bad-option-value",
                               "The engine refuses \"%s\" as the value of %s: it takes true or false",
                               o->value, o->option);
}

static const char *engine_words(const struct reading *r) {
        return command_engine_bit(r) == HAS_DOCKER ? "Docker" : "Podman";
}

static void report_too_old(struct reading *r, const struct option_use *o, const struct legal *row) {
        command_report(r, o->word, "bad-option-value",
                       "Podman %s refuses \"%s\" as the value of %s: it has it since %u.%u",
                       r->source->engine_version, o->value, o->option, row->since / 100U, row->since % 100U);
}

static void check_legal(struct reading *r, const struct option_use *o) {
        unsigned bit = command_engine_bit(r), version = engine_version_number(r->source->engine_version);
        _cleanup_str_ struct str takes = {};
        for (size_t i = 0; i < ELEMENTS(legal); i++) {
                if (!str_equal(legal[i].option, o->canonical) || !(legal[i].engines & bit))
                        continue;
                if (fits(legal[i].pattern, o->value)) {
                        if (bit == HAS_PODMAN && version > 0 && version < legal[i].since)
                                report_too_old(r, o, &legal[i]);
                        return;
                }
                str_addf(&takes, "%s%s", takes.length > 0 ? ", " : "", legal[i].takes);
        }
        if (takes.length > 0)
                command_report(r, o->word, "bad-option-value",
                               "%s refuses \"%s\" as the value of %s: it takes %s", engine_words(r), o->value,
                               o->option, takes.text);
}

char *option_host_file(const char *canonical, const char *value) {
        if (str_empty(value))
                return NULL;
        if (STR_IN_SET(canonical, "--env-file", "--label-file", "--authfile", "--cert-dir", "--hosts-file",
                       "--decryption-key", "--pod-id-file"))
                return str_equal(canonical, "--hosts-file") && STR_IN_SET(value, "image", "none")
                               ? NULL
                               : xstrdup(value);
        if (str_equal(canonical, "--security-opt")) {
                const char *file = str_starts(value, "seccomp=");
                file = file ? file : str_starts(value, "seccomp:");
                return str_empty(file) || STR_IN_SET(file, "unconfined", "default", "builtin", "image")
                               ? NULL
                               : xstrdup(file);
        }
        /* vendor.com/class=name is a device of the Container Device Interface */
        if (str_equal(canonical, "--device") && !strchr(value, '='))
                return xstrndup(value, strcspn(value, ":"));
        return NULL;
}

void command_check_value(struct reading *r, const struct option_use *o) {
        _cleanup_free_ char *file = option_host_file(o->canonical, o->value);
        if (file && *file != '/')
                command_report(r, o->word, "relative-path",
                               "The path \"%s\" of %s depends on the folder in which the engine is called, "
                               "and neither an installer nor a unit has one",
                               file, o->option);
        if (!command_is_swallowed(o->option, o->value)) /* reported already */
                check_legal(r, o);
}
