/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/realm.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "backend/wire/ber.h"
#include "backend/wire/ldap.h"
#include "base/str.h"

#define SHUT_PORT 1             /* nobody listens at tcpmux */

static void put16(struct str *s, unsigned value) {
        str_add_char(s, (char) (value >> 8));
        str_add_char(s, (char) value);
}

static void put_name(struct str *s, const char *name) {
        while (*name) {
                size_t n = strcspn(name, ".");
                str_add_char(s, (char) n);
                str_add_bytes(s, name, n);
                name += n + (name[n] == '.');
        }
        str_add_char(s, 0);
}

/* ---- the name server ---- */

static void put_record(struct str *s, const char *name, unsigned type, struct str *data) {
        put_name(s, name);
        put16(s, type);
        put16(s, 1);
        put16(s, 0);
        put16(s, 60);
        put16(s, (unsigned) data->length);
        str_add_bytes(s, data->text, data->length);
        str_done(data);
}

static unsigned put_answers(struct fake_realm *f, const char *name, unsigned type, struct str *s) {
        unsigned n = 0;
        bool below = str_ends(name, f->domain) != NULL;
        if (!below || f->no_domain)
                return 0;
        if (type == 33 && !f->no_srv && (strstr(name, "_ldap._tcp") || strstr(name, "_kerberos._") || strstr(name, "_kpasswd"))) {
                const char *before = str_ends(name, f->domain);
                if ((strstr(name, "_msdcs") && f->flavour != FAKE_AD) || before - name < 6 ||
                    (strncmp(before - 5, "_tcp.", 5) != 0 && strncmp(before - 5, "_udp.", 5) != 0 && strncmp(before - 7, "_msdcs.", 7) != 0))
                        return 0;
                for (unsigned i = 0; i < (f->servers ? f->servers : 1); i++, n++) {
                        struct str data = {};
                        char host[300];
                        snprintf(host, sizeof host, "dc%u.%s", i + 1, f->domain);
                        put16(&data, i);
                        put16(&data, 100);
                        put16(&data, strstr(name, "_ldap")      ? (f->ldap_shut ? SHUT_PORT : f->port)
                                     : strstr(name, "_kpasswd") ? (f->kpasswd_shut ? SHUT_PORT : f->port)
                                     : f->kdc_shut              ? SHUT_PORT
                                                                : f->kdc_port);
                        put_name(&data, host);
                        put_record(s, name, type, &data);
                }
        } else if (type == 16 && str_starts(name, "_kerberos.") && f->flavour == FAKE_IPA) {
                struct str data = {};
                str_add_char(&data, (char) strlen("REALM.EXAMPLE.TEST"));
                str_add(&data, "REALM.EXAMPLE.TEST");
                put_record(s, name, type, &data);
                n = 1;
        } else if (type == 1 && !f->no_addresses && (str_starts(name, "dc") || (f->no_srv && str_equal(name, f->domain)))) {
                struct str data = {};
                str_add_bytes(&data, (const char[]) { 127, 0, 0, 1 }, 4);
                put_record(s, name, type, &data);
                n = 1;
        }
        return n;
}

static int dns_came(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct fake_realm *f = userdata;
        uint8_t query[512];
        struct sockaddr_storage from;
        socklen_t size = sizeof from;
        ssize_t k = recvfrom(fd, query, sizeof query, 0, (struct sockaddr *) &from, &size);
        f->dns_asked++;
        if (k < 17 || f->dns_silent)
                return 0;
        char name[300] = "";
        size_t at = 12, length = 0;
        while (at < (size_t) k && query[at]) {
                length += (size_t) snprintf(name + length, sizeof name - length, "%s%.*s", length ? "." : "", query[at], (char *) query + at + 1);
                at += query[at] + 1U;
        }
        _cleanup_str_ struct str s = {}, answers = {};
        unsigned n = f->dns_refuses ? 0 : put_answers(f, name, (unsigned) (query[at + 1] << 8 | query[at + 2]), &answers);
        bool known = n > 0 || str_ends(name, f->domain);
        str_add_bytes(&s, query, 2);
        put16(&s, 0x8180 | (f->dns_refuses ? 5 : known && !f->no_domain ? 0 : 3));
        put16(&s, 1);
        put16(&s, n);
        put16(&s, 0);
        put16(&s, 0);
        str_add_bytes(&s, query + 12, at + 5 - 12);
        if (answers.length)
                str_add_bytes(&s, answers.text, f->dns_garbage ? answers.length / 2 : answers.length);
        sendto(fd, s.text, s.length, 0, (struct sockaddr *) &from, size);
        return 0;
}

