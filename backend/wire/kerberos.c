/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/wire/kerberos.h"

#include <arpa/inet.h>
#include <time.h>

#include "backend/wire/ber.h"

#define AS_REQ 10
#define AS_REP 11
#define KRB_ERROR 30
#define NAME_PRINCIPAL 1
#define NAME_SERVICE 2
#define FRAME_MAX (64U * 1024)

/* [tag] value, as each member of a Kerberos sequence is. */
#define MEMBER BER_CONTEXT

void kerberos_ask(struct str *out, const char *realm, const char *principal, uint32_t nonce,
                  bool framed) {
        static const char no_options[4];
        _cleanup_ber_ BerElement *ber = ber_alloc_t(LBER_USE_DER);
        ber_printf(ber, "t{{t{i}t{i}t{{", BER_APPLICATION(AS_REQ), MEMBER(1), 5, MEMBER(2), AS_REQ,
                   MEMBER(4));
        ber_printf(ber, "t{B}", MEMBER(0), no_options, (ber_len_t) (8 * sizeof no_options));
        ber_printf(ber, "t{{t{i}t{{ts}}}}", MEMBER(1), MEMBER(0), NAME_PRINCIPAL, MEMBER(1), BER_STRING,
                   principal);
        ber_printf(ber, "t{ts}", MEMBER(2), BER_STRING, realm);
        ber_printf(ber, "t{{t{i}t{{tsts}}}}", MEMBER(3), MEMBER(0), NAME_SERVICE, MEMBER(1), BER_STRING,
                   "krbtgt", BER_STRING, realm);
        ber_printf(ber, "t{ts}t{i}", MEMBER(5), BER_TIME, "20370913024805Z", MEMBER(7),
                   (int) (nonce & 0x7fffffff));
        /* encryption types, AES first; the last for old KDCs */
        ber_printf(ber, "t{{iiiii}}}}}}", MEMBER(8), 18, 17, 20, 19, 23);
        _cleanup_str_ struct str message = {};
        ber_append(ber, &message);
        const uint32_t size = htonl((uint32_t) message.length);
        str_add_bytes(out, &size, framed ? sizeof size : 0);
        str_add_bytes(out, message.text, message.length);
}

/* "20261124112233Z" */
static int kerberos_read_time(const struct berval *value, int64_t *ret) {
        struct tm tm = {};
        if (value->bv_len != 15 || strspn(value->bv_val, "0123456789") != 14)
                return -EBADMSG;
        const char *end = strptime(value->bv_val, "%Y%m%d%H%M%S", &tm);
        if (!end || *end != 'Z')
                return -EBADMSG;
        *ret = (int64_t) timegm(&tm);
        return 0;
}

static int kerberos_read_error(BerElement *ber, struct kerberos_answer *ret) {
        int64_t seconds = -1;
        ber_int_t usec = 0, code = -1, type = 0;
        struct berval time;
        ber_len_t length;
        char *end;
        for (ber_tag_t tag = ber_first_element(ber, &length, &end); tag != LBER_DEFAULT;
             tag = ber_next_element(ber, &length, end)) {
                ber_tag_t r = tag == MEMBER(1)   ? ber_scanf(ber, "{i}", &type)
                              : tag == MEMBER(4) ? ber_scanf(ber, "{m}", &time)
                              : tag == MEMBER(5) ? ber_scanf(ber, "{i}", &usec)
                              : tag == MEMBER(6) ? ber_scanf(ber, "{i}", &code)
                                                 : ber_scanf(ber, "x");
                if (r == LBER_ERROR || (tag == MEMBER(4) && kerberos_read_time(&time, &seconds) < 0))
                        return -EBADMSG;
        }
        if (seconds < 0 || type != KRB_ERROR || usec < 0 || usec > 999999 || code < 0 || code > 10000)
                return -EBADMSG;
        *ret = (struct kerberos_answer) { .usec = seconds * 1000000 + usec, .code = code };
        return 0;
}

