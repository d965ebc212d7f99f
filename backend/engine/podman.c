/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/engine/internal.h"

/* The libpod dialect (podman-system-service(1)). Its routes exist only with a version; 4.x and 5.x serve
 * /v4.0.0, 3.4 needs its own. */

static const struct json_field image_fields[] = {
        { .path = "Id", .kind = JSON_CALL, .required = true, .call = engine_read_id },
        { .path = "Digest", .kind = JSON_TEXT, .offset = offsetof(struct image, digest), .max = 256 },
        { .path = "RepoTags", .kind = JSON_CALL, .call = engine_read_names },
        { .path = "RepoDigests", .kind = JSON_CALL, .call = engine_read_digests },
        { .path = "Created", .kind = JSON_TIME, .offset = offsetof(struct image, created) },
        { .path = "Size", .kind = JSON_CALL, .call = engine_read_size },
        { .path = "Containers", .kind = JSON_CALL, .call = engine_read_count },
        { .path = "Labels", .kind = JSON_CALL, .call = engine_read_labels },
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
        { .path = "ExitCode", .kind = JSON_INT, .offset = offsetof(struct container, exit_code) },
        { .path = "StartedAt", .kind = JSON_TIME, .offset = offsetof(struct container, started) },
        { .path = "Pid", .kind = JSON_UINT32, .offset = offsetof(struct container, pid) },
        { .path = "Labels", .kind = JSON_CALL, .call = engine_read_container_labels },
};

static char *engine_podman_prefix(const char *version, const char *api_version) {
        return xstrdup(str_starts(version, "3.") ? "/v3.4.0/libpod" : "/v4.0.0/libpod");
}

static char *engine_podman_pull_path(const char *reference) {
        return engine_path("/images/pull?reference=", reference, "&policy=missing");
}

const struct engine_dialect engine_podman = {
        .kind = ENGINE_PODMAN,
        .containers = "/containers/json?all=true",
        .images = "/images/json?all=false",
        .stop_seconds = "timeout",
        .events = "/events?stream=true",
        .image_fields = image_fields,
        .n_image_fields = ELEMENTS(image_fields),
        .container_fields = container_fields,
        .n_container_fields = ELEMENTS(container_fields),
        .prefix = engine_podman_prefix,
        .pull_path = engine_podman_pull_path,
};
