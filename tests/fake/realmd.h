/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A realmd that does as a test wants: an sd-bus server at one end of a socketpair, in the test's own loop. */

#include <stdbool.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

struct fake_realmd {
        sd_event *event;
        sd_bus *bus;            /* the server's end */
        sd_bus_slot *slots[6];

        /* what there is */
        bool none;              /* Discover finds nothing, Realms is empty */
        const char *configured; /* NULL: "" */
        bool no_membership;     /* the realm has no interface to be joined by */
        bool only_secret;       /* it takes one-time passwords only */

        /* what it does */
        const char *refuse;     /* name of the error that Join, Leave and Deconfigure end with; NULL: they end well */
        const char *message;
        bool hang;              /* they end when they are cancelled */

        /* what was asked */
        char asked[128];        /* methods in their order, each followed by a blank */
        char domain[64];        /* of Discover */
        char credentials[128];  /* type/owner/user/password, or type/owner/password */
        char options[256];      /* of Join, "key=value " for each but the operation */
        sd_bus_message *pending;
};

/* *ret_client is attached to event and the caller's. Ends the test when that fails. */
struct fake_realmd *fake_realmd_new(sd_event *event, sd_bus **ret_client);
struct fake_realmd *fake_realmd_free(struct fake_realmd *f);
