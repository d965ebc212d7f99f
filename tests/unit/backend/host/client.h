/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A host of files in a folder of the test's, with a fake systemd: what the tests of this room begin and end with. */

#include "backend/host/backend.h"
#include "tests/fake/systemd.h"
#include "tests/unit/tree.h"

struct host_client {
        char *root;
        sd_event *event;
        struct paths paths;
        struct fake_systemd *systemd;
        sd_bus *bus;
        struct host *host;
};

static inline void host_client_begin(struct host_client *c) {
        c->root = tree_new();
        c->paths = paths_default;
        c->paths.root = c->root;
        assert_int_equal(sd_event_new(&c->event), 0);
        c->systemd = fake_systemd_new(c->event, &c->bus);
        c->host = backend_new(c->event, &(const struct backend_options) { .paths = &c->paths, .bus = c->bus });
}

static inline void host_client_end(struct host_client *c) {
        backend_free(c->host);
        fake_systemd_free(c->systemd);
        sd_bus_unref(c->bus);
        sd_event_unref(c->event);
        tree_remove(c->root);
        free(c->root);
}
