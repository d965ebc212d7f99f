/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A fake systemd and a client of it: what the tests of this room begin and end with. */

#include "tests/test.h"

#include "backend/systemd/units.h"
#include "tests/fake/systemd.h"

static inline void client_begin(sd_event **event, sd_bus **bus, struct fake_systemd **systemd, struct units **units) {
        assert_int_equal(sd_event_new(event), 0);
        *systemd = fake_systemd_new(*event, bus);
        *units = units_new(*event, (*systemd)->root, *bus);
}

static inline void client_end(sd_event *event, sd_bus *bus, struct fake_systemd *systemd, struct units *units) {
        units_free(units);
        fake_systemd_free(systemd);
        sd_bus_detach_event(bus);
        sd_bus_close_unref(bus);
        sd_event_unref(event);
}
