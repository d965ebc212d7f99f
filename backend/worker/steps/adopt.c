/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets a container aside that the unit's own takes the place of: stopped, and under another name, so that
 * whatever is in it is there for an undo. What it was is on the disk before it is touched. */
#include "backend/worker/step.h"

#define WAS_FILE "container-before" /* its name and state, a line each */

static const struct container *adopt_find(const struct worker *w) {
        for (size_t i = 0; w->got.containers && i < w->got.containers->n; i++)
                if (str_equal(w->got.containers->items[i].id, w->plan->adopts.container))
                        return &w->got.containers->items[i];
        return NULL;
}

/* ---- aside ---- */

static int adopt_renamed(struct worker *w, struct error **reterr) {
        if (*reterr)
                return (*reterr)->code;
        worker_note(w, "it is kept as %s", w->plan->adopts.aside);
        return STEP_ENDED;
}

static int adopt_stopped(struct worker *w, struct error **reterr) {
        if (*reterr)
                return (*reterr)->code;
        w->wait.next = adopt_renamed;
        w->wait.op = engine_rename_container(w->engine, w->plan->adopts.container, w->plan->adopts.aside,
                                             worker_on_done, w);
        return STEP_WAITS;
}

static int adopt_save(struct worker *w, const struct container *c, struct error **reterr) {
        char *const lines[] = { c->name, c->state ? c->state : (char *) "", NULL };
        _cleanup_strv_ char **before = worker_load_lines(w->folder, WAS_FILE, NULL);
        /* An earlier try, which died with the host, saw it as it was. */
        return before ? 0 : worker_save_lines(w, WAS_FILE, lines, reterr);
}

static int adopt_listed(struct worker *w, struct error **reterr) {
        const struct container *c = *reterr ? NULL : adopt_find(w);
        if (*reterr)
                return (*reterr)->code;
        if (!c || !c->name)
                return error_set(reterr, -ENOENT, "The container that was to become %s is gone",
                                 w->plan->name);
        if (str_equal(c->name, w->plan->adopts.aside))
                return adopt_renamed(w, reterr);
        int r = adopt_save(w, c, reterr);
        if (r < 0)
                return r;
        joblog_note(w->log, "stopping the container %s, which is kept as %s", c->name,
                    w->plan->adopts.aside);
        w->wait.next = adopt_stopped;
        w->wait.op = engine_stop_container(w->engine, c->id, worker_on_done, w);
        return STEP_WAITS;
}

static int adopt_apply(struct worker *w, struct error **reterr) {
        return w->plan->adopts.container ? worker_list_containers(w, adopt_listed)
                                         : worker_nothing(w, "there is none");
}

/* ---- back; the unit is stopped by now ---- */

static int adopt_back(struct worker *w, struct error **reterr) {
        if (!*reterr)
                return STEP_ENDED;
        worker_leftover(w, "the container %s is not as it was: %s", w->plan->adopts.aside,
                        (*reterr)->message);
        return (*reterr)->code;
}

static int adopt_start_again(struct worker *w, struct error **reterr) {
        _cleanup_strv_ char **was = worker_load_lines(w->folder, WAS_FILE, NULL);
        if (*reterr || !was || !str_equal(was[1], "running"))
                return adopt_back(w, reterr);
        w->wait.next = adopt_back;
        w->wait.op = engine_start_container(w->engine, w->plan->adopts.container, worker_on_done, w);
        return STEP_WAITS;
}

static int adopt_undo_listed(struct worker *w, struct error **reterr) {
        _cleanup_strv_ char **was = worker_load_lines(w->folder, WAS_FILE, NULL);
        const struct container *c = *reterr ? NULL : adopt_find(w);
        if (*reterr)
                return (*reterr)->code;
        if (!c) {
                worker_leftover(w, "the container %s is gone: somebody removed it", w->plan->adopts.aside);
                return STEP_ENDED;
        }
        if (!was || str_equal(c->name, was[0]))
                return adopt_start_again(w, reterr);
        w->wait.next = adopt_start_again;
        w->wait.op = engine_rename_container(w->engine, c->id, was[0], worker_on_done, w);
        return STEP_WAITS;
}

static int adopt_undo(struct worker *w, struct error **reterr) {
        _cleanup_strv_ char **was = worker_load_lines(w->folder, WAS_FILE, NULL);
        return was ? worker_list_containers(w, adopt_undo_listed) : STEP_ENDED;
}

const struct step adopt_steps[_JOB_STEP_MAX] = {
        [STEP_COMMAND] = { .apply = adopt_apply, .undo = adopt_undo },
};
