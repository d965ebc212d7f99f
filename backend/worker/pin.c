/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name that keeps the image of an installed service findable (model/image/pin.h): given when the image is
 * got, taken off when the service lets go of it. Both may be done again. */
#include <errno.h>
#include <string.h>

#include "backend/worker/step.h"
#include "base/str.h"
#include "model/image/pin.h"

#define MARK "held"             /* the names that were given, in the job's folder before they are */

static void worker_pin_on_held(struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (e)
                worker_failed(w, e);
        else
                w->then(w);
}

/* A name too many is no reason to keep a service. */
static void worker_pin_on_dropped(struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (e) {
                _cleanup_free_ char *line = error_line(e);
                worker_kept(w, "a name of the image that begins with fairlead-%s: %s", w->plan->name,
                            line ? line : "out of memory");
        }
        error_free(e);
        w->then(w);
}

static const char *first_word(char *const *run, char *const *install) {
        return run && *run ? *run : install && *install ? *install : NULL;
}

static int worker_pin_hold(struct worker *w, char *name, const char *image_id, void (*then)(struct worker *w),
                           struct error **reterr) {
        _cleanup_free_ char *held = name;
        _cleanup_strv_ char **marks = NULL;
        if (!held)
                return 0;
        int r = worker_load_lines(w, MARK, &marks, reterr);
        if (r >= 0 && !strv_contains(marks, held)) {
                if (strv_add(&marks, held) < 0)
                        return error_set(reterr, -ENOMEM, "Out of memory");
                r = worker_save_lines(w, MARK, marks, reterr);
        }
        if (r < 0)
                return r;
        w->then = then;
        w->op = engine_tag(w->engine, image_id, held, worker_pin_on_held, w);
        return w->op ? 1 : error_set(reterr, -ENOMEM, "Out of memory");
}

static int worker_pin_drop(struct worker *w, char *name, bool only_marked, void (*then)(struct worker *w),
                           struct error **reterr) {
        _cleanup_free_ char *held = name;
        _cleanup_strv_ char **marks = NULL;
        if (only_marked)
                (void) worker_load_lines(w, MARK, &marks, NULL);
        if (!held || (only_marked && !strv_contains(marks, held)))
                return 0;
        w->then = then;
        w->op = engine_untag(w->engine, held, worker_pin_on_dropped, w);
        return w->op ? 1 : error_set(reterr, -ENOMEM, "Out of memory");
}

static char *plan_hold(const struct worker *w) {
        const struct plan *p = w->plan;
        if (p->verb == VERB_REHEARSE)
                return NULL;    /* nothing of it runs later */
        return hold_name(first_word(p->run ? p->run->argv : NULL, p->command ? p->command->argv : NULL),
                         p->image, p->image_id, p->name);
}

static char *record_hold(const struct worker *w) {
        const struct service *s = w->record;
        return s ? hold_name(first_word(s->run_argv, s->install_argv), s->image, s->image_id, s->name) : NULL;
}

int worker_hold_planned(struct worker *w, void (*then)(struct worker *w), struct error **reterr) {
        return worker_pin_hold(w, plan_hold(w), w->plan->image_id, then, reterr);
}

int worker_drop_planned(struct worker *w, void (*then)(struct worker *w), struct error **reterr) {
        return worker_pin_drop(w, plan_hold(w), true, then, reterr);
}

int worker_hold_installed(struct worker *w, void (*then)(struct worker *w), struct error **reterr) {
        return worker_pin_hold(w, record_hold(w), w->record ? w->record->image_id : NULL, then, reterr);
}

int worker_drop_installed(struct worker *w, void (*then)(struct worker *w), struct error **reterr) {
        return worker_pin_drop(w, record_hold(w), false, then, reterr);
}
