/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks that exactly the planned image is present, and pins it. */
#include "backend/worker/step.h"

static const char *pull_what(const struct worker *w) {
        return w->plan->pin.reference ? w->plan->pin.reference : w->plan->pin.image;
}

static int pull_found(struct worker *w, const char *note, struct error **reterr) {
        if (w->plan->pin.image_id && !str_equal(w->plan->pin.image_id, w->got.image->id)) {
                /* The consent was given for exactly that image. */
                error_set(reterr, -ESTALE, "%s is no longer the image that the plan was made for",
                          pull_what(w));
                return error_hint(reterr, "Look at it again and make a new plan");
        }
        worker_note(w, "%s", note);
        return worker_pin(w, true, reterr);
}

static void pull_on_progress(const char *text, void *userdata) {
        struct worker *w = userdata;
        joblog_note(w->log, "%s", text);
}

static int pull_pulled(struct worker *w, struct error **reterr) {
        if (w->got.image)
                return pull_found(w, "pulled", reterr);
        return error_wrap(reterr, *reterr ? (*reterr)->code : -EIO,
                          "The image %s is not on this host and cannot be pulled", pull_what(w));
}

/* Can it be pulled from a registry? Names of this host's own, and bare ids, exist nowhere else. */
static bool pull_can(const char *reference) {
        if (!reference || !strstr(reference, "@sha256:") || str_starts(reference, "localhost/"))
                return false;
        const char *slash = strchr(reference, '/');
        return slash && memchr(reference, '.', (size_t) (slash - reference));
}

static int pull_inspected(struct worker *w, struct error **reterr) {
        if (w->got.image)
                return pull_found(w, "already here", reterr);
        if ((*reterr)->code != -ENOENT)
                return (*reterr)->code;
        if (pull_can(w->plan->pin.image)) {
                *reterr = error_free(*reterr);
                w->wait.next = pull_pulled;
                w->wait.op = engine_pull(w->engine, w->plan->pin.image, pull_on_progress, worker_on_image, w);
                return STEP_WAITS;
        }
        error_set(reterr, -ENOENT, "The image %s is gone from this host", pull_what(w));
        return error_hint(reterr, "Pull it again, look at its labels, and make a new plan");
}

static int pull_apply(struct worker *w, struct error **reterr) {
        const char *reference = w->plan->pin.image_id ? w->plan->pin.image_id : w->plan->pin.image;
        bool wanted = worker_needs_engine(w) || (w->plan->run && w->plan->run->engine != ENGINE_NONE);
        if (!reference || !wanted)
                return worker_nothing(w, "no image is needed");
        w->wait.stoppable = "Cancelled while the image was pulled"; /* layers pulled so far do no harm */
        w->wait.next = pull_inspected;
        w->wait.op = engine_inspect_image(w->engine, reference, worker_on_image, w);
        return STEP_WAITS;
}

/* The image itself stays: it does no harm, and a new try needs it. */
static int pull_undo(struct worker *w, struct error **reterr) {
        return worker_unpin(w, true, NULL);
}

const struct step pull_step = { .apply = pull_apply, .undo = pull_undo };
