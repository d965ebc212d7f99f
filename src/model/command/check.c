/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/command/check.h"

#include "model/image/image.h"

static const char *command_check_place(const struct reading *r, const struct option_use *o,
                                       char buffer[static FINDING_PLACE_MAX]) {
        return finding_place(buffer, r->where, o->word + 1);
}

/* The words of the option: "-v /:/host", "--net=host", "--privileged". The caller frees. */
static char *option_words(const struct option_use *o) {
        if (!o->value)
                return xstrdup(o->option);
        return o->words == 2 || o->option[1] != '-' ? str_printf("%s %s", o->option, o->value)
                                                    : str_printf("%s=%s", o->option, o->value);
}

static int add_privilege(struct command *c, char *what, const char *meaning, enum risk risk) {
        struct privilege *bigger =
                what ? xreallocarray(c->privileges, c->n_privileges + 1, sizeof *bigger) : NULL;
        if (!bigger) {
                free(what);
                return -ENOMEM;
        }
        c->privileges = bigger;
        c->privileges[c->n_privileges++] =
                (struct privilege) { .what = what, .meaning = meaning, .risk = risk };
        return 0;
}

void command_sort_privileges(struct command *c) {
        /* An insertion sort: a short list, and equal ones keep the order of the command. */
        for (size_t i = 1; i < c->n_privileges; i++) {
                struct privilege p = c->privileges[i];
                size_t k = i;
                for (; k > 0 && c->privileges[k - 1].risk < p.risk; k--)
                        c->privileges[k] = c->privileges[k - 1];
                c->privileges[k] = p;
        }
}

/* ---- mounts ---- */

static int report_mount(struct reading *r, const struct option_use *o, const struct mount_reading *m) {
        char where[FINDING_PLACE_MAX];
        int result = 0;
        if (m->shape == MOUNT_SHAPE_LOST)
                result = finding_report(r->findings, "empty-mount", command_check_place(r, o, where),
                                        "The mount \"%s\" has no %s", o->value,
                                        !*m->mount.container ? "place in the container" : "host path");
        else if (m->shape == MOUNT_SHAPE_RELATIVE)
                result = finding_report(r->findings, "relative-mount", command_check_place(r, o, where),
                                        "The host path \"%s\" does not begin with a slash", m->mount.host);
        if (result >= 0 && m->relative_target)
                result = finding_report(r->findings, "relative-mount", command_check_place(r, o, where),
                                        "The place in the container \"%s\" does not begin with a slash",
                                        m->mount.container);
        if (result >= 0 && m->bad_option)
                result = finding_report(r->findings, "bad-mount-option", command_check_place(r, o, where),
                                        "No engine knows the mount option \"%s\"", m->bad_option);
        return result;
}

/* "/var/lib/:/var/lib/": a Dockerfile's rest of /var/lib/${NAME}; "//": of /var/${NAME}/lib. */
static int check_swallowed_path(struct reading *r, const struct option_use *o, const struct mount *m) {
        static const char *const parents[] = { "/etc/",       "/opt/",     "/srv/",     "/var/",
                                               "/var/cache/", "/var/lib/", "/var/log/", "/var/spool/" };
        char where[FINDING_PLACE_MAX];
        bool parent = false;
        for (size_t i = 0; i < ELEMENTS(parents); i++)
                parent |= strcmp(m->host, parents[i]) == 0;
        if (!parent && !strstr(m->host + 1, "//"))     /* "//" alone is "$PWD/" in the root folder */
                return 0;
        return finding_report(r->findings, "empty-variable", command_check_place(r, o, where),
                              "The host path \"%s\" looks as if a variable in it had been lost", m->host);
}

static int check_twice(struct reading *r, const struct option_use *o, const struct mount *m) {
        char where[FINDING_PLACE_MAX];
        _cleanup_free_ char *path = path_simplify(m->container);
        for (size_t i = 0; path && i < r->command->n_mounts; i++) {
                _cleanup_free_ char *other = path_simplify(r->command->mounts[i].container);
                if (other && strcmp(path, other) == 0 && *m->container)
                        return finding_report(r->findings, "duplicate-mount",
                                              command_check_place(r, o, where),
                                              "\"%s\" in the container is mounted twice", path);
        }
        return 0;
}

