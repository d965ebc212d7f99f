/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/wire/ldap.h"

#include <arpa/nameser.h>

#define SEARCH_REQUEST BER_APPLICATION(3)
#define SEARCH_ENTRY BER_APPLICATION(4)
#define SEARCH_DONE BER_APPLICATION(5)
#define FILTER_AND BER_CONTEXT(0)
#define FILTER_EQUAL BER_CONTEXT(3)
#define FILTER_PRESENT BER_CONTEXT_PLAIN(7)

#define MESSAGE_MAX (128U * 1024)
#define ENTRIES_MAX 10
#define SECONDS 3 /* the server's limit; the exchange has its own */

void ldap_ask(struct str *out, unsigned id, const char *base, enum ldap_scope scope,
              const struct ldap_test *tests, size_t n_tests, const char *const *attributes) {
        _cleanup_ber_ BerElement *ber = ber_alloc_t(LBER_USE_DER);
        /* aliases are never followed; values, not only types */
        ber_printf(ber, "{it{seeiib", (int) id, SEARCH_REQUEST, base, (int) scope, 0, ENTRIES_MAX, SECONDS,
                   0);
        if (n_tests == 0)
                ber_printf(ber, "ts", FILTER_PRESENT, "objectClass");
        if (n_tests > 1)
                ber_printf(ber, "t{", FILTER_AND);
        for (size_t i = 0; i < n_tests; i++)
                ber_printf(ber, "t{so}", FILTER_EQUAL, tests[i].attribute, tests[i].value,
                           (ber_len_t) tests[i].n);
        ber_printf(ber, n_tests > 1 ? "}{v}}}" : "{v}}}", attributes);
        ber_append(ber, out);
}

void ldap_message_done(struct ldap_message *m) {
        for (size_t i = 0; i < m->n; i++)
                ber_memfree(m->attributes[i].values);
        ber_free(m->ber, 1);
        *m = (struct ldap_message){};
}

static int ldap_read_entry(struct ldap_message *m) {
        struct berval name;
        ber_len_t length;
        char *end;
        if (ber_scanf(m->ber, "{m", &name) == LBER_ERROR)
                return -EBADMSG;
        for (ber_tag_t tag = ber_first_element(m->ber, &length, &end); tag != LBER_DEFAULT;
             tag = ber_next_element(m->ber, &length, end)) {
                struct ldap_attribute *a = &m->attributes[m->n];
                if (m->n == LDAP_ATTRIBUTES_MAX)
                        return -EBADMSG;
                *a = (struct ldap_attribute) { .n = sizeof *a->values };
                if (ber_scanf(m->ber, "{mM}", &a->name, &a->values, &a->n, (ber_len_t) 0) == LBER_ERROR)
                        return -EBADMSG;
                m->n++;
        }
        m->kind = LDAP_ENTRY;
        return 0;
}

static int ldap_read_message(struct ldap_message *m) {
        ber_int_t id;
        ber_tag_t tag;
        if (ber_scanf(m->ber, "{it", &id, &tag) == LBER_ERROR || id < 0)
                return -EBADMSG;
        m->id = (unsigned) id;
        if (tag == SEARCH_ENTRY)
                return ldap_read_entry(m);
        m->kind = tag == SEARCH_DONE ? LDAP_DONE : LDAP_PASSED_OVER;
        return 0;
}

/* The size of the message that begins here, which liblber needs whole, by its header: 0 while incomplete. */
static ssize_t ldap_message_size(const uint8_t *bytes, size_t n) {
        if (n && bytes[0] != LBER_SEQUENCE)
                return -EBADMSG;
        if (n < 2)
                return 0;
        if (bytes[1] < 0x80)
                return 2 + bytes[1];
        size_t k = bytes[1] & 0x7f;
        if (k == 0 || k > 4)
                return -EBADMSG;
        if (n < 2 + k)
                return 0;
        ssize_t length = 0;
        for (size_t i = 0; i < k; i++)
                length = length << 8 | bytes[2 + i];
        return 2 + (ssize_t) k + length;
}

