/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/engine/explain.h"
#include "backend/engine/internal.h"

static void engine_call_free(struct engine_call *call) {
        op_cancel(call->inner);
        json_stream_free(call->stream);
        if (call->result)
                call->request->drop(call->result);
        error_free(call->error);
        free(call->failed);
        free(call->name);
        free(call->other);
        free(call);
}

static void engine_call_stop(void *userdata) {
        struct engine_call *call = userdata;
        call->inner = op_cancel(call->inner);
        call->dropped = true;
        if (!call->busy)
                engine_call_free(call);
}

static void engine_call_end(struct engine_call *call, struct error *e) {
        op_finish(call->op);
        call->request->hand(call->done, e ? NULL : TAKE(call->result), e, call->userdata);
        engine_call_free(call);
}

static const char *engine_call_failed(const struct engine_call *call) {
        return call->failed ? call->failed : call->request->failed;
}

static int engine_call_document(struct json_object *o, void *userdata, struct error **reterr) {
        struct engine_call *call = userdata;
        int r = call->request->document(call, o, reterr);
        return call->dropped ? -ECANCELED : r;
}

/* A listener to progress may drop the op: the call is then freed here, not under the stream. */
static int engine_call_piece(const void *bytes, size_t n, void *userdata, struct error **reterr) {
        struct engine_call *call = userdata;
        call->busy = true;
        int r = json_stream_feed(call->stream, bytes, n, reterr);
        call->busy = false;
        if (!call->dropped)
                return r;
        engine_call_free(call);
        return -ECANCELED;
}

static int engine_call_read(struct engine_call *call, const struct http_answer *answer,
                            struct error **reterr) {
        size_t n;
        const char *body = http_body(answer, &n);
        _cleanup_json_ struct json_object *o = NULL;
        if (call->stream)
                return json_stream_finish(call->stream, reterr);
        if (call->request->body == ENGINE_NOTHING)
                return 0;
        int r = json_parse(body, n, NULL, &o, NULL, reterr);
        return r < 0 ? r : call->request->document(call, o, reterr);
}

static struct error *engine_call_error(struct engine_call *call, const struct http_answer *answer,
                                       struct error *e) {
        const struct engine_request *request = call->request;
        if (e) {
                /* The next call searches again: perhaps another engine took over. */
                if (e->code == -ECONNREFUSED)
                        call->engine->found = false;
                error_wrap(&e, e->code, "%s", engine_call_failed(call));
                if (e->cause && e->cause->hint)
                        error_hint(&e, "%s", e->cause->hint);
                return e;
        }
        if (http_status(answer) == 404 && request->missing)
                return request->missing(call);
        if (http_status(answer) >= 400) {
                size_t n;
                const char *body = http_body(answer, &n);
                explain_engine(&e, http_status(answer), engine_call_failed(call), body, n);
                if (request->may_be_absent && e->code == -ENOENT)
                        e = error_free(e);
                return e;
        }
        if (engine_call_read(call, answer, &e) < 0)
                error_wrap(&e, e->code, "%s",
                           request->unreadable ? request->unreadable : engine_call_failed(call));
        /* With status 500 the engine's words decide the hint. */
        if (!e && call->error)
                explain_engine(&e, 500, engine_call_failed(call), call->error->message,
                               strlen(call->error->message));
        return e;
}

static void engine_call_send(struct engine_call *call);

static void engine_call_answered(const struct http_answer *answer, struct error *e, void *userdata) {
        struct engine_call *call = userdata;
        call->inner = op_cancel(call->inner);
        if (call->request->may_fail)
                e = error_free(e);
        else
                e = engine_call_error(call, answer, e);
        if (e || !call->request->next) {
                engine_call_end(call, e);
                return;
        }
        call->request = call->request->next;
        call->stream = json_stream_free(call->stream);
        free(call->failed);
        call->failed = NULL;
        engine_call_send(call);
}

static void engine_call_send(struct engine_call *call) {
        const struct engine_request *request = call->request;
        struct engine *engine = call->engine;
        struct error *e = NULL;
        _cleanup_free_ char *rest = request->path(call, &e),
                            *path = rest ? str_printf("%s%s", engine->prefix, rest) : NULL;
        if (!path) {
                engine_call_end(call, e);
                return;
        }
        bool streams = request->body == ENGINE_LIST || request->body == ENGINE_LINES;
        if (streams)
                call->stream = json_stream_new(&(struct json_stream_sink) {
                        .document = engine_call_document,
                        .userdata = call,
                        .limits = request->limits,
                        .max = request->max,
                        .elements = request->body == ENGINE_LIST,
                });
        call->inner = http_start(engine->http, &(struct http_request) {
                .socket = engine->about.socket,
                .method = request->method,
                .path = path,
                .seconds = request->seconds ? request->seconds + call->seconds : 0,
                .stall = request->stall,
                .piece = streams ? engine_call_piece : NULL,
                .done = engine_call_answered,
                .userdata = call,
        });
}

static void engine_call_found(const struct engine_about *about, struct error *e, void *userdata) {
        struct engine_call *call = userdata;
        call->inner = op_cancel(call->inner);
        if (e)
                engine_call_end(call, e);
        else
                engine_call_send(call);
}

struct op *engine_call(struct engine *engine, struct engine_call like) {
        struct engine_call *call = new0(struct engine_call);
        *call = like;
        call->engine = engine;
        call->op = op_new(engine_call_stop, call);
        call->inner = engine_find(engine, engine_call_found, call);
        return call->op;
}

char *engine_path(const char *before, const char *name, const char *behind) {
        _cleanup_free_ char *escaped = http_escape(name);
        return str_printf("%s%s%s", before, escaped, behind);
}

void engine_hand_end(void (*done)(void), void *result, struct error *e, void *userdata) {
        ((engine_end_t *) done)(e, userdata);
}
