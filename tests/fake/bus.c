/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/bus.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

void must(int r, const char *what) {
        if (r >= 0)
                return;
        fprintf(stderr, "a fake service: %s: %s\n", what, strerror(-r));
        abort();
}

static sd_bus *bus_new(sd_event *event, int fd, bool server) {
        sd_bus *bus = NULL;
        must(sd_bus_new(&bus), "bus");
        must(sd_bus_set_fd(bus, fd, fd), "descriptor");
        if (server)
                must(sd_bus_set_server(bus, 1, (sd_id128_t) { .bytes = { 1 } }), "server");
        must(sd_bus_set_anonymous(bus, 1), "anonymous");
        must(sd_bus_negotiate_fds(bus, 1), "descriptors");
        must(sd_bus_start(bus), "start");
        must(sd_bus_attach_event(bus, event, 0), "attach");
        return bus;
}

void fake_bus_new(sd_event *event, sd_bus **ret_server, sd_bus **ret_client) {
        int ends[2];
        must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), "socketpair");
        *ret_server = bus_new(event, ends[0], true);
        *ret_client = bus_new(event, ends[1], false);
}
