/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/path.h"
#include "model/command/lint.h"
#include "model/command/options.h"
#include "model/plan/internal.h"

/* The host's own path of one that a rehearsal has redirected to its copy. */
static const char *on_host(const char *path) {
        const char *rest = str_starts(path, PLAN_REHEARSAL_DIR);
        return !rest || (*rest && *rest != '/') ? path : *rest ? rest : "/";
}

static void look_at_mounts(const struct making *m, struct command *c) {
        for (size_t i = 0; c && m->facts->path_exists && i < c->n_mounts; i++) {
                struct mount *mount = c->mounts + i;
                if (!mount->volume && mount->host[0] == '/')
                        mount->exists = m->facts->path_exists(on_host(mount->host), m->facts->userdata)
                                                ? EXISTS_YES
                                                : EXISTS_NO;
        }
}

/* Whether the command can make files at this path of the host: it mounts a folder above it, or is a program
 * of the host. */
static bool can_make(const struct command *c, const char *path) {
        if (c->engine == ENGINE_NONE)
                return true;
        for (size_t i = 0; i < c->n_mounts; i++)
                if (c->mounts[i].mode == MOUNT_RW && path_below(path, on_host(c->mounts[i].host)))
                        return true;
        return false;
}

/* Podman refuses to start where the host's side of a bind mount is missing; Docker creates an empty folder.
 * installer: what runs before; NULL: nothing. */
static void report_missing_mount(struct making *m, const char *path, const char *where,
                                 const struct command *installer) {
        struct finding_list *findings = &m->plan->findings;
        if (!installer)
                finding_report(findings, "missing-path", where,
                               "%s is not on this host, and the container mounts it", path);
        else if (!can_make(installer, path))
                finding_report(findings, "missing-path", where,
                               "%s is not on this host, and the installer cannot make it: it mounts no "
                               "folder of the host that would hold it", path);
        else
                finding_report(findings, "missing-yet", where,
                               "%s is not on this host yet: the installer should make it", path);
        if (path_below(path, "/run") || path_below(path, "/var/run"))
                finding_report(findings, "volatile-path", where,
                               "%s lies below /run: whoever makes it has to make it again after each restart "
                               "of the host", path);
}

static void report_missing_mounts(struct making *m, const struct command *c, const char *where,
                                  const struct command *installer) {
        for (size_t i = 0; c && i < c->n_mounts; i++) {
                const struct mount *mount = c->mounts + i;
                if (mount->exists == EXISTS_NO && !path_below(mount->host, PLAN_FILES_DIR))
                        report_missing_mount(m, on_host(mount->host), where, installer);
        }
}

/* Files and devices that options name: both engines refuse the command without them. */
static void report_missing_files(struct making *m, const struct command *c, const char *where,
                                 const struct command *installer) {
        for (size_t i = 0; c && m->facts->path_exists && i < c->n_options; i++) {
                const struct option_use *o = c->options + i;
                _cleanup_free_ char *path = option_host_file(o->canonical, o->value);
                if (!path || *path != '/' ||
                    m->facts->path_exists(on_host(path), m->facts->userdata))
                        continue;
                if (installer && can_make(installer, path))
                        finding_report(&m->plan->findings, "missing-yet", where,
                                       "%s is not on this host yet: the installer should make it", path);
                else
                        finding_report_at(&m->plan->findings, "missing-file", where,
                                          command_place(c, o->word),
                                          "%s is not on this host, and the engine refuses %s without it",
                                          path, o->option);
        }
}

static void report_taken_name(struct making *m, const struct command *c, const char *where,
                              const char *name) {
        const struct host_facts *f = m->facts;
        if (c && c->engine != ENGINE_NONE && str_equal(c->subcommand, "run") && name && f->container_exists &&
            !plan_has_option(c, "--replace", NULL) && f->container_exists(name, f->userdata))
                finding_report(&m->plan->findings, "name-taken", where,
                               "There is a container called %s already", name);
}

