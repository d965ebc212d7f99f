/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Named volumes. */

#include "backend/engine/internal.h"

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
                json_object_object_add(labels, "io.fairlead.service", json_new_text(service));
                json_object_object_add(o, i ? "Labels" : "Label", labels);
        }
        return engine_call(engine, (struct engine_call){ .request = &create_request,
                                                         .other = json_write_take(o),
                                                         .done.nothing = done,
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