ssize_t kerberos_read(const uint8_t *bytes, size_t n, bool framed, struct kerberos_answer *ret,
                      struct error **reterr) {
        struct kerberos_answer answer = {};
        ber_len_t length;
        size_t head = 0;
        if (framed) {
                uint32_t size;
                head = sizeof size;
                if (n < head)
                        return 0;
                memcpy(&size, bytes, head);
                size = ntohl(size);
                if (size <= FRAME_MAX && n - head < size)
                        return 0;
                n = size <= FRAME_MAX ? size : 0;
        }
        _cleanup_ber_ BerElement *ber = ber_reader(bytes + head, n);
        ber_tag_t tag = ber_skip_tag(ber, &length);
        if (tag == BER_APPLICATION(AS_REP))
                answer.granted = true;
        else if (tag != BER_APPLICATION(KRB_ERROR) || kerberos_read_error(ber, &answer) < 0)
                return error_set(reterr, -EBADMSG, "The answer is not that of a KDC");
        *ret = answer;
        return (ssize_t) (head + n);
}

/* ---- keytabs ---- */

#define KEYS_MAX 4096U
#define COMPONENTS_MAX 16U

struct kerberos_reader {
        const uint8_t *bytes;
        size_t n;
        bool failed;
};

/* The next bytes; none where so many are not left. */
static struct kerberos_reader keytab_take(struct kerberos_reader *r, size_t size) {
        struct kerberos_reader taken = { r->bytes, size };
        if (r->n < size) {
                r->failed = true;
                return (struct kerberos_reader){};
        }
        if (size > 0) /* there may be none at all */
                r->bytes += size;
        r->n -= size;
        return taken;
}

static uint32_t keytab_number(struct kerberos_reader *r, size_t size) {
        struct kerberos_reader digits = keytab_take(r, size);
        uint32_t value = 0;
        for (size_t i = 0; i < digits.n; i++)
                value = value << 8 | digits.bytes[i];
        return value;
}

static void keytab_text(struct kerberos_reader *r, struct str *out) {
        struct kerberos_reader text = keytab_take(r, keytab_number(r, 2));
        r->failed = r->failed || memchr(text.bytes, 0, text.n);
        str_add_bytes(out, text.bytes, text.n);
}

void keytab_done(struct keytab *keytab) {
        free(keytab->principal);
        *keytab = (struct keytab) {};
}

/* One entry: realm, components, name type, time, version (one byte, then four more in newer files), key. */
static void keytab_entry(struct kerberos_reader *r, struct keytab *k) {
        _cleanup_str_ struct str realm = {}, name = {};
        unsigned components = keytab_number(r, 2);
        r->failed = r->failed || components > COMPONENTS_MAX;
        keytab_text(r, &realm);
        for (unsigned i = 0; i < components && !r->failed; i++) {
                str_add(&name, i ? "/" : "");
                keytab_text(r, &name);
        }
        keytab_number(r, 4);
        int64_t time = keytab_number(r, 4);
        uint32_t kvno = keytab_number(r, 1);
        keytab_number(r, 2);
        keytab_take(r, keytab_number(r, 2));
        if (r->failed)
                return;
        uint32_t longer = r->n >= 4 ? keytab_number(r, 4) : 0;
        if (longer)
                kvno = longer;
        k->keys++;
        _cleanup_free_ char *principal = str_printf("%s@%s", name.text ? name.text : "", realm.text);
        if (!k->principal || (strchr(principal, '$') && !strchr(k->principal, '$'))) {
                free(k->principal);
                *k = (struct keytab) { .principal = xstrdup(principal), .keys = k->keys };
        }
        if (!str_equal(principal, k->principal))
                return;
        k->kvno = kvno > k->kvno ? kvno : k->kvno;
        k->time = time > k->time ? time : k->time;
}

int keytab_read(const uint8_t *bytes, size_t n, struct keytab *ret, struct error **reterr) {
        struct kerberos_reader file = { bytes, n };
        struct keytab k = {};
        if (keytab_number(&file, 2) != 0x0502)
                file.failed = true;
        for (size_t i = 0; !file.failed && file.n >= 4; i++) {
                int32_t size = (int32_t) keytab_number(&file, 4);
                if (size == 0)
                        break;
                /* a negative size is the hole of a removed entry */
                struct kerberos_reader entry = keytab_take(&file, (size_t) llabs(size));
                if (size > 0)
                        keytab_entry(&entry, &k);
                file.failed = file.failed || entry.failed || i >= KEYS_MAX;
        }
        if (file.failed) {
                keytab_done(&k);
                return error_set(reterr, -EBADMSG, "This is not a keytab");
        }
        *ret = k;
        return 0;
}
