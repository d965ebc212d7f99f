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
