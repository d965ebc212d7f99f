/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The images of services: whether each is still here, and whether its reference names a newer one. Each is
 * asked for by its reference and, unless that is it, by its id: Podman answers such a question in 2 ms, while
 * its list takes 40 ms for 25 images, and more the more there are.
 *
 *     engine -> each image by its reference -> by its id -> done
 *            -> more than a few, or names that only the list has: the list -> done */

#include "backend/host/internal.h"
#include "backend/io/turn.h"
#include "backend/realm/realm.h"
#include "model/image/image.h"

#define IMAGES_ASKED_MAX 32U

struct image_states {
        struct op op; /* inner: the search for an engine, or the list */
        struct backend *backend;
        struct service_list *services;
        struct image_question *questions;
        size_t n, waiting;
        image_states_done_t done;
        void *userdata;
};

/* Of all services with this reference and this id, which are borrowed of one of them. */
struct image_question {
        struct image_states *states;
        const char *reference, *id;
        struct op *asking;
};

static void image_states_drop(struct op *op) {
        struct image_states *s = container_of(op, struct image_states, op);
        for (size_t i = 0; i < s->n; i++)
                op_cancel(s->questions[i].asking);
        free(s->questions);
}

static void image_states_end(void *state) {
        struct image_states *s = state;
        op_end(&s->op);
        s->done(s->userdata);
}

/* ---- one by one ---- */

static bool image_question_is_of(const struct image_question *q, const struct service *s) {
        return str_equal(q->reference, s->pin.reference) && str_equal(q->id, s->pin.image_id);
}

static void image_question_end(struct image_question *q) {
        if (--q->states->waiting == 0)
                image_states_end(q->states);
}

/* What is known of the services until now is no more than that no image of this id was found. */
static void image_question_say(struct image_question *q, bool gone) {
        for (size_t i = 0; i < q->states->services->n; i++) {
                struct service *s = q->states->services->items[i];
                if (!image_question_is_of(q, s))
                        continue;
                s->images_known = true;
                s->image_gone = gone;
        }
        image_question_end(q);
}

static void image_question_on_id(struct image *image, struct error *e, void *userdata) {
        struct image_question *q = userdata;
        bool known = !e || e->code == -ENOENT, gone = !image;
        q->asking = op_cancel(q->asking);
        image_free(image);
        error_free(e);
        if (known)
                image_question_say(q, gone);
        else
                image_question_end(q);
}

static void image_question_ask_id(struct image_question *q) {
        if (q->id)
                q->asking = engine_inspect_image(q->states->backend->engine, q->id, image_question_on_id, q);
        else
                image_question_say(q, true);
}

static void image_question_on_reference(struct image *answer, struct error *e, void *userdata) {
        struct image_question *q = userdata;
        _cleanup_image_ struct image *image = answer;
        bool known = !e || e->code == -ENOENT;
        q->asking = op_cancel(q->asking);
        error_free(e);
        if (!known) {
                image_question_end(q);
                return;
        }
        /* The engine completes short names in its own way. */
        bool named = image && image_matches(image, q->reference), own = named && str_equal(image->id, q->id);
        for (size_t i = 0; i < q->states->services->n; i++) {
                struct service *s = q->states->services->items[i];
                if (!image_question_is_of(q, s))
                        continue;
                s->newer = named && !own;
                label_list_done(&s->newer_labels);
                if (s->newer)
                        label_list_of(image, &s->newer_labels);
        }
        if (own)
                image_question_say(q, false);
        else
                image_question_ask_id(q);
}

static void image_states_ask_each(struct image_states *s) {
        s->waiting = s->n;
        for (size_t i = 0; i < s->n; i++) {
                struct image_question *q = &s->questions[i];
                bool named = !str_empty(q->reference);
                q->asking = engine_inspect_image(s->backend->engine, named ? q->reference : q->id,
                                                 named ? image_question_on_reference : image_question_on_id,
                                                 q);
        }
}

/* ---- all of them ---- */

static void image_states_on_list(struct image_list *images, struct error *e, void *userdata) {
        struct image_states *states = userdata;
        for (size_t i = 0; images && i < states->services->n; i++) {
                struct service *s = states->services->items[i];
                const struct image *own = NULL, *named = NULL;
                for (size_t k = 0; k < images->n; k++) {
                        if (str_equal(images->items[k]->id, s->pin.image_id))
                                own = images->items[k];
                        if (s->pin.reference && image_matches(images->items[k], s->pin.reference))
                                named = images->items[k];
                }
                s->images_known = true;
                s->image_gone = !own;
                s->newer = named && !str_equal(named->id, s->pin.image_id);
                label_list_done(&s->newer_labels);
                if (s->newer)
                        label_list_of(named, &s->newer_labels);
        }
        image_list_free(images);
        error_free(e);
        image_states_end(states);
}

/* ---- which way ---- */

/* Docker completes short names to those of its hub alone; the host's own images are not the engine's. */
static bool image_states_fits(const struct image_states *s, const char *reference) {
        if (str_empty(reference) || reference_split(reference).registry.n)
                return true;
        return !str_starts(reference, NATIVE_PREFIX) &&
               engine_about(s->backend->engine)->kind == ENGINE_PODMAN;
}

/* The questions that there are; false: the list answers them. */
static bool image_states_collect(struct image_states *s) {
        for (size_t i = 0; i < s->services->n; i++) {
                const struct service *service = s->services->items[i];
                const char *reference = service->pin.reference, *id = service->pin.image_id;
                bool there = false;
                for (size_t k = 0; k < s->n && !there; k++)
                        there = image_question_is_of(&s->questions[k], service);
                if (there)
                        continue;
                if (s->n == IMAGES_ASKED_MAX || !image_states_fits(s, reference) ||
                    (str_empty(reference) && str_empty(id)))
                        return false;
                s->questions[s->n++] =
                        (struct image_question){ .states = s, .reference = reference, .id = id };
        }
        return true;
}

static void image_states_on_engine(struct error *e, void *userdata) {
        struct image_states *s = userdata;
        if (e || !s->services->n) {
                error_free(e);
                image_states_end(s);
                return;
        }
        op_wait(&s->op, NULL);
        s->questions = xcalloc(IMAGES_ASKED_MAX, sizeof *s->questions);
        if (image_states_collect(s))
                image_states_ask_each(s);
        else
                op_wait(&s->op, backend_list_images(&s->backend->host, image_states_on_list, s));
}

struct op *backend_image_states(struct backend *b, struct service_list *services, image_states_done_t done,
                                void *userdata) {
        struct image_states *s = new0(struct image_states);
        *s = (struct image_states){ .op.drop = image_states_drop,
                                    .backend = b,
                                    .services = services,
                                    .done = done,
                                    .userdata = userdata };
        return op_wait(&s->op, engine_find(b->engine, image_states_on_engine, s));
}
