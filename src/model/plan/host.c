/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/path.h"
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

/* Podman refuses to start where the host's side of a bind mount is missing; Docker creates an empty folder. A
 * path that an installer is about to create is rightly missing. */
static int report_missing_mounts(struct making *m, const struct command *c, const char *where,
                                 bool installer_follows) {
        for (size_t i = 0; c && i < c->n_mounts; i++) {
                const struct mount *mount = c->mounts + i;
                if (mount->exists != EXISTS_NO || path_below(mount->host, PLAN_FILES_DIR))
                        continue;
                int r = finding_report(&m->plan->findings, installer_follows ? "missing-yet" : "missing-path",
                                       where,
                                       installer_follows ? "%s is not on this host yet: the installer "
                                                           "should make it"
                                                         : "%s is not on this host, and the container "
                                                           "mounts it",
                                       on_host(mount->host));
                if (r < 0)
                        return r;
        }
        return 0;
}

static bool asked_to_replace(const struct command *c) {
        for (size_t i = 0; i < c->n_options; i++)
                if (str_equal(c->options[i].canonical, "--replace"))
                        return true;
        return false;
}

static int report_taken_name(struct making *m, const struct command *c, const char *where, const char *name) {
        const struct host_facts *f = m->facts;
        if (!c || c->engine == ENGINE_NONE || !str_equal(c->subcommand, "run") || !name ||
            !f->container_exists || asked_to_replace(c) || !f->container_exists(name, f->userdata))
                return 0;
        return finding_report(&m->plan->findings, "name-taken", where,
                              "There is a container called %s already", name);
}

static int report_names(struct making *m) {
        const struct host_facts *f = m->facts;
        struct plan *plan = m->plan;
        bool ours = f->service_exists && f->service_exists(plan->name, f->userdata);
        if (ours && plan->verb == VERB_INSTALL)
                return finding_report(&plan->findings, "already-installed", "name",
                                      "A service called %s is installed already", plan->name);
        if (ours || plan->verb == VERB_UNINSTALL || plan->verb == VERB_STOP)
                return 0;       /* the container of that name is its own */
        if (plan->command) {
                int r = report_taken_name(m, plan->command, plan->label_key, plan->command->name);
                if (r < 0)
                        return r;
        }
        if ((plan->unit.kind != UNIT_SERVICE && plan->unit.kind != UNIT_QUADLET) ||
            plan->verb == VERB_REHEARSE)
                return 0;
        return report_taken_name(m, plan->run, "RUN", plan->run->name ? plan->run->name : plan->name);
}

/* Units in /etc and /run that fairlead did not write are the administrator's; those of the distribution may
 * be overridden, and the plan says so (sssd.service stays sssd.service). */
static int host_report_unit(struct making *m) {
        const struct host_facts *f = m->facts;
        struct plan *plan = m->plan;
        if ((plan->unit.kind != UNIT_SERVICE && plan->unit.kind != UNIT_QUADLET) || !f->unit_path ||
            plan->verb == VERB_REHEARSE)
                return 0;
        const char *path = f->unit_path(plan->unit.name, f->userdata);
        if (str_empty(path))
                return 0;
        _cleanup_free_ char *where = str_printf("unit %s", plan->unit.name);
        int r = where ? str_replace(&plan->unit.overrides, path) : -ENOMEM;
        if (r < 0)
                return r;
        if (path_below(path, "/etc/systemd") || path_below(path, "/run/systemd") ||
            path_below(path, "/etc/containers"))
                return finding_report(&plan->findings, "unit-exists", where,
                                      "There is a unit of this name already: %s", path);
        return finding_report(&plan->findings, "overrides-unit", where,
                              "It takes the place of the distribution's unit %s", path);
}

/* "a:b": one of them is enough, since distributions install libraries in different places. */
static bool has_one_of(const struct host_facts *f, const char *need) {
        _cleanup_strv_ char **paths = NULL;
        if (strv_split(need, ":", &paths) < 0)
                return true;    /* out of memory: no finding */
        for (char **path = paths; path && *path; path++)
                if (f->path_exists(*path, f->userdata))
                        return true;
        return false;
}

static int report_needs(struct making *m) {
        const struct profile *profile = m->request->profile;
        for (char **need = profile && m->asks && m->facts->path_exists ? profile->needs : NULL; need && *need;
             need++)
                if (!has_one_of(m->facts, *need)) {
                        const char *end = strchr(*need, ':');
                        int r = finding_report(&m->plan->findings, "missing-need", "profile",
                                               "This host has no %.*s, which the service needs there",
                                               end ? (int) (end - *need) : (int) strlen(*need), *need);
                        if (r < 0)
                                return r;
                }
        return 0;
}

