/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The part of a RUN command that systemd takes over from the engine: restarts, the time to stop, readiness,
 * and the order behind mounts and other containers. */

#include <limits.h>

#include "base/path.h"
#include "model/plan/internal.h"

/* Left out without a word: the unit sets them, whatever the label has. */
static bool is_set_anyway(const struct option_use *o) {
        return STR_IN_SET(o->canonical, "--detach", "--rm", "--restart", "--name", "--replace");
}

/* podman auto-update never finds a newer image for a digest, and fails for an id. */
static bool is_update_of_pinned(const struct command *run, const struct option_use *o) {
        const char *image = run->operand ? run->argv[run->operand] : "";
        return str_equal(o->canonical, "--label") && o->value &&
               str_starts(o->value, "io.containers.autoupdate=") &&
               (strchr(image, '@') || str_starts(image, "sha256:"));
}

bool supervision_replaces(const struct command *run, const struct option_use *o) {
        return is_set_anyway(o) || is_update_of_pinned(run, o) ||
               STR_IN_SET(o->canonical, "--cidfile", "--attach", "--sig-proxy", "--detach-keys") ||
               (str_equal(o->canonical, "--sdnotify") &&
                (run->engine != ENGINE_PODMAN || !STR_IN_SET(o->value, "container", "healthy"))) ||
               /* The client stays attached without a terminal, and refuses that with these. */
               (run->engine == ENGINE_DOCKER && STR_IN_SET(o->canonical, "--interactive", "--tty"));
}

/* The last use of the option, which is the one that counts; NULL: none. */
static const char *last_value(const struct command *c, const char *canonical) {
        const char *value = NULL;
        for (size_t i = 0; i < c->n_options; i++)
                if (str_equal(c->options[i].canonical, canonical))
                        value = c->options[i].value;
        return value;
}

/* -1 is "for ever" to both engines. */
static unsigned read_seconds(const char *value) {
        long long seconds;
        if (!value || str_to_int(value, -1, INT_MAX / 2, &seconds) < 0)
                return 0;
        return seconds < 0 ? UINT_MAX : (unsigned) seconds;
}

static void read_stop_time(const struct command *run, const struct command *stop, struct unit_words *w) {
        const char *const values[] = { last_value(run, "--stop-timeout"),
                                       stop ? last_value(stop, "--time") : NULL,
                                       stop ? last_value(stop, "--timeout") : NULL };
        for (size_t i = 0; i < ELEMENTS(values); i++) {
                unsigned seconds = read_seconds(values[i]);
                if (seconds > w->stop_seconds)
                        w->stop_seconds = seconds;
        }
}

/* ---- order ---- */

/* Host paths that may be on a file system of their own, which must be mounted first. */
static void supervision_add_mount(struct unit_words *w, const char *host) {
        static const char *const early[] = { "/etc", "/usr", "/run", "/var/run", "/proc", "/sys",
                                             "/dev", "/tmp", "/lib", "/bin",     "/sbin" };
        if (host[0] != '/')
                return;
        _cleanup_free_ char *path = path_simplify(host);
        for (size_t i = 0; i < ELEMENTS(early); i++)
                if (path_below(path, early[i]))
                        return;
        if (!str_equal(path, "/") && !strv_contains(w->mounts, path))
                strv_add(&w->mounts, path);
}

/* The container or pod whose part the option makes this one use, or NULL. The caller frees. */
static char *named_by(const struct option_use *o) {
        const char *value = o->value ? o->value : "";
        if (STR_IN_SET(o->canonical, "--network", "--pid", "--ipc", "--uts", "--userns", "--cgroupns")) {
                const char *name = str_starts(value, "container:");
                return name && *name ? xstrdup(name) : NULL;
        }
        if (STR_IN_SET(o->canonical, "--volumes-from", "--link"))
                return *value ? xstrndup(value, strcspn(value, ":")) : NULL;
        if (str_equal(o->canonical, "--pod"))
                return *value && !str_starts(value, "new:") ? xstrdup(value) : NULL;
        return NULL;
}

/* The unit that runs it, or NULL. */
static const char *unit_behind(const struct host_facts *facts, const struct option_use *o, const char *name) {
        if (!facts || !facts->container_unit)
                return NULL;
        const char *unit = facts->container_unit(name, facts->userdata);
        if (!unit && str_equal(o->canonical, "--pod")) {
                _cleanup_free_ char *infra = str_printf("%s-infra", name);
                unit = facts->container_unit(infra, facts->userdata);
        }
        return unit && unit_name_valid(unit) ? unit : NULL;
}

