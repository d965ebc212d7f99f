/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers of the DNS (RFC 1035 section 4, SRV: RFC 2782), by the C library's reader. */
#include "backend/wire/dns.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <resolv.h>
#include <strings.h>

const char *dns_type_name(enum dns_type type) {
        switch (type) {
        case DNS_A:
                return "A";
        case DNS_PTR:
                return "PTR";
        case DNS_TXT:
                return "TXT";
        case DNS_AAAA:
                return "AAAA";
        case DNS_SRV:
                return "SRV";
        }
        return "?";
}

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
        return strdup(name);
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
                return n == 4 && inet_ntop(AF_INET, data, address, sizeof address) ? strdup(address) : NULL;
        case ns_t_aaaa:
                return n == 16 && inet_ntop(AF_INET6, data, address, sizeof address) ? strdup(address) : NULL;
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

static int add_record(ns_msg message, const ns_rr *rr, bool additional, struct dns_answer *answer) {
        char *text = text_of(message, rr);
        if (!text || answer->n >= DNS_RECORDS_MAX) {
                free(text);
                return 0;
        }
        struct dns_record *records = reallocarray(answer->records, answer->n + 1, sizeof *records);
        char *name = strdup(ns_rr_name(*rr));
        if (records)
                answer->records = records;
        if (!records || !name) {
                free(text);
                free(name);
                return -ENOMEM;
        }
        struct dns_record *record = &answer->records[answer->n++];
        *record = (struct dns_record) {
                .type = (enum dns_type) ns_rr_type(*rr), .name = name, .text = text, .additional = additional
        };
        if (record->type == DNS_SRV) {
                const uint8_t *data = ns_rr_rdata(*rr);
                record->priority = (uint16_t) (data[0] << 8 | data[1]);
                record->weight = (uint16_t) (data[2] << 8 | data[3]);
                record->port = (uint16_t) (data[4] << 8 | data[5]);
        }
        return 0;
}

static bool dns_read_wanted(const ns_rr *rr, enum dns_type type, bool additional) {
        if (ns_rr_class(*rr) != ns_c_in)
                return false;
        if (additional)
                return ns_rr_type(*rr) == ns_t_a || ns_rr_type(*rr) == ns_t_aaaa;
        return (int) ns_rr_type(*rr) == (int) type;
}

static int read_section(ns_msg *message, ns_sect section, enum dns_type type, struct dns_answer *answer) {
        bool additional = section == ns_s_ar;
        for (int i = 0; i < ns_msg_count(*message, section); i++) {
                ns_rr rr;
                if (ns_parserr(message, section, i, &rr) < 0)
                        return -EBADMSG;
                int r = dns_read_wanted(&rr, type, additional) ? add_record(*message, &rr, additional, answer)
                                                               : 0;
                if (r < 0)
                        return r;
        }
        return 0;
}

int dns_read(const void *bytes, size_t n, enum dns_type type, struct dns_answer *ret, struct error **reterr) {
        ns_msg message;
        if (n > NS_MAXMSG || ns_initparse(bytes, (int) n, &message) < 0 || !ns_msg_getflag(message, ns_f_qr))
                return error_set(reterr, -EBADMSG, "The answer is not of the form that the DNS has");
        struct dns_answer answer = { .code = ns_msg_getflag(message, ns_f_rcode) };
        int r = read_section(&message, ns_s_an, type, &answer);
        if (r >= 0)
                r = read_section(&message, ns_s_ar, type, &answer);
        if (r < 0) {
                dns_answer_done(&answer);
                return error_set(reterr, r,
                                 r == -ENOMEM ? "Out of memory"
                                              : "The answer is not of the form that the DNS has");
        }
        *ret = answer;
        return 0;
}
