/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/redact.h"

#include <sys/mman.h>

#define NEEDLE_MAX (SECRET_BYTES_MAX * 6U)      /* JSON writes a byte as at most six */
#define NEEDLES_MAX 384U
#define AREA (NEEDLE_MAX * 40U)                 /* for all needles together */
#define WORK (NEEDLE_MAX + 16U * 1024)
#define LETTERS_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

struct needle {
        const char *bytes;      /* in the area */
        size_t n;
};

struct redact {
        struct needle needles[NEEDLES_MAX];
        size_t n;
        bool begins[256];       /* is the first byte of some needle */
        size_t waiting;         /* bytes at the beginning of work that could begin a needle */
        size_t used;            /* of the area */
        bool full;
        char *area, *work;      /* one locked mapping */
};

static void add_needle(struct redact *r, const char *bytes, size_t n) {
        if (n < REDACT_BYTES_MIN)
                return;
        for (size_t i = 0; i < r->n; i++)
                if (r->needles[i].n == n && memcmp(r->needles[i].bytes, bytes, n) == 0)
                        return;
        if (r->n == NEEDLES_MAX || n > NEEDLE_MAX || n > AREA - r->used) {
                r->full = true;
                return;
        }
        memcpy(r->area + r->used, bytes, n);
        r->needles[r->n++] = (struct needle) { r->area + r->used, n };
        r->begins[(unsigned char) bytes[0]] = true;
        r->used += n;
}

static void add_url(struct redact *r, const struct secret *secret, const char *digits, bool plus) {
        static const char plain[] = LETTERS_AND_DIGITS "-._~";
        char out[NEEDLE_MAX];
        size_t length = 0;
        for (size_t i = 0; i < secret->length; i++) {
                unsigned char c = (unsigned char) secret->bytes[i];
                if (memchr(plain, c, sizeof plain - 1))
                        out[length++] = (char) c;
                else if (plus && c == ' ')
                        out[length++] = '+';
                else {
                        out[length++] = '%';
                        out[length++] = digits[c >> 4];
                        out[length++] = digits[c & 15];
                }
        }
        add_needle(r, out, length);
        explicit_bzero(out, sizeof out);
}

static void add_json(struct redact *r, const struct secret *secret) {
        static const char letters[0x20] = { ['\b'] = 'b', ['\f'] = 'f', ['\t'] = 't', ['\r'] = 'r' };
        char out[NEEDLE_MAX + 1];
        size_t length = 0;
        for (size_t i = 0; i < secret->length; i++) {
                unsigned char c = (unsigned char) secret->bytes[i];
                if (c < 0x20 && !letters[c]) {
                        length += (size_t) snprintf(out + length, 7, "\\u%04x", c);
                        continue;
                }
                if (c < 0x20 || c == '"' || c == '\\')
                        out[length++] = '\\';
                out[length++] = c < 0x20 ? letters[c] : (char) c;
        }
        add_needle(r, out, length);
        explicit_bzero(out, sizeof out);
}

/* The base64 characters that depend on the secret alone, behind `before` foreign bytes. */
static void add_base64(struct redact *r, const struct secret *secret, size_t before, const char *digits) {
        char out[(SECRET_BYTES_MAX + 2) * 4 / 3 + 8];
        size_t length = 0;
        /* Six bits that lie wholly within the secret are a character. */
        size_t first = (before * 8 + 5) / 6, end = (before + secret->length) * 8 / 6;
        for (size_t i = first; i < end; i++) {
                unsigned value = 0;
                for (size_t bit = i * 6; bit < i * 6 + 6; bit++) {
                        unsigned char c = (unsigned char) secret->bytes[bit / 8 - before];
                        value = value << 1 | (c >> (7 - bit % 8) & 1U);
                }
                out[length++] = digits[value];
        }
        /* Shorter ones match by chance. */
        if (length >= 6)
                add_needle(r, out, length);
        explicit_bzero(out, sizeof out);
}