/* Takes m, also on failure. */
static int take_mount(struct command *c, struct mount *m) {
        struct mount *bigger = xreallocarray(c->mounts, c->n_mounts + 1, sizeof *bigger);
        if (!bigger) {
                mount_done(m);
                return -ENOMEM;
        }
        c->mounts = bigger;
        c->mounts[c->n_mounts++] = *m;
        *m = (struct mount) {};
        return 0;
}

static int check_mount(struct reading *r, struct option_use *o) {
        _cleanup_(mount_reading_done) struct mount_reading m = {};
        char where[FINDING_PLACE_MAX];
        int result = str_equal(o->canonical, "--mount") ? mount_read_mount(o->value, &m)
                                                        : mount_read_volume(o->value, &m);

        if (result < 0 || (result = report_mount(r, o, &m)) < 0)
                return result;
        if (m.shape == MOUNT_SHAPE_OTHER)
                return 0;
        if (m.shape == MOUNT_SHAPE_UNNAMED) {
                o->meaning = "A new volume of the engine's, without a name";
                return 0;
        }
        if (mount_judge(&m.mount))
                result = finding_report(r->findings, "socket-mounted", command_check_place(r, o, where),
                                        "\"%s\" is given to the container", m.mount.host);
        o->risk = m.mount.risk;
        o->meaning = m.mount.meaning;
        if (result >= 0 && m.shape == MOUNT_SHAPE_HOST)
                result = check_swallowed_path(r, o, &m.mount);
        if (result >= 0)
                result = check_twice(r, o, &m.mount);
        return result < 0 ? result : take_mount(r->command, &m.mount);
}

/* ---- single options ---- */

static bool is_switched_off(const struct option_use *o) {
        return o->value && (str_equal_nocase(o->value, "false") || str_equal(o->value, "0") ||
                            str_equal_nocase(o->value, "f"));
}

/* -e NAME= of a variable that the label should have filled in. */
static int check_env(struct reading *r, const struct option_use *o) {
        static const char *const filled[] = { "NAME=",    "IMAGE=", "CONFDIR=", "LOGDIR=",
                                              "DATADIR=", "HOST=",  "HOMEDIR=" };
        char where[FINDING_PLACE_MAX];
        for (size_t i = 0; i < ELEMENTS(filled); i++)
                if (str_equal(o->value, filled[i]))
                        return finding_report(r->findings, "empty-variable", command_check_place(r, o, where),
                                              "\"%s\" sets nothing: a variable seems to have been lost",
                                              o->value);
        return 0;
}

static int check_security(struct reading *r, const struct option_use *o) {
        char where[FINDING_PLACE_MAX];
        if (!strchr(o->value, ':') || strchr(o->value, '=') || str_starts(o->value, "no-new-privileges"))
                return 0;
        return finding_report(r->findings, "old-syntax", command_check_place(r, o, where),
                              "\"%s\" is written the old way", o->value);
}

static int check_restart(struct reading *r, const struct option_use *o) {
        char where[FINDING_PLACE_MAX];
        if (str_empty(o->value) || str_equal(o->value, "no"))
                return 0;
        return finding_report(r->findings, "fights-systemd", command_check_place(r, o, where),
                              "The engine restarts the container by itself (%s)", o->value);
}

static bool may_be_empty(const struct option_use *o) {
        static const char *const fine[] = { "--entrypoint", "--env",     "--label",  "--annotation",
                                            "--health-cmd", "--log-opt", "--volume", "--mount",
                                            "--filter",     "--format",  "--restart" };
        for (size_t i = 0; i < ELEMENTS(fine); i++)
                if (str_equal(o->canonical, fine[i]))
                        return true;
        return false;
}

static int check_value(struct reading *r, struct option_use *o) {
        char where[FINDING_PLACE_MAX];
        struct command *c = r->command;
        if (!*o->value && !may_be_empty(o))
                return finding_report(r->findings, "empty-option-value", command_check_place(r, o, where),
                                      "The value of %s is empty", o->option);
        if (str_equal(o->canonical, "--volume") || str_equal(o->canonical, "--mount"))
                return check_mount(r, o);
        if (str_equal(o->canonical, "--name"))
                return str_replace(&c->name, o->value);
        if (str_equal(o->canonical, "--env"))
                return check_env(r, o);
        if (str_equal(o->canonical, "--security-opt"))
                return check_security(r, o);
        if (str_equal(o->canonical, "--restart"))
                return check_restart(r, o);
        return 0;
}

