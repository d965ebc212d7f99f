/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The volumes of the engine that hold a service's state: made before its unit is written, removed again when
 * the job fails, kept or removed by an uninstall. One after another; those of others are never touched. */
#include "backend/worker/internal.h"

/* The names of those that were missing when the job came to make them. */
#define MADE "volumes-made"

/* Of "NAME:/place"; the caller frees. */
static char *volumes_name(const char *volume) {
        return xstrndup(volume, strcspn(volume, ":"));
}

static int volumes_make_next(struct worker *w, struct error **reterr);

static int volumes_made(struct worker *w, struct error **reterr) {
        _cleanup_free_ char *name = volumes_name(w->plan->volumes[w->wait.volume++]);
        if (*reterr)
                return error_wrap(reterr, (*reterr)->code, "The volume %s could not be made", name);
        joblog_note(w->log, "made the volume %s", name);
        return volumes_make_next(w, reterr);
}

static int volumes_make(struct worker *w, const char *name, struct error **reterr) {
        _cleanup_strv_ char **made = worker_load_lines(w->folder, MADE, NULL);
        strv_add(&made, name);
        int r = worker_save_lines(w, MADE, made, reterr);
        if (r < 0)
                return r;
        w->wait.next = volumes_made;
        w->wait.op = engine_create_volume(w->engine, name, w->plan->name, worker_on_done, w);
        return STEP_WAITS;
}

static int volumes_looked(struct worker *w, struct error **reterr) {
        _cleanup_free_ char *name = volumes_name(w->plan->volumes[w->wait.volume]);
        if (*reterr && (*reterr)->code != -ENOENT)
                return (*reterr)->code;
        if (*reterr) {
                *reterr = error_free(*reterr);
                return volumes_make(w, name, reterr);
        }
        joblog_note(w->log, "the volume %s is there already, with what it holds", name);
        w->wait.volume++;
        return volumes_make_next(w, reterr);
}

static int volumes_make_next(struct worker *w, struct error **reterr) {
        const char *volume = w->plan->volumes ? w->plan->volumes[w->wait.volume] : NULL;
        if (!volume)
                return w->wait.then(w, reterr);
        _cleanup_free_ char *name = volumes_name(volume);
        w->wait.next = volumes_looked;
        w->wait.op = engine_find_volume(w->engine, name, worker_on_done, w);
        return STEP_WAITS;
}

int worker_make_volumes(struct worker *w, step_next_t then, struct error **reterr) {
        w->wait.volume = 0;
        w->wait.then = then;
        return volumes_make_next(w, reterr);
}

/* ---- removing ---- */

static int volumes_remove_next(struct worker *w, struct error **reterr);

static int volumes_removed(struct worker *w, struct error **reterr) {
        _cleanup_error_ struct error *e = TAKE(*reterr);
        if (e) {
                _cleanup_free_ char *line = error_line(e);
                worker_leftover(w, "the volume %s: %s", w->wait.queue.names[w->wait.volume], line);
        }
        w->wait.volume++;
        return volumes_remove_next(w, reterr);
}

static int volumes_remove_next(struct worker *w, struct error **reterr) {
        const char *name = w->wait.queue.names ? w->wait.queue.names[w->wait.volume] : NULL;
        if (!name)
                return w->wait.then ? w->wait.then(w, reterr) : STEP_ENDED;
        joblog_note(w->log, "removing the volume %s", name);
        w->wait.next = volumes_removed;
        w->wait.op = engine_remove_volume(w->engine, name, worker_on_done, w);
        return STEP_WAITS;
}

/* Takes names. */
static int volumes_remove(struct worker *w, char **names, step_next_t then, struct error **reterr) {
        strv_free(w->wait.queue.names);
        w->wait.queue = (struct worker_queue){ .names = names };
        w->wait.volume = 0;
        w->wait.then = then;
        return volumes_remove_next(w, reterr);
}

int worker_remove_volumes(struct worker *w, step_next_t then, struct error **reterr) {
        char **names = NULL;
        for (char **volume = w->plan->volumes; volume && *volume; volume++)
                strv_take(&names, volumes_name(*volume));
        return volumes_remove(w, names, then, reterr);
}

int worker_unmake_volumes(struct worker *w, struct error **reterr) {
        return volumes_remove(w, worker_load_lines(w->folder, MADE, NULL), NULL, reterr);
}
