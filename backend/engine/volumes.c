/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Named volumes. */

#include "backend/engine/internal.h"

#define SERVICE_LABEL "io.fairlead.service"

/* Podman: /volumes/NAME/json, Docker: /volumes/NAME. */
static char *volumes_path(const struct engine_call *call) {
        return engine_path("/volumes/", call->name, call->engine->dialect->volume_behind);
}

static const struct engine_request find_request = {
        .method = "GET",
        .failed = "The volume could not be inspected",
        .seconds = 15,
        .path = volumes_path,
};

struct op *engine_find_volume(struct engine *engine, const char *name, nothing_done_t done, void *userdata) {
        return engine_call(engine, (struct engine_call){ .request = &find_request,
                                                         .name = xstrdup(name),
                                                         .done.nothing = done,
                                                         .userdata = userdata });
}

static const struct engine_request create_request = {
        .method = "POST",
        .before = "/volumes/create",
        .failed = "The volume could not be created",
        .seconds = 30,
        .sends = true,
};

/* Podman takes the labels as "Label" (4.3) or "Labels", Docker as "Labels". */
struct op *engine_create_volume(struct engine *engine, const char *name, const char *service,
                                nothing_done_t done, void *userdata) {
        struct json_object *o = json_object_new_object();
        json_object_object_add(o, "Name", json_new_text(name));
        for (unsigned i = 0; i < 2; i++) {
                struct json_object *labels = json_object_new_object();
                json_object_object_add(labels, SERVICE_LABEL, json_new_text(service));
                json_object_object_add(o, i ? "Labels" : "Label", labels);
        }
        return engine_call(engine, (struct engine_call){ .request = &create_request,
                                                         .other = json_write_take(o),
                                                         .done.nothing = done,
                                                         .userdata = userdata });
}

/* ---- those that were made for services ---- */

/* Podman: /volumes/json, Docker: /volumes. */
static char *volumes_list_path(const struct engine_call *call) {
        static const char filter[] = "?filters=%7B%22label%22%3A%5B%22" SERVICE_LABEL "%22%5D%7D";
        return str_printf("/volumes%s%s", call->engine->dialect->volume_behind, filter);
}

/* Podman: a list; Docker: {"Volumes": list or null}. */
static int volumes_listed(struct engine_call *call, struct json_value *o, struct error **reterr) {
        struct json_value *list = json_is(o, SHAPE_LIST) ? o : json_member(o, "Volumes");
        for (struct json_value *v = list ? list->first : NULL; v; v = v->next) {
                const char *name = json_text(json_member(v, "Name")),
                           *service = json_text(json_member(json_member(v, "Labels"), SERVICE_LABEL));
                if (name && service)
                        strv_addf(&call->volumes, "%s:%s", name, service);
        }
        return 0;
}

static const struct engine_request list_volumes_request = {
        .method = "GET",
        .failed = "The volumes could not be listed",
        .unreadable = "The engine's list of volumes could not be read",
        .seconds = 30,
        .body = ENGINE_OBJECT,
        .path = volumes_list_path,
        .document = volumes_listed,
};

struct op *engine_list_volumes(struct engine *engine, volumes_done_t done, void *userdata) {
        return engine_call(engine, (struct engine_call){ .request = &list_volumes_request,
                                                         .done.volumes = done,
                                                         .userdata = userdata });
}

/* It may be gone already. */
static const struct engine_request remove_volume_request = {
        .method = "DELETE",
        .before = "/volumes/",
        .behind = "",
        .failed = "The volume could not be removed",
        .seconds = 60,
        .may_be_absent = true,
};

struct op *engine_remove_volume(struct engine *engine, const char *name, nothing_done_t done,
                                void *userdata) {
        return engine_call(engine, (struct engine_call){ .request = &remove_volume_request,
                                                         .name = xstrdup(name),
                                                         .done.nothing = done,
                                                         .userdata = userdata });
}
