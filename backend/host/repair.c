/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's repairs of errors that a preflight found. */

#include "backend/host/call.h"
#include "backend/realm/repair.h"

static void host_repair_end(struct host_call *c, struct error *e) {
        void *userdata;
        nothing_done_t done = (nothing_done_t) host_call_end(c, &userdata);
        done(e, userdata);
}

static void host_repair_give(struct host_call *c) {
        host_repair_end(c, TAKE(c->error));
}

static void host_repair_on_named(struct error *e, void *userdata) {
        struct host_call *c = userdata;
        if (!e) {
                facts_done(&c->backend->facts);
                facts_read(c->backend->paths.root, &c->backend->facts);
        }
        host_repair_end(c, e);
}

struct op *backend_repair(struct host *host, const struct repair *repair, nothing_done_t done,
                          void *userdata) {
        struct host_call *c = host_call_new(host, (host_call_done) done, userdata, NULL);
        if (repair->fix == FIX_HOSTNAME && repair->hostname) {
                sd_bus *bus = units_bus(c->backend->units, &c->error);
                struct op *naming =
                        bus ? repair_hostname(bus, repair->hostname, host_repair_on_named, c, &c->error)
                            : NULL;
                if (naming)
                        return host_call_ask(c, naming);
        } else if (repair->fix == FIX_CLOCK)
                repair_clock(repair->clock_usec, &c->error);
        else
                error_set(&c->error, -EINVAL, "This cannot be repaired from here");
        return host_call_turn(c, host_repair_give);
}
