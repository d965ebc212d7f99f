/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/engine/internal.h"
#include "model/plan/unit-text.h"

#define CONTAINERS_MAX 20000U
#define CHECKS_MAX 64U

/* ---- the list ---- */

/* Podman: ["k1"], Docker: ["/k1"]. */
static int containers_read_name(struct json_value *value, const char *where, void *member,
                                struct error **reterr) {
        const char *text = json_is(value, SHAPE_LIST) ? json_text(json_entry(value, 0)) : json_text(value);
        if (text)
                str_replace(member, text[0] == '/' ? text + 1 : text);
        return 0;
}

/* Docker: "Up 2 minutes (health: starting)"; Podman: the bare word, or "" without a check. */
static int containers_read_health(struct json_value *value, const char *where, void *member,
                                  struct error **reterr) {
        static const char *const words[] = { "unhealthy", "healthy", "starting" };
        const char *text = json_text(value), *paren = text ? strrchr(text, '(') : NULL;
        for (size_t i = 0; text && i < ELEMENTS(words); i++)
                if (paren ? strstr(paren, words[i]) != NULL : str_equal(text, words[i])) {
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

/* Buildah's containers are in the same storage, and whole. */
static int containers_element_or_wreck(struct engine_call *call, struct json_value *o,
                                       struct error **reterr) {
        struct json_value *command = json_member(o, "Command");
        const char *word = json_is(command, SHAPE_LIST) ? json_text(json_entry(command, 0)) : NULL;
        return str_equal(word, "buildah") ? 0 : containers_element(call, o, reterr);
}

static char *containers_wrecks_path(const struct engine_call *call) {
        bool podman = call->engine->dialect->kind == ENGINE_PODMAN;
        return xstrdup(podman ? "/containers/json?all=true&external=true" : "/containers/json?all=true");
}

static const struct engine_request wrecks_request = {
        .method = "GET",
        .path = containers_wrecks_path,
        .failed = "The containers could not be listed",
        .unreadable = "The engine's list of containers could not be read",
        .seconds = 30,
        .body = ENGINE_LIST,
        .max = CONTAINERS_MAX,
        .document = containers_element_or_wreck,
};

static struct op *containers_list(struct engine *engine, const struct engine_request *request,
                                  containers_done_t done, void *userdata) {
        return engine_call(engine, (struct engine_call){ .request = request,
                                                         .containers = new0(struct container_list),
                                                         .done.containers = done,
                                                         .userdata = userdata });
}

struct op *engine_list_containers(struct engine *engine, containers_done_t done, void *userdata) {
        return containers_list(engine, &containers_request, done, userdata);
}

struct op *engine_list_containers_and_wrecks(struct engine *engine, containers_done_t done, void *userdata) {
        return containers_list(engine, &wrecks_request, done, userdata);
}

/* ---- one of them ---- */

/* The newest is the last; Podman keeps five. */
static int containers_read_check(struct json_value *value, const char *where, void *member,
                                 struct error **reterr) {
        const char *text = NULL;
        for (size_t i = 0; i < CHECKS_MAX; i++) {
                struct json_value *check = json_is(value, SHAPE_LIST) ? json_entry(value, i) : NULL;
                const char *output =
                        json_is(check, SHAPE_OBJECT) ? json_text(json_member(check, "Output")) : NULL;
                if (!str_empty(output))
                        text = output;
        }
        str_replace(member, text);
        return 0;
}

static const struct json_field origin_fields[] = {
        { .path = "Config.CreateCommand",
          .kind = JSON_TEXTS,
          .offset = offsetof(struct container_origin, command) },
        { .path = "State.Health.Log",
          .kind = JSON_CALL,
          .offset = offsetof(struct container_origin, check),
          .call = containers_read_check },
        { .path = "Config.Cmd", .kind = JSON_TEXTS, .offset = offsetof(struct container_origin, words) },
};

static int containers_inspected(struct engine_call *call, struct json_value *o, struct error **reterr) {
        call->origin = new0(struct container_origin);
        return json_read(o, "the container", origin_fields, ELEMENTS(origin_fields), call->origin, reterr);
}

#define INSPECT(read)                                                                          \
        {                                                                                      \
                .method = "GET", .before = "/containers/", .behind = "/json", .seconds = 15,   \
                .failed = "The container could not be inspected",                              \
                .unreadable = "The engine's answer about the container could not be read",     \
                .body = ENGINE_OBJECT, .document = read                                        \
        }
static const struct engine_request origin_request = INSPECT(containers_inspected);

struct op *engine_find_origin(struct engine *engine, const char *container, origin_done_t done,
                              void *userdata) {
        return engine_call(engine, (struct engine_call){ .request = &origin_request,
                                                         .name = xstrdup(container),
                                                         .done.origin = done,
                                                         .userdata = userdata });
}

/* ---- what it is made of ---- */

#define MOUNTS_MAX 256U
#define PORTS_MAX 256U

static int containers_read_mounts(struct json_value *value, const char *where, void *member,
                                  struct error **reterr) {
        static const struct json_field fields[] = {
                { .path = "Type", .kind = JSON_TEXT, .offset = offsetof(struct container_mount, type) },
                { .path = "Source", .kind = JSON_TEXT, .offset = offsetof(struct container_mount, source) },
                { .path = "Destination",
                  .kind = JSON_TEXT,
                  .offset = offsetof(struct container_mount, target) },
                { .path = "RW", .kind = JSON_BOOL, .offset = offsetof(struct container_mount, writable) },
        };
        struct container_inside *c = member;
        for (struct json_value *o = value->first; o && c->n_mounts < MOUNTS_MAX; o = o->next) {
                room_for_one((void **) &c->mounts, c->n_mounts, sizeof *c->mounts);
                struct container_mount *mount = &c->mounts[c->n_mounts++];
                *mount = (struct container_mount){};
                int r = json_read(o, where, fields, ELEMENTS(fields), mount, reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* {"80/tcp": [{"HostIp": "", "HostPort": "8080"}], "443/tcp": null} */
static int containers_read_ports(struct json_value *value, const char *where, void *member,
                                 struct error **reterr) {
        struct container_inside *c = member;
        for (struct json_value *port = value->first; port && strv_length(c->ports) < PORTS_MAX;
             port = port->next) {
                struct json_value *at = json_is(port, SHAPE_LIST) ? json_entry(port, 0) : NULL;
                const char *address = at ? json_text(json_member(at, "HostIp")) : NULL;
                const char *number = at ? json_text(json_member(at, "HostPort")) : NULL;
                if (number)
                        strv_addf(&c->ports, "%s%s%s -> %s", str_empty(address) ? "" : address,
                                  str_empty(address) ? "" : ":", number, port->name);
                else
                        strv_addf(&c->ports, "%s, not published", port->name);
        }
        return 0;
}

static const struct json_field inside_fields[] = {
#define F(where, what, member) \
        { .path = where, .kind = what, .offset = offsetof(struct container_inside, member) }
        F("Name", JSON_TEXT, name),
        F("ImageName", JSON_TEXT, image), /* Podman */
        F("Image", JSON_TEXT, image_id),
        F("State.Status", JSON_TEXT, status),
        F("State.Health.Status", JSON_TEXT, health),
        F("State.Pid", JSON_UINT32, pid),
        F("State.StartedAt", JSON_TIME, started),
        F("HostConfig.NetworkMode", JSON_TEXT, network),
        F("HostConfig.Privileged", JSON_BOOL, privileged),
        F("Path", JSON_TEXT, path),
        F("Args", JSON_TEXTS, arguments),
        { .path = "Mounts", .kind = JSON_CALL, .call = containers_read_mounts },
        { .path = "NetworkSettings.Ports", .kind = JSON_CALL, .call = containers_read_ports },
#undef F
};

static int containers_looked_inside(struct engine_call *call, struct json_value *o, struct error **reterr) {
        struct container_inside *c = call->inside = new0(struct container_inside);
        int r = json_read(o, "the container", inside_fields, ELEMENTS(inside_fields), c, reterr);
        if (r < 0)
                return r;
        struct json_value *config = json_member(o, "Config");
        if (!c->image)
                str_replace(&c->image, config ? json_text(json_member(config, "Image")) : NULL);
        if (c->name && c->name[0] == '/') /* Docker */
                memmove(c->name, c->name + 1, strlen(c->name));
        if (str_empty(c->health))
                str_replace(&c->health, NULL);
        return 0;
}

static const struct engine_request inside_request = INSPECT(containers_looked_inside);

struct op *engine_look_inside(struct engine *engine, const char *container, container_inside_done_t done,
                              void *userdata) {
        return engine_call(engine, (struct engine_call){ .request = &inside_request,
                                                         .name = xstrdup(container),
                                                         .done.inside = done,
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
