/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The preflight as its checks see it. */

#include "backend/io/exchange.h"
#include "backend/realm/realm.h"
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
struct places {
        struct place items[PLACES_MAX];
        size_t n;
};

struct preflight_run {
        sd_event *event;
        const struct paths *paths;
        const struct facts *facts;
        struct preflight *preflight;
        enum realm_kind wanted; /* REALM_NONE: any */
        char *domain, *server, *computer_name, *hostname, *realm, *ca_file, *keytab;
        uint16_t https_port;
        char *own_job; /* the job that runs this preflight; NULL: none */
        struct dns *dns;
        /* An asynchronous check is through. The run may be gone afterwards. */
        void (*settled)(struct preflight_run *run, struct check_result *result);
        /* known in the second phase */
        struct places ldap, kdcs, kpasswds;
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

/* Sets the verdict. Those of the second phase need the realm. */
typedef void check_look(struct preflight_run *run, struct check_result *result);
check_look check_root, check_hostname, check_static_name, check_enrolled, check_timesync, check_libraries,
        check_nsswitch, check_pam, check_daemons, check_login, check_ids, check_room, check_locks;
check_look check_dns, check_kind;

/* Starts what ends in settled(); NULL: the verdict is set. */
typedef struct op *check_ask(struct preflight_run *run, struct check_result *result);
check_ask check_names, check_ports, check_clock, check_files;
