/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks that exactly the planned image is present, and pins it. */

#include "backend/worker/step.h"

static const char *pull_what(const struct worker *w) {
        return w->plan->pin.reference ? w->plan->pin.reference : w->plan->pin.image;
}

static void pull_on_image(struct worker *w, struct image *image, const char *note) {
        struct error *e = NULL;
        int r = -ESTALE;
        if (!w->plan->pin.image_id || str_equal(w->plan->pin.image_id, image->id)) {
                worker_note(w, "%s", note);
                r = worker_pin_planned(w, NULL, &e);
        } else {
                /* The consent was given for exactly that image. */
                error_set(&e, -ESTALE, "%s is no longer the image that the plan was made for", pull_what(w));
                error_hint(&e, "Look at it again and make a new plan");
        }
        image_free(image);
        worker_settle(w, r, e);
}

static void pull_on_progress(const char *text, void *userdata) {
        struct worker *w = userdata;
        joblog_note(w->log, "%s", text);
}

static void pull_on_pulled(struct image *image, struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (image) {
                pull_on_image(w, image, "pulled");
                return;
        }
        error_wrap(&e, e ? e->code : -EIO, "The image %s is not on this host and cannot be pulled",
                   pull_what(w));
        worker_failed(w, e);
}

/* Can it be pulled from a registry? Names of this host's own, and bare ids, exist nowhere else. */
static bool pull_can(const char *reference) {
        if (!reference || !strstr(reference, "@sha256:") || str_starts(reference, "localhost/"))
                return false;
        const char *slash = strchr(reference, '/');
        return slash && memchr(reference, '.', (size_t) (slash - reference));
}

static void pull_on_inspected(struct image *image, struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (image)
                pull_on_image(w, image, "already here");
        else if (e->code != -ENOENT)
                worker_failed(w, e);
        else if (pull_can(w->plan->pin.image)) {
                error_free(e);
                w->op = engine_pull(w->engine, w->plan->pin.image, pull_on_progress, pull_on_pulled, w);
        } else {
                error_set(&e, -ENOENT, "The image %s is gone from this host", pull_what(w));
                error_hint(&e, "Pull it again, look at its labels, and make a new plan");
                worker_failed(w, e);
        }
}

static int pull_apply(struct worker *w, struct error **reterr) {
        const char *reference = w->plan->pin.image_id ? w->plan->pin.image_id : w->plan->pin.image;
        bool wanted = worker_needs_engine(w) || (w->plan->run && w->plan->run->engine != ENGINE_NONE);
        if (!reference || !wanted) {
                worker_note(w, "no image is needed");
                return STEP_NOTHING;
        }
        w->op = engine_inspect_image(w->engine, reference, pull_on_inspected, w);
        return STEP_WAITS;
}

/* Layers pulled so far do no harm. */
static void pull_stop(struct worker *w) {
        worker_fail(w, -ECANCELED, "Cancelled while the image was pulled");
}

/* The image itself stays: it does no harm, and a new try needs it. */
static int pull_undo(struct worker *w, struct error **reterr) {
        return worker_unpin_planned(w, NULL, reterr);
}

const struct step pull_step = { .apply = pull_apply, .undo = pull_undo, .stop = pull_stop };
