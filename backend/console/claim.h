/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A console while it waits for somebody to press Enter, and while it is lent to a program.
 *
 * Opening never waits for a carrier, and what a stopped line does not take is dropped. Nobody else's lock
 * (systemd takes one while it sets a terminal) is disturbed, and none is kept: systemd-vconsole-setup waits
 * for it. */

#include <sys/ioctl.h>
#include <systemd/sd-event.h>

#include "base/base.h"

struct claim;

struct claim_events {
        /* Enter, and nothing but Enter within CLAIM_QUIET_USEC: a line that says more is another host's login
         * or an echo of ours, and not a person. */
        void (*pressed)(struct claim *claim, void *userdata);
        void (*hung_up)(struct claim *claim, void *userdata); /* it is closed now */
        void *userdata;
};
#define CLAIM_QUIET_USEC (100U * 1000)

/* Not open yet. device is its path; both are copied. */
struct claim *claim_new(sd_event *event, const char *name, const char *device,
                        const struct claim_events *events);
/* Gives the terminal its settings back. What it still has to write is lost, as a line that is stopped would
 * hold up its closing for half a minute. */
struct claim *claim_free(struct claim *claim);
DEFINE_CLEANUP(struct claim, claim_free)

const char *claim_name(const struct claim *claim);
int claim_fd(const struct claim *claim); /* -1: not open */

/* Opens and listens; nothing to do when it does. -EBUSY: another program sets this terminal just now; another
 * negative errno: there is no terminal behind that name. */
int claim_open(struct claim *claim);

/* Whether something that was said is still on its way. */
bool claim_is_writing(const struct claim *claim);

/* Writes a line, from the beginning of one; nothing on a closed one. */
void claim_say(struct claim *claim, const char *text);

/* No more listening, but the terminal stays as it is for us: bytes that come are the caller's to read. */
void claim_mute_keys(struct claim *claim);

/* For a program: its settings as they were, size set where size is not NULL, nobody else on it any more
 * (vhangup), nothing typed before. Returns 0, or negative errno and it is closed. */
int claim_lend(struct claim *claim, const struct winsize *size);

/* Behind the program: what it left running has the terminal no more. It is closed. */
void claim_take_back(struct claim *claim);
