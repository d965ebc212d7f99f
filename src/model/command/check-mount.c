/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Findings about -v, --mount and --tmpfs. */

#include <ctype.h>

#include "model/command/internal.h"

/* ---- source, target and options ---- */

/* Both engines: [a-zA-Z0-9][a-zA-Z0-9_.-]* */
static bool is_volume_name(const char *name) {
        if (!isalnum((unsigned char) *name))
                return false;
        for (; *name; name++)
                if (!isalnum((unsigned char) *name) && !strchr("_.-", *name))
                        return false;
        return true;
}

/* The ~ of the word was noted when the label was read: one fault is one finding. */
static void drop_pattern(struct reading *r, const struct option_use *o) {
        char where[FINDING_PLACE_MAX];
        if (r->findings)
                finding_list_drop(r->findings, "shell-pattern",
                                  finding_place(where, r->source->where,
                                                command_place(r->command, o->word + o->words - 1)));
}

static void report_source(struct reading *r, const struct option_use *o, const struct mount_reading *m) {
        const char *host = m->mount.host;
        if (m->shape == MOUNT_SHAPE_RELATIVE && *host == '.')
                command_report(r, o->word, "relative-mount",
                               "The host path \"%s\" depends on the folder in which the engine is called, "
                               "and neither an installer nor a unit has one",
                               host);
        else if (*host == '~' && (m->shape == MOUNT_SHAPE_RELATIVE || m->shape == MOUNT_SHAPE_VOLUME)) {
                command_report(r, o->word, "relative-mount",
                               "Only a shell expands the ~ of \"%s\": the engine takes it for a volume and "
                               "refuses its name",
                               host);
                drop_pattern(r, o);
        } else if (m->shape == MOUNT_SHAPE_RELATIVE ||
                   (m->shape == MOUNT_SHAPE_VOLUME && !is_volume_name(host)))
                command_report(r, o->word, "relative-mount",
                               "\"%s\" is neither an absolute path nor a valid name of a volume: the engine "
                               "refuses it",
                               host);
}

/* "config.yaml:/etc/app/config.yaml": the author thought of a file beside the label. */
static void report_file_name(struct reading *r, const struct option_use *o, const struct mount_reading *m) {
        const char *dot = strrchr(m->mount.host, '.'), *slash = strrchr(m->mount.container, '/');
        if (m->shape == MOUNT_SHAPE_VOLUME && dot && slash && str_ends(slash, dot) &&
            is_volume_name(m->mount.host))
                command_report(r, o->word, "file-as-volume",
                               "\"%s\" is no file of the host but a new, empty volume, and it hides %s",
                               m->mount.host, m->mount.container);
}

static void report_mount(struct reading *r, const struct option_use *o, const struct mount_reading *m) {
        const char *engine = command_engine_title(r);
        unsigned version = engine_version_number(r->source->engine_version);
        bool podman = command_engine_bit(r) == HAS_PODMAN;
        if (m->shape == MOUNT_SHAPE_LOST)
                command_report(r, o->word, "empty-mount", "The mount \"%s\" has no %s", o->value,
                               !*m->mount.container ? "place in the container" : "host path");
        report_source(r, o, m);
        report_file_name(r, o, m);
        if (m->relative_target)
                command_report(r, o->word, "relative-mount",
                               "The place in the container \"%s\" does not begin with a slash: the engine "
                               "refuses it",
                               m->mount.container);
        if (!m->type && podman && str_equal(o->canonical, "--mount") && version <= PODMAN_NEWEST)
                command_report(r, o->word, "bad-mount", "The mount \"%s\" has no type: Podman refuses it",
                               o->value);
        else if (m->type && !mount_type_known(m->type, r->command->engine))
                command_report(r, o->word, "bad-mount", "%s has no mounts of the type \"%s\"", engine,
                               m->type);
        else if (m->bad_option)
                command_report(r, o->word, "bad-mount-option", "%s does not know the mount option \"%s\"",
                               engine, m->bad_option);
        else if (m->bad_value)
                command_report(r, o->word, "bad-mount-option",
                               "%s refuses the value of the mount option \"%s\"", engine, m->bad_value);
        else if (m->repeats && podman && (version == 0 || version >= ENGINE_VERSION(5, 0)))
                command_report(
                        r, o->word, "bad-mount-option",
                        "\"%s\" has an option more than once that may stand there once: Podman refuses it",
                        o->value);
        else if (m->twice)
                command_report(r, o->word, "bad-mount-option",
                               "The mount options of \"%s\" contradict each other: the engine refuses them",
                               o->value);
        _cleanup_free_ char *target = path_simplify(m->mount.container);
        if (*m->mount.container == '/' && !target[1])
                command_report(r, o->word, "bad-mount",
                               "\"%s\" is mounted over the whole container: the engine refuses it",
                               *m->mount.host ? m->mount.host : o->value);
}

