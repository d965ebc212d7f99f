/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "backend/worker/step.h"
#include "base/str.h"

static const char *pull_what(const struct worker *w) {
        return w->plan->reference ? w->plan->reference : w->plan->image;
}

/* The consent was given for exactly this image. */
static bool is_planned(const struct worker *w, const struct image *image) {
        return !w->plan->image_id || str_equal(w->plan->image_id, image->id);
}

static void pull_on_held(struct worker *w) {
        worker_ended(w);
}

static void on_image(struct worker *w, struct image *image, const char *note) {
        struct error *e = NULL;
        bool planned = is_planned(w, image);
        image_free(image);
        if (planned) {
                worker_note(w, "%s", note);
                int r = worker_hold_planned(w, pull_on_held, &e);
                if (r < 0)
                        worker_failed(w, e);
                else if (r == 0)
                        worker_ended(w);
                return;
        }
        error_set(&e, -ESTALE, "%s is not the image any more that the plan was made for", pull_what(w));
        error_hint(&e, "Look at it again and make a new plan");
        worker_failed(w, e);
}

static void on_progress(const char *text, void *userdata) {
        struct worker *w = userdata;
        joblog_note(w->log, "%s", text);
}

static void on_pulled(struct image *image, struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (image) {
                on_image(w, image, "pulled");
                return;
        }
        error_wrap(&e, e ? e->code : -EIO, "The image %s is not on this host and cannot be fetched",
                   pull_what(w));
        worker_failed(w, e);
}

/* Can a registry be asked for it? Names of this host's own, and bare ids, nowhere else exist. */
static bool can_be_pulled(const char *reference) {
        if (!reference || !strstr(reference, "@sha256:") || str_starts(reference, "localhost/"))
                return false;
        const char *slash = strchr(reference, '/');
        return slash && memchr(reference, '.', (size_t) (slash - reference));
}

static void on_inspected(struct image *image, struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (image) {
                on_image(w, image, "already here");
                return;
        }
        if (!e || e->code != -ENOENT) {
                worker_failed(w, e);
                return;
        }
        e = error_free(e);
        if (can_be_pulled(w->plan->image) &&
            (w->op = engine_pull(w->engine, w->plan->image, on_progress, on_pulled, w)))
                return;
        error_set(&e, -ENOENT, "The image %s is gone from this host", pull_what(w));
        error_hint(&e, "Get it again, look at its labels, and make a new plan");
        worker_failed(w, e);
}

static int pull_apply(struct worker *w, struct error **reterr) {
        const char *reference = w->plan->image_id ? w->plan->image_id : w->plan->image;
        bool wanted = worker_needs_engine(w) || (w->plan->run && w->plan->run->engine != ENGINE_NONE);
        if (!reference || !wanted) {
                worker_note(w, "no image is needed");
                return STEP_NOTHING;
        }
        w->op = engine_inspect_image(w->engine, reference, on_inspected, w);
        return w->op ? STEP_WAITS : error_set(reterr, -ENOMEM, "Out of memory");
}

static void pull_stop(struct worker *w) {
        struct error *e = NULL;
        w->op = op_cancel(w->op);       /* what was fetched of layers does no harm */
        error_set(&e, -ECANCELED, "Cancelled while the image was fetched");
        worker_failed(w, e);
}

/* The image itself stays: it harms nobody, and who tries again needs it. */
static int pull_undo(struct worker *w, struct error **reterr) {
        int r = worker_drop_planned(w, pull_on_held, reterr);
        return r < 0 ? r : r == 0 ? STEP_ENDED : STEP_WAITS;
}

const struct step pull_step = {
        .step = STEP_PULL,
        .apply = pull_apply,
        .undo = pull_undo,
        .stop = pull_stop,
};