/* Whether fairlead writes a unit and starts it. */
static bool writes_unit(const struct plan *plan) {
        return (plan->unit.kind == UNIT_SERVICE || plan->unit.kind == UNIT_QUADLET) &&
               plan->verb != VERB_REHEARSE;
}

static void report_names(struct making *m) {
        const struct host_facts *f = m->facts;
        struct plan *plan = m->plan;
        bool ours = f->service_exists && f->service_exists(plan->name, f->userdata);
        if (ours && plan->verb == VERB_INSTALL)
                finding_report(&plan->findings, "already-installed", "name",
                               "A service called %s is installed already", plan->name);
        if (ours || plan->verb == VERB_UNINSTALL || plan->verb == VERB_STOP)
                return;         /* the container of that name is its own */
        if (plan->command)
                report_taken_name(m, plan->command, plan->label_key, plan->command->name);
        if (writes_unit(plan))
                report_taken_name(m, plan->run, "RUN", plan->run->name ? plan->run->name : plan->name);
}

/* What the system manager itself needs, and what gives the last shell. */
static bool host_unit_is_vital(const char *unit) {
        static const char *const beginnings[] = {
                "systemd-", "dbus.",   "dbus-",         "emergency.",     "rescue.",
                "initrd-",  "getty@",  "serial-getty@", "console-getty.", "user@",
                "user-runtime-dir@",
        };
        for (size_t i = 0; i < ELEMENTS(beginnings); i++)
                if (str_starts(unit, beginnings[i]))
                        return true;
        return false;
}

/* A unit has no caller whose folder $PWD could be. */
static void report_folder(struct making *m) {
        const struct label *label = label_find(m->request->image, LABEL_RUN, NULL);
        if (m->folder_given || !label || !writes_unit(m->plan))
                return;
        _cleanup_recipe_ struct recipe *recipe = recipe_parse(label->key, label->value, NULL);
        lint_folder(recipe, &m->plan->findings);
}

/* Units in /etc and /run that fairlead did not write are the administrator's; those of the distribution may
 * be overridden, and the plan says so (sssd.service stays sssd.service). */
static void host_report_unit(struct making *m) {
        const struct host_facts *f = m->facts;
        struct plan *plan = m->plan;
        if (writes_unit(plan) && plan->unit.name && host_unit_is_vital(plan->unit.name))
                finding_report(&plan->findings, "vital-unit", plan->unit.name,
                               "The unit would take the place of %s, without which this host does not boot",
                               plan->unit.name);
        const char *path = writes_unit(plan) && f->unit_path ? f->unit_path(plan->unit.name, f->userdata)
                                                             : NULL;
        if (str_empty(path))
                return;
        _cleanup_free_ char *where = str_printf("unit %s", plan->unit.name);
        plan->unit.overrides = xstrdup(path);
        if (path_below(path, "/etc/systemd") || path_below(path, "/run/systemd") ||
            path_below(path, "/etc/containers"))
                finding_report(&plan->findings, "unit-exists", where,
                               "There is a unit of this name already: %s", path);
        else
                finding_report(&plan->findings, "overrides-unit", where,
                               "It takes the place of the distribution's unit %s", path);
}

/* "a:b": one of them is enough, since distributions install libraries in different places. */
static bool has_one_of(const struct host_facts *f, const char *need) {
        _cleanup_strv_ char **paths = strv_split(need, ":");
        for (char **path = paths; path && *path; path++)
                if (f->path_exists(*path, f->userdata))
                        return true;
        return false;
}

static void report_needs(struct making *m) {
        const struct profile *profile = m->request->profile;
        for (char **need = profile && m->asks && m->facts->path_exists ? profile->needs : NULL; need && *need;
             need++)
                if (!has_one_of(m->facts, *need))
                        finding_report(&m->plan->findings, "missing-need", "profile",
                                       "This host has no %.*s, which the service needs there",
                                       (int) strcspn(*need, ":"), *need);
}

/* ---- paths to save before the first effect ---- */

static bool holds_no_files(const char *path) {
        return path_below(path, "/proc") || path_below(path, "/sys") || path_below(path, "/dev") ||
               str_ends(path, ".sock");
}

