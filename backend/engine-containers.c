/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The containers of an engine: list, remove, logs. */
#include <errno.h>
#include <string.h>

#include "backend/engine-frames.h"
#include "backend/engine-private.h"

#define CONTAINERS_MAX 20000U

/* ---- list ---- */

struct list_call {
        struct engine_call call;        /* first */
        char *filter;                   /* "key=value", or NULL */
        struct json_stream *stream;
        struct container_list *containers;
        size_t room;
        void (*done)(struct container_list *list, struct error *e, void *userdata);
        void *userdata;
};

static void list_free(struct engine_call *call) {
        struct list_call *list = (struct list_call *) call;
        json_stream_free(list->stream);
        container_list_free(list->containers);
        free(list->filter);
        free(list);
}

static void list_fail(struct engine_call *call, struct error *e) {
        struct list_call *list = (struct list_call *) call;
        list->done(NULL, e, list->userdata);
        list_free(call);
}

static int list_container(struct json_object *o, void *userdata, struct error **reterr) {
        struct list_call *list = userdata;
        struct container_list *containers = list->containers;
        if (containers->n == list->room) {
                size_t room = list->room ? list->room * 2 : 16;
                struct container *bigger = reallocarray(containers->items, room, sizeof *bigger);
                if (!bigger)
                        return error_set(reterr, -ENOMEM, "Out of memory");
                containers->items = bigger;
                list->room = room;
        }
        const struct engine_dialect *dialect = list->call.engine->dialect;
        struct container *c = &containers->items[containers->n++];
        *c = (struct container) {};
        return json_read(o, "a container of the list", dialect->container_fields, dialect->n_container_fields, c, reterr);
}

static int list_piece(const void *bytes, size_t n, void *userdata, struct error **reterr) {
        struct list_call *list = userdata;
        return json_stream_feed(list->stream, bytes, n, reterr);
}

static void list_done(const struct http_answer *answer, struct error *e, void *userdata) {
        struct list_call *list = userdata;
        list->call.inner = op_cancel(list->call.inner);
        e = engine_call_error(&list->call, answer, e, "The containers could not be listed");
        if (!e && json_stream_finish(list->stream, &e) < 0)
                error_wrap(&e, e->code, "The engine's list of containers could not be read");
        op_finish(list->call.op);
        if (e) {
                list_fail(&list->call, e);
                return;
        }
        list->done(TAKE(list->containers), NULL, list->userdata);
        list_free(&list->call);
}

static char *list_path(const struct list_call *list) {
        const char *prefix = list->call.engine->prefix;
        if (!list->filter)
                return str_printf("%s/containers/json?all=true", prefix);
        _cleanup_json_ struct json_object *filters = json_object_new_object();
        struct json_object *values = json_object_new_array();
        json_object_array_add(values, json_new_text(list->filter));
        json_object_object_add(filters, "label", values);
        _cleanup_free_ char *escaped = http_escape(json_object_to_json_string_ext(filters, JSON_C_TO_STRING_PLAIN));
        return escaped ? str_printf("%s/containers/json?all=true&filters=%s", prefix, escaped) : NULL;
}

static bool list_begin(struct engine_call *call) {
        struct list_call *list = (struct list_call *) call;
        const struct json_stream_sink sink = { .document = list_container, .userdata = list, .max = CONTAINERS_MAX, .elements = true };
        list->stream = json_stream_new(&sink);
        list->containers = calloc(1, sizeof *list->containers);
        return list->stream && list->containers &&
               engine_call_request(call, "GET", list_path(list), (struct http_request) { .seconds = 30, .piece = list_piece, .done = list_done });
}

struct op *engine_list_containers(struct engine *engine, const char *label,
                                  void (*done)(struct container_list *list, struct error *e, void *userdata), void *userdata) {
        struct list_call *list = calloc(1, sizeof *list);
        if (!list)
                return NULL;
        *list = (struct list_call) {
                .call = { .engine = engine, .begin = list_begin, .fail = list_fail, .free = list_free },
                .filter = label ? strdup(label) : NULL,
                .done = done,
                .userdata = userdata,
        };
        if (label && !list->filter) {
                free(list);
                return NULL;
        }
        return engine_call_start(&list->call);
}

/* ---- remove ---- */

struct remove_call {
        struct engine_call call;        /* first */
        char *name;                     /* escaped */
        unsigned seconds;
        void (*done)(struct error *e, void *userdata);
        void *userdata;
};

static void remove_free(struct engine_call *call) {
        struct remove_call *c = (struct remove_call *) call;
        free(c->name);
        free(c);
}

static void remove_fail(struct engine_call *call, struct error *e) {
        struct remove_call *c = (struct remove_call *) call;
        c->done(e, c->userdata);
        remove_free(call);
}

static void removed(const struct http_answer *answer, struct error *e, void *userdata) {
        struct remove_call *c = userdata;
        c->call.inner = op_cancel(c->call.inner);
        e = engine_call_error(&c->call, answer, e, "The container could not be removed");
        if (e && e->code == -ENOENT && answer)
                e = error_free(e);      /* gone already: --rm */
        op_finish(c->call.op);
        remove_fail(&c->call, e);
}

