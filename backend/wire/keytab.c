/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/wire/keytab.h"

#define KEYS_MAX 4096U
#define COMPONENTS_MAX 16U

struct reader {
        const uint8_t *bytes;
        size_t n;
        bool failed;
};

/* The next bytes; none where so many are not left. */
static struct reader keytab_take(struct reader *r, size_t size) {
        struct reader taken = { r->bytes, size };
        if (r->n < size) {
                r->failed = true;
                return (struct reader) {};
        }
        r->bytes += size;
        r->n -= size;
        return taken;
}

static uint32_t keytab_number(struct reader *r, size_t size) {
        struct reader digits = keytab_take(r, size);
        uint32_t value = 0;
        for (size_t i = 0; i < digits.n; i++)
                value = value << 8 | digits.bytes[i];
        return value;
}

static void keytab_text(struct reader *r, struct str *out) {
        struct reader text = keytab_take(r, keytab_number(r, 2));
        r->failed = r->failed || memchr(text.bytes, 0, text.n);
        str_add_bytes(out, text.bytes, text.n);
}

void keytab_done(struct keytab *keytab) {
        free(keytab->principal);
        *keytab = (struct keytab) {};
}

/* One entry: realm, components, name type, time, version (one byte, then four more in newer files), key. */
static void keytab_entry(struct reader *r, struct keytab *k) {
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
        struct reader file = { bytes, n };
        struct keytab k = {};
        if (keytab_number(&file, 2) != 0x0502)
                file.failed = true;
        for (size_t i = 0; !file.failed && file.n >= 4; i++) {
                int32_t size = (int32_t) keytab_number(&file, 4);
                if (size == 0)
                        break;
                /* a negative size is the hole of a removed entry */
                struct reader entry = keytab_take(&file, (size_t) llabs(size));
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
