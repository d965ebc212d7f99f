/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* realmd over D-Bus: this host joins an Active Directory domain or leaves it by its own tools. Of the
 * interface (realmd 0.17, dbus/org.freedesktop.realmd.xml): Provider.Discover and Provider.Realms,
 * KerberosMembership.Join and Leave, Realm.Deconfigure, Service.Cancel, and the signal Diagnostics, which
 * goes to the caller only, in pieces that are not lines.
 *
 * A secret goes into one message, which is wiped once sent, and nowhere else. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "base/base.h"
#include "base/secret.h"

#define REALMD_NAME "org.freedesktop.realmd"
#define REALMD_PATH "/org/freedesktop/realmd"

enum realmd_action {
        REALMD_JOIN,
        REALMD_LEAVE,
};

enum realmd_credentials {
        REALMD_NOBODY,          /* join: realmd's own, mostly a ticket; leave: the computer account stays */
        REALMD_PASSWORD,        /* user and secret, of an authorized account */
        REALMD_ONE_TIME,        /* secret: the one-time password of the computer account */
};

struct realmd_order {
        enum realmd_action action;
        enum realmd_credentials credentials;
        const char *domain;     /* NULL: to join, the one of this host's network; to leave, the joined one */
        const char *user;
        const struct secret *secret;
        char **options;         /* "computer-ou=OU=Linux" and others, for Join; NULL: none */
};

struct realmd;

/* The system bus, attached to event. -ENOTCONN with a sentence: not available. */
int realmd_open(sd_event *event, sd_bus **ret, struct error **reterr);

/* Begins; *order must live as long. said() gets the output of realmd and its tools, as it comes; done() comes
 * once, with NULL or an error that the receiver owns. NULL: the call could not be sent. The caller closes the
 * bus, after realmd_free(). */
struct realmd *realmd_new(sd_bus *bus, const struct realmd_order *order,
                          void (*said)(const char *text, void *userdata),
                          void (*done)(struct error *e, void *userdata), void *userdata);
struct realmd *realmd_free(struct realmd *realmd);
DEFINE_CLEANUP(struct realmd, realmd_free)

/* Cancels realmd's operation; done() follows, with -ECANCELED if it was cancelled. */
void realmd_cancel(struct realmd *realmd);

/* nsswitch.conf and PAM of a host joined by its own realmd. With authselect, realmd has selected the features
 * needed (sssd with-mkhomedir); on Debian and its derivatives it leaves that to pam-auth-update, which
 * nothing calls.
 *
 * Inserts sss after files in nsswitch.conf, if missing; lets pam-auth-update enable pam_sss where logins do
 * not use it, and pam_mkhomedir where wanted, and waits for it. root is "" or a folder with the program and
 * files. 0: done, or not needed. -ENOENT: mkhomedir is wanted, and this host has no tool for it. */
int logins_settle(const char *root, bool mkhomedir, struct error **reterr);

/* The socket units of SSSD that fail whenever sssd.service starts, since the line "services" of sssd.conf
 * names their responders as well: systemd counts the host as degraded then. Debian enables one for each
 * responder. NULL: none. logins_sockets_off() disables and stops them; the links are in /etc, which the
 * undo of the job restores. */
char **logins_sockets(const char *root);
int logins_sockets_off(const char *root, struct error **reterr);
