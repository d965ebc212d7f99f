/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/wire/keytab.h"

#define KEYS_MAX 4096U
#define COMPONENTS_MAX 16U

struct reader {
        const uint8_t *bytes;
        size_t n;
        bool failed;
};

static uint32_t keytab_number(struct reader *r, size_t size) {
        uint32_t value = 0;
        if (r->n < size) {
                r->failed = true;
                return 0;
        }
        for (size_t i = 0; i < size; i++)
                value = value << 8 | r->bytes[i];
        r->bytes += size;
        r->n -= size;
        return value;
}

static void keytab_text(struct reader *r, struct str *out) {
        size_t size = keytab_number(r, 2);
        if (r->failed || r->n < size || memchr(r->bytes, 0, size)) {
                r->failed = true;
                return;
        }
        str_add_bytes(out, r->bytes, size);
        r->bytes += size;
        r->n -= size;
}

void keytab_done(struct keytab *keytab) {
        free(keytab->principal);
        *keytab = (struct keytab) {};
}

/* One entry: realm, components, name type, time, version (one byte, then four more in newer files), key. */
static int keytab_entry(struct reader *r, struct keytab *k) {
        _cleanup_str_ struct str realm = {}, name = {};
        unsigned components = keytab_number(r, 2);
        if (components > COMPONENTS_MAX)
                return -EBADMSG;
        keytab_text(r, &realm);
        for (unsigned i = 0; i < components && !r->failed; i++) {
                if (i)
                        str_add(&name, "/");
                keytab_text(r, &name);
        }
        keytab_number(r, 4);
        int64_t time = keytab_number(r, 4);
        uint32_t kvno = keytab_number(r, 1);
        keytab_number(r, 2);
        size_t key = keytab_number(r, 2);
        if (r->failed || r->n < key)
                return -EBADMSG;
        r->bytes += key;
        r->n -= key;
        if (r->n >= 4) {
                uint32_t longer = keytab_number(r, 4);
                kvno = longer ? longer : kvno;
        }
        k->keys++;
        _cleanup_free_ char *principal =
                str_printf("%s@%s", name.text ? name.text : "", realm.text ? realm.text : "");
        bool same = str_equal(principal, k->principal);
        bool better = !k->principal || (!same && !strchr(k->principal, '$') && strchr(principal, '$'));
        if (better) {
                free(k->principal);
                k->principal = TAKE(principal);
                k->kvno = 0;
                k->time = 0;
        }
        if (better || same) {
                k->kvno = kvno > k->kvno ? kvno : k->kvno;
                k->time = time > k->time ? time : k->time;
        }
        return 0;
}

int keytab_read(const uint8_t *bytes, size_t n, struct keytab *ret, struct error **reterr) {
        struct reader file = { bytes, n };
        struct keytab k = {};
        int r = keytab_number(&file, 2) == 0x0502 && !file.failed ? 0 : -EBADMSG;
        for (size_t i = 0; r >= 0 && file.n >= 4; i++) {
                int32_t size = (int32_t) keytab_number(&file, 4);
                if (size == 0)
                        break;
                /* a negative size is the hole of a removed entry */
                size_t span = size < 0 ? (size_t) -(int64_t) size : (size_t) size;
                if (span > file.n || i >= KEYS_MAX) {
                        r = -EBADMSG;
                        break;
                }
                struct reader one = { file.bytes, span };
                if (size > 0)
                        r = keytab_entry(&one, &k);
                file.bytes += span;
                file.n -= span;
        }
        if (r < 0) {
                keytab_done(&k);
                return error_set(reterr, r, r == -ENOMEM ? "Out of memory" : "This is not a keytab");
        }
        *ret = k;
        return 0;
}
