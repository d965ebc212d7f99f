/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks that exactly the planned image is present, and pins it. An image that a plan takes from a source is
 * fetched by its digest: of a registry by the engine, of an archive or a layout by skopeo, into the engine's
 * storage. What was not here before goes away again with an undo. */
#include "backend/skopeo/skopeo.h"
#include "backend/worker/step.h"
#include "base/text.h"

#define FETCHED "fetched" /* the id of an image that was not here, in the job's folder before it comes */

struct pull_state {
        struct skopeo *skopeo; /* looks into an archive */
};

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

static int pull_inspect(struct worker *w, const char *reference, step_next_t next) {
        w->wait.next = next;
        w->wait.op = engine_inspect_image(w->engine, reference, worker_on_image, w);
        return STEP_WAITS;
}

static int pull_from_registry(struct worker *w) {
        w->wait.next = pull_pulled;
        w->wait.op = engine_pull(w->engine, w->plan->pin.image, pull_on_progress, worker_on_image, w);
        return STEP_WAITS;
}

/* ---- from an archive or a layout ---- */

static int pull_stored(struct worker *w, struct error **reterr) {
        if (w->got.image)
                return pull_found(w, "loaded", reterr);
        return error_wrap(reterr, *reterr ? (*reterr)->code : -EIO, "%s was loaded, and is not on this host",
                          w->plan->pin.source);
}

static int pull_loaded(struct worker *w, struct error **reterr) {
        if (w->got.exited && w->got.status == 0)
                return pull_inspect(w, w->plan->pin.image, pull_stored);
        _cleanup_(source_done) struct source source = {};
        _cleanup_free_ char *line = worker_last_line(w->folder);
        if (!w->got.exited || source_parse(w->plan->pin.source, NULL, &source, NULL) < 0)
                error_set(reterr, -EIO, "skopeo was killed by signal %d", w->got.status);
        else
                skopeo_explain(reterr, &source, line ? line : "", line ? strlen(line) : 0);
        return error_wrap(reterr, *reterr ? (*reterr)->code : -EIO, "%s cannot be loaded",
                          w->plan->pin.source);
}

/* The name that the image gets at once: without one an engine may take it for garbage. */
static int pull_load_name(struct worker *w, char **ret, struct error **reterr) {
        const struct image_pin *pin = &w->plan->pin;
        struct reference_parts p = reference_split(pin->reference);
        int r = worker_pin_ahead(w, ret, reterr);
        if (r >= 0 && !*ret)
                *ret = str_printf("%.*s:fairlead-%s-%.12s", (int) p.repository.n, p.repository.at,
                                  w->plan->name, pin->image_id ? pin->image_id : "");
        return r;
}

static int pull_load(struct worker *w, struct error **reterr) {
        const struct engine_about *about = engine_about(w->engine);
        _cleanup_free_ char *name = NULL,
                            *found = w->paths->skopeo ? xstrdup(w->paths->skopeo) : skopeo_find(reterr);
        _cleanup_strv_ char **argv = NULL, **environment = skopeo_environment();
        if (!found)
                return -ENOENT;
        int r = pull_load_name(w, &name, reterr);
        if (r < 0)
                return r;
        bool docker = about && about->kind == ENGINE_DOCKER;
        strv_add(&argv, found);
        strv_add(&argv, "copy");
        strv_add(&argv, "--quiet");
        if (docker)
                strv_addf(&argv, "--dest-daemon-host=unix://%s", about->socket);
        strv_add(&argv, w->plan->pin.source);
        strv_addf(&argv, "%s%s", docker ? "docker-daemon:" : "containers-storage:", name);
        const struct pty_options options = { .argv = argv, .environment = environment, .stdin_fd = -1 };
        return worker_run_program(w, options, pull_loaded, reterr);
}

/* Before anything is stored: the archive may be another one by now. */
static int pull_compared(struct worker *w, struct error **reterr) {
        const struct image_pin *pin = &w->plan->pin;
        if (!w->got.image)
                return (*reterr)->code;
        if (!str_equal(w->got.image->id, pin->image_id) ||
            (pin->digest && !str_equal(w->got.image->digest, pin->digest))) {
                error_set(reterr, -ESTALE, "%s is no longer the image that the plan was made for",
                          pin->source);
                return error_hint(reterr, "Look at it again and make a new plan");
        }
        return pull_load(w, reterr);
}

/* ---- what is here ---- */

