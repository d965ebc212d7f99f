/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/engine/internal.h"
#include "model/plan/unit-text.h"

#define CONTAINERS_MAX 20000U

/* ---- the list ---- */

/* Podman: ["k1"], Docker: ["/k1"]. */
static int containers_read_name(struct json_value *value, const char *where, void *member,
                                struct error **reterr) {
        const char *text = json_is(value, SHAPE_LIST) ? json_text(json_entry(value, 0)) : json_text(value);
        if (text)
                str_replace(member, text[0] == '/' ? text + 1 : text);
        return 0;
}

/* Of "Up 2 minutes (healthy)". */
static int containers_read_health(struct json_value *value, const char *where, void *member,
                                  struct error **reterr) {
        static const char *const words[] = { "unhealthy", "healthy", "starting" };
        const char *text = json_text(value), *paren = text ? strrchr(text, '(') : NULL;
        for (size_t i = 0; paren && i < ELEMENTS(words); i++)
                if (strstr(paren, words[i])) {
                        str_replace(member, words[i]);
                        return 0;
                }
        return 0;
}

/* Podman's note of the unit that called it; an image may carry any text there. */
static int containers_read_unit(struct json_value *value, const char *where, void *member,
                                struct error **reterr) {
        const char *text = json_text(value);
        if (text && unit_name_valid(text))
                str_replace(member, text);
        return 0;
}

static const struct json_field container_fields[] = {
        { .path = "Id",
          .kind = JSON_TEXT,
          .offset = offsetof(struct container, id),
          .required = true,
          .max = 128 },
        { .path = "Names",
          .kind = JSON_CALL,
          .offset = offsetof(struct container, name),
          .call = containers_read_name },
        { .path = "ImageID", .kind = JSON_TEXT, .offset = offsetof(struct container, image_id), .max = 128 },
        { .path = "Image", .kind = JSON_TEXT, .offset = offsetof(struct container, image), .max = 512 },
        { .path = "State", .kind = JSON_TEXT, .offset = offsetof(struct container, state), .max = 64 },
        { .path = "Status",
          .kind = JSON_CALL,
          .offset = offsetof(struct container, health),
          .call = containers_read_health },
        { .path = "Labels.PODMAN_SYSTEMD_UNIT",
          .kind = JSON_CALL,
          .offset = offsetof(struct container, unit),
          .call = containers_read_unit },
};

int engine_container_read(struct json_value *o, const char *where, struct container *ret,
                          struct error **reterr) {
        return json_read(o, where, container_fields, ELEMENTS(container_fields), ret, reterr);
}

static int containers_element(struct engine_call *call, struct json_value *o, struct error **reterr) {
        struct container_list *list = call->containers;
        room_for_one((void **) &list->items, list->n, sizeof *list->items);
        list->items[list->n] = (struct container){};
        return engine_container_read(o, "a container of the list", &list->items[list->n++], reterr);
}

static const struct engine_request containers_request = {
        .method = "GET",
        .before = "/containers/json?all=true",
        .failed = "The containers could not be listed",
        .unreadable = "The engine's list of containers could not be read",
        .seconds = 30,
        .body = ENGINE_LIST,
        .max = CONTAINERS_MAX,
        .document = containers_element,
};

struct op *engine_list_containers(struct engine *engine, containers_done_t done, void *userdata) {
        return engine_call(engine, (struct engine_call){ .request = &containers_request,
                                                         .containers = new0(struct container_list),
                                                         .done.containers = done,
                                                         .userdata = userdata });
}

/* ---- one of them ---- */

static const struct json_field origin_fields[] = {
        { .path = "Config.CreateCommand",
          .kind = JSON_TEXTS,
          .offset = offsetof(struct container_origin, command) },
        { .path = "Config.Cmd", .kind = JSON_TEXTS, .offset = offsetof(struct container_origin, words) },
};

static int containers_inspected(struct engine_call *call, struct json_value *o, struct error **reterr) {
        call->origin = new0(struct container_origin);
        return json_read(o, "the container", origin_fields, ELEMENTS(origin_fields), call->origin, reterr);
}

static const struct engine_request origin_request = {
        .method = "GET",
        .before = "/containers/",
        .behind = "/json",
        .failed = "The container could not be inspected",
        .unreadable = "The engine's answer about the container could not be read",
        .seconds = 15,
        .body = ENGINE_OBJECT,
        .document = containers_inspected,
};

struct op *engine_find_origin(struct engine *engine, const char *container, origin_done_t done,
                              void *userdata) {
        return engine_call(engine, (struct engine_call){ .request = &origin_request,
                                                         .name = xstrdup(container),
                                                         .done.origin = done,
                                                         .userdata = userdata });
}

/* It may be gone already: --rm. */
static const struct engine_request remove_request = {
        .method = "DELETE",
        .before = "/containers/",
        .behind = "?force=true&v=true",
        .failed = "The container could not be removed",
        .seconds = 60,
        .may_be_absent = true,
};

static char *containers_stop_path(const struct engine_call *call) {
        _cleanup_free_ char *query =
                str_printf("/stop?%s=%u", call->engine->dialect->stop_seconds, call->seconds);
        return engine_path("/containers/", call->name, query);
}

/* A container that does not stop is removed by force; a missing one is not an error. */
static const struct engine_request stop_request = {
        .method = "POST",
        .seconds = 15,
        .may_fail = true,
        .path = containers_stop_path,
        .next = &remove_request,
};

struct op *engine_remove_container(struct engine *engine, const char *name, unsigned seconds,
                                   nothing_done_t done, void *userdata) {
        return engine_call(engine, (struct engine_call){ .request = &stop_request,
                                                         .name = xstrdup(name),
                                                         .seconds = seconds,
                                                         .done.nothing = done,
                                                         .userdata = userdata });
}

/* ---- aside, and back ---- */

static struct op *containers_do(struct engine *engine, const struct engine_request *request, const char *id,
                                const char *other, nothing_done_t done, void *userdata) {
        return engine_call(engine, (struct engine_call){ .request = request,
                                                         .name = xstrdup(id),
                                                         .other = xstrdup(other),
                                                         .done.nothing = done,
                                                         .userdata = userdata });
}

/* Status 304: it does not run. */
static const struct engine_request halt_request = {
        .method = "POST",
        .before = "/containers/",
        .behind = "/stop",
        .failed = "The container could not be stopped",
        .seconds = 120,
};

struct op *engine_stop_container(struct engine *engine, const char *id, nothing_done_t done, void *userdata) {
        return containers_do(engine, &halt_request, id, NULL, done, userdata);
}

static const struct engine_request start_request = {
        .method = "POST",
        .before = "/containers/",
        .behind = "/start",
        .failed = "The container could not be started",
        .seconds = 60,
};

struct op *engine_start_container(struct engine *engine, const char *id, nothing_done_t done,
                                  void *userdata) {
        return containers_do(engine, &start_request, id, NULL, done, userdata);
}

static char *containers_rename_path(const struct engine_call *call) {
        _cleanup_free_ char *path = engine_path("/containers/", call->name, "/rename?name=");
        return engine_path(path, call->other, NULL);
}

static const struct engine_request rename_request = {
        .method = "POST",
        .failed = "The container could not be renamed",
        .seconds = 15,
        .path = containers_rename_path,
};

struct op *engine_rename_container(struct engine *engine, const char *id, const char *name,
                                   nothing_done_t done, void *userdata) {
        return containers_do(engine, &rename_request, id, name, done, userdata);
}
