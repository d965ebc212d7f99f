/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The connection to systemd, and the meaning of D-Bus errors: org.freedesktop.systemd1(5), the specification
 * of D-Bus, systemd's bus-common-errors. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "base/base.h"

/* Connects to the system bus and attaches it to event. Without a bus (early boot, rescue) root connects to
 * systemd's own socket. The caller ends it with bus_close(). -ENOTCONN with a hint if unreachable. */
int bus_open(sd_event *event, sd_bus **ret, struct error **reterr);
/* As root to systemd's own socket: a long answer is not carried by a bus in between, which takes as long as
 * to make it. All signals of systemd come, wanted or not: to be closed after the answer. Negative errno. */
int bus_open_direct(sd_event *event, sd_bus **ret);
/* The same as bus_open() to the socket of a user's manager. */
int bus_open_user(sd_event *event, const char *socket, sd_bus **ret, struct error **reterr);
sd_bus *bus_close(sd_bus *bus);         /* detaches, drops what is queued; NULL-safe, returns NULL */

/* Sets the error of a failed call: the format gives the sentence; where the answer m is an error (it may be
 * NULL: then code decides), its name gives the hint and its message the cause. Returns a negative errno to
 * act on: -ENOENT no such unit, -EPERM not allowed, -EEXIST it exists, -ENOTCONN no systemd, -ETIMEDOUT no
 * answer, -EUCLEAN masked or bad unit file, -EAGAIN asked too often (wait and try again), … */
int bus_fail(struct error **reterr, sd_bus_message *m, int code, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

/* For sd_bus_match_signal: systemd's name on a bus; NULL on a direct connection (no senders). */
const char *bus_systemd(sd_bus *bus);

static inline void bus_message_unrefp(sd_bus_message **m) {
        *m = sd_bus_message_unref(*m);
}
#define _cleanup_message_ _cleanup_(bus_message_unrefp)

#define SYSTEMD_NAME "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"
#define SYSTEMD_UNITS SYSTEMD_PATH "/unit"
#define SYSTEMD_MANAGER SYSTEMD_NAME ".Manager"
#define BUS_PROPERTIES "org.freedesktop.DBus.Properties"