static void note_flag(struct command *c, const struct option_use *o) {
        if (is_switched_off(o))
                return;
        if (str_equal(o->canonical, "--detach"))
                c->detached = true;
        else if (str_equal(o->canonical, "--tty"))
                c->interactive = true;
}

/* podman run knows --rm=true, but takes the "true" of "--rm true" for the image. The reader does the same,
 * and the image operand shows it. */
int command_check_option(struct reading *r, struct option_use *o) {
        char where[FINDING_PLACE_MAX];
        const struct option_row *row = o->option[1] == '-'
                                               ? option_find(r->table, o->option, strlen(o->option))
                                               : option_find_letter(r->table, o->option[1]);
        int result = 0;
        if (!row)
                return 0;
        o->meaning = row->meaning;
        o->risk = row->risk;
        if (!(row->engines & (r->command->engine == ENGINE_DOCKER ? HAS_DOCKER : HAS_PODMAN)))
                result = finding_report(r->findings, "engine-option", command_check_place(r, o, where),
                                        "%s does not know the option %s",
                                        r->command->engine == ENGINE_DOCKER ? "Docker" : "Podman", o->option);
        if (result < 0)
                return result;
        if (!row->value && is_switched_off(o)) {
                o->risk = RISK_NONE;
                o->meaning = "Switched off";
        }
        option_judge(o->canonical, o->value, &o->meaning, &o->risk);
        if (!row->value)
                note_flag(r->command, o);
        else if (o->value && r->in_subcommand)
                result = check_value(r, o);
        if (result >= 0 && str_equal(o->canonical, "--use-api-socket") && o->risk == RISK_HIGH)
                result = finding_report(r->findings, "socket-mounted", command_check_place(r, o, where),
                                        "The engine's socket is given to the container");
        if (result >= 0 && o->risk > RISK_NONE)
                result = add_privilege(r->command, option_words(o), o->meaning, o->risk);
        return result;
}

/* Some values do begin with a dash: -1 for "no limit", -500 for a score. */
int command_check_swallowed(struct reading *r, const char *option, const char *value) {
        char where[FINDING_PLACE_MAX];
        if (value[0] != '-' || !value[1] || (value[1] >= '0' && value[1] <= '9'))
                return 0;
        if (str_equal(option, "--entrypoint") || str_equal(option, "--health-cmd"))
                return 0;
        const struct finding_kind *kind = finding_kind("empty-variable");
        if (!r->findings)
                return 0;
        return finding_add(r->findings, SEVERITY_BLOCK, kind->id, finding_place(where, r->where, r->at + 1),
                           kind->advice, "The option %s has no value of its own and takes \"%s\" for it",
                           option, value);
}

int command_check_bundle(struct reading *r, const char *option, const char *rest) {
        char where[FINDING_PLACE_MAX];
        if (!*rest || rest[strspn(rest, "dit")])
                return 0;
        return finding_report(r->findings, "bundle-value", finding_place(where, r->where, r->at + 1),
                              "\"%s\" is taken for the value of %s", rest, option);
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
        static const char *const transports[] = { "docker://",    "docker-archive:", "docker-daemon:", "oci:",
                                                  "oci-archive:", "dir:",            "containers-storage:" };
        for (size_t i = 0; i < ELEMENTS(transports); i++)
                if (str_starts(operand, transports[i]))
                        return true;
        return false;
}

static int check_image_operand(struct reading *r, const char *operand) {
        char where[FINDING_PLACE_MAX];
        if (find_option(r->command, "--rootfs") || reference_valid(operand))
                return 0;
        if (r->command->engine == ENGINE_PODMAN && names_transport(operand))
                return 0;
        return finding_report(r->findings, "bad-reference",
                              finding_place(where, r->where, r->command->operand + 1),
                              "\"%s\" stands where the image belongs and is no image reference", operand);
}

