/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The image that a job fetched. Whether it was here is on the disk before it comes, so that an undo, and the
 * end of a rehearsal, take away only what was not. */
#include "backend/worker/step.h"

#define FETCHED "fetched" /* its id, in the job's folder */

int worker_save_fetched(struct worker *w, struct error **reterr) {
        return worker_save_lines(w, FETCHED, (char *[]) { w->plan->pin.image_id, NULL }, reterr);
}

/* An image that cannot be removed is not a reason to keep the rest. */
static int fetched_removed(struct worker *w, struct error **reterr) {
        if (*reterr) {
                _cleanup_free_ char *line = error_line(*reterr);
                worker_leftover(w, "the image that was fetched from %s: %s", w->plan->pin.source, line);
                *reterr = error_free(*reterr);
        } else
                joblog_note(w->log, "the image that was fetched is removed");
        return STEP_ENDED;
}

/* Somebody who has named it since, or another service, wants to have it. */
static int fetched_found(struct worker *w, struct error **reterr) {
        const struct image *image = w->got.image;
        if (!image && (*reterr)->code != -ENOENT)
                return fetched_removed(w, reterr);
        *reterr = error_free(*reterr);
        if (!image)
                return STEP_ENDED;
        _cleanup_free_ char *tag = str_printf(":fairlead-%s-%.12s", w->plan->name, image->id);
        for (char **name = image->names; name && *name; name++)
                if (!str_ends(*name, tag))
                        return STEP_ENDED;
        w->wait.next = fetched_removed;
        w->wait.op = engine_remove_image(w->engine, image->id, worker_on_done, w);
        return STEP_WAITS;
}

int worker_remove_fetched(struct worker *w, struct error **reterr) {
        _cleanup_strv_ char **fetched = worker_load_lines(w->folder, FETCHED, reterr);
        if (*reterr)
                return (*reterr)->code;
        if (!fetched || !*fetched)
                return STEP_ENDED;
        w->wait.next = fetched_found;
        w->wait.op = engine_inspect_image(w->engine, *fetched, worker_on_image, w);
        return STEP_WAITS;
}
