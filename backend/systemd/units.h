/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* systemd over sd-bus: list, show, act, follow. Matches come before calls; a lost signal costs a poll. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "model/host.h"

struct units;

/* root goes before the paths of unit files ("": the host's own). bus is borrowed (attached to event by the
 * caller); NULL: connect to the system bus when first needed. Tests pass one end of a socketpair. Operations
 * in flight must be cancelled before units_free(). */
struct units *units_new(sd_event *event, const char *root, sd_bus *bus);
struct units *units_free(struct units *units);
DEFINE_CLEANUP(struct units, units_free)

/* The connection, for other services of systemd on the same bus; NULL with a sentence. */
sd_bus *units_bus(struct units *units, struct error **reterr);

/* Loaded units and unit files merged, sorted by name; pattern: fnmatch on the name, NULL all. With a pattern
 * systemd lists those only. Without one, and with a listener, unit files are as last read; they are read
 * again afterwards if stale, and a difference is reported to the listener. */
struct op *units_list(struct units *units, const char *pattern,
                      units_done_t done, void *userdata);
struct op *units_show(struct units *units, const char *name,
                      detail_done_t done, void *userdata);
/* start, stop, restart, reload wait for systemd's job to end and then for the unit's state; the error of a
 * failure has the reason (result, exit status, a hint at the log). The other actions end with a reload. */
struct op *units_act(struct units *units, const char *name, enum unit_action action,
                     nothing_done_t done, void *userdata);
/* Manager.Reload(); retries a rate limit. */
struct op *units_reload(struct units *units, nothing_done_t done, void *userdata);

/* A transient service that outlives us: name "fairlead-job-ID.service", Type=exec, mode fail (-EEXIST: it
 * exists). stdin_fd is passed on (StandardInputFileDescriptor); the caller keeps its copy. */
struct transient {
        const char *name;
        const char *description;
        char *const *argv;      /* argv[0] absolute */
        int stdin_fd;           /* -1: /dev/null */
};
struct op *units_start_transient(struct units *units, const struct transient *t,
                                 nothing_done_t done, void *userdata);

/* Changes of units: names of at most 64 changed units, or NULL for "many". Coalesced (at most one call in 100
 * ms). One listener; NULL removes it and unsubscribes. */
void units_listen(struct units *units, void (*changed)(char *const *names, void *userdata), void *userdata);
