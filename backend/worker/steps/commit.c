/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last scan, and the record. Before it exists everything can be restored; after it the job is done. */
#include "backend/io/files.h"
#include "backend/realm/realm.h"
#include "backend/store/job-folder.h"
#include "backend/store/services.h"
#include "backend/worker/step.h"
#include "base/text.h"

static void commit_set_list(char ***to, char *const *from) {
        char **copy = from ? strv_copy(from) : NULL;
        strv_free(*to);
        *to = copy;
}

static char *const *commit_argv(const struct command *command) {
        return command ? command->argv : NULL;
}

/* An installer that starts the service itself, in the background. */
static bool commit_leaves_container(const struct plan *plan) {
        const struct command *c = plan->command;
        return plan->verb == VERB_INSTALL && c && !plan->run && c->engine != ENGINE_NONE && c->detached;
}

/* Properties of the image that runs from now on, for an install and for an upgrade. */
static void commit_fill_image(struct worker *w, struct service *s) {
        const struct plan *plan = w->plan;
        image_pin_copy(&plan->pin, &s->pin);
        given_copy(&plan->given, &s->given);
        str_replace(&s->name, plan->name);
        str_replace(&s->job, w->id);
        /* A container with a name from its supervision is called like the service. */
        if (plan->run)
                str_replace(&s->container, plan->run->name ? plan->run->name : plan->name);
        else if (commit_leaves_container(plan) && worker_left_container(w))
                str_replace(&s->container, worker_left_container(w)->name);
        commit_set_list(&s->units, w->kept.made.units);
        commit_set_list(&s->run_argv, commit_argv(plan->run));
        commit_set_list(&s->uninstall_argv, commit_argv(plan->uninstall));
        commit_set_list(&s->stop_argv, commit_argv(plan->stop));
        commit_set_list(&s->health_argv, plan->health_argv);
        commit_set_list(&s->renew_argv, plan->renew_argv);
        /* Our own unit file, unless it was overwritten since. */
        for (char **volume = plan->volumes; volume && *volume; volume++)
                if (w->kept.made.wrote_unit && !strv_contains(s->volumes, *volume))
                        strv_add(&s->volumes, *volume);
        const char *path = plan->unit.path;
        bool ours = w->kept.made.wrote_unit && plan->unit.kind != UNIT_BY_IMAGE;
        if (ours && changes_find(&w->kept.made.changes, path) && !strv_contains(s->files, path))
                strv_add(&s->files, path);
        if (plan->adopts.file)
                strv_add(&s->files, plan->adopts.file);
        s->adopted = s->adopted || plan->verb == VERB_ADOPT;
}

/* Of an install and of an upgrade. */
static int commit_record_service(struct worker *w, struct error **reterr) {
        _cleanup_(service_freep) struct service *s = NULL;
        const char *path = w->plan->unit.path;
        bool upgrade = plan_changes_service(w->plan->verb), anew = w->plan->verb == VERB_RECONFIGURE;
        int r = upgrade ? worker_copy_record(w, &s, reterr) : 0;
        if (r < 0)
                return r;
        if (!upgrade)
                s = service_new();
        if (!anew)
                *(upgrade ? &s->upgraded : &s->installed) = time(NULL);
        /* The image's command overwrote our unit: then it is the image's. */
        if (upgrade && !w->kept.made.wrote_unit && path && w->plan->command &&
            changes_find(&w->kept.made.changes, path))
                s->files = strv_free(s->files);
        commit_fill_image(w, s);
        if (!upgrade || anew)
                commit_set_list(&s->install_argv, commit_argv(w->plan->command));
        if (!upgrade || anew || !s->install_argv)
                commit_set_list(&s->arguments, w->plan->arguments);
        r = services_write(w->paths, s, reterr);
        return r < 0 ? error_wrap(reterr, r, "The service cannot be recorded") : 0;
}

/* From now on this job alone holds all changes of the service to this host. */
static int commit_join_changes(struct worker *w, struct error **reterr) {
        int r = worker_load_record(w, reterr);
        if (r < 0)
                return r;
        _cleanup_close_ int earlier = worker_open_install(w, NULL);
        if (earlier < 0) {
                worker_leftover(
                        w, "what the install changed is not known any more: an uninstall restores only what "
                           "this job changed");
                return 0;
        }
        return jobfolder_join(earlier, w->folder, &w->kept.made.changes, reterr);
}

