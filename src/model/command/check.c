/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/command/internal.h"
#include "model/image/image.h"

/* The words of the option: "-v /:/host", "--net=host", "--privileged". The caller frees. */
static char *option_words(const struct option_use *o) {
        if (!o->value)
                return xstrdup(o->option);
        return o->words == 2 || o->option[1] != '-' ? str_printf("%s %s", o->option, o->value)
                                                    : str_printf("%s=%s", o->option, o->value);
}

/* Takes what. The highest risk first; equal ones keep the order of the command. */
static void add_privilege(struct command *c, char *what, const char *meaning, enum risk risk) {
        room_for_one((void **) &c->privileges, c->n_privileges, sizeof *c->privileges);
        size_t at = c->n_privileges++;
        for (; at > 0 && c->privileges[at - 1].risk < risk; at--)
                c->privileges[at] = c->privileges[at - 1];
        c->privileges[at] = (struct privilege){ .what = what, .meaning = meaning, .risk = risk };
}

/* ---- single options ---- */

static bool is_switched_off(const struct option_use *o) {
        return str_equal_nocase(o->value, "false") || str_equal(o->value, "0") ||
               str_equal_nocase(o->value, "f");
}

static bool restarts(const struct option_use *o) {
        return !str_empty(o->value) && !str_equal(o->value, "no");
}

static bool may_be_empty(const struct option_use *o) {
        return STR_IN_SET(o->canonical, "--entrypoint", "--env", "--label", "--annotation", "--health-cmd",
                          "--log-opt", "--volume", "--mount", "--filter", "--format", "--restart");
}

static void check_env(struct reading *r, const struct option_use *o) {
        /* a variable that the label should have filled in */
        if (STR_IN_SET(o->value, LOST_VARIABLES))
                command_report(r, o->word, "empty-variable",
                               "\"%s\" sets nothing: a variable seems to have been lost", o->value);
}

static void check_value(struct reading *r, struct option_use *o) {
        if (!*o->value && !may_be_empty(o)) {
                command_report(r, o->word, "empty-option-value", "The value of %s is empty", o->option);
                return;
        }
        command_check_value(r, o);
        if (STR_IN_SET(o->canonical, "--volume", "--mount", "--tmpfs"))
                command_check_mount(r, o);
        else if (str_equal(o->canonical, "--name"))
                str_replace(&r->command->name, o->value);
        else if (str_equal(o->canonical, "--env"))
                check_env(r, o);
        else if (str_equal(o->canonical, "--security-opt") && strchr(o->value, ':') &&
                 !strchr(o->value, '=') && !str_starts(o->value, "no-new-privileges"))
                command_report(r, o->word, "old-syntax", "\"%s\" is written the old way", o->value);
}

static void check_flag(struct reading *r, const struct option_use *o) {
        if (str_equal(o->canonical, "--use-api-socket") && o->risk == RISK_HIGH)
                command_report(r, o->word, "socket-mounted", "The engine's socket is given to the container");
        command_check_flag_value(r, o);
        if (is_switched_off(o))
                return;
        r->command->detached |= str_equal(o->canonical, "--detach");
        r->command->interactive |= str_equal(o->canonical, "--tty");
}

/* ---- options that the engine does not have ---- */

/* Findings at a word of the label with the severity that is known only here. */
static void report_option(struct reading *r, size_t word, enum severity severity, const char *id,
                          const char *sentence) {
        char where[FINDING_PLACE_MAX];
        if (!command_follows(r, word, id))
                finding_add(r->findings, severity, id,
                            finding_place(where, r->source->where, command_place(r->command, word)),
                            finding_kind(id)->advice, "%s", sentence);
}

const struct option_row *command_check_unknown(struct reading *r, const char *option) {
        const char *version = r->source->engine_version;
        unsigned bit = command_engine_bit(r), number = engine_version_number(version);
        bool newer = number > (bit == HAS_DOCKER ? DOCKER_NEWEST : PODMAN_NEWEST);
        const struct option_row *meant = option_nearest(r->table, bit, option);
        _cleanup_free_ char *sentence =
                meant ? str_printf("%s has no option %s. Did you mean %s?", command_engine_title(r), option,
                                   meant->name)
                      : str_printf("%s has no option %s", command_engine_title(r), option);
        report_option(r, r->at, newer ? SEVERITY_WARN : SEVERITY_BLOCK, "unknown-option", sentence);
        return meant;
}

