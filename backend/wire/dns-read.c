/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers of the DNS (RFC 1035 section 4, SRV: RFC 2782), by the C library's reader. */
#include "backend/wire/dns.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <resolv.h>
#include <strings.h>

void dns_answer_done(struct dns_answer *answer) {
        for (size_t i = 0; i < answer->n; i++) {
                free(answer->records[i].name);
                free(answer->records[i].text);
        }
        free(answer->records);
        *answer = (struct dns_answer) {};
}

/* A name inside a record's data, escaped as in zone files, without the final dot. */
static char *name_at(ns_msg message, const uint8_t *at) {
        char name[NS_MAXDNAME];
        if (dn_expand(ns_msg_base(message), ns_msg_end(message), at, name, sizeof name) < 0)
                return NULL;
        size_t n = strlen(name);
        if (n && name[n - 1] == '.')
                name[n - 1] = '\0';
        return xstrdup(name);
}

/* Strings of a length byte and as many bytes; a NUL in one would hide the rest. */
static char *strings_at(const uint8_t *at, size_t n) {
        _cleanup_str_ struct str s = {};
        for (size_t i = 0; i < n;) {
                size_t length = at[i++];
                if (length > n - i || memchr(at + i, 0, length))
                        return NULL;
                str_add_bytes(&s, at + i, length);
                i += length;
        }
        return str_take(&s);
}

/* NULL: the data does not have the form of its type. */
static char *text_of(ns_msg message, const ns_rr *rr) {
        const uint8_t *data = ns_rr_rdata(*rr);
        size_t n = ns_rr_rdlen(*rr);
        char address[INET6_ADDRSTRLEN];
        switch (ns_rr_type(*rr)) {
        case ns_t_a:
                return n == 4 && inet_ntop(AF_INET, data, address, sizeof address) ? xstrdup(address) : NULL;
        case ns_t_aaaa:
                return n == 16 && inet_ntop(AF_INET6, data, address, sizeof address) ? xstrdup(address)
                                                                                     : NULL;
        case ns_t_srv:
                return n > 6 ? name_at(message, data + 6) : NULL;
        case ns_t_ptr:
                return name_at(message, data);
        case ns_t_txt:
                return strings_at(data, n);
        default:
                return NULL;
        }
}

static void add_record(ns_msg message, const ns_rr *rr, bool additional, struct dns_answer *answer) {
        char *text = answer->n < DNS_RECORDS_MAX ? text_of(message, rr) : NULL;
        if (!text)
                return;
        room_for_one((void **) &answer->records, answer->n, sizeof *answer->records);
        struct dns_record *record = &answer->records[answer->n++];
        *record = (struct dns_record) { .type = (enum dns_type) ns_rr_type(*rr),
                                        .name = xstrdup(ns_rr_name(*rr)),
                                        .text = text,
                                        .additional = additional };
        if (record->type == DNS_SRV) {
                record->priority = (uint16_t) ns_get16(ns_rr_rdata(*rr));
                record->weight = (uint16_t) ns_get16(ns_rr_rdata(*rr) + 2);
                record->port = (uint16_t) ns_get16(ns_rr_rdata(*rr) + 4);
        }
}

/* False: invalid. */
static bool read_section(ns_msg *message, ns_sect section, enum dns_type type, struct dns_answer *answer) {
        bool additional = section == ns_s_ar;
        for (int i = 0; i < ns_msg_count(*message, section); i++) {
                ns_rr rr;
                if (ns_parserr(message, section, i, &rr) < 0)
                        return false;
                ns_type found = ns_rr_type(rr);
                if (ns_rr_class(rr) == ns_c_in &&
                    (additional ? found == ns_t_a || found == ns_t_aaaa : (int) found == (int) type))
                        add_record(*message, &rr, additional, answer);
        }
        return true;
}

int dns_read(const void *bytes, size_t n, enum dns_type type, struct dns_answer *ret, struct error **reterr) {
        ns_msg message;
        struct dns_answer answer = {};
        if (n > NS_MAXMSG || ns_initparse(bytes, (int) n, &message) < 0 ||
            !ns_msg_getflag(message, ns_f_qr) || !read_section(&message, ns_s_an, type, &answer) ||
            !read_section(&message, ns_s_ar, type, &answer)) {
                dns_answer_done(&answer);
                return error_set(reterr, -EBADMSG, "The answer is not of the form that the DNS has");
        }
        answer.code = ns_msg_getflag(message, ns_f_rcode);
        *ret = answer;
        return 0;
}