static void add_secret(struct redact *r, const struct secret *secret) {
        add_needle(r, secret->bytes, secret->length);
        if (secret->length < REDACT_BYTES_MIN)
                return;
        add_url(r, secret, "0123456789ABCDEF", false);
        add_url(r, secret, "0123456789abcdef", false);
        add_url(r, secret, "0123456789ABCDEF", true);
        add_json(r, secret);
        for (size_t before = 0; before < 3; before++) {
                add_base64(r, secret, before, LETTERS_AND_DIGITS "+/");
                add_base64(r, secret, before, LETTERS_AND_DIGITS "-_");
        }
}

struct redact *redact_new(const struct secret_list *secrets) {
        _cleanup_(redact_freep) struct redact *r = new0(struct redact);
        if (!secrets || secrets->n == 0)
                return TAKE(r);
        char *area = mmap(NULL, AREA + WORK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (area == MAP_FAILED)
                return NULL;
        /* A limit on locked memory is tolerated, as in base/secret.h. */
        (void) mlock(area, AREA + WORK);
        (void) madvise(area, AREA + WORK, MADV_DONTDUMP);
        (void) madvise(area, AREA + WORK, MADV_WIPEONFORK);
        r->area = area;
        r->work = area + AREA;
        for (size_t i = 0; i < secrets->n; i++)
                add_secret(r, secrets->items[i]);
        /* Without room for all needles nothing can be guaranteed. */
        return r->full ? NULL : TAKE(r);
}

struct redact *redact_free(struct redact *r) {
        if (!r)
                return NULL;
        if (r->area) {
                explicit_bzero(r->area, AREA + WORK);
                munmap(r->area, AREA + WORK);
        }
        free(r);
        return NULL;
}

/* The length of the longest needle at p, or 0. *ret_partial: p could still become one. */
static size_t redact_match(const struct redact *r, const char *p, size_t n, bool *ret_partial) {
        size_t longest = 0;
        *ret_partial = false;
        for (size_t i = 0; i < r->n; i++) {
                const struct needle *needle = &r->needles[i];
                if (needle->n <= n) {
                        if (needle->n > longest && memcmp(p, needle->bytes, needle->n) == 0)
                                longest = needle->n;
                } else if (memcmp(p, needle->bytes, n) == 0)
                        *ret_partial = true;
        }
        return longest;
}

/* Filters the first n bytes of work; a possible beginning of a needle moves to its start, unless `end`. */
static void redact_filter(struct redact *r, size_t n, bool end,
                          void (*sink)(const void *bytes, size_t n, void *userdata), void *userdata) {
        size_t clean = 0, at = 0;
        while (at < n) {
                bool partial = false;
                size_t found = 0;
                if (r->begins[(unsigned char) r->work[at]])
                        found = redact_match(r, r->work + at, n - at, &partial);
                if (partial && !end)
                        break;  /* even if a shorter one matches: the longer one may follow */
                if (!found) {
                        at++;
                        continue;
                }
                if (at > clean)
                        sink(r->work + clean, at - clean, userdata);
                sink("[secret]", 8, userdata);
                at += found;
                clean = at;
        }
        if (at > clean)
                sink(r->work + clean, at - clean, userdata);
        r->waiting = n - at;
        memmove(r->work, r->work + at, r->waiting);
}

void redact_write(struct redact *r, const void *bytes, size_t n,
                  void (*sink)(const void *bytes, size_t n, void *userdata), void *userdata) {
        if (r->n == 0) {
                sink(bytes, n, userdata);
                return;
        }
        for (const char *p = bytes; n > 0;) {
                size_t piece = WORK - r->waiting < n ? WORK - r->waiting : n;
                memcpy(r->work + r->waiting, p, piece);
                p += piece;
                n -= piece;
                redact_filter(r, r->waiting + piece, false, sink, userdata);
        }
}

void redact_flush(struct redact *r, void (*sink)(const void *bytes, size_t n, void *userdata),
                  void *userdata) {
        if (r->waiting)
                redact_filter(r, r->waiting, true, sink, userdata);
}