/* ---- the directory ---- */

static void put_attribute(BerElement *ber, const char *name, const void *value, size_t n) {
        ber_printf(ber, "{s[o]}", name, value, (ber_len_t) n);
}

/* Its attributes follow, then end_entry(). */
static void begin_entry(BerElement *ber, unsigned id, const char *dn) {
        ber_printf(ber, "{it{s{", (int) id, BER_APPLICATION(4), dn);
}

static void end_entry(BerElement *ber) {
        ber_printf(ber, "}}}");
}

static void put_netlogon(struct fake_realm *f, BerElement *ber) {
        struct str n = {};
        put16(&n, 0x1700);
        put16(&n, 0);
        str_add_bytes(&n, "\xfd\xf1\x01\x00" "0123456789abcdef", 20);
        put_name(&n, f->domain);                        /* at 24 */
        str_add_bytes(&n, "\xc0\x18", 2);               /* the domain is the forest */
        str_add_bytes(&n, "\x03" "dc1" "\xc0\x18", 6);
        put_name(&n, "EXAMPLE");
        put_name(&n, "DC1");
        put_name(&n, "");
        put_name(&n, "Default-First-Site-Name");
        put_name(&n, "Branch");
        str_add_bytes(&n, "\x05\0\0\0\xff\xff\xff\xff", 8);
        put_attribute(ber, "Netlogon", n.text, n.length);
        str_done(&n);
}

/* The answers to one request, by what the console asks: 1 the rootDSE, 2 the base entry, 3 the realm's container. */
static void answer(struct fake_realm *f, unsigned id, bool ping, struct str *s) {
        _cleanup_ber_ BerElement *ber = ber_alloc_t(LBER_USE_DER);
        if (ping) {
                if (f->flavour == FAKE_AD && !f->ping_unknown) {
                        begin_entry(ber, id, "");
                        put_netlogon(f, ber);
                        end_entry(ber);
                }
        } else if (id == 1) {
                begin_entry(ber, id, "");
                put_attribute(ber, "namingContexts", "cn=changelog", 12);
                put_attribute(ber, "defaultNamingContext", "dc=example,dc=test", 18);
                if (f->flavour == FAKE_AD)
                        put_attribute(ber, "supportedCapabilities", "1.2.840.113556.1.4.800", 22);
                end_entry(ber);
        } else if (id == 2 && f->flavour == FAKE_IPA) {
                begin_entry(ber, id, "dc=example,dc=test");
                put_attribute(ber, "info", "IPA V2.0", 8);
                put_attribute(ber, "associatedDomain", "Example.Test", 12);
                end_entry(ber);
        } else if (id == 3 && f->flavour == FAKE_IPA) {
                begin_entry(ber, id, "cn=EXAMPLE.TEST,cn=kerberos,dc=example,dc=test");
                put_attribute(ber, "cn", "EXAMPLE.TEST", 12);
                end_entry(ber);
        } else if (id == 4 && f->flavour == FAKE_IPA && f->ca) {
                begin_entry(ber, id, "cn=CAcert,cn=ipa,cn=etc,dc=example,dc=test");
                put_attribute(ber, "cACertificate;binary", f->ca, strlen(f->ca));
                end_entry(ber);
        }
        ber_printf(ber, "{it{ess}}", (int) id, BER_APPLICATION(5), 0, "", "");
        ber_append(ber, s);
}

