/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/engine/internal.h"

/* The libpod dialect (podman-system-service(1)). Its routes exist only with a version; 4.x and 5.x serve
 * /v4.0.0, 3.4 needs its own. */
static char *podman_prefix(const char *version, const char *api_version) {
        return xstrdup(str_starts(version, "3.") ? "/v3.4.0/libpod" : "/v4.0.0/libpod");
}

static char *podman_pull_path(const char *reference) {
        return engine_path("/images/pull?reference=", reference, "&policy=missing");
}

const struct engine_dialect engine_podman = {
        .kind = ENGINE_PODMAN,
        .stop_seconds = "timeout",
        .events = "/events?stream=true",
        .prefix = podman_prefix,
        .pull_path = podman_pull_path,
};

/* Docker's dialect. Docker refuses API versions outside its range: its newest is used, 1.47 at most. */
#define NEWEST_MINOR 47U

static char *docker_prefix(const char *version, const char *api_version) {
        unsigned major = 1, minor = 41;
        if (sscanf(api_version, "%u.%u", &major, &minor) != 2 || major != 1 || minor > NEWEST_MINOR)
                minor = api_version[0] ? NEWEST_MINOR : 41;
        return str_printf("/v1.%u", minor);
}

/* Without a tag Docker pulls all of them. */
static char *docker_pull_path(const char *reference) {
        const char *slash = strrchr(reference, '/'), *name = slash ? slash + 1 : reference;
        const char *divider = strchr(name, '@');
        if (!divider)
                divider = strchr(name, ':');
        _cleanup_free_ char *from = xstrndup(reference,
                                             divider ? (size_t) (divider - reference) : strlen(reference)),
                            *image = engine_path("/images/create?fromImage=", from, "&tag=");
        return engine_path(image, divider ? divider + 1 : "latest", "");
}

const struct engine_dialect engine_docker = {
        .kind = ENGINE_DOCKER,
        .stop_seconds = "t",
        .events = "/events",
        .prefix = docker_prefix,
        .pull_path = docker_pull_path,
};
