/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Images that the engine has not got: what skopeo finds where their reference says (backend/skopeo). */

#include "backend/host/internal.h"
#include "backend/io/turn.h"

static void host_sources_refused(void *state) {
        struct host_call *c = state;
        struct error *e = TAKE(c->error);
        op_end(&c->op);
        if (c->row_seen)
                c->done.nothing(e, c->userdata);
        else
                c->done.image(NULL, e, c->userdata);
}

static void host_sources_found(struct image *image, struct error *e, void *userdata) {
        struct host_call *c = userdata;
        op_end(&c->op);
        c->done.image(image, e, c->userdata);
}

struct op *backend_find_in_source(struct host *host, const char *text, image_done_t done, void *userdata) {
        _cleanup_(source_done) struct source source = {};
        struct host_call *c = host_call_new(host, userdata, NULL);
        c->done.image = done;
        return source_parse(text, NULL, &source, &c->error) < 0
                       ? op_answer(&c->op, c->backend->event, host_sources_refused)
                       : op_wait(&c->op, skopeo_inspect(c->backend->skopeo, &source, host_sources_found, c));
}

static void host_sources_seen(const struct source_row *row, void *userdata) {
        struct host_call *c = userdata;
        c->row_seen(row, c->userdata);
}

static void host_sources_listed(struct error *e, void *userdata) {
        struct host_call *c = userdata;
        op_end(&c->op);
        c->done.nothing(e, c->userdata);
}

struct op *backend_list_source(struct host *host, const char *text, source_seen_t seen, nothing_done_t done,
                               void *userdata) {
        _cleanup_(source_done) struct source source = {};
        struct host_call *c = host_call_new(host, userdata, NULL);
        c->row_seen = seen;
        c->done.nothing = done;
        return source_parse(text, NULL, &source, &c->error) < 0
                       ? op_answer(&c->op, c->backend->event, host_sources_refused)
                       : op_wait(&c->op, skopeo_list(c->backend->skopeo, &source, host_sources_seen,
                                                     host_sources_listed, c));
}