/* The id of the request at the start; its size. */
static ssize_t request_at(const uint8_t *bytes, size_t n, unsigned *ret_id) {
        _cleanup_(ldap_message_done) struct ldap_message m = {};
        ssize_t size = ldap_read(bytes, n, &m, NULL);
        *ret_id = m.id;
        return size;
}

static void close_stream(struct fake_realm *f, sd_event_source *source) {
        for (size_t i = 0; i < ELEMENTS(f->streams); i++)
                if (f->streams[i] == source)
                        f->streams[i] = sd_event_source_disable_unref(source);
}

static int stream_came(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct fake_realm *f = userdata;
        uint8_t bytes[4096];
        ssize_t k = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (k <= 0 || f->flavour == FAKE_HANGS_UP) {
                close_stream(f, source);
                return 0;
        }
        if (f->ldap_silent)
                return 0;
        _cleanup_str_ struct str s = {};
        unsigned id;
        if (f->flavour == FAKE_GARBAGE)
                str_add(&s, "HTTP/1.1 400 Bad Request\r\n\r\n");
        else if (f->flavour == FAKE_ENDLESS)
                str_add_bytes(&s, "\x30\x84\x7f\xff\xff\xff\x02\x01\x01", 9);
        else
                for (ssize_t at = 0, size; (size = request_at(bytes + at, (size_t) (k - at), &id)) > 0; at += size)
                        answer(f, id, false, &s);
        /* in two pieces: a stream comes as it likes */
        if (s.length > 5) {
                send(fd, s.text, 5, MSG_NOSIGNAL);
                send(fd, s.text + 5, s.length - 5, MSG_NOSIGNAL);
        }
        return 0;
}

static void keep_stream(struct fake_realm *f, int stream, sd_event_io_handler_t came) {
        for (size_t i = 0; stream >= 0 && i < ELEMENTS(f->streams); i++)
                if (!f->streams[i]) {
                        assert(sd_event_add_io(f->event, &f->streams[i], stream, EPOLLIN, came, f) >= 0);
                        sd_event_source_set_io_fd_own(f->streams[i], true);
                        return;
                }
        if (stream >= 0)
                close(stream);
}

static int ldap_came(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct fake_realm *f = userdata;
        f->binds++;
        keep_stream(f, accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), stream_came);
        return 0;
}

static int ping_came(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct fake_realm *f = userdata;
        uint8_t bytes[2048];
        struct sockaddr_storage from;
        socklen_t size = sizeof from;
        ssize_t k = recvfrom(fd, bytes, sizeof bytes, 0, (struct sockaddr *) &from, &size);
        unsigned id;
        f->pings++;
        if (k <= 0 || f->ping_silent || request_at(bytes, (size_t) k, &id) <= 0)
                return 0;
        _cleanup_str_ struct str s = {};
        if (f->flavour == FAKE_GARBAGE)
                str_add(&s, "garbage");
        else
                answer(f, id, true, &s);
        sendto(fd, s.text, s.length, 0, (struct sockaddr *) &from, size);
        return 0;
}

/* ---- the KDC: it knows nobody, and says what time it is ---- */

