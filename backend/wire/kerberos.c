/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/wire/kerberos.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "backend/wire/ber.h"

#define AS_REQ 10
#define AS_REP 11
#define KRB_ERROR 30
#define FRAME_MAX (64U * 1024)

enum {
        NAME_PRINCIPAL = 1,
        NAME_SERVICE = 2,
};

/* [tag] value, as each member of a Kerberos sequence is. */
static void kerberos_put_member(struct str *out, int tag, struct str *value) {
        ber_put_built(out, BER_CONTEXT(tag), value);
}

static void put_number(struct str *out, int tag, int64_t number) {
        struct str value = {};
        ber_put_number(&value, BER_INTEGER, number);
        kerberos_put_member(out, tag, &value);
}

static void put_text(struct str *out, int tag, int type, const char *text) {
        struct str value = {};
        ber_put_text(&value, type, text);
        kerberos_put_member(out, tag, &value);
}

static void put_name(struct str *out, int tag, int type, const char *first, const char *second) {
        struct str name = {}, strings = {}, whole = {};
        ber_put_text(&strings, BER_STRING, first);
        if (second)
                ber_put_text(&strings, BER_STRING, second);
        put_number(&name, 0, type);
        ber_put_built(&whole, BER_SEQUENCE, &strings);
        kerberos_put_member(&name, 1, &whole);
        ber_put_built(&whole, BER_SEQUENCE, &name);
        kerberos_put_member(out, tag, &whole);
}

void kerberos_ask(struct str *out, const char *realm, const char *principal, uint32_t nonce) {
        static const int encryptions[] = { 18, 17, 20, 19, 23 };        /* AES first; the last only so that
                                                                         * old KDCs answer, too */
        struct str body = {}, request = {}, value = {}, list = {};
        static const uint8_t no_options[5] = { 0 };
        ber_put(&value, 0x03, no_options, sizeof no_options);           /* BIT STRING */
        kerberos_put_member(&body, 0, &value);
        put_name(&body, 1, NAME_PRINCIPAL, principal, NULL);
        put_text(&body, 2, BER_STRING, realm);
        put_name(&body, 3, NAME_SERVICE, "krbtgt", realm);
        put_text(&body, 5, BER_TIME, "20370913024805Z");
        put_number(&body, 7, nonce & 0x7fffffff);
        for (size_t i = 0; i < ELEMENTS(encryptions); i++)
                ber_put_number(&list, BER_INTEGER, encryptions[i]);
        ber_put_built(&value, BER_SEQUENCE, &list);
        kerberos_put_member(&body, 8, &value);

        put_number(&request, 1, 5);
        put_number(&request, 2, AS_REQ);
        ber_put_built(&value, BER_SEQUENCE, &body);
        kerberos_put_member(&request, 4, &value);
        ber_put_built(&value, BER_SEQUENCE, &request);
        ber_put_built(out, BER_APPLICATION(AS_REQ), &value);
}

void kerberos_frame(struct str *out, const struct str *message) {
        size_t n = message->length;
        const uint8_t size[4] = { (uint8_t) (n >> 24), (uint8_t) (n >> 16), (uint8_t) (n >> 8), (uint8_t) n };
        str_add_bytes(out, size, sizeof size);
        str_add_bytes(out, message->text, n);
}

ssize_t kerberos_framed(const uint8_t *bytes, size_t n) {
        if (n < 4)
                return 0;
        size_t size = (size_t) bytes[0] << 24 | (size_t) bytes[1] << 16 | (size_t) bytes[2] << 8 | bytes[3];
        if (size == 0 || size > FRAME_MAX)
                return -EBADMSG;
        return n - 4 < size ? 0 : (ssize_t) size;
}

/* "20261124112233Z" */
static int kerberos_read_time(const struct ber *content, int64_t *ret) {
        char text[16] = "";
        if (content->n != 15 || content->bytes[14] != 'Z')
                return -EBADMSG;
        memcpy(text, content->bytes, 14);
        for (size_t i = 0; i < 14; i++)
                if (!isdigit((unsigned char) text[i]))
                        return -EBADMSG;
        struct tm tm = {};
        const char *end = strptime(text, "%Y%m%d%H%M%S", &tm);
        if (!end || *end)
                return -EBADMSG;
        *ret = (int64_t) timegm(&tm);
        return 0;
}

static int read_error(struct ber sequence, struct kerberos_answer *ret) {
        int64_t stime = 0, susec = 0, code = 0, type = 0;
        unsigned seen = 0;
        struct ber member, value;
        int tag;
        while (sequence.n) {
                if (ber_next(&sequence, &tag, &member) < 0)
                        return -EBADMSG;
                int r = 0;
                switch (tag) {
                case BER_CONTEXT(1):
                        r = ber_expect(&member, BER_INTEGER, &value) < 0 ? -EBADMSG
                                                                         : ber_number(&value, &type);
                        break;
                case BER_CONTEXT(4):
                        r = ber_expect(&member, BER_TIME, &value) < 0 ? -EBADMSG
                                                                      : kerberos_read_time(&value, &stime);
                        seen |= 1;
                        break;
                case BER_CONTEXT(5):
                        r = ber_expect(&member, BER_INTEGER, &value) < 0 ? -EBADMSG
                                                                         : ber_number(&value, &susec);
                        break;
                case BER_CONTEXT(6):
                        r = ber_expect(&member, BER_INTEGER, &value) < 0 ? -EBADMSG
                                                                         : ber_number(&value, &code);
                        seen |= 2;
                        break;
                default:
                        break;
                }
                if (r < 0)
                        return r;
        }
        if (seen != 3 || type != KRB_ERROR || susec < 0 || susec > 999999 || code < 0 || code > 10000)
                return -EBADMSG;
        *ret = (struct kerberos_answer) { .usec = stime * 1000000 + susec, .code = (int) code };
        return 0;
}

int kerberos_read(const uint8_t *bytes, size_t n, struct kerberos_answer *ret, struct error **reterr) {
        struct ber in = { bytes, n }, outer, sequence;
        struct kerberos_answer answer = {};
        int tag, r = ber_next(&in, &tag, &outer);
        if (r >= 0 && tag == BER_APPLICATION(AS_REP))
                answer.granted = true;
        else if (r < 0 || tag != BER_APPLICATION(KRB_ERROR) ||
                 ber_expect(&outer, BER_SEQUENCE, &sequence) < 0 || read_error(sequence, &answer) < 0)
                return error_set(reterr, -EBADMSG, "The answer is not that of a KDC");
        *ret = answer;
        return 0;
}