/* "run IMAGE -v /x:/y": too late, the option belongs to the program in the container. */
static int check_late_options(struct reading *r) {
        static const char *const certain[] = { "--name",    "--net",  "--network",    "--volume",
                                               "--publish", "--env",  "--privileged", "--rm",
                                               "--restart", "--mount" };
        char *const *argv = r->command->argv;
        size_t i = r->command->operand + 1;
        const char *word = argv[i];
        char where[FINDING_PLACE_MAX];
        if (!word || word[0] != '-')
                return 0;
        bool late =
                (str_equal(word, "-v") || str_equal(word, "-p")) && argv[i + 1] && strchr(argv[i + 1], ':');
        late |= str_equal(word, "-e") && argv[i + 1] && strchr(argv[i + 1], '=');
        for (size_t k = 0; k < ELEMENTS(certain); k++) {
                const char *rest = str_starts(word, certain[k]);
                late |= rest && (!*rest || *rest == '=');
        }
        if (!late)
                return 0;
        return finding_report(r->findings, "late-option", finding_place(where, r->where, i + 1),
                              "%s stands behind the image: the program in the container gets it, not the "
                              "engine",
                              word);
}

static int check_operand(struct reading *r) {
        const struct command *c = r->command;
        enum operand wanted = r->subcommand ? r->subcommand->operand : OPERAND_NONE;
        const char *operand = c->operand > 0 ? c->argv[c->operand] : "";

        if (wanted == OPERAND_NONE ||
            (wanted == OPERAND_CONTAINER && (find_option(c, "--all") || find_option(c, "--filter"))))
                return 0;
        if (wanted != OPERAND_IMAGE && (find_option(c, "--latest") || find_option(c, "--cidfile")))
                return 0;
        if (!*operand)
                return finding_report(r->findings, "missing-operand", r->where, "The command names no %s",
                                      wanted == OPERAND_IMAGE ? "image" : "container");
        if (wanted == OPERAND_COMMAND && !c->argv[c->operand + 1])
                return finding_report(r->findings, "missing-operand", r->where,
                                      "The command does not say what to run in the container");
        if (wanted != OPERAND_IMAGE)
                return 0;
        int result = check_image_operand(r, operand);
        return result < 0 ? result : check_late_options(r);
}

static int check_conflicts(struct reading *r) {
        const struct command *c = r->command;
        const struct option_use *restart = find_option(c, "--restart"),
                                *network = find_option(c, "--network");
        char where[FINDING_PLACE_MAX];
        int result = 0;

        if (restart && !str_empty(restart->value) && !str_equal(restart->value, "no") &&
            find_option(c, "--rm"))
                result =
                        finding_report(r->findings, "option-conflict", command_check_place(r, restart, where),
                                       "--restart and --rm exclude each other: the engine refuses the "
                                       "command");
        const struct option_use *port = find_option(c, "--publish");
        if (result >= 0 && port && network && str_equal(network->value, "host"))
                result = finding_report(r->findings, "option-conflict", command_check_place(r, port, where),
                                        "Ports are not published on the host's network: the engine leaves "
                                        "%s out",
                                        port->option);
        return result;
}

int command_check_whole(struct reading *r) {
        int result = check_operand(r);
        if (result < 0 || !r->subcommand)
                return result;
        if (r->subcommand->operand == OPERAND_IMAGE)
                result = check_conflicts(r);
        bool input = find_option(r->command, "--tty") || find_option(r->command, "--interactive");
        if (result >= 0 && input &&
            (r->subcommand->operand == OPERAND_IMAGE || r->subcommand->operand == OPERAND_COMMAND))
                result = finding_report(r->findings, "interactive", r->where,
                                        "The command wants somebody at a terminal");
        if (result >= 0 && r->subcommand->risk > RISK_NONE)
                result = add_privilege(r->command, xstrdup(r->command->subcommand), r->subcommand->meaning,
                                       r->subcommand->risk);
        return result;
}

int command_check_host(struct reading *r) {
        const char *program = r->command->argv[0];
        char where[FINDING_PLACE_MAX];
        int result = 0;
        if (r->findings) {
                const struct finding_kind *kind = finding_kind("host-command");
                const char *slash = strrchr(program, '/'), *base = slash ? slash + 1 : program;
                const char *hint = str_equal(base, "sudo")
                                           ? "sudo is not needed: report to the image maintainer that "
                                             "the label should begin with podman or docker"
                                           : kind->advice;
                result = finding_add(r->findings, kind->severity, kind->id, finding_place(where, r->where, 1),
                                     hint, "\"%s\" is a program of this host, run as root", program);
        }
        return result < 0 ? result
                          : add_privilege(r->command, xstrdup(program),
                                          "A program of the host itself, run as root: nothing confines it",
                                          RISK_HIGH);
}