/* Of the other engine, or of a newer version. Without a version the engine is only assumed. */
static void check_engine(struct reading *r, const struct option_use *o, const struct option_row *row) {
        const char *version = r->source->engine_version;
        unsigned bit = command_engine_bit(r), number = engine_version_number(version);
        unsigned since = bit == HAS_DOCKER ? row->docker : row->podman;
        _cleanup_free_ char *sentence = NULL;
        if (!(row->engines & bit) || !(option_alias_engines(o->option) & bit))
                sentence = str_printf("%s does not know the option %s", command_engine_title(r), o->option);
        else if (number > 0 && number < since)
                sentence =
                        str_printf("%s %s does not know the option %s: it came with %u.%u",
                                   command_engine_title(r), version, o->option, since / 100U, since % 100U);
        if (sentence)
                report_option(r, o->word, number > 0 ? SEVERITY_BLOCK : SEVERITY_WARN, "engine-option",
                              sentence);
}

/* podman run knows --rm=true, but takes the "true" of "--rm true" for the image. The reader does the same,
 * and the image operand shows it. */
void command_check_option(struct reading *r, struct option_use *o, const struct option_row *row) {
        o->meaning = row->meaning;
        o->risk = row->risk;
        check_engine(r, o, row);
        if (!row->value && is_switched_off(o)) {
                o->risk = RISK_NONE;
                o->meaning = "Switched off";
        }
        option_judge(o->canonical, o->value, &o->meaning, &o->risk);
        if (!row->value)
                check_flag(r, o);
        else if (o->value && r->in_subcommand)
                check_value(r, o);
        if (o->risk > RISK_NONE)
                add_privilege(r->command, option_words(o), o->meaning, o->risk);
}

void command_check_swallowed(struct reading *r, const char *option, const char *value) {
        if (!command_is_swallowed(option, value))
                return;
        _cleanup_free_ char *sentence =
                str_printf("The option %s has no value of its own and takes \"%s\" for it", option, value);
        report_option(r, r->at, SEVERITY_BLOCK, "empty-variable", sentence);
}

void command_check_bundle(struct reading *r, const char *option, const char *rest) {
        if (*rest && !rest[strspn(rest, "dit")])
                command_report(r, r->at, "bundle-value", "\"%s\" is taken for the value of %s", rest, option);
}

/* ---- the command as a whole ---- */

static const struct option_use *find_option(const struct command *c, const char *canonical) {
        for (size_t i = 0; i < c->n_options; i++)
                if (str_equal(c->options[i].canonical, canonical) && !is_switched_off(&c->options[i]))
                        return &c->options[i];
        return NULL;
}

/* podman also takes images from other transports: docker://…, oci:/path. */
static bool names_transport(const char *operand) {
        static const char *const transports[] = {
                "docker://", "docker-archive:",    "docker-daemon:", "oci:", "oci-archive:",
                "dir:",      "containers-storage:"
        };
        for (size_t i = 0; i < ELEMENTS(transports); i++)
                if (str_starts(operand, transports[i]))
                        return true;
        return false;
}

static void check_image_operand(struct reading *r, const char *operand) {
        if (find_option(r->command, "--rootfs") || reference_valid(operand))
                return;
        if (r->command->engine == ENGINE_PODMAN && names_transport(operand))
                return;
        command_report(r, r->command->operand, "bad-reference",
                       "\"%s\" stands where the image belongs and is no image reference", operand);
}

/* "run IMAGE -v /x:/y": too late, the option belongs to the program in the container. */
static void check_late_options(struct reading *r) {
        size_t i = r->command->operand + 1;
        const char *word = r->command->argv[i], *next = word ? r->command->argv[i + 1] : NULL;
        if (!word)
                return;
        _cleanup_free_ char *option = xstrndup(word, strcspn(word, "="));
        if (STR_IN_SET(option, "--name", "--net", "--network", "--volume", "--publish", "--env",
                       "--privileged", "--rm", "--restart", "--mount") ||
            (next && STR_IN_SET(word, "-v", "-p") && strchr(next, ':')) ||
            (next && str_equal(word, "-e") && strchr(next, '=')))
                command_report(r, i, "late-option",
                               "%s stands behind the image: the program in the container gets it, not the "
                               "engine",
                               word);
}

