/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The realm of a domain, of this host, and whether this host can join it. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "backend/io/facts.h"
#include "backend/io/paths.h"
#include "model/host.h"

/* Discovers the realm of a domain: SRV and TXT records of the DNS, then the servers in them, a few at a time,
 * by LDAP (the rootDSE) and by an LDAP ping (CLDAP, which only Active Directory and FreeIPA with trusts
 * answer). Anonymous, read only. */
struct discover_options {
        const char *domain;     /* of the form of realm_domain() */
        bool parents;           /* otherwise try the domain above, too: a host's own is often below the
                                 * realm's */
        const char *server;     /* the one to look at, whatever the DNS says; NULL: those of the DNS */
        const char *servers;    /* name servers, for tests; NULL: those of resolv.conf */
        uint16_t port;          /* of the domain itself, when no SRV record names a server; 0: 389 */
        unsigned ms;            /* at most; 0: DISCOVER_MS */
};
#define DISCOVER_MS 5000U

/* done() always gets a realm: the result, or an empty one with the error. */
struct op *discover_start(sd_event *event, const struct discover_options *options, realm_done_t done,
                          void *userdata);

/* The preflight of a join (model/realm/check.h): the host's files, at once; then the discovery of the realm,
 * and queries to its servers, all in parallel. It changes nothing and does not log in. */
struct preflight_options {
        const struct preflight_order *order;    /* its domain has the form of realm_domain() */
        const struct paths *paths;
        const struct facts *facts;              /* must outlive the operation */
        const char *servers;                    /* name servers, for tests; NULL */
        uint16_t port;                          /* of a named server, for tests; 0: 389 */
        uint16_t https_port;                    /* where a CA file is tried, for tests; 0: 443 */
        const char *own_job;                    /* the job that runs it and holds the host's lock; NULL */
};
#define PREFLIGHT_MS 8000U

/* PREFLIGHT_MS at most. moved() (may be NULL) lends the preflight whenever a result has settled; done() gets
 * ownership, and never NULL. */
struct op *preflight_start(sd_event *event, const struct preflight_options *options,
                           void (*moved)(const struct preflight *p, void *userdata), preflight_done_t done,
                           void *userdata);

/* The membership of this host (model/realm/membership.h): sssd.conf and the keytab, at once; SSSD itself over
 * the bus (InfoPipe), and the realm's servers, in parallel, 3 s at most. facts must outlive the operation;
 * NULL: only SSSD is asked. */
struct op *membership_start(sd_event *event, const struct paths *paths, const struct facts *facts,
                            membership_done_t done, void *userdata);

/* From the files only. */
struct membership *membership_read(const struct paths *paths);

/* Steps the clock: ahead_usec is its lead over the right time. */
int repair_clock(int64_t ahead_usec, struct error **reterr);

/* Sets the static host name by systemd-hostnamed, for now and after a restart. e NULL: done. bus: connected
 * and in the loop. NULL with a sentence: no request was sent, or (-EINVAL) no realm accepts the name. */
struct op *repair_hostname(sd_bus *bus, const char *name, void (*done)(struct error *e, void *userdata),
                           void *userdata, struct error **reterr);

/* Joins of a realm by programs of the host itself, where they are installed: realmd's realm, and
 * ipa-client-install. They are treated like images: known labels, a profile, a plan that is shown word for
 * word and consented to, a job with a snapshot and an exact undo. Their commands are host commands, which no
 * plan runs without permission. */
#define NATIVE_PREFIX "host/"

/* Adds an image for each program that this host has. */
void native_list(const char *root, struct image_list *images);

/* The image of this name ("host/realmd"): -ENOENT with a sentence for an unknown or not installed one. */
int native_find(const char *root, const char *reference, struct image **ret, struct error **reterr);
