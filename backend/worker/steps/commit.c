/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last look at what changed, and the record. Until the record is there everything can be put back; once
 * it is, the job is done whatever happens. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "backend/format/emit.h"
#include "backend/io/files.h"
#include "backend/store/job-folder.h"
#include "backend/store/services.h"
#include "backend/worker/step.h"
#include "base/str.h"

static int set_list(char ***to, char *const *from) {
        char **copy = from ? strv_copy(from) : NULL;
        if (from && !copy)
                return -ENOMEM;
        strv_free(*to);
        *to = copy;
        return 0;
}

static char *const *argv_of(const struct command *command) {
        return command ? command->argv : NULL;
}

/* What is true of the image that runs from now on, after an install and after an upgrade. */
static int fill_image(struct worker *w, struct service *s) {
        const struct plan *plan = w->plan;
        struct answers *answers = plan->answers ? answers_copy(plan->answers) : answers_new();
        if (!answers)
                return -ENOMEM;
        answers_free(s->answers);
        s->answers = answers;
        const struct {
                char **to;
                const char *from;
        } texts[] = {
                { &s->name, plan->name },         { &s->reference, plan->reference }, { &s->image,
                  plan->image },
                { &s->digest, plan->digest },     { &s->image_id, plan->image_id },   { &s->version,
                  plan->version },
                { &s->title, plan->title },       { &s->mode, plan->mode },           { &s->job, w->id },
                { &s->opt[0], plan->opt[0] },     { &s->opt[1], plan->opt[1] },       { &s->opt[2],
                  plan->opt[2] },
                /* The container that supervision gives a name of its own is called as the service is. */
                { &s->container, !plan->run ? s->container : plan->run->name ? plan->run->name : plan->name },
        };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                if (texts[i].from != *texts[i].to && str_replace(texts[i].to, texts[i].from) < 0)
                        return -ENOMEM;
        if (set_list(&s->units, w->made_units) < 0 || set_list(&s->run_argv, argv_of(plan->run)) < 0 ||
            set_list(&s->uninstall_argv, argv_of(plan->uninstall)) < 0 ||
            set_list(&s->stop_argv, argv_of(plan->stop)) < 0 ||
            set_list(&s->health_argv, plan->health_argv) < 0 ||
            set_list(&s->renew_argv, plan->renew_argv) < 0 || set_list(&s->set, plan->set) < 0 ||
            set_list(&s->given, plan->given) < 0)
                return -ENOMEM;
        return label_list_copy(&plan->labels, &s->labels);
}

/* The unit file of our own, if it is that: nobody wrote over it since. */
static int fill_files(struct worker *w, struct service *s) {
        const struct plan *plan = w->plan;
        bool ours = w->wrote_unit && plan->unit.kind != UNIT_BY_IMAGE;
        for (size_t i = 0; ours && i < w->changes.n; i++)
                if (strcmp(w->changes.items[i].path, plan->unit.path) == 0 &&
                    !strv_contains(s->files, plan->unit.path))
                        return strv_add(&s->files, plan->unit.path);
        return 0;
}

static int fill_record(struct worker *w, struct service *s) {
        const struct plan *plan = w->plan;
        s->installed = time(NULL);
        if (fill_image(w, s) < 0 || set_list(&s->arguments, plan->arguments) < 0 ||
            set_list(&s->install_argv, argv_of(plan->command)) < 0)
                return -ENOMEM;
        return fill_files(w, s);
}

/* A copy by way of its text: the record in memory is what an undo writes back. */
static struct service *copy_record(const struct service *record) {
        struct service *copy = NULL;
        _cleanup_free_ char *text = emit_service(record);
        return text && service_parse(text, strlen(text), &copy, NULL) >= 0 ? copy : NULL;
}

static void note_upgrade(struct worker *w) {
        const char *old = w->record ? w->record->version : NULL, *new = w->plan->version;
        if (old && new && !str_equal(old, new))
                worker_note(w, "%s is upgraded from version %s to %s", w->plan->name, old, new);
        else
                worker_note(w, "%s is upgraded", w->plan->name);
}

static int record_upgrade(struct worker *w, struct error **reterr) {
        _cleanup_(service_freep) struct service *s = w->record ? copy_record(w->record) : NULL;
        const char *path = w->plan->unit.path;
        /* The image's command took our unit over: then it is the image's. */
        bool taken = !w->wrote_unit && path && w->plan->command && changes_find(&w->changes, path);
        if (s && taken)
                s->files = strv_free(s->files);
        if (!s || fill_image(w, s) < 0 || fill_files(w, s) < 0 ||
            (!s->install_argv && set_list(&s->arguments, w->plan->arguments) < 0))
                return error_set(reterr, -ENOMEM, "Out of memory");
        s->upgraded = time(NULL);
        int r = services_write(w->paths, s, reterr);
        if (r < 0)
                return error_wrap(reterr, r, "The service cannot be recorded");
        note_upgrade(w);
        return 0;
}

/* What the service changed on this host all in all is known from this job alone from now on. */
static int join_changes(struct worker *w, struct error **reterr) {
        int r = worker_load_record(w, reterr);
        if (r < 0)
                return r;
        _cleanup_close_ int earlier = jobfolder_open(w->paths, w->record->job ? w->record->job : "", NULL);
        if (earlier < 0) {
                worker_kept(w, "what the install changed is not known any more: an uninstall puts back only "
                               "what this upgrade changed");
                return 0;
        }
        return jobfolder_join(earlier, w->folder, &w->changes, reterr);
}

