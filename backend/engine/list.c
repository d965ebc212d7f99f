/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of an engine: one request, its array read element by element, so that no list is ever in memory
 * twice. */
#include <errno.h>
#include <string.h>

#include "backend/engine/internal.h"

struct list_call {
        struct engine_call call;        /* first */
        const struct engine_list_kind *kind;
        char *filter;                   /* or NULL */
        struct json_stream *stream;
        void *list;
        void (*done)(void);
        void *userdata;
};

static void list_free(struct engine_call *call) {
        struct list_call *c = (struct list_call *) call;
        json_stream_free(c->stream);
        c->kind->drop(c->list);
        free(c->filter);
        free(c);
}

static void list_fail(struct engine_call *call, struct error *e) {
        struct list_call *c = (struct list_call *) call;
        c->kind->hand(c->done, NULL, e, c->userdata);
        list_free(call);
}

static int engine_list_list_element(struct json_object *o, void *userdata, struct error **reterr) {
        struct list_call *c = userdata;
        return c->kind->element(c->call.engine->dialect, o, c->list, reterr);
}

static int list_piece(const void *bytes, size_t n, void *userdata, struct error **reterr) {
        struct list_call *c = userdata;
        return json_stream_feed(c->stream, bytes, n, reterr);
}

static void list_done(const struct http_answer *answer, struct error *e, void *userdata) {
        struct list_call *c = userdata;
        c->call.inner = op_cancel(c->call.inner);
        e = engine_call_error(&c->call, answer, e, c->kind->failed);
        if (!e && json_stream_finish(c->stream, &e) < 0)
                error_wrap(&e, e->code, "%s", c->kind->unreadable);
        op_finish(c->call.op);
        if (e) {
                list_fail(&c->call, e);
                return;
        }
        c->kind->hand(c->done, TAKE(c->list), NULL, c->userdata);
        list_free(&c->call);
}

static bool list_begin(struct engine_call *call) {
        struct list_call *c = (struct list_call *) call;
        const struct json_stream_sink sink = {
                .document = engine_list_list_element, .userdata = c, .max = c->kind->max, .elements = true
        };
        c->stream = json_stream_new(&sink);
        c->list = c->kind->make();
        if (!c->stream || !c->list)
                return false;
        char *path = str_printf("%s%s%s", call->engine->prefix, c->kind->path(call->engine->dialect),
                                c->filter ? c->filter : "");
        return engine_call_request(
                call, "GET", path,
                (struct http_request) { .seconds = c->kind->seconds, .piece = list_piece,
                                         .done = list_done });
}

struct op *engine_list(struct engine *engine, const struct engine_list_kind *kind, const char *filter,
                       void (*done)(void), void *userdata) {
        struct list_call *c = calloc(1, sizeof *c);
        if (!c)
                return NULL;
        *c = (struct list_call) {
                .call = { .engine = engine, .begin = list_begin, .fail = list_fail, .free = list_free },
                .kind = kind,
                .filter = filter ? strdup(filter) : NULL,
                .done = done,
                .userdata = userdata,
        };
        if (filter && !c->filter) {
                free(c);
                return NULL;
        }
        return engine_call_start(&c->call);
}
