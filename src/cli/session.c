/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/session.h"

#include <errno.h>
#include <string.h>

#include "backend/format/emit.h"
#include "backend/host/backend.h"
#include "cli/out.h"

int session_open(struct session *s, struct error **reterr) {
        if (s->host)
                return 0;
        int r = s->event ? 0 : sd_event_new(&s->event);
        if (r < 0)
                return error_errno(reterr, r, "The event loop could not be made");
        struct backend_options options = { .sockets = s->sockets };
        return backend_new(s->event, &options, &s->host, reterr);
}

void session_done(struct session *s) {
        s->host = backend_free(s->host);
        s->event = sd_event_unref(s->event);
}

static void session_arrived(void *waiting, void *result, struct error *e) {
        struct waiting *w = waiting;
        w->result = result;
        w->error = e;
        w->over = true;
}

void waited_images(struct image_list *images, struct error *e, void *waiting) {
        session_arrived(waiting, images, e);
}

void waited_image(struct image *image, struct error *e, void *waiting) {
        session_arrived(waiting, image, e);
}

void waited_services(struct service_list *services, struct error *e, void *waiting) {
        session_arrived(waiting, services, e);
}

void waited_units(struct unit_list *units, struct error *e, void *waiting) {
        session_arrived(waiting, units, e);
}

void waited_unit(struct unit_detail *unit, struct error *e, void *waiting) {
        session_arrived(waiting, unit, e);
}

void waited_plan(struct plan *plan, struct error *e, void *waiting) {
        session_arrived(waiting, plan, e);
}

void waited_jobs(struct job_list *jobs, struct error *e, void *waiting) {
        session_arrived(waiting, jobs, e);
}

void waited_job_id(const char *id, struct error *e, void *waiting) {
        session_arrived(waiting, id ? strdup(id) : NULL, e);
}

void waited_report(struct change_report *report, struct error *e, void *waiting) {
        session_arrived(waiting, report, e);
}

void waited_container(enum container_state state, struct error *e, void *waiting) {
        session_arrived(waiting, (void *) (intptr_t) state, e);
}

void waited_realm(struct realm *realm, struct error *e, void *waiting) {
        session_arrived(waiting, realm, e);
}

void waited_preflight(struct preflight *preflight, void *waiting) {
        session_arrived(waiting, preflight, NULL);
}

void waited_membership(struct membership *membership, struct error *e, void *waiting) {
        session_arrived(waiting, membership, e);
}

void waited_line(char *line, struct error *e, void *waiting) {
        session_arrived(waiting, line, e);
}

void waited_nothing(struct error *e, void *waiting) {
        session_arrived(waiting, NULL, e);
}

int session_wait(struct session *s, struct waiting *w, struct op *op, void **ret, struct error **reterr) {
        if (!op)
                return error_set(reterr, -ENOMEM, "Out of memory");
        while (!w->over) {
                int r = sd_event_run(s->event, UINT64_MAX);
                if (r < 0) {
                        op_cancel(op);
                        return error_errno(reterr, r, "The event loop stopped");
                }
        }
        op_cancel(op);
        if (w->error) {
                int code = w->error->code;
                if (reterr) {
                        error_free(*reterr);
                        *reterr = w->error;
                } else
                        error_free(w->error);
                return code < 0 ? code : -EIO;
        }
        if (ret)
                *ret = w->result;
        return 0;
}

int session_fail(const struct session *s, struct error *e) {
        int code = e ? e->code : -ENOMEM;
        out_error(e);
        if (s->json)
                out_json(emit_error(e));
        error_free(e);
        return code == -ENOENT ? EXIT_NOT_FOUND : code == -EBUSY ? EXIT_BUSY : EXIT_FAILED;
}