static int pull_fetch(struct worker *w, struct error **reterr) {
        struct pull_state *state = w->state;
        _cleanup_(source_done) struct source source = {};
        char size[16];
        int r = source_parse(w->plan->pin.source, NULL, &source, reterr);
        if (r < 0)
                return r;
        if (w->plan->pin.fetch)
                joblog_note(w->log, "fetching %s from %s", text_size(size, w->plan->pin.fetch),
                            w->plan->pin.source);
        else
                joblog_note(w->log, "fetching from %s", w->plan->pin.source);
        if (source.transport == SOURCE_REGISTRY)
                return pull_from_registry(w);
        state->skopeo = skopeo_new(w->event, &(struct skopeo_options){ .program = w->paths->skopeo });
        w->wait.next = pull_compared;
        w->wait.op = skopeo_inspect(state->skopeo, &source, worker_on_image, w);
        return STEP_WAITS;
}

/* The engine may have the image by another digest: then it only learns this one, and an undo keeps it. */
static int pull_looked(struct worker *w, struct error **reterr) {
        if (!w->got.image && (*reterr)->code != -ENOENT)
                return (*reterr)->code;
        if (!w->got.image) {
                *reterr = error_free(*reterr);
                int r = worker_save_lines(w, FETCHED, (char *[]) { w->plan->pin.image_id, NULL }, reterr);
                if (r < 0)
                        return r;
        }
        return pull_fetch(w, reterr);
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
        if (w->plan->pin.source && w->plan->pin.image_id) {
                *reterr = error_free(*reterr);
                return pull_inspect(w, w->plan->pin.image_id, pull_looked);
        }
        if (pull_can(w->plan->pin.image)) {
                *reterr = error_free(*reterr);
                return pull_from_registry(w);
        }
        error_set(reterr, -ENOENT, "The image %s is gone from this host", pull_what(w));
        return error_hint(reterr, "Pull it again, look at its labels, and make a new plan");
}

static int pull_apply(struct worker *w, struct error **reterr) {
        const struct image_pin *pin = &w->plan->pin;
        const char *reference = pin->image_id && !pin->source ? pin->image_id : pin->image;
        bool wanted = worker_needs_engine(w) || (w->plan->run && w->plan->run->engine != ENGINE_NONE);
        if (!reference || !wanted)
                return worker_nothing(w, "no image is needed");
        w->wait.stoppable = "Cancelled while the image was pulled";
        return pull_inspect(w, reference, pull_inspected);
}

/* ---- undo ---- */

/* An image that cannot be removed is not a reason to keep the rest. */
static int pull_removed(struct worker *w, struct error **reterr) {
        if (*reterr) {
                _cleanup_free_ char *line = error_line(*reterr);
                worker_leftover(w, "the image that was fetched from %s: %s", w->plan->pin.source, line);
                *reterr = error_free(*reterr);
        } else
                worker_note(w, "the image is removed");
        return STEP_ENDED;
}

/* Somebody who has named it since, or another service, wants to have it. */
static int pull_ours(struct worker *w, struct error **reterr) {
        const struct image *image = w->got.image;
        if (!image && (*reterr)->code != -ENOENT)
                return pull_removed(w, reterr);
        *reterr = error_free(*reterr);
        if (!image)
                return STEP_ENDED;
        _cleanup_free_ char *tag = str_printf(":fairlead-%s-%.12s", w->plan->name, image->id);
        for (char **name = image->names; name && *name; name++)
                if (!str_ends(*name, tag))
                        return STEP_ENDED;
        w->wait.next = pull_removed;
        w->wait.op = engine_remove_image(w->engine, image->id, worker_on_done, w);
        return STEP_WAITS;
}

static int pull_unpinned(struct worker *w, struct error **reterr) {
        _cleanup_strv_ char **fetched = worker_load_lines(w->folder, FETCHED, reterr);
        if (*reterr)
                return (*reterr)->code;
        return fetched && *fetched ? pull_inspect(w, *fetched, pull_ours) : STEP_ENDED;
}

/* An image that was here stays: a new try needs it. */
static int pull_undo(struct worker *w, struct error **reterr) {
        int r = worker_unpin(w, true, pull_unpinned);
        return r == STEP_ENDED ? pull_unpinned(w, reterr) : r;
}

static void pull_clear(struct worker *w) {
        struct pull_state *state = w->state;
        state->skopeo = skopeo_free(state->skopeo);
}

const struct step pull_step = {
        .size = sizeof(struct pull_state), .clear = pull_clear, .apply = pull_apply, .undo = pull_undo
};