/* The operand is not there: of the command as a whole. */
static void report_missing(struct reading *r, const char *what) {
        if (!r->source->shell && !command_has_hole(r->command, r->command->operand))
                finding_report(r->findings, "missing-operand", r->source->where, "%s", what);
}

static void check_operand(struct reading *r, enum operand wanted) {
        const struct command *c = r->command;
        const char *operand = c->operand > 0 ? c->argv[c->operand] : "";

        if (wanted == OPERAND_NONE ||
            (wanted == OPERAND_CONTAINER && (find_option(c, "--all") || find_option(c, "--filter"))) ||
            (wanted != OPERAND_IMAGE && (find_option(c, "--latest") || find_option(c, "--cidfile"))))
                return;
        if (!*operand)
                report_missing(r, wanted == OPERAND_IMAGE ? "The command names no image"
                                                          : "The command names no container");
        else if (wanted == OPERAND_COMMAND && !c->argv[c->operand + 1])
                report_missing(r, "The command does not say what to run in the container");
        else if (wanted == OPERAND_IMAGE) {
                check_image_operand(r, operand);
                check_late_options(r);
        }
}

static void check_conflicts(struct reading *r) {
        const struct command *c = r->command;
        const struct option_use *restart = find_option(c, "--restart"),
                                *network = find_option(c, "--network"), *port = find_option(c, "--publish");
        if (restart && restarts(restart) && find_option(c, "--rm"))
                command_report(r, restart->word, "option-conflict",
                               "--restart and --rm exclude each other: the engine refuses the command");
        if (port && network && str_equal(network->value, "host"))
                command_report(r, port->word, "option-conflict",
                               "Ports are not published on the host's network: the engine leaves %s out",
                               port->option);
}

/* No unit is written for a command that wants somebody at a terminal: there it is the engine's alone. */
static void check_restart(struct reading *r) {
        const struct option_use *o = find_option(r->command, "--restart");
        if (!o || !restarts(o) || r->command->interactive)
                return;
        struct restart_policy policy = restart_read(o->value);
        if (policy.times)
                command_report(r, o->word, "fights-systemd",
                               "The engine restarts the container by itself (%s); of a unit that fairlead "
                               "writes systemd does it: Restart=on-failure, at most %u times in a row",
                               o->value, policy.times);
        else
                command_report(r, o->word, "fights-systemd",
                               "The engine restarts the container by itself (%s); of a unit that fairlead "
                               "writes systemd does it: Restart=%s",
                               o->value, policy.word ? policy.word : "on-failure");
}

void command_check_whole(struct reading *r) {
        if (!r->subcommand)
                return;
        enum operand operand = r->subcommand->operand;
        check_operand(r, operand);
        if (operand == OPERAND_IMAGE) {
                command_check_health(r);
                command_check_pairs(r);
                check_conflicts(r);
        }
        /* With -d the terminal is the container's own, and nobody is at it. */
        r->command->interactive &= !r->command->detached;
        if (operand == OPERAND_IMAGE)
                check_restart(r);
        if ((operand == OPERAND_IMAGE || operand == OPERAND_COMMAND) && r->command->interactive)
                finding_report(r->findings, "interactive", r->source->where,
                               "The command wants somebody at a terminal");
        if (r->subcommand->changes)
                add_privilege(r->command, xstrdup(r->command->subcommand), r->subcommand->changes, RISK_NOTE);
}

void command_check_host(struct reading *r) {
        const char *program = r->command->argv[0], *slash = strrchr(program, '/');
        const struct finding_kind *kind = finding_kind("host-command");
        char where[FINDING_PLACE_MAX];
        const char *hint = str_equal(slash ? slash + 1 : program, "sudo")
                                   ? "sudo is not needed: report to the image maintainer that the label "
                                     "should begin with podman or docker"
                                   : kind->advice;
        finding_add(r->findings, kind->severity, kind->id, finding_place(where, r->source->where, 1), hint,
                    "\"%s\" is a program of this host, run as root", program);
        add_privilege(r->command, xstrdup(program),
                      "A program of the host itself, run as root: nothing confines it", RISK_HIGH);
}