/* ---- paths to save before the first effect ---- */

/* Places that do not persist, or do not hold files. */
static bool not_saved(const char *path) {
        static const char *const folders[] = { "/proc", "/sys", "/dev", "/run", "/var/run", "/tmp" };
        for (size_t i = 0; i < ELEMENTS(folders); i++)
                if (path_below(path, folders[i]))
                        return true;
        return str_equal(path, "/") || str_ends(path, ".sock");
}

static int add_path(char ***paths, const char *path) {
        _cleanup_str_ struct str clean = {};
        for (const char *c = path; *c; c++)
                if (*c != '/' || (c[1] != '/' && c[1] != '\0') || c == path)
                        str_add_char(&clean, *c);
        if (clean.length > 1 && clean.text[0] == '/' && clean.text[1] == '/')
                str_cut(&clean, 0);     /* "//x": not a path that can be meant */
        _cleanup_free_ char *whole = str_take(&clean);
        if (!whole)
                return -ENOMEM;
        if (whole[0] != '/' || not_saved(whole))
                return 0;
        for (char **p = *paths; p && *p; p++)
                if (path_below(whole, *p))
                        return 0;
        size_t kept = 0;
        for (char **p = *paths; p && *p; p++)
                if (path_below(*p, whole))
                        free(*p);
                else
                        (*paths)[kept++] = *p;
        if (*paths)
                (*paths)[kept] = NULL;
        return strv_take(paths, TAKE(whole));
}

static int plan_host_compare_texts(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static bool holds_no_files(const char *path) {
        return path_below(path, "/proc") || path_below(path, "/sys") ||
               path_below(path, "/dev") || str_ends(path, ".sock");
}

/* A writable mount that is not saved: of "/" only a part is saved, of /run nothing. */
static int report_not_saved(struct making *m, const struct mount *mount) {
        struct plan *plan = m->plan;
        if (!not_saved(mount->host) || holds_no_files(mount->host) ||
            path_below(mount->host, PLAN_FILES_DIR))
                return 0;
        _cleanup_free_ char *paths = strv_join(plan->paths, ", ");
        if (!paths)
                return -ENOMEM;
        if (str_equal(mount->host, "/"))
                return finding_report(&plan->findings, "not-saved", plan->label_key,
                                      "The command can write to all of /; of that, %s are saved and can be "
                                      "restored, nothing else",
                                      paths);
        return finding_report(&plan->findings, "not-saved", plan->label_key,
                              "The command can write to %s, which is not saved", mount->host);
}

static int set_paths(struct making *m) {
        struct plan *plan = m->plan;
        if (plan->verb == VERB_REHEARSE)
                return 0;       /* the host's files stay untouched */
        int r = add_path(&plan->paths, "/etc");
        if (r >= 0)
                r = add_path(&plan->paths, "/usr/local");
        for (char **p = m->request->profile ? m->request->profile->paths : NULL; r >= 0 && p && *p; p++)
                r = add_path(&plan->paths, *p);
        for (char **p = m->request->profile ? m->request->profile->state : NULL; r >= 0 && p && *p; p++)
                r = add_path(&plan->state, *p);
        if (r >= 0 && m->request->profile)
                r = str_replace(&plan->host_unit, m->request->profile->unit);
        const struct command *c = plan->command;
        for (size_t i = 0; r >= 0 && c && i < c->n_mounts; i++)
                if (c->mounts[i].mode == MOUNT_RW && !c->mounts[i].volume)
                        r = add_path(&plan->paths, c->mounts[i].host);
        if (r >= 0)
                qsort(plan->paths, strv_length(plan->paths), sizeof *plan->paths, plan_host_compare_texts);
        bool job = plan->verb == VERB_INSTALL || plan->verb == VERB_UPGRADE || plan->verb == VERB_UNINSTALL;
        for (size_t i = 0; r >= 0 && job && c && i < c->n_mounts; i++)
                if (c->mounts[i].mode == MOUNT_RW && !c->mounts[i].volume)
                        r = report_not_saved(m, &c->mounts[i]);
        return r;
}

int plan_look_at_host(struct making *m) {
        struct plan *plan = m->plan;
        look_at_mounts(m, plan->command);
        look_at_mounts(m, plan->run);
        look_at_mounts(m, plan->uninstall);
        look_at_mounts(m, plan->stop);
        int r = plan->command ? report_missing_mounts(m, plan->command, plan->label_key, false) : 0;
        if (r >= 0)
                r = report_missing_mounts(m, plan->run, "RUN", plan->command != NULL);
        if (r >= 0)
                r = report_names(m);
        if (r >= 0)
                r = host_report_unit(m);
        if (r >= 0)
                r = report_needs(m);
        return r < 0 ? r : set_paths(m);
}