/* Places that do not persist, or do not hold files. */
static bool not_saved(const char *path) {
        return path_below(path, "/run") || path_below(path, "/var/run") || path_below(path, "/tmp") ||
               holds_no_files(path) || str_equal(path, "/");
}

static void add_path(char ***paths, const char *path) {
        _cleanup_str_ struct str clean = {};
        for (const char *c = path; *c; c++)
                if (*c != '/' || (c[1] != '/' && c[1] != '\0') || c == path)
                        str_add_char(&clean, *c);
        _cleanup_free_ char *whole = str_take(&clean);
        /* "//x" is not a path that can be meant */
        if (whole[0] != '/' || whole[1] == '/' || not_saved(whole))
                return;
        for (char **p = *paths; p && *p; p++)
                if (path_below(whole, *p))
                        return;
        size_t kept = 0;
        for (char **p = *paths; p && *p; p++)
                if (path_below(*p, whole))
                        free(*p);
                else
                        (*paths)[kept++] = *p;
        if (*paths)
                (*paths)[kept] = NULL;
        strv_take(paths, TAKE(whole));
}

static int host_compare_texts(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

/* A writable mount that is not saved: of "/" only a part is saved, of /run nothing. */
static void report_not_saved(struct making *m, const struct mount *mount) {
        struct plan *plan = m->plan;
        if (!not_saved(mount->host) || holds_no_files(mount->host) ||
            path_below(mount->host, PLAN_FILES_DIR))
                return;
        _cleanup_strv_ char **saved = plan_saved(plan);
        _cleanup_free_ char *paths = strv_join(saved, ", ");
        if (str_equal(mount->host, "/"))
                finding_report(&plan->findings, "not-saved", plan->label_key,
                               "The command can write to all of /; of that, %s are saved and can be "
                               "restored, nothing else",
                               paths);
        else
                finding_report(&plan->findings, "not-saved", plan->label_key,
                               "The command can write to %s, which is not saved", mount->host);
}

static bool is_written(const struct mount *mount) {
        return mount->mode == MOUNT_RW && !mount->volume;
}

static void set_paths(struct making *m) {
        struct plan *plan = m->plan;
        const struct profile *profile = m->request->profile;
        const struct command *c = plan->command;
        bool job = plan->verb == VERB_INSTALL || plan->verb == VERB_UNINSTALL ||
                   plan_changes_service(plan->verb);
        if (!job)
                return; /* the host's files stay untouched, or nobody restores them */
        add_path(&plan->paths, "/etc");
        add_path(&plan->paths, "/usr/local");
        for (char **p = profile ? profile->paths : NULL; p && *p; p++)
                add_path(&plan->paths, *p);
        for (char **p = profile ? profile->state : NULL; p && *p; p++)
                add_path(&plan->state, *p);
        plan->host_unit = profile ? xstrdup(profile->unit) : NULL;
        for (size_t i = 0; c && i < c->n_mounts; i++)
                if (is_written(&c->mounts[i]))
                        add_path(&plan->paths, c->mounts[i].host);
        qsort(plan->paths, strv_length(plan->paths), sizeof *plan->paths, host_compare_texts);
        for (size_t i = 0; c && i < c->n_mounts; i++)
                if (is_written(&c->mounts[i]))
                        report_not_saved(m, &c->mounts[i]);
}

void plan_look_at_host(struct making *m) {
        struct plan *plan = m->plan;
        struct command *commands[] = { plan->command, plan->run, plan->uninstall, plan->stop };
        for (size_t i = 0; i < ELEMENTS(commands); i++)
                look_at_mounts(m, commands[i]);
        report_missing_mounts(m, plan->command, plan->label_key, NULL);
        report_missing_mounts(m, plan->run, "RUN", plan->command);
        report_missing_files(m, plan->command, plan->label_key, NULL);
        report_missing_files(m, plan->run, "RUN", plan->command);
        report_names(m);
        host_report_unit(m);
        report_folder(m);
        report_needs(m);
        set_paths(m);
}