ssize_t ldap_read(const uint8_t *bytes, size_t n, struct ldap_message *ret, struct error **reterr) {
        ssize_t size = ldap_message_size(bytes, n);
        if (size > (ssize_t) MESSAGE_MAX)
                return error_set(reterr, -EBADMSG, "The LDAP message would be larger than %u bytes",
                                 MESSAGE_MAX);
        if (size == 0 || (size > 0 && (size_t) size > n))
                return 0;
        if (size > 0) {
                ret->ber = ber_reader(bytes, (size_t) size);
                if (ldap_read_message(ret) >= 0)
                        return size;
                ldap_message_done(ret);
        }
        return error_set(reterr, -EBADMSG, "The answer is not LDAP");
}

const struct berval *ldap_value(const struct ldap_message *entry, const char *attribute, size_t index) {
        for (size_t i = 0; i < entry->n; i++) {
                const struct ldap_attribute *a = &entry->attributes[i];
                if (a->name.bv_len == strlen(attribute) &&
                    strncasecmp(a->name.bv_val, attribute, a->name.bv_len) == 0)
                        return index < a->n ? &a->values[index] : NULL;
        }
        return NULL;
}

const char *ldap_text(const struct ldap_message *entry, const char *attribute, size_t index) {
        const struct berval *value = ldap_value(entry, attribute, index);
        return value && strlen(value->bv_val) == value->bv_len ? value->bv_val : NULL;
}

/* ---- NetLogon ---- */

/* The C library's resolver reads the names of the answer: they are compressed as in the DNS, counted from its
 * first byte, but their labels hold any text. */

#define RESPONSE_EX 23
#define RESPONSE_EX_UNKNOWN_USER 25
#define NAMES_AT 24 /* behind type, a reserved word, flags and the domain's GUID */

void netlogon_done(struct netlogon *n) {
        for (size_t i = 0; i < ELEMENTS(n->names); i++)
                free(n->names[i]);
        *n = (struct netlogon) {};
}

void netlogon_ask(struct str *out, unsigned id, const char *domain) {
        /* NETLOGON_NT_VERSION_5 | _5EX | _WITH_CLOSEST_SITE, little-endian */
        static const uint8_t version[4] = { 0x16, 0, 0, 0 };
        const struct ldap_test tests[] = { { "DnsDomain", domain, strlen(domain) },
                                           { "NtVer", version, sizeof version } };
        ldap_ask(out, id, "", LDAP_BASE, tests, ELEMENTS(tests), (const char *const[]) { "NetLogon", NULL });
}

/* The name at *at, its labels joined by dots; moves behind it. NULL: invalid. */
static char *read_name(const uint8_t *bytes, size_t n, size_t *at) {
        uint8_t labels[NS_MAXCDNAME];
        _cleanup_str_ struct str s = {};
        int used = *at < n ? ns_name_unpack(bytes, bytes + n, bytes + *at, labels, sizeof labels) : -1;
        if (used < 0)
                return NULL;
        for (const uint8_t *p = labels; *p; p += *p + 1) {
                if (memchr(p + 1, 0, *p))
                        return NULL;
                str_add(&s, s.length ? "." : "");
                str_add_bytes(&s, p + 1, *p);
        }
        *at += (size_t) used;
        return str_take(&s);
}

int netlogon_read(const uint8_t *bytes, size_t n, struct netlogon *ret, struct error **reterr) {
        struct netlogon found = {};
        size_t at = NAMES_AT;
        if (n < NAMES_AT || bytes[1] != 0 ||
            (bytes[0] != RESPONSE_EX && bytes[0] != RESPONSE_EX_UNKNOWN_USER))
                return error_set(reterr, -EBADMSG, "The answer is not that of a domain controller");
        for (size_t i = 0; i < ELEMENTS(found.names); i++) {
                found.names[i] = read_name(bytes, n, &at);
                if (!found.names[i]) {
                        netlogon_done(&found);
                        return error_set(reterr, -EBADMSG,
                                         "The domain controller's answer ends in the middle of its names");
                }
        }
        *ret = found;
        return 0;
}
