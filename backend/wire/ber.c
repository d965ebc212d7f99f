/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/wire/ber.h"

#include <errno.h>
#include <limits.h>
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <string.h>

int ber_next(struct ber *in, int *ret_tag, struct ber *ret_content) {
        if (in->n == 0)
                return -ENODATA;
        const unsigned char *p = in->bytes;
        long length;
        int number, class;
        int r = ASN1_get_object(&p, &length, &number, &class, in->n > LONG_MAX ? LONG_MAX : (long) in->n);
        /* 0x80: broken or too long, which libcrypto also notes for whoever asks; 1: of indefinite length */
        if (r & 0x81 || number > 30 || length < 0) {
                ERR_clear_error();
                return -EBADMSG;
        }
        *ret_tag = class | (r & V_ASN1_CONSTRUCTED) | number;
        *ret_content = (struct ber) { p, (size_t) length };
        in->n -= (size_t) (p - in->bytes) + (size_t) length;
        in->bytes = p + length;
        return 0;
}

int ber_expect(struct ber *in, int tag, struct ber *ret_content) {
        int found;
        int r = ber_next(in, &found, ret_content);
        return r == -ENODATA || (r >= 0 && found != tag) ? -EBADMSG : r;
}

int ber_number(const struct ber *content, int64_t *ret) {
        if (content->n == 0 || content->n > 8)
                return -EBADMSG;
        uint64_t value = content->bytes[0] & 0x80 ? UINT64_MAX : 0;
        for (size_t i = 0; i < content->n; i++)
                value = value << 8 | content->bytes[i];
        *ret = (int64_t) value;
        return 0;
}

/* By hand: libcrypto reads a header only together with its whole content. */
ssize_t ber_size(const uint8_t *bytes, size_t n) {
        if (n < 2)
                return 0;
        if ((bytes[0] & 0x1f) == 0x1f)
                return -EBADMSG;
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

void ber_put(struct str *out, int tag, const void *content, size_t n) {
        unsigned char header[16], *p = header;
        if (n > INT_MAX) {
                out->failed = true;
                return;
        }
        ASN1_put_object(&p, tag & V_ASN1_CONSTRUCTED ? 1 : 0, (int) n, tag & 0x1f, tag & V_ASN1_PRIVATE);
        str_add_bytes(out, header, (size_t) (p - header));
        str_add_bytes(out, content, n);
}

void ber_put_text(struct str *out, int tag, const char *text) {
        ber_put(out, tag, text, strlen(text));
}

void ber_put_number(struct str *out, int tag, int64_t number) {
        uint8_t bytes[8];
        size_t first = 0;
        for (size_t i = 0; i < 8; i++)
                bytes[i] = (uint8_t) ((uint64_t) number >> (56 - 8 * i));
        /* the shortest form: no leading byte that says only what the next one's top bit says */
        while (first < 7 && ((bytes[first] == 0 && !(bytes[first + 1] & 0x80)) ||
                             (bytes[first] == 0xff && bytes[first + 1] & 0x80)))
                first++;
        ber_put(out, tag, bytes + first, 8 - first);
}

void ber_put_built(struct str *out, int tag, struct str *content) {
        if (content->failed)
                out->failed = true;
        else
                ber_put(out, tag, content->text ? content->text : "", content->length);
        str_done(content);
}
