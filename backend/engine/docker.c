/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/engine/internal.h"

/* Docker's dialect. Docker refuses API versions outside its range: its newest is used, 1.47 at most. */

static const struct json_field image_fields[] = {
        { .path = "Id", .kind = JSON_CALL, .required = true, .call = engine_read_id },
        { .path = "RepoTags", .kind = JSON_CALL, .call = engine_read_names },
        { .path = "RepoDigests", .kind = JSON_CALL, .call = engine_read_digests },
        { .path = "Created", .kind = JSON_TIME, .offset = offsetof(struct image, created) },
        { .path = "Size", .kind = JSON_CALL, .call = engine_read_size },
        { .path = "Containers", .kind = JSON_CALL, .call = engine_read_count },
        { .path = "Labels", .kind = JSON_CALL, .call = engine_read_labels },
        { .path = "Config.Labels", .kind = JSON_CALL, .call = engine_read_labels },    /* inspect */
        { .path = "Architecture", .kind = JSON_TEXT, .offset = offsetof(struct image, architecture),
          .max = 64 },
};

static const struct json_field container_fields[] = {
        { .path = "Id", .kind = JSON_TEXT, .offset = offsetof(struct container, id), .required = true,
          .max = 128 },
        { .path = "Names", .kind = JSON_CALL, .call = engine_read_container_name },
        { .path = "Image", .kind = JSON_TEXT, .offset = offsetof(struct container, image), .max = 1024 },
        { .path = "ImageID", .kind = JSON_TEXT, .offset = offsetof(struct container, image_id), .max = 128 },
        { .path = "State", .kind = JSON_TEXT, .offset = offsetof(struct container, state), .max = 64 },
        { .path = "Status", .kind = JSON_CALL, .call = engine_read_health },
        { .path = "Created", .kind = JSON_TIME, .offset = offsetof(struct container, started) },
        { .path = "Labels", .kind = JSON_CALL, .call = engine_read_container_labels },
};

#define NEWEST_MINOR 47U

static char *engine_docker_prefix(const char *version, const char *api_version) {
        unsigned major = 1, minor = 41;
        if (sscanf(api_version, "%u.%u", &major, &minor) != 2 || major != 1 || minor > NEWEST_MINOR)
                minor = api_version[0] ? NEWEST_MINOR : 41;
        return str_printf("/v1.%u", minor);
}

/* Without a tag Docker pulls all of them. */
static char *engine_docker_pull_path(const char *reference) {
        const char *slash = strrchr(reference, '/'), *name = slash ? slash + 1 : reference;
        const char *divider = strchr(name, '@');
        if (!divider)
                divider = strchr(name, ':');
        _cleanup_free_ char *from =
                                    xstrndup(reference, divider ? (size_t) (divider - reference)
                                                                : strlen(reference)),
                            *image = engine_path("/images/create?fromImage=", from, "&tag=");
        return engine_path(image, divider ? divider + 1 : "latest", "");
}

const struct engine_dialect engine_docker = {
        .kind = ENGINE_DOCKER,
        .containers = "/containers/json?all=true",
        .images = "/images/json",
        .stop_seconds = "t",
        .events = "/events",
        .image_fields = image_fields,
        .n_image_fields = ELEMENTS(image_fields),
        .container_fields = container_fields,
        .n_container_fields = ELEMENTS(container_fields),
        .prefix = engine_docker_prefix,
        .pull_path = engine_docker_pull_path,
};
