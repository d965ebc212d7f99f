/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pins the image of an installed service by a name (model/image/pin.h): added after the pull, removed when
 * the service releases it. Both may be repeated. */
#include "backend/worker/step.h"
#include "model/image/pin.h"

#define PINS "held" /* added names, written to the job's folder beforehand */

/* A superfluous name is not a reason to keep a service. */
static void pin_on_removed(struct error *e, void *userdata) {
        struct worker *w = userdata;
        _cleanup_error_ struct error *failure = e;
        w->op = op_cancel(w->op);
        if (e) {
                _cleanup_free_ char *line = error_line(e);
                worker_leftover(w, "a name of the image that begins with fairlead-%s: %s", w->plan->name,
                                line);
        }
        worker_next(w);
}

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
        if (!s)
                return NULL;
        return pin_name(pin_first_word(s->run_argv, s->install_argv), s->pin.image, s->pin.image_id, s->name);
}

static int pin_give(struct worker *w, const char *pin, const char *image_id, step_next_t next,
                    struct error **reterr) {
        _cleanup_strv_ char **pins = NULL;
        if (!pin)
                return STEP_ENDED;
        int r = worker_load_lines(w->folder, PINS, &pins, reterr);
        if (r < 0)
                return r;
        if (!strv_contains(pins, pin)) {
                strv_add(&pins, pin);
                r = worker_save_lines(w, PINS, pins, reterr);
                if (r < 0)
                        return r;
        }
        w->next = next;
        w->op = engine_tag(w->engine, image_id, pin, worker_on_done, w);
        return STEP_WAITS;
}

static int pin_take_off(struct worker *w, const char *pin, step_next_t next) {
        if (!pin)
                return STEP_ENDED;
        w->next = next;
        w->op = engine_untag(w->engine, pin, pin_on_removed, w);
        return STEP_WAITS;
}

int worker_pin_planned(struct worker *w, step_next_t next, struct error **reterr) {
        _cleanup_free_ char *pin = pin_of_plan(w);
        return pin_give(w, pin, w->plan->pin.image_id, next, reterr);
}

int worker_unpin_planned(struct worker *w, step_next_t next, struct error **reterr) {
        _cleanup_free_ char *pin = pin_of_plan(w);
        _cleanup_strv_ char **given = NULL;
        (void) worker_load_lines(w->folder, PINS, &given, NULL);
        return pin && strv_contains(given, pin) ? pin_take_off(w, pin, next) : STEP_ENDED;
}

int worker_pin_installed(struct worker *w, step_next_t next, struct error **reterr) {
        _cleanup_free_ char *pin = pin_of_record(w);
        return pin_give(w, pin, w->record ? w->record->pin.image_id : NULL, next, reterr);
}

int worker_unpin_installed(struct worker *w, step_next_t next, struct error **reterr) {
        _cleanup_free_ char *pin = pin_of_record(w);
        return pin_take_off(w, pin, next);
}