/* ---- lost variables ---- */

/* Whether more of this label got lost. */
static bool loses_more(const struct reading *r) {
        const struct finding_list *list = r->findings;
        for (size_t i = 0; list && r->source->where && i < list->n; i++)
                if (str_equal(list->items[i].id, "empty-variable") &&
                    str_starts(list->items[i].where, r->source->where))
                        return true;
        return false;
}

/* "/var/lib/:/var/lib/": a Dockerfile's rest of /var/lib/${NAME}; "//": of /var/${NAME}/lib. Somebody who
 * wants the whole folder writes it in the same way, so a folder that services share is only suspicious where
 * it stands at the same place in the container, and one that others want whole where more got lost. */
static void check_swallowed_path(struct reading *r, const struct option_use *o, const struct mount *m) {
        bool shared = STR_IN_SET(m->host, "/var/lib/", "/opt/", "/srv/", "/var/cache/", "/var/spool/"),
             whole = STR_IN_SET(m->host, "/etc/", "/var/", "/var/log/");
        if ((str_equal(m->host, m->container) && (shared || (whole && loses_more(r)))) ||
            strstr(m->host + 1, "//")) /* "//" alone is "$PWD/" in the root folder */
                command_report(r, o->word, "empty-variable",
                               "The host path \"%s\" looks as if a variable in it had been lost", m->host);
}

/* ---- targets ---- */

/* Podman takes the same -v twice for once and --tmpfs beside any other, Docker a volume without a name for
 * none. */
static bool may_be_twice(const struct reading *r, const struct target *a, const struct target *b) {
        bool tmpfs = str_equal(a->what, "tmpfs") && str_equal(b->what, "tmpfs");
        if (command_engine_bit(r) == HAS_DOCKER)
                return a->unnamed || b->unnamed || tmpfs;
        return str_equal(a->what, b->what) && !(a->long_form && b->long_form);
}

static void add_target(struct reading *r, const struct option_use *o, struct target t) {
        for (size_t i = 0; *t.path == '/' && i < r->n_targets; i++)
                if (str_equal(r->targets[i].path, t.path) && !may_be_twice(r, &r->targets[i], &t)) {
                        command_report(r, o->word, "duplicate-mount",
                                       "\"%s\" in the container is mounted twice: the engine refuses it",
                                       t.path);
                        break;
                }
        room_for_one((void **) &r->targets, r->n_targets, sizeof *r->targets);
        r->targets[r->n_targets++] = t;
}

static void check_tmpfs(struct reading *r, const struct option_use *o) {
        _cleanup_(mount_reading_done) struct mount_reading m = mount_read_tmpfs(o->value, r->command->engine);
        report_mount(r, o, &m);
        add_target(r, o,
                   (struct target){ .path = path_simplify(m.mount.container), .what = xstrdup("tmpfs") });
}

void command_check_mount(struct reading *r, struct option_use *o) {
        struct command *c = r->command;
        if (str_equal(o->canonical, "--tmpfs")) {
                check_tmpfs(r, o);
                return;
        }
        bool long_form = str_equal(o->canonical, "--mount");
        _cleanup_(mount_reading_done) struct mount_reading m =
                long_form ? mount_read_mount(o->value, c->engine) : mount_read_volume(o->value, c->engine);
        bool other = m.shape == MOUNT_SHAPE_OTHER, unnamed = m.shape == MOUNT_SHAPE_UNNAMED;
        report_mount(r, o, &m);
        if (*m.mount.container)
                add_target(r, o,
                           (struct target){ .path = path_simplify(m.mount.container),
                                            .what = other ? xstrdup(m.type)
                                                          : str_printf("%s %s,%s", m.mount.host,
                                                                       mount_mode_name(m.mount.mode),
                                                                       m.mount.options),
                                            .unnamed = unnamed,
                                            .long_form = long_form });
        if (other) {
                option_judge("--mount", o->value, &o->meaning, &o->risk);
                return;
        }
        if (unnamed) {
                o->meaning = "A new volume of the engine's, without a name";
                return;
        }
        if (mount_judge(&m.mount))
                command_report(r, o->word, "socket-mounted", "\"%s\" is given to the container",
                               m.mount.host);
        o->risk = m.mount.risk;
        o->meaning = m.mount.meaning;
        if (m.shape == MOUNT_SHAPE_HOST)
                check_swallowed_path(r, o, &m.mount);
        room_for_one((void **) &c->mounts, c->n_mounts, sizeof *c->mounts);
        c->mounts[c->n_mounts++] = m.mount;
        m.mount = (struct mount){};
}
