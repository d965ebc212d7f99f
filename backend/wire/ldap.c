/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/wire/ldap.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define SEARCH_REQUEST BER_APPLICATION(3)
#define SEARCH_ENTRY BER_APPLICATION(4)
#define SEARCH_DONE BER_APPLICATION(5)
#define FILTER_AND BER_CONTEXT(0)
#define FILTER_EQUAL BER_CONTEXT(3)
#define FILTER_PRESENT BER_CONTEXT_PLAIN(7)

#define MESSAGE_MAX (128U * 1024)
#define SECONDS 3               /* asked of the server; ours are told by the exchange */

static void put_filter(struct str *out, const struct ldap_test *tests, size_t n) {
        struct str all = {};
        for (size_t i = 0; i < n; i++) {
                struct str test = {};
                ber_put_text(&test, BER_OCTETS, tests[i].attribute);
                ber_put(&test, BER_OCTETS, tests[i].value, tests[i].n);
                ber_put_built(&all, FILTER_EQUAL, &test);
        }
        if (n == 0)
                ber_put_text(out, FILTER_PRESENT, "objectClass");
        else if (n > 1)
                ber_put_built(out, FILTER_AND, &all);
        else if (all.failed)
                out->failed = true;
        else
                str_add_bytes(out, all.text, all.length);
        str_done(&all);
}

void ldap_search(struct str *out, unsigned id, const char *base, enum ldap_scope scope,
                 const struct ldap_test *tests, size_t n_tests, const char *const *attributes) {
        struct str message = {}, request = {}, list = {};
        ber_put_text(&request, BER_OCTETS, base);
        ber_put_number(&request, BER_ENUM, scope);
        ber_put_number(&request, BER_ENUM, 0);          /* aliases are never followed */
        ber_put_number(&request, BER_INTEGER, 10);      /* entries at most */
        ber_put_number(&request, BER_INTEGER, SECONDS);
        ber_put(&request, BER_BOOLEAN, "\0", 1);        /* values, not only types */
        put_filter(&request, tests, n_tests);
        for (size_t i = 0; attributes[i]; i++)
                ber_put_text(&list, BER_OCTETS, attributes[i]);
        ber_put_built(&request, BER_SEQUENCE, &list);
        ber_put_number(&message, BER_INTEGER, id);
        ber_put_built(&message, SEARCH_REQUEST, &request);
        ber_put_built(out, BER_SEQUENCE, &message);
}

static int read_done(struct ber content, struct ldap_message *m) {
        struct ber code, matched;
        int64_t number;
        if (ber_expect(&content, BER_ENUM, &code) < 0 || ber_number(&code, &number) < 0 || number < 0 ||
            number > UINT16_MAX || ber_expect(&content, BER_OCTETS, &matched) < 0 ||
            ber_expect(&content, BER_OCTETS, &m->diagnostics) < 0)
                return -EBADMSG;
        m->kind = LDAP_DONE;
        m->code = (unsigned) number;
        return 0;
}

/* Walks the whole list once, so that ldap_value() meets nothing broken. */
static int ldap_read_entry(struct ber content, struct ldap_message *m) {
        if (ber_expect(&content, BER_OCTETS, &m->name) < 0 ||
            ber_expect(&content, BER_SEQUENCE, &m->attributes) < 0)
                return -EBADMSG;
        for (struct ber rest = m->attributes, attribute, type, values, value; rest.n;) {
                if (ber_expect(&rest, BER_SEQUENCE, &attribute) < 0 ||
                    ber_expect(&attribute, BER_OCTETS, &type) < 0 ||
                    ber_expect(&attribute, BER_SET, &values) < 0)
                        return -EBADMSG;
                while (values.n)
                        if (ber_expect(&values, BER_OCTETS, &value) < 0)
                                return -EBADMSG;
        }
        m->kind = LDAP_ENTRY;
        return 0;
}

static int read_message(struct ber whole, struct ldap_message *m) {
        struct ber content, id, body;
        int64_t number;
        int tag;
        if (ber_expect(&whole, BER_SEQUENCE, &content) < 0 || ber_expect(&content, BER_INTEGER, &id) < 0 ||
            ber_number(&id, &number) < 0 || number < 0 || number > INT32_MAX ||
            ber_next(&content, &tag, &body) < 0)
                return -EBADMSG;
        m->id = (unsigned) number;
        switch (tag) {
        case SEARCH_ENTRY:
                return ldap_read_entry(body, m);
        case SEARCH_DONE:
                return read_done(body, m);
        default:
                m->kind = LDAP_PASSED_OVER;
                return 0;
        }
}

ssize_t ldap_read(const uint8_t *bytes, size_t n, struct ldap_message *ret, struct error **reterr) {
        ssize_t size = n && bytes[0] != BER_SEQUENCE ? -EBADMSG : ber_size(bytes, n);
        if (size >= 0 && size > (ssize_t) MESSAGE_MAX)
                return error_set(reterr, -EBADMSG, "The LDAP message would be larger than %u bytes",
                                 MESSAGE_MAX);
        if (size == 0 || (size > 0 && (size_t) size > n))
                return 0;
        struct ldap_message m = {};
        if (size < 0 || read_message((struct ber) { bytes, (size_t) size }, &m) < 0)
                return error_set(reterr, -EBADMSG, "The answer is not LDAP");
        *ret = m;
        return size;
}

int ldap_value(const struct ldap_message *entry, const char *attribute, size_t index, struct ber *ret) {
        size_t length = strlen(attribute);
        struct ber rest = entry->attributes, one, type, values;
        while (ber_expect(&rest, BER_SEQUENCE, &one) >= 0 && ber_expect(&one, BER_OCTETS, &type) >= 0 &&
               ber_expect(&one, BER_SET, &values) >= 0) {
                if (type.n != length || strncasecmp((const char *) type.bytes, attribute, length) != 0)
                        continue;
                for (size_t i = 0; ber_expect(&values, BER_OCTETS, ret) >= 0; i++)
                        if (i == index)
                                return 0;
                return -ENODATA;
        }
        return -ENODATA;
}

char *ldap_text(const struct ldap_message *entry, const char *attribute, size_t index) {
        struct ber value;
        if (ldap_value(entry, attribute, index, &value) < 0 || (value.n && memchr(value.bytes, 0, value.n)))
                return NULL;
        return strndup((const char *) value.bytes, value.n);
}
