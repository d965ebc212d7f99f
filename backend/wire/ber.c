/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/wire/ber.h"

BerElement *ber_reader(const uint8_t *bytes, size_t n) {
        /* without a byte it has no buffer, and liblber reads from that */
        struct berval whole = { .bv_len = n ? n : 1, .bv_val = (char *) (n ? bytes : (const uint8_t *) "") };
        return ber_init(&whole);
}

void ber_append(BerElement *ber, struct str *out) {
        struct berval whole;
        if (ber_flatten2(ber, &whole, 0) < 0)
                oom();          /* no other reason: what is written here is balanced */
        str_add_bytes(out, whole.bv_val, whole.bv_len);
}