static int commit_record_uninstall(struct worker *w, struct error **reterr) {
        int r = services_remove(w->paths, w->plan->name, reterr);
        if (r < 0)
                return error_wrap(reterr, r, "The record of the service cannot be removed");
        for (size_t i = 0; i < w->plan->findings.n; i++)
                if (STR_IN_SET(w->plan->findings.items[i].id, "account-stays", "entry-stays"))
                        worker_leftover(w, "%s", w->plan->findings.items[i].message);
        return 0;
}

/* "; its volume tvol-data is kept"; the caller frees. */
static char *commit_volumes(const struct plan *plan) {
        struct str s = {};
        size_t n = strv_length(plan->volumes);
        for (size_t i = 0; i < n; i++)
                str_addf(&s, "%s%.*s", i ? ", " : plural(n, "; its volume ", "; its volumes "),
                         (int) strcspn(plan->volumes[i], ":"), plan->volumes[i]);
        if (n && plan->removes_volumes)
                str_add(&s, plural(n, " is removed", " are removed"));
        else if (n)
                str_add(&s, plural(n, " is kept", " are kept"));
        return s.text ? str_take(&s) : xstrdup("");
}

static const char *commit_unit_file(const struct worker *w) {
        const struct plan *plan = w->plan;
        if (w->record && w->record->adopted && !plan->removes_unit)
                return finding_list_find(&plan->findings, "unit-kept") ? "; its unit file is kept" : "";
        return finding_list_find(&plan->findings, "unit-kept") ? "; its unit file was edited and is kept"
               : finding_list_find(&plan->findings, "unit-removed")
                       ? "; its unit file was edited and is removed"
                       : "";
}

/* An install after which nothing runs by itself says so. */
static void commit_note_idle(struct worker *w) {
        const char *name = w->plan->name;
        const struct container *left = commit_leaves_container(w->plan) ? worker_left_container(w) : NULL;
        if (w->plan->run && w->plan->run->interactive)
                worker_note(w,
                            "%s is installed, but nothing of it runs by itself: its RUN asks for a terminal",
                            name);
        else if (left)
                worker_note(w,
                            "%s is installed; its installer left the container %s, which no unit watches or "
                            "starts at boot",
                            name, left->name);
        else
                worker_note(w, "%s is installed", name);
}

static void commit_warn_idle(struct worker *w) {
        if (w->plan->verb != VERB_INSTALL || worker_main_unit(w))
                return;
        if (w->plan->run && w->plan->run->interactive)
                worker_warn(w, "Unit: none. If it is a daemon, uninstall it, and install it again as a unit: "
                               "the form asks, or --set unit=yes");
        else if (commit_leaves_container(w->plan))
                worker_warn(w, "Unit: none. To have one, uninstall it, and install it again as a unit: the "
                               "form asks, or --set unit=yes");
}

/* "HOST2$" of the realm EXAMPLE.TEST, by the keys that the host has now. */
static bool commit_note_join(struct worker *w) {
        if (w->plan->joins == REALM_NONE || w->plan->verb != VERB_INSTALL)
                return false;
        _cleanup_(membership_freep) struct membership *m = membership_read(w->paths);
        const char *realm = m->principal ? strchr(m->principal, '@') : NULL;
        if (realm)
                worker_note(w, "This host has joined %s as %.*s", realm + 1, (int) (realm - m->principal),
                            m->principal);
        return realm;
}

static void commit_note_altered(struct worker *w) {
        _cleanup_free_ char *altered = strv_join(w->plan->altered, "; ");
        if (w->plan->altered)
                worker_note(w, "%s is reconfigured: %s", w->plan->name, altered);
        else
                worker_note(w, "%s is set up again, with the answers it had", w->plan->name);
}

