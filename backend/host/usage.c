/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What services use: cgroup files of the kernel (Documentation/admin-guide/cgroup-v2.rst). On a host with
 * version 1 of cgroups nothing is known. */

#include <inttypes.h>

#include "backend/host/internal.h"

#define CGROUPS "/sys/fs/cgroup"

/* The number in the file: alone in it, or behind the key at its beginning. */
static uint64_t usage_number(const struct backend *b, const char *cgroup, const char *file, const char *key) {
        _cleanup_free_ char *path = str_printf(CGROUPS "%s/%s", cgroup, file);
        _cleanup_free_ char *text = paths_read(b->paths.root, path, NULL);
        const char *digits = text ? str_starts(text, key) : NULL;
        uint64_t n;
        return digits && sscanf(digits, "%" SCNu64, &n) == 1 ? n : UNIT_UNKNOWN;
}

static void usage_add(uint64_t *sum, uint64_t n) {
        if (n != UNIT_UNKNOWN)
                *sum = *sum == UNIT_UNKNOWN ? n : *sum + n;
}

void backend_read_usage(struct host *host, const struct service *service, struct usage *ret) {
        const struct backend *b = backend_of(host);
        *ret = (struct usage){ UNIT_UNKNOWN, UNIT_UNKNOWN, UNIT_UNKNOWN };
        for (char *const *cgroup = service->cgroups; cgroup && *cgroup; cgroup++) {
                usage_add(&ret->cpu_usec, usage_number(b, *cgroup, "cpu.stat", "usage_usec "));
                usage_add(&ret->memory, usage_number(b, *cgroup, "memory.current", ""));
                usage_add(&ret->tasks, usage_number(b, *cgroup, "pids.current", ""));
        }
}

/* Podman and Docker name them so, by systemd or by themselves; a Quadlet has --cgroups=split, with its
 * container below its unit. */
char *usage_container_cgroup(const struct backend *b, const char *id) {
        static const char *const forms[][2] = {
                { "/machine.slice/libpod-", ".scope" },
                { "/libpod_parent/libpod-", "" },
                { "/system.slice/docker-", ".scope" },
                { "/docker/", "" },
        };
        for (size_t i = 0; i < ELEMENTS(forms); i++) {
                _cleanup_free_ char *cgroup = str_printf("%s%s%s", forms[i][0], id, forms[i][1]);
                _cleanup_free_ char *path = str_printf(CGROUPS "%s", cgroup);
                if (paths_access(b->paths.root, path, F_OK))
                        return TAKE(cgroup);
        }
        return NULL;
}