/* --requires takes a list. */
static char **all_named_by(const struct option_use *o) {
        if (str_equal(o->canonical, "--requires"))
                return strv_split(o->value ? o->value : "", ",");
        char **names = strv_copy(NULL), *name = named_by(o);
        if (name)
                strv_take(&names, name);
        return names;
}

static void read_order(const char *own, const struct command *run, const struct host_facts *facts,
                       struct unit_words *w) {
        for (size_t i = 0; i < run->n_mounts; i++)
                if (!run->mounts[i].volume)
                        supervision_add_mount(w, run->mounts[i].host);
        for (size_t i = 0; i < run->n_options; i++) {
                const struct option_use *o = run->options + i;
                if (STR_IN_SET(o->canonical, "--env-file", "--label-file") && o->value)
                        supervision_add_mount(w, o->value);
                _cleanup_strv_ char **names = all_named_by(o);
                for (char **name = names; *name; name++) {
                        const char *unit = unit_behind(facts, o, *name);
                        if (unit && !str_equal(unit, own) && !strv_contains(w->behind, unit))
                                strv_add(&w->behind, unit);
                }
        }
}

/* ---- both ---- */

static const char *notify_of(const struct command *run) {
        const char *value = last_value(run, "--sdnotify");
        return run->engine != ENGINE_PODMAN                 ? "conmon"
               : str_equal(value, "container")              ? "container"
               : str_equal(value, "healthy")                ? "healthy"
                                                            : "conmon";
}

void supervision_read(const char *name, const struct command *run, const struct command *stop,
                      const struct host_facts *facts, struct unit_words *w) {
        const char *restart = last_value(run, "--restart");
        if (restart)
                w->restart = restart_read(restart);
        w->notify = notify_of(run);
        bool parent = plan_has_option(run, "--cgroup-parent", NULL);
        w->cgroups = plan_has_option(run, "--cgroups", NULL) ? CGROUPS_OF_LABEL
                     : parent                                ? CGROUPS_BELOW_PARENT
                     : plan_has_option(run, "--pod", NULL) || plan_has_option(run, "--pod-id-file", NULL)
                             ? CGROUPS_OF_POD
                             : CGROUPS_OF_UNIT;
        read_stop_time(run, stop, w);
        _cleanup_free_ char *own = str_printf("%s.service", name);
        read_order(own, run, facts, w);
}

/* ---- findings ---- */

static const char *reason_left_out(const struct command *run, const struct option_use *o) {
        if (str_equal(o->canonical, "--cidfile"))
                return "the file would be there already at the next start";
        if (!str_equal(o->canonical, "--sdnotify"))
                return "a unit has no terminal";
        return run->engine == ENGINE_PODMAN ? "systemd would never hear that the service has started"
                                            : "Docker does not report to systemd";
}

static void report_left_out(const struct command *run, const struct option_use *o,
                            struct finding_list *findings) {
        size_t place = command_place(run, o->word);
        bool silent = is_set_anyway(o) || !supervision_replaces(run, o) || str_equal(o->value, "conmon");
        if (is_update_of_pinned(run, o))
                finding_report_at(findings, "autoupdate-pinned", "RUN", place,
                                  "The unit leaves the label %s out: its image is pinned", o->value);
        else if (!silent)
                finding_report_at(findings, "left-out", "RUN", place, "The unit leaves %s out: %s", o->option,
                                  reason_left_out(run, o));
}

static void report_order(const struct making *m, const struct option_use *o) {
        size_t place = command_place(m->plan->run, o->word);
        _cleanup_strv_ char **names = all_named_by(o);
        for (char **name = names; *name; name++)
                if (!unit_behind(m->facts, o, *name))
                        finding_report_at(&m->plan->findings, "needs-container", "RUN", place,
                                          "The container needs the %s %s, and no unit known here runs it",
                                          str_equal(o->canonical, "--pod") ? "pod" : "container", *name);
}

void supervision_report(const struct making *m) {
        const struct command *run = m->plan->run;
        for (size_t i = 0; i < run->n_options; i++) {
                report_left_out(run, run->options + i, &m->plan->findings);
                report_order(m, run->options + i);
        }
}