static void kdc_answer(struct fake_realm *f, struct str *s) {
        _cleanup_ber_ BerElement *ber = ber_alloc_t(LBER_USE_DER);
        struct timespec ts;
        clock_gettime(CLOCK_REALTIME, &ts);
        int64_t usec = (int64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000 + f->clock_usec;
        time_t seconds = (time_t) (usec / 1000000);
        char text[20];
        struct tm tm;
        strftime(text, sizeof text, "%Y%m%d%H%M%SZ", gmtime_r(&seconds, &tm));
        ber_printf(ber, "t{{t{i}t{i}t{ts}t{i}t{i}t{ts}}}", BER_APPLICATION(30), BER_CONTEXT(0), 5, BER_CONTEXT(1), 30, BER_CONTEXT(4),
                   BER_TIME, text, BER_CONTEXT(5), (int) (usec % 1000000), BER_CONTEXT(6), 6, BER_CONTEXT(9), BER_STRING, "EXAMPLE.TEST");
        ber_append(ber, s);
        if (f->kdc_garbage) {
                str_cut(s, 0);
                str_add(s, "go away");
        }
}

static int kdc_came(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct fake_realm *f = userdata;
        uint8_t bytes[2048];
        struct sockaddr_storage from;
        socklen_t size = sizeof from;
        ssize_t k = recvfrom(fd, bytes, sizeof bytes, 0, (struct sockaddr *) &from, &size);
        _cleanup_str_ struct str s = {};
        if (k <= 0 || f->kdc_silent || f->kdc_stream_only)
                return 0;
        kdc_answer(f, &s);
        sendto(fd, s.text, s.length, 0, (struct sockaddr *) &from, size);
        return 0;
}

static int kdc_stream_said(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct fake_realm *f = userdata;
        uint8_t bytes[2048];
        ssize_t k = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (k <= 0) {
                close_stream(f, source);
                return 0;
        }
        if (f->kdc_silent)
                return 0;
        _cleanup_str_ struct str s = {}, framed = {};
        kdc_answer(f, &s);
        put16(&framed, 0);
        put16(&framed, (unsigned) s.length);
        str_add_bytes(&framed, s.text, s.length);
        send(fd, framed.text, 2, MSG_NOSIGNAL);
        send(fd, framed.text + 2, framed.length - 2, MSG_NOSIGNAL);
        return 0;
}

static int kdc_stream_came(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        keep_stream(userdata, accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), kdc_stream_said);
        return 0;
}

/* ---- life ---- */

static uint16_t open_socket(int kind, uint16_t port, int *ret) {
        struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t size = sizeof a;
        int fd = socket(AF_INET, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        assert(fd >= 0);
        if (bind(fd, (struct sockaddr *) &a, size) < 0) {
                close(fd);
                return 0;
        }
        assert(getsockname(fd, (struct sockaddr *) &a, &size) >= 0);
        *ret = fd;
        return ntohs(a.sin_port);
}

/* TCP and UDP at one port, which SRV records name. */
static uint16_t open_both(int *ret_stream, int *ret_datagram) {
        for (;;) {
                uint16_t port = open_socket(SOCK_STREAM, 0, ret_stream);
                if (open_socket(SOCK_DGRAM, port, ret_datagram)) {
                        assert(listen(*ret_stream, 64) >= 0);
                        return port;
                }
                close(*ret_stream);
        }
}

static void listen_at(struct fake_realm *f, int fd, sd_event_io_handler_t came, sd_event_source **ret) {
        assert(sd_event_add_io(f->event, ret, fd, EPOLLIN, came, f) >= 0);
        assert(sd_event_source_set_io_fd_own(*ret, true) >= 0);
}

void fake_realm_init(struct fake_realm *f, sd_event *event) {
        int fd, udp;
        *f = (struct fake_realm) { .domain = "example.test", .event = sd_event_ref(event) };
        snprintf(f->name_server, sizeof f->name_server, "127.0.0.1:%u", open_socket(SOCK_DGRAM, 0, &fd));
        listen_at(f, fd, dns_came, &f->dns);
        f->port = open_both(&fd, &udp);
        listen_at(f, fd, ldap_came, &f->ldap);
        listen_at(f, udp, ping_came, &f->ping);
        f->kdc_port = open_both(&fd, &udp);
        listen_at(f, fd, kdc_stream_came, &f->kdc_stream);
        listen_at(f, udp, kdc_came, &f->kdc);
}

void fake_realm_done(struct fake_realm *f) {
        for (size_t i = 0; i < ELEMENTS(f->streams); i++)
                sd_event_source_disable_unref(f->streams[i]);
        sd_event_source_disable_unref(f->dns);
        sd_event_source_disable_unref(f->ldap);
        sd_event_source_disable_unref(f->ping);
        sd_event_source_disable_unref(f->kdc);
        sd_event_source_disable_unref(f->kdc_stream);
        sd_event_unref(f->event);
}
