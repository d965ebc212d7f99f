/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A realm's servers on 127.0.0.1, in the test's own loop: a name server, a directory (LDAP over TCP and UDP), good or bad as its
 * knobs say. All knobs may be turned at any time. */

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-event.h>

enum fake_flavour {
        FAKE_AD,
        FAKE_IPA,
        FAKE_LDAP,              /* a directory that is neither */
        FAKE_GARBAGE,           /* answers with bytes that are nothing */
        FAKE_ENDLESS,           /* announces more than any answer has */
        FAKE_HANGS_UP,          /* closes the connection */
};

struct fake_realm {
        enum fake_flavour flavour;
        const char *domain;     /* "example.test" */
        bool dns_silent;        /* no name server answers */
        bool dns_refuses;
        bool dns_garbage;
        bool no_srv;            /* the DNS knows the domain's address only, or: */
        bool no_domain;         /* … nothing at all */
        bool no_addresses;      /* servers that have none */
        bool ldap_silent;       /* connects and says nothing */
        bool ldap_shut;         /* the port of the SRV records is one where nothing listens */
        const char *ca;         /* the certificate of its CA, as its directory shows it; NULL: none */
        bool ping_silent;
        bool ping_unknown;      /* answers that it does not know the domain */
        unsigned servers;       /* dc1, dc2, …; 0 is 1 */
        int64_t clock_usec;     /* its clock is so much ahead of ours */
        bool kdc_silent, kdc_garbage, kdc_shut;
        bool kdc_stream_only;   /* nothing by UDP */
        bool kpasswd_shut;

        unsigned dns_asked, pings, binds;       /* counted */
        char name_server[32];   /* "127.0.0.1:53535" */
        uint16_t port;          /* of the directory */
        uint16_t kdc_port;      /* of the KDC; its password service listens at the directory's port */

        sd_event *event;
        sd_event_source *dns, *ldap, *ping, *kdc, *kdc_stream, *streams[64];
};

void fake_realm_init(struct fake_realm *fake, sd_event *event);
void fake_realm_done(struct fake_realm *fake);
