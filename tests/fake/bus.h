/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The D-Bus line between a fake service and the code under test: two ends of a socketpair, in the test's own loop. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

/* Ends the test with a sentence when the result of a call is an error. */
void must(int r, const char *what);

/* Both ends are started and attached to the loop, and the caller's. */
void fake_bus_new(sd_event *event, sd_bus **ret_server, sd_bus **ret_client);