/* A container that does not stop is removed by force; one that is not there needs neither. */
static void stopped(const struct http_answer *answer, struct error *e, void *userdata) {
        struct remove_call *c = userdata;
        c->call.inner = op_cancel(c->call.inner);
        error_free(e);
        if (!engine_call_request(&c->call, "DELETE", str_printf("%s/containers/%s?force=true&v=true", c->call.engine->prefix, c->name),
                                 (struct http_request) { .seconds = 60, .done = removed })) {
                struct error *memory = NULL;
                error_set(&memory, -ENOMEM, "Out of memory");
                op_finish(c->call.op);
                remove_fail(&c->call, memory);
        }
}

static bool remove_begin(struct engine_call *call) {
        struct remove_call *c = (struct remove_call *) call;
        return engine_call_request(call, "POST", str_printf("%s/containers/%s/stop?%s=%u", call->engine->prefix, c->name,
                                                            call->engine->dialect->stop_seconds, c->seconds),
                                   (struct http_request) { .seconds = c->seconds + 15, .done = stopped });
}

struct op *engine_remove_container(struct engine *engine, const char *name, unsigned seconds,
                                   void (*done)(struct error *e, void *userdata), void *userdata) {
        struct remove_call *c = calloc(1, sizeof *c);
        if (!c)
                return NULL;
        *c = (struct remove_call) {
                .call = { .engine = engine, .begin = remove_begin, .fail = remove_fail, .free = remove_free },
                .name = http_escape(name),
                .seconds = seconds,
                .done = done,
                .userdata = userdata,
        };
        if (!c->name) {
                free(c);
                return NULL;
        }
        return engine_call_start(&c->call);
}

/* ---- logs ---- */

struct logs_call {
        struct engine_call call;        /* first */
        char *name;                     /* escaped */
        unsigned tail;
        bool follow;
        struct engine_frames *frames;
        void (*line)(const char *bytes, size_t n, bool is_stderr, void *userdata);
        void (*ended)(struct error *e, void *userdata);
        void *userdata;
};

static void logs_free(struct engine_call *call) {
        struct logs_call *c = (struct logs_call *) call;
        engine_frames_free(c->frames);
        free(c->name);
        free(c);
}

static void logs_fail(struct engine_call *call, struct error *e) {
        struct logs_call *c = (struct logs_call *) call;
        c->ended(e, c->userdata);
        logs_free(call);
}

static void logs_line(const char *bytes, size_t n, bool is_stderr, void *userdata) {
        struct logs_call *c = userdata;
        if (!c->call.dropped)
                c->line(bytes, n, is_stderr, c->userdata);
}

static int logs_piece(const void *bytes, size_t n, void *userdata, struct error **reterr) {
        struct logs_call *c = userdata;
        engine_call_busy(&c->call);
        int r = engine_frames_feed(c->frames, bytes, n, reterr);
        return engine_call_idle(&c->call) ? r : -ECANCELED;
}

static void logs_done(const struct http_answer *answer, struct error *e, void *userdata) {
        struct logs_call *c = userdata;
        c->call.inner = op_cancel(c->call.inner);
        e = engine_call_error(&c->call, answer, e, "The container's log could not be read");
        bool clean = !e;
        engine_call_busy(&c->call);
        if (engine_frames_finish(c->frames, clean ? &e : NULL) < 0 && clean)
                error_wrap(&e, e->code, "The container's log could not be read");
        if (!engine_call_idle(&c->call)) {
                error_free(e);
                return;
        }
        op_finish(c->call.op);
        logs_fail(&c->call, e);
}

static bool logs_begin(struct engine_call *call) {
        struct logs_call *c = (struct logs_call *) call;
        c->frames = engine_frames_new(logs_line, c);
        if (!c->frames)
                return false;
        char *path = str_printf("%s/containers/%s/logs?stdout=true&stderr=true&tail=%u%s", call->engine->prefix, c->name, c->tail,
                                c->follow ? "&follow=true" : "");
        return engine_call_request(call, "GET", path,
                                   (struct http_request) { .seconds = c->follow ? 0 : 60, .piece = logs_piece, .done = logs_done });
}

struct op *engine_follow_logs(struct engine *engine, const char *container, unsigned tail, bool follow,
                              void (*line)(const char *bytes, size_t n, bool is_stderr, void *userdata),
                              void (*ended)(struct error *e, void *userdata), void *userdata) {
        struct logs_call *c = calloc(1, sizeof *c);
        if (!c)
                return NULL;
        *c = (struct logs_call) {
                .call = { .engine = engine, .begin = logs_begin, .fail = logs_fail, .free = logs_free },
                .name = http_escape(container),
                .tail = tail,
                .follow = follow,
                .line = line,
                .ended = ended,
                .userdata = userdata,
        };
        if (!c->name) {
                free(c);
                return NULL;
        }
        return engine_call_start(&c->call);
}
