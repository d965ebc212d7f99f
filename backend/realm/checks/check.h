/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A check of the preflight, and the preflight as its checks see it. A file of this folder ends in its const
 * struct checks, listed in backend/realm/preflight.c. */

#include "backend/io/exchange.h"
#include "backend/realm/preflight.h"
#include "backend/wire/dns.h"

struct preflight_run;

/* A server of the realm at a port, for the checks that connect to one. */
struct place {
        char *host;
        uint16_t port;
        char *address; /* NULL: none */
        struct preflight_run *run;
        struct op *resolving;
};
#define PLACES_MAX 3U

struct preflight_run {
        sd_event *event;
        const struct paths *paths;
        const struct facts *facts;
        struct preflight *preflight;
        enum realm_kind wanted; /* REALM_NONE: any */
        char *domain, *server, *computer_name, *hostname;
        char *own_job; /* the job that runs this preflight; NULL: none */
        struct dns *dns;
        /* An asynchronous check is through. The run may be gone afterwards. */
        void (*settled)(struct preflight_run *run, struct check_result *result);
        /* known in the second phase */
        struct place ldap[PLACES_MAX], kdcs[PLACES_MAX], kpasswds[PLACES_MAX];
        size_t n_ldap, n_kdcs, n_kpasswds;
};

struct check {
        const char *id, *title;
        bool network; /* needs the realm: of the second phase */
        size_t size;  /* of its state, zeroed before look() */
        /* Sets the verdict; or leaves it VERDICT_WAITING and starts what ends in settled(). */
        void (*look)(struct preflight_run *run, struct check_result *result, void *state);
        void (*drop)(void *state); /* NULL: nothing to drop */
};

/* hint: NULL, or the next thing to try. */
void check_say(struct check_result *result, enum verdict verdict, const char *hint, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
void check_hint(struct check_result *result, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* adds a line */
void check_detail(struct check_result *result, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The content of a small file of the host, or NULL; the caller frees. */
char *check_read(const struct preflight_run *run, const char *path);
bool check_exists(const struct preflight_run *run, const char *path);

extern const struct check root_check, hostname_check, static_name_check, enrolled_check, libraries_check,
        room_check, nsswitch_check, pam_check, login_check, daemons_check, locks_check, ids_check,
        timesync_check, dns_check, kind_check, names_check, ports_check, clock_check;