static void note_install(struct worker *w) {
        const char *unit = worker_main_unit(w);
        if (job_checks_fail(recorder_job(w->recorder)))
                worker_note(w, "%s is installed, but the join does not work as it should", w->plan->name);
        else if (unit && w->units)
                worker_note(w, "%s is installed; %s runs", w->plan->name, unit);
        else if (unit)
                worker_note(w, "%s is installed; its unit is %s", w->plan->name, unit);
        else
                worker_note(w, "%s is installed", w->plan->name);
}

static int record_install(struct worker *w, struct error **reterr) {
        _cleanup_(service_freep) struct service *s = service_new();
        if (!s || fill_record(w, s) < 0)
                return error_set(reterr, -ENOMEM, "Out of memory");
        int r = services_write(w->paths, s, reterr);
        if (r < 0)
                return error_wrap(reterr, r, "The service cannot be recorded");
        note_install(w);
        return 0;
}

static int record_uninstall(struct worker *w, struct error **reterr) {
        int r = services_remove(w->paths, w->plan->name, reterr);
        if (r < 0)
                return error_wrap(reterr, r, "The record of the service cannot be removed");
        for (size_t i = 0; i < w->plan->findings.n; i++)
                if (strcmp(w->plan->findings.items[i].id, "account-stays") == 0)
                        worker_kept(w, "%s", w->plan->findings.items[i].message);
        worker_note(w, "%s is uninstalled", w->plan->name);
        return 0;
}

static void record_now(struct worker *w) {
        struct error *e = NULL;
        int r = w->plan->verb == VERB_UNINSTALL ? record_uninstall(w, &e)
                : w->plan->verb == VERB_UPGRADE ? record_upgrade(w, &e)
                                                : record_install(w, &e);
        if (r < 0)
                worker_failed(w, e);
        else
                worker_ended(w);
}

static void commit_on_looked(struct worker *w, struct manifest *now, struct error *e) {
        int r = e ? e->code : 0;
        _cleanup_close_ int saved = r < 0 ? -1 : jobfolder_snapshot(w->folder, NULL, false, &e);
        if (r >= 0)
                r = saved < 0 ? saved : snapshot_store(saved, "after", now, -1, &e);
        if (r >= 0)
                r = files_write(saved, SNAPSHOT_WHOLE, "", 0, 0600, &e);
        _cleanup_strv_ char **units = TAKE(w->made_units);
        bool quadlet = w->made_quadlet;
        changes_done(&w->changes);
        w->changes_loaded = false;
        if (r >= 0)
                r = worker_load_changes(w, &e);
        /* The unit that fairlead wrote is among the changes by now; which one is the main one was settled
         * before. */
        strv_free(w->made_units);
        w->made_units = TAKE(units);
        w->made_quadlet = quadlet;
        if (r >= 0)
                r = worker_keep_texts(w, &e);
        if (r >= 0 && w->plan->verb == VERB_UPGRADE)
                r = join_changes(w, &e);
        if (r >= 0)
                r = w->plan->verb != VERB_INSTALL ? worker_drop_installed(w, record_now, &e) : 0;
        if (r < 0)
                worker_failed(w, e);
        else if (r == 0)
                record_now(w);
}

static int commit_apply(struct worker *w, struct error **reterr) {
        int r = worker_load_before(w, reterr);
        if (r < 0)
                return r;
        const struct snapshot_options options = worker_look_options(w, &w->before);
        r = worker_look(w, &options, commit_on_looked, reterr);
        return r < 0 ? r : STEP_WAITS;
}

/* The record is what makes a service installed: whether the job came to its end is told by it. */
static int commit_probe(struct worker *w) {
        _cleanup_(service_freep) struct service *s = NULL;
        bool there = services_read(w->paths, w->plan->name, &s, NULL) >= 0;
        if (w->plan->verb == VERB_UNINSTALL)
                return !there;
        return there && str_equal(s->job, w->id);
}

static void commit_on_held(struct worker *w) {
        worker_ended(w);
}

static int commit_recall(struct worker *w, struct error **reterr) {
        if (w->plan->verb == VERB_UNINSTALL)
                worker_note(w, "%s is uninstalled", w->plan->name);
        else if (w->plan->verb == VERB_UPGRADE)
                note_upgrade(w);
        else
                note_install(w);
        return 0;
}

static int commit_undo(struct worker *w, struct error **reterr) {
        bool install = w->plan->verb == VERB_INSTALL;
        int r = install ? 0 : worker_load_record(w, reterr);
        if (r < 0)
                return r;
        if (w->plan->verb == VERB_UNINSTALL && !services_exists(w->paths, w->plan->name))
                r = services_write(w->paths, w->record, reterr);
        else if (w->plan->verb == VERB_UPGRADE && commit_probe(w))
                r = services_write(w->paths, w->record, reterr);
        else if (install && commit_probe(w))
                r = services_remove(w->paths, w->plan->name, reterr);
        if (r >= 0 && !install)
                r = worker_hold_installed(w, commit_on_held, reterr);
        return r < 0 ? r : r == 0 ? STEP_ENDED : STEP_WAITS;
}

const struct step commit_step = {
        .step = STEP_COMMIT,
        .probe = commit_probe,
        .recall = commit_recall,
        .apply = commit_apply,
        .undo = commit_undo,
};
