/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Changes of files and folders, by an inotify(7) descriptor of our own in the loop: sd_event_add_inotify() of
 * systemd 252 can loop for ever inside sd_event_wait() when several of its sources come and go. */

#include <systemd/sd-event.h>

#include "base/base.h"

struct inotify;

/* changed() gets the number inotify_add() returned and the name within the folder ("" for the watched object
 * itself); -1 and "" when events were lost. It may free the watch. NULL on failure. */
struct inotify *inotify_new(sd_event *event,
                          void (*changed)(int number, const char *name, uint32_t mask, void *userdata),
                          void *userdata);
struct inotify *inotify_free(struct inotify *inotify);
DEFINE_CLEANUP(struct inotify, inotify_free)

/* Reports at most once in so many microseconds; changes in between are coalesced. A file that grows without a
 * pause would wake us for each piece, which costs its writer more than the writing. */
void inotify_pace(struct inotify *inotify, unsigned usec);

/* mask: IN_…; the number, or a negative errno. */
int inotify_add(struct inotify *inotify, const char *path, uint32_t mask);
void inotify_remove(struct inotify *inotify, int number);
