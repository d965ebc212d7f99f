/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/engine/internal.h"

#define CONTAINERS_MAX 20000U

void container_done(struct container *c) {
        free(c->id);
        free(c->name);
        free(c->image);
        free(c->image_id);
        free(c->state);
        free(c->health);
        for (size_t i = 0; i < c->n_labels; i++) {
                free(c->labels[i].key);
                free(c->labels[i].value);
        }
        free(c->labels);
}

struct container_list *container_list_free(struct container_list *list) {
        if (!list)
                return NULL;
        for (size_t i = 0; i < list->n; i++)
                container_done(&list->items[i]);
        free(list->items);
        free(list);
        return NULL;
}

struct container_origin *container_origin_free(struct container_origin *origin) {
        if (!origin)
                return NULL;
        strv_free(origin->command);
        strv_free(origin->words);
        free(origin);
        return NULL;
}

static char *engine_containers_list_path(const struct engine_call *call, struct error **reterr) {
        const char *path = call->engine->dialect->containers;
        return str_printf("%s%s", path, call->other ? call->other : "");
}

static int engine_containers_element(struct engine_call *call, struct json_object *o, struct error **reterr) {
        const struct engine_dialect *dialect = call->engine->dialect;
        struct container_list *list = call->result;
        room_for_one((void **) &list->items, list->n, sizeof *list->items);
        struct container *c = &list->items[list->n++];
        *c = (struct container) {};
        return json_read(o, "a container of the list", dialect->container_fields, dialect->n_container_fields,
                         c, reterr);
}

static void engine_containers_drop_list(void *list) {
        container_list_free(list);
}

typedef void list_done_t(struct container_list *list, struct error *e, void *userdata);

static void engine_containers_hand_list(void (*done)(void), void *list, struct error *e, void *userdata) {
        ((list_done_t *) done)(list, e, userdata);
}

static const struct engine_request containers_request = {
        .method = "GET",
        .failed = "The containers could not be listed",
        .unreadable = "The engine's list of containers could not be read",
        .seconds = 30,
        .body = ENGINE_LIST,
        .max = CONTAINERS_MAX,
        .path = engine_containers_list_path,
        .document = engine_containers_element,
        .drop = engine_containers_drop_list,
        .hand = engine_containers_hand_list,
};

static char *engine_containers_filter(const char *label) {
        _cleanup_json_ struct json_object *filters = json_object_new_object();
        struct json_object *values = json_object_new_array();
        json_object_array_add(values, json_new_text(label));
        json_object_object_add(filters, "label", values);
        _cleanup_free_ char *escaped =
                http_escape(json_object_to_json_string_ext(filters, JSON_C_TO_STRING_PLAIN));
        return str_printf("&filters=%s", escaped);
}

struct op *engine_list_containers(struct engine *engine, const char *label,
                                  void (*done)(struct container_list *list, struct error *e, void *userdata),
                                  void *userdata) {
        return engine_call(engine, (struct engine_call) {
                .request = &containers_request,
                .other = label ? engine_containers_filter(label) : NULL,
                .result = new0(struct container_list),
                .done = (void (*)(void)) done,
                .userdata = userdata,
        });
}

static const struct json_field origin_fields[] = {
        { .path = "Config.CreateCommand", .kind = JSON_TEXTS,
          .offset = offsetof(struct container_origin, command) },
        { .path = "Config.Cmd", .kind = JSON_TEXTS, .offset = offsetof(struct container_origin, words) },
};

static char *engine_containers_inspect_path(const struct engine_call *call, struct error **reterr) {
        return engine_path("/containers/", call->name, "/json");
}

static int engine_containers_inspected(struct engine_call *call, struct json_object *o,
                                       struct error **reterr) {
        call->result = new0(struct container_origin);
        return json_read(o, "the container", origin_fields, ELEMENTS(origin_fields), call->result, reterr);
}

static void engine_containers_drop_origin(void *origin) {
        container_origin_free(origin);
}

typedef void origin_done_t(struct container_origin *origin, struct error *e, void *userdata);

static void engine_containers_hand_origin(void (*done)(void), void *origin, struct error *e,
                                          void *userdata) {
        ((origin_done_t *) done)(origin, e, userdata);
}

static const struct engine_request origin_request = {
        .method = "GET",
        .failed = "The container could not be inspected",
        .unreadable = "The engine's answer about the container could not be read",
        .seconds = 15,
        .body = ENGINE_OBJECT,
        .path = engine_containers_inspect_path,
        .document = engine_containers_inspected,
        .drop = engine_containers_drop_origin,
        .hand = engine_containers_hand_origin,
};

struct op *engine_find_origin(struct engine *engine, const char *container,
                              void (*done)(struct container_origin *origin, struct error *e, void *userdata),
                              void *userdata) {
        return engine_call(engine, (struct engine_call) { .request = &origin_request,
                                                          .name = xstrdup(container),
                                                          .done = (void (*)(void)) done,
                                                          .userdata = userdata });
}

static char *engine_containers_stop_path(const struct engine_call *call, struct error **reterr) {
        _cleanup_free_ char *query = str_printf("/stop?%s=%u", call->engine->dialect->stop_seconds,
                                                call->seconds);
        return engine_path("/containers/", call->name, query);
}

static char *engine_containers_remove_path(const struct engine_call *call, struct error **reterr) {
        return engine_path("/containers/", call->name, "?force=true&v=true");
}

/* It may be gone already: --rm. */
static const struct engine_request remove_request = {
        .method = "DELETE",
        .failed = "The container could not be removed",
        .seconds = 60,
        .may_be_absent = true,
        .path = engine_containers_remove_path,
        .hand = engine_hand_end,
};

/* A container that does not stop is removed by force; a missing one is not an error. */
static const struct engine_request stop_request = {
        .method = "POST",
        .seconds = 15,
        .may_fail = true,
        .path = engine_containers_stop_path,
        .hand = engine_hand_end,
        .next = &remove_request,
};

struct op *engine_remove_container(struct engine *engine, const char *name, unsigned seconds,
                                   engine_end_t *done, void *userdata) {
        return engine_call(engine, (struct engine_call) { .request = &stop_request,
                                                          .name = xstrdup(name),
                                                          .seconds = seconds,
                                                          .done = (void (*)(void)) done,
                                                          .userdata = userdata });
}
