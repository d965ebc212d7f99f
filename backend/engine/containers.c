/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The containers of an engine: list, inspect, remove. */
#include <errno.h>
#include <string.h>

#include "backend/engine/internal.h"
#include "base/array.h"

#define CONTAINERS_MAX 20000U

/* ---- list ---- */

static const char *engine_containers_list_path(const struct engine_dialect *dialect) {
        return dialect->containers;
}

static void *engine_containers_list_make(void) {
        return calloc(1, sizeof(struct container_list));
}

static void engine_containers_list_drop(void *list) {
        container_list_free(list);
}

static int engine_containers_list_element(const struct engine_dialect *dialect, struct json_object *o,
                                          void *userdata, struct error **reterr) {
        struct container_list *list = userdata;
        if (!room_for_one((void **) &list->items, list->n, sizeof *list->items))
                return error_set(reterr, -ENOMEM, "Out of memory");
        struct container *c = &list->items[list->n++];
        *c = (struct container) {};
        return json_read(o, "a container of the list", dialect->container_fields, dialect->n_container_fields,
                         c, reterr);
}

typedef void list_done_t(struct container_list *list, struct error *e, void *userdata);

static void engine_containers_list_hand(void (*done)(void), void *list, struct error *e, void *userdata) {
        ((list_done_t *) done)(list, e, userdata);
}

static const struct engine_list_kind containers_kind = {
        .failed = "The containers could not be listed",
        .unreadable = "The engine's list of containers could not be read",
        .seconds = 30,
        .max = CONTAINERS_MAX,
        .path = engine_containers_list_path,
        .make = engine_containers_list_make,
        .drop = engine_containers_list_drop,
        .element = engine_containers_list_element,
        .hand = engine_containers_list_hand,
};

static char *label_filter(const char *label) {
        _cleanup_json_ struct json_object *filters = json_object_new_object();
        struct json_object *values = json_object_new_array();
        json_object_array_add(values, json_new_text(label));
        json_object_object_add(filters, "label", values);
        _cleanup_free_ char *escaped =
                http_escape(json_object_to_json_string_ext(filters, JSON_C_TO_STRING_PLAIN));
        return escaped ? str_printf("&filters=%s", escaped) : NULL;
}

struct op *engine_list_containers(struct engine *engine, const char *label,
                                  void (*done)(struct container_list *list, struct error *e, void *userdata),
                                  void *userdata) {
        _cleanup_free_ char *filter = label ? label_filter(label) : NULL;
        if (label && !filter)
                return NULL;
        return engine_list(engine, &containers_kind, filter, (void (*)(void)) done, userdata);
}

/* ---- look at one ---- */

static const struct json_field origin_fields[] = {
        { .path = "Config.CreateCommand", .kind = JSON_TEXTS,
          .offset = offsetof(struct container_origin, command) },
        { .path = "Config.Cmd", .kind = JSON_TEXTS, .offset = offsetof(struct container_origin, words) },
};

struct origin_call {
        struct engine_call call;        /* first */
        char *name;                     /* escaped */
        void (*done)(struct container_origin *origin, struct error *e, void *userdata);
        void *userdata;
};

struct container_origin *container_origin_free(struct container_origin *origin) {
        if (!origin)
                return NULL;
        strv_free(origin->command);
        strv_free(origin->words);
        free(origin);
        return NULL;
}

static void origin_free(struct engine_call *call) {
        struct origin_call *c = (struct origin_call *) call;
        free(c->name);
        free(c);
}

static void origin_fail(struct engine_call *call, struct error *e) {
        struct origin_call *c = (struct origin_call *) call;
        c->done(NULL, e, c->userdata);
        origin_free(call);
}

static void origin_looked(const struct http_answer *answer, struct error *e, void *userdata) {
        static const char what[] = "The container could not be looked at";
        struct origin_call *c = userdata;
        c->call.inner = op_cancel(c->call.inner);
        e = engine_call_error(&c->call, answer, e, what);
        _cleanup_(container_origin_freep) struct container_origin *origin =
                e ? NULL : calloc(1, sizeof *origin);
        if (origin) {
                size_t n;
                const char *body = http_body(answer, &n);
                _cleanup_json_ struct json_object *o = NULL;
                if (json_parse(body, n, NULL, &o, NULL, &e) < 0 ||
                    json_read(o, "the container", origin_fields, ELEMENTS(origin_fields), origin, &e) < 0) {
                        error_wrap(&e, e ? e->code : -EBADMSG, "The engine's answer about a container could "
                                                               "not be read");
                        origin = container_origin_free(origin);
                }
        } else if (!e)
                error_set(&e, -ENOMEM, "Out of memory");
        op_finish(c->call.op);
        c->done(TAKE(origin), e, c->userdata);
        origin_free(&c->call);
}

static bool origin_begin(struct engine_call *call) {
        struct origin_call *c = (struct origin_call *) call;
        return engine_call_request(call, "GET",
                                   str_printf("%s/containers/%s/json", call->engine->prefix, c->name),
                                   (struct http_request) { .seconds = 15, .done = origin_looked });
}

struct op *engine_look_at_origin(struct engine *engine, const char *container,
                                 void (*done)(struct container_origin *origin, struct error *e,
                                              void *userdata),
                                 void *userdata) {
        struct origin_call *c = calloc(1, sizeof *c);
        if (!c)
                return NULL;
        *c = (struct origin_call) {
                .call = { .engine = engine, .begin = origin_begin, .fail = origin_fail, .free = origin_free },
                .name = http_escape(container),
                .done = done,
                .userdata = userdata,
        };
        if (!c->name) {
                free(c);
                return NULL;
        }
        return engine_call_start(&c->call);
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

static void engine_containers_removed(const struct http_answer *answer, struct error *e, void *userdata) {
        struct remove_call *c = userdata;
        c->call.inner = op_cancel(c->call.inner);
        e = engine_call_error(&c->call, answer, e, "The container could not be removed");
        if (e && e->code == -ENOENT && answer)
                e = error_free(e);      /* gone already: --rm */
        op_finish(c->call.op);
        remove_fail(&c->call, e);
}

/* A container that does not stop is removed by force; one that is not there needs neither. */
static void engine_containers_stopped(const struct http_answer *answer, struct error *e, void *userdata) {
        struct remove_call *c = userdata;
        c->call.inner = op_cancel(c->call.inner);
        error_free(e);
        if (!engine_call_request(
                    &c->call, "DELETE",
                    str_printf("%s/containers/%s?force=true&v=true", c->call.engine->prefix, c->name),
                    (struct http_request) { .seconds = 60, .done = engine_containers_removed })) {
                struct error *memory = NULL;
                error_set(&memory, -ENOMEM, "Out of memory");
                op_finish(c->call.op);
                remove_fail(&c->call, memory);
        }
}

static bool remove_begin(struct engine_call *call) {
        struct remove_call *c = (struct remove_call *) call;
        return engine_call_request(
                call, "POST",
                str_printf("%s/containers/%s/stop?%s=%u", call->engine->prefix, c->name,
                           call->engine->dialect->stop_seconds, c->seconds),
                (struct http_request) { .seconds = c->seconds + 15, .done = engine_containers_stopped });
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
