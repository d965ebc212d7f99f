/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Builds the host of model/host.h from the backend: src/app.c needs no other backend header but emit.h. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "backend/io/paths.h"
#include "model/host.h"

struct backend_options {
        const struct paths *paths;              /* NULL: paths_default */
        const char *const *sockets;             /* engine sockets, NULL: the usual ones */
        sd_bus *bus;                            /* NULL: the system bus */
        uint64_t lookup_usec;                   /* the most that a lookup of a user takes; 0: 30 s */
};
struct host *backend_new(sd_event *event, const struct backend_options *options);
struct host *backend_free(struct host *host);
DEFINE_CLEANUP(struct host, backend_free)
