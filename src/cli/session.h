/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a verb works with: the loop, the host, and waiting for one answer. */

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "cli/verb.h"
#include "model/host.h"

struct session {
        sd_event *event;
        struct host *host;              /* after session_open() */
        const char *const *sockets;     /* of --engine-socket, or NULL */
        bool json;
        const char *engine_socket[2];
};

/* Makes the loop and the host when they are not there yet. */
int session_open(struct session *s, struct error **reterr);
void session_done(struct session *s);

/* One answer of the port. Hand &w to the operation as userdata with the fitting callback below, then
 * session_wait(). */
struct waiting {
        struct session *session;
        bool over;
        void *result;                   /* of the callback's type; the caller's now */
        struct error *error;            /* the caller's */
};
void waited_images(struct image_list *images, struct error *e, void *waiting);
void waited_image(struct image *image, struct error *e, void *waiting);
void waited_services(struct service_list *services, struct error *e, void *waiting);
void waited_units(struct unit_list *units, struct error *e, void *waiting);
void waited_unit(struct unit_detail *unit, struct error *e, void *waiting);
void waited_plan(struct plan *plan, struct error *e, void *waiting);
void waited_jobs(struct job_list *jobs, struct error *e, void *waiting);
void waited_job_id(const char *id, struct error *e, void *waiting);     /* result: a copy of the id */
void waited_report(struct change_report *report, struct error *e, void *waiting);
/* result: (void *) (intptr_t) state */
void waited_container(enum container_state state, struct error *e, void *waiting);
void waited_realm(struct realm *realm, struct error *e, void *waiting);
void waited_preflight(struct preflight *preflight, void *waiting);
void waited_membership(struct membership *membership, struct error *e, void *waiting);
void waited_line(char *line, struct error *e, void *waiting);
void waited_nothing(struct error *e, void *waiting);

/* Runs the loop until the answer is there, then drops op. Returns 0, or the error's code with *reterr taken
 * over from it; *ret (may be NULL for waited_nothing) the result. */
int session_wait(struct session *s, struct waiting *w, struct op *op, void **ret, struct error **reterr);

/* Prints the error and gives the exit status it means: ENOENT 4, EBUSY 5, else 1. Takes e. */
int session_fail(const struct session *s, struct error *e);