static int commit_note(struct worker *w, struct error **reterr) {
        const char *name = w->plan->name, *unit = worker_main_unit(w), *new = w->plan->pin.version,
                   *old = w->record ? w->record->pin.version : NULL;
        _cleanup_free_ char *volumes = commit_volumes(w->plan);
        if (w->plan->verb == VERB_UNINSTALL)
                worker_note(w, "%s is uninstalled%s%s", name, volumes, commit_unit_file(w));
        else if (w->plan->verb == VERB_ADOPT)
                worker_note(w, "%s is a service of Fairlead now; its unit is %s", name, unit);
        else if (w->plan->verb == VERB_UPGRADE && old && new && !str_equal(old, new))
                worker_note(w, "%s is upgraded from version %s to %s", name, old, new);
        else if (w->plan->verb == VERB_UPGRADE)
                worker_note(w, "%s is upgraded", name);
        else if (w->plan->verb == VERB_RECONFIGURE)
                commit_note_altered(w);
        else if (job_checks_fail(w->recorder->job))
                worker_note(w, "%s is installed, but the join does not work as it should", name);
        else if (commit_note_join(w))
                return 0;
        else if (unit && w->units)
                worker_note(w, "%s is installed; %s runs", name, unit);
        else if (unit)
                worker_note(w, "%s is installed; its unit is %s", name, unit);
        else
                commit_note_idle(w);
        return 0;
}

static int commit_record_now(struct worker *w, struct error **reterr) {
        int r = w->plan->verb == VERB_UNINSTALL ? commit_record_uninstall(w, reterr)
                                                : commit_record_service(w, reterr);
        if (r < 0)
                return r;
        commit_warn_idle(w);
        if (w->plan->adopts.aside)
                worker_warn(w, "Before: the container is kept, stopped, as %s. Remove it when the unit has "
                               "proved itself: podman rm %s",
                            w->plan->adopts.aside, w->plan->adopts.aside);
        (void) commit_note(w, reterr);
        return STEP_ENDED;
}

/* Without the list the container has no name here. */
static int commit_containers_listed(struct worker *w, struct error **reterr) {
        _cleanup_error_ struct error *e = TAKE(*reterr);
        if (e)
                worker_log_error(w, e);
        return commit_record_now(w, reterr);
}

static int commit_record(struct worker *w, struct error **reterr) {
        /* A command that was run, by a job of an older version: the service's record is not of this job. */
        if (w->plan->verb == VERB_RUN) {
                worker_note(w, "%s ran and ended with status 0", w->plan->name);
                return STEP_ENDED;
        }
        if (w->plan->verb == VERB_UNINSTALL && w->plan->removes_volumes)
                return worker_remove_volumes(w, commit_record_now, reterr);
        if (commit_leaves_container(w->plan))
                return worker_list_containers(w, commit_containers_listed);
        return commit_record_now(w, reterr);
}

static int commit_scanned(struct worker *w, struct error **reterr) {
        int r = worker_keep_changes(w, true, reterr);
        if (r >= 0 && plan_changes_service(w->plan->verb))
                r = commit_join_changes(w, reterr);
        bool same_image = plan_brings(w->plan->verb) || w->plan->verb == VERB_RECONFIGURE;
        if (r >= 0)
                r = same_image ? STEP_ENDED : worker_unpin(w, false, commit_record);
        return r == STEP_ENDED ? commit_record(w, reterr) : r;
}

static int commit_apply(struct worker *w, struct error **reterr) {
        return worker_scan(w, commit_scanned, reterr);
}

/* The record makes a service installed, so it shows whether the job came to its end. */
static int commit_probe(struct worker *w) {
        _cleanup_(service_freep) struct service *s = NULL;
        bool there = services_read(w->paths, w->plan->name, &s, NULL) >= 0;
        return w->plan->verb == VERB_UNINSTALL ? !there : there && str_equal(s->job, w->id);
}

static int commit_undo(struct worker *w, struct error **reterr) {
        if (w->plan->verb == VERB_RUN)
                return STEP_ENDED;
        const char *name = w->plan->name;
        if (plan_brings(w->plan->verb)) {
                int r = commit_probe(w) ? services_remove(w->paths, name, reterr) : 0;
                return r < 0 ? r : STEP_ENDED;
        }
        int r = worker_load_record(w, reterr);
        if (r < 0)
                return r;
        if (w->plan->verb == VERB_UNINSTALL ? !services_exists(w->paths, name) : commit_probe(w)) {
                r = services_write(w->paths, w->record, reterr);
                if (r < 0)
                        return r;
        }
        return worker_pin(w, false, reterr);
}

const struct step commit_step = {
        .probe = commit_probe,
        .recall = commit_note,
        .apply = commit_apply,
        .undo = commit_undo,
};
