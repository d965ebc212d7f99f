/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pins the image of an installed service by a name (model/image/image.h): added after the pull, removed when
 * the service releases it. Both may be repeated. */
#include "backend/worker/step.h"
#include "model/image/image.h"

#define PINS "held" /* added names, written to the job's folder beforehand */

static const char *pin_first_word(char *const *run, char *const *install) {
        return run && *run ? *run : install && *install ? *install : NULL;
}

static char *pin_of_plan(const struct worker *w) {
        const struct plan *p = w->plan;
        if (p->verb == VERB_REHEARSE)
                return NULL; /* the image is never run later */
        return pin_name(pin_first_word(p->run ? p->run->argv : NULL, p->command ? p->command->argv : NULL),
                        p->pin.image, p->pin.image_id, p->name);
}

static char *pin_of_record(const struct worker *w) {
        const struct service *s = w->record;
        return s ? pin_name(pin_first_word(s->run_argv, s->install_argv), s->pin.image, s->pin.image_id,
                            s->name)
                 : NULL;
}

static int pin_record(struct worker *w, const char *pin, struct error **reterr) {
        _cleanup_strv_ char **pins = worker_load_lines(w->folder, PINS, reterr);
        if (*reterr)
                return (*reterr)->code;
        if (strv_contains(pins, pin))
                return 0;
        strv_add(&pins, pin);
        return worker_save_lines(w, PINS, pins, reterr);
}

int worker_pin_ahead(struct worker *w, char **ret, struct error **reterr) {
        *ret = pin_of_plan(w);
        return *ret ? pin_record(w, *ret, reterr) : 0;
}

int worker_pin(struct worker *w, bool planned, struct error **reterr) {
        _cleanup_free_ char *pin = planned ? pin_of_plan(w) : pin_of_record(w);
        if (!pin)
                return STEP_ENDED;
        int r = pin_record(w, pin, reterr);
        if (r < 0)
                return r;
        const char *image_id = planned ? w->plan->pin.image_id : w->record->pin.image_id;
        w->wait.op = engine_tag(w->engine, image_id, pin, worker_on_done, w);
        return STEP_WAITS;
}

/* A superfluous name is not a reason to keep a service. */
static void pin_on_removed(struct error *e, void *userdata) {
        struct worker *w = userdata;
        if (e) {
                _cleanup_free_ char *line = error_line(e);
                worker_leftover(w, "a name of the image that begins with fairlead-%s: %s", w->plan->name,
                                line);
        }
        error_free(e);
        worker_on_done(NULL, w);
}

int worker_unpin(struct worker *w, bool planned, step_next_t next) {
        _cleanup_free_ char *pin = planned ? pin_of_plan(w) : pin_of_record(w);
        _cleanup_strv_ char **added = planned ? worker_load_lines(w->folder, PINS, NULL) : NULL;
        if (!pin || (planned && !strv_contains(added, pin)))
                return STEP_ENDED;
        w->wait.next = next;
        w->wait.op = engine_untag(w->engine, pin, pin_on_removed, w);
        return STEP_WAITS;
}
