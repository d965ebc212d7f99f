/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/engine/internal.h"

void engine_container_done(struct container *c) {
        FREE_ALL(c->id, c->name, c->image_id, c->image, c->state, c->health, c->unit);
}

struct container_list *container_list_free(struct container_list *list) {
        if (!list)
                return NULL;
        for (size_t i = 0; i < list->n; i++)
                engine_container_done(&list->items[i]);
        FREE_ALL(list->items, list);
        return NULL;
}

struct container_origin *container_origin_free(struct container_origin *origin) {
        if (!origin)
                return NULL;
        STRV_FREE_ALL(origin->command, origin->words);
        FREE_ALL(origin->check, origin);
        return NULL;
}

static void engine_call_drop(struct op *op) {
        struct engine_call *call = container_of(op, struct engine_call, op);
        json_stream_free(call->stream);
        image_list_free(call->images);
        image_free(call->image);
        container_list_free(call->containers);
        container_origin_free(call->origin);
        container_inside_free(call->inside);
        strv_free(call->volumes);
        error_free(call->error);
        FREE_ALL(call->failed, call->name, call->other);
}

static void engine_call_end(struct engine_call *call, struct error *e) {
        struct image_list *images = e ? NULL : TAKE(call->images);
        struct image *image = e ? NULL : TAKE(call->image);
        struct container_list *containers = e ? NULL : TAKE(call->containers);
        struct container_origin *origin = e ? NULL : TAKE(call->origin);
        struct container_inside *inside = e ? NULL : TAKE(call->inside);
        char **volumes = e ? NULL : TAKE(call->volumes);
        op_end(&call->op);
        /* An engine lists by the time of creation, or in no order. */
        if (images)
                image_list_sort(images);
        if (call->done.images)
                call->done.images(images, e, call->userdata);
        else if (call->done.image)
                call->done.image(image, e, call->userdata);
        else if (call->done.containers)
                call->done.containers(containers, e, call->userdata);
        else if (call->done.origin)
                call->done.origin(origin, e, call->userdata);
        else if (call->done.inside)
                call->done.inside(inside, e, call->userdata);
        else if (call->done.volumes)
                call->done.volumes(volumes, e, call->userdata);
        else
                call->done.nothing(e, call->userdata);
}

static const char *engine_call_failed(const struct engine_call *call) {
        return call->failed ? call->failed : call->request->failed;
}

static int engine_call_document(struct json_value *o, void *userdata, struct error **reterr) {
        struct engine_call *call = userdata;
        int r = call->request->document(call, o, reterr);
        return call->op.cancelled ? -ECANCELED : r;
}

/* A listener to progress may drop the op: not under the stream. */
static int engine_call_piece(const void *bytes, size_t n, void *userdata, struct error **reterr) {
        struct engine_call *call = userdata;
        op_hold(&call->op);
        int r = json_stream_feed(call->stream, bytes, n, reterr);
        return op_release(&call->op) ? r : -ECANCELED;
}

static int engine_call_read(struct engine_call *call, const struct http_answer *answer,
                            struct error **reterr) {
        _cleanup_json_value_ struct json_value *o = NULL;
        if (call->stream)
                return json_stream_finish(call->stream, reterr);
        if (call->request->body == ENGINE_NOTHING)
                return 0;
        int r = json_parse(answer->body.text, answer->body.length, NULL, &o, NULL, reterr);
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
        if (answer->status == 404 && request->missing)
                return request->missing(call);
        if (answer->status >= 400) {
                engine_explain(&e, answer->status, engine_call_failed(call), answer->body.text,
                               answer->body.length);
                if (request->may_be_absent && e->code == -ENOENT)
                        e = error_free(e);
                return e;
        }
        if (engine_call_read(call, answer, &e) < 0)
                error_wrap(&e, e->code, "%s",
                           request->unreadable ? request->unreadable : engine_call_failed(call));
        /* With status 500 the engine's words decide the hint. */
        if (!e && call->error)
                engine_explain(&e, 500, engine_call_failed(call), call->error->message,
                               strlen(call->error->message));
        return e;
}

static void engine_call_send(struct engine_call *call);

static void engine_call_answered(const struct http_answer *answer, struct error *e, void *userdata) {
        struct engine_call *call = userdata;
        e = call->request->may_fail ? error_free(e) : engine_call_error(call, answer, e);
        if (e || !call->request->next) {
                engine_call_end(call, e);
                return;
        }
        call->request = call->request->next;
        call->stream = json_stream_free(call->stream);
        str_replace(&call->failed, NULL);
        engine_call_send(call);
}

static void engine_call_send(struct engine_call *call) {
        const struct engine_request *request = call->request;
        struct engine *engine = call->engine;
        struct error *e = NULL;
        if (request->podman_only && engine->dialect->kind != ENGINE_PODMAN) {
                error_set(&e, -EOPNOTSUPP, "%s", request->podman_only);
                engine_call_end(call, e);
                return;
        }
        _cleanup_free_ char *rest = request->path ? request->path(call)
                                                  : engine_path(request->before, call->name, request->behind),
                            *path = str_printf("%s%s", engine->prefix, rest);
        unsigned seconds = request->seconds;
        bool streams = request->body == ENGINE_LIST || request->body == ENGINE_LINES;
        if (streams)
                call->stream = json_stream_new(&(struct json_stream_sink){
                        .document = engine_call_document,
                        .userdata = call,
                        .limits = request->limits,
                        .max = request->max,
                        .elements = request->body == ENGINE_LIST,
                        .wanted = request->wanted,
                });
        op_wait(&call->op,
                http_start(engine->http,
                           &(struct http_request){
                                   .socket = engine->about.socket,
                                   .method = request->method,
                                   .path = path,
                                   .body = request->sends ? call->other : NULL,
                                   .seconds = seconds ? engine_seconds(engine, seconds + call->seconds) : 0,
                                   .stall = request->stall,
                                   .piece = streams ? engine_call_piece : NULL,
                                   .done = engine_call_answered,
                                   .userdata = call,
                           }));
}

static void engine_call_found(struct error *e, void *userdata) {
        struct engine_call *call = userdata;
        if (e)
                engine_call_end(call, e);
        else
                engine_call_send(call);
}

struct op *engine_call(struct engine *engine, struct engine_call like) {
        struct engine_call *call = new0(struct engine_call);
        *call = like;
        call->op.drop = engine_call_drop;
        call->engine = engine;
        if (engine->found && !call->request->podman_only) {
                engine_call_send(call);
                return &call->op;
        }
        return op_wait(&call->op, engine_find(engine, engine_call_found, call));
}
