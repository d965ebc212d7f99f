/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Silence on the consoles: systemd's lines about units, and the kernel's messages, by the first of these that
 * answers: systemd's varlink service (systemd-mute-console, since 259), which ends the silence with the
 * connection; Manager.SetShowStatus() on the bus, and a first "1" in /proc/sys/kernel/printk; SIGRTMIN+21 to
 * systemd, and the same.
 *
 * What it changed stands in RUN/console-mute until it is restored, so that somebody else can do that for a
 * process that was killed (mute_left()). */

#include <sys/types.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "backend/io/paths.h"

enum mute_way {
        MUTE_NONE,
        MUTE_VARLINK,
        MUTE_BUS,
        MUTE_SIGNAL,
        _MUTE_WAY_MAX,
};

struct mute_options {
        sd_event *event;
        const struct paths *paths; /* root for /proc and /run/systemd; run */
        sd_bus *bus;               /* NULL: none; it outlives the mute */
        pid_t manager;             /* systemd's; 0: nobody gets a signal */
};

struct mute;

/* done(): once, from the loop, when it is quiet, or as quiet as it gets. */
struct mute *mute_new(const struct mute_options *options, void (*done)(enum mute_way way, void *userdata),
                      void *userdata);

/* Restores; done(): once, from the loop, when that has happened. Callable at any time after mute_new(), also
 * before its done(), which then does not come. */
void mute_restore(struct mute *mute, void (*done)(enum mute_way way, void *userdata), void *userdata);

/* Frees; what is muted stays muted unless mute_restore() was called. */
struct mute *mute_free(struct mute *mute);
DEFINE_CLEANUP(struct mute, mute_free)

/* What a killed process left: to be given to mute_restore(). NULL: nothing. */
struct mute *mute_left(const struct mute_options *options);

/* Where journald is configured to print to the console, which nobody mutes: "FILE has ForwardToConsole=yes",
 * the caller's; NULL: it does not. */
char *mute_forwarded(const char *root, char *const *words);
