/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last look at what changed, and the record. Until the record is there everything can be put back; once it is, the job
 * is done whatever happens. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "backend/jobfolder.h"
#include "backend/services.h"
#include "backend/steps/step.h"
#include "base/str.h"

static int copy_list(char ***to, char *const *from) {
        if (!from)
                return 0;
        *to = strv_copy(from);
        return *to ? 0 : -ENOMEM;
}

static char *const *argv_of(const struct command *command) {
        return command ? command->argv : NULL;
}

static int fill_record(struct worker *w, struct service *s) {
        const struct plan *plan = w->plan;
        s->installed = time(NULL);
        if (str_replace(&s->name, plan->name) < 0 || str_replace(&s->reference, plan->reference) < 0 ||
            str_replace(&s->image, plan->image) < 0 || str_replace(&s->digest, plan->digest) < 0 ||
            str_replace(&s->image_id, plan->image_id) < 0 || str_replace(&s->mode, plan->mode) < 0 ||
            str_replace(&s->job, w->id) < 0)
                return -ENOMEM;
        struct answers *answers = plan->answers ? answers_copy(plan->answers) : answers_new();
        if (!answers)
                return -ENOMEM;
        answers_free(s->answers);
        s->answers = answers;
        if (copy_list(&s->arguments, plan->arguments) < 0 || copy_list(&s->units, w->made_units) < 0 ||
            copy_list(&s->install_argv, argv_of(plan->command)) < 0 || copy_list(&s->run_argv, argv_of(plan->run)) < 0 ||
            copy_list(&s->uninstall_argv, argv_of(plan->uninstall)) < 0 || copy_list(&s->stop_argv, argv_of(plan->stop)) < 0 ||
            copy_list(&s->health_argv, plan->health_argv) < 0)
                return -ENOMEM;
        /* The container that supervision gives a name of its own is called as the service is. */
        if (plan->run && str_replace(&s->container, plan->run->name ? plan->run->name : plan->name) < 0)
                return -ENOMEM;
        for (size_t i = 0; plan->unit.path && i < w->changes.n; i++)
                if (strcmp(w->changes.items[i].path, plan->unit.path) == 0 && w->wrote_unit && strv_add(&s->files, plan->unit.path) < 0)
                        return -ENOMEM;
        return 0;
}

static int record_install(struct worker *w, struct error **reterr) {
        _cleanup_(service_freep) struct service *s = service_new();
        if (!s || fill_record(w, s) < 0)
                return error_set(reterr, -ENOMEM, "Out of memory");
        int r = services_write(w->paths, s, reterr);
        if (r < 0)
                return error_wrap(reterr, r, "The service cannot be recorded");
        const char *unit = worker_main_unit(w);
        if (unit && w->units)
                worker_note(w, "%s is installed; %s runs", w->plan->name, unit);
        else if (unit)
                worker_note(w, "%s is installed; its unit is %s", w->plan->name, unit);
        else
                worker_note(w, "%s is installed", w->plan->name);
        return 0;
}

static int record_uninstall(struct worker *w, struct error **reterr) {
        int r = services_remove(w->paths, w->plan->name, reterr);
        if (r < 0)
                return error_wrap(reterr, r, "The record of the service cannot be removed");
        worker_note(w, "%s is uninstalled", w->plan->name);
        return 0;
}

static void record_now(struct worker *w) {
        struct error *e = NULL;
        int r = w->plan->verb == VERB_UNINSTALL ? record_uninstall(w, &e) : record_install(w, &e);
        if (r < 0)
                worker_failed(w, e);
        else
                worker_ended(w);
}

static void on_looked(struct worker *w, struct manifest *now, struct error *e) {
        int r = e ? e->code : 0;
        _cleanup_close_ int saved = r < 0 ? -1 : jobfolder_snapshot(w->folder, NULL, false, &e);
        if (r >= 0)
                r = saved < 0 ? saved : snapshot_store(saved, "after", now, -1, &e);
        _cleanup_strv_ char **units = TAKE(w->made_units);
        bool quadlet = w->made_quadlet;
        changes_done(&w->changes);
        w->changes_loaded = false;
        if (r >= 0)
                r = worker_load_changes(w, &e);
        /* The unit that fairlead wrote is among the changes by now; which one is the main one was settled before. */
        strv_free(w->made_units);
        w->made_units = TAKE(units);
        w->made_quadlet = quadlet;
        if (r >= 0)
                r = worker_keep_texts(w, &e);
        if (r >= 0)
                r = w->plan->verb == VERB_UNINSTALL ? worker_drop_installed(w, record_now, &e) : 0;
        if (r < 0)
                worker_failed(w, e);
        else if (r == 0)
                record_now(w);
}

static int apply(struct worker *w, struct error **reterr) {
        int r = worker_load_before(w, reterr);
        if (r < 0)
                return r;
        const struct snapshot_options options = worker_look_options(w, &w->before);
        r = worker_look(w, &options, on_looked, reterr);
        return r < 0 ? r : STEP_WAITS;
}

/* The record is what makes a service installed: whether the job came to its end is told by it. */
static int probe(struct worker *w) {
        _cleanup_(service_freep) struct service *s = NULL;
        bool there = services_read(w->paths, w->plan->name, &s, NULL) >= 0;
        if (w->plan->verb == VERB_UNINSTALL)
                return !there;
        return there && str_equal(s->job, w->id);
}

static void on_held(struct worker *w) {
        worker_ended(w);
}

static int undo(struct worker *w, struct error **reterr) {
        int r = 0;
        if (w->plan->verb == VERB_UNINSTALL && w->record && !services_exists(w->paths, w->plan->name))
                r = services_write(w->paths, w->record, reterr);
        else if (w->plan->verb != VERB_UNINSTALL && probe(w))
                r = services_remove(w->paths, w->plan->name, reterr);
        if (r >= 0 && w->plan->verb == VERB_UNINSTALL)
                r = worker_hold_installed(w, on_held, reterr);
        return r < 0 ? r : r == 0 ? STEP_ENDED : STEP_WAITS;
}

const struct step commit_step = { .step = STEP_COMMIT, .probe = probe, .apply = apply, .undo = undo };
