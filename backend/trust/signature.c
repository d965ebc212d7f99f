/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signatures of "simple signing": an OpenPGP message with JSON in it (containers-signature(5)). gpg checks
 * the message; what it says is compared here with what it should say. */
#include "backend/trust/trust.h"

#include <openssl/evp.h>

#include "backend/io/base64.h"
#include "model/image/image.h"

static const struct json_limits payload_limits = { SIGNATURE_BYTES_MAX, 8, 2000 };

/* ---- what is signed ---- */

int signature_read_payload(const char *text, size_t n, enum trust_kind kind, struct trust_signature *ret,
                           struct error **reterr) {
        static const char *const types[_TRUST_KIND_MAX] = { [TRUST_SIGNED_BY] = "atomic container signature",
                                                            [TRUST_SIGSTORE] =
                                                                    "cosign container image signature" };
        _cleanup_json_value_ struct json_value *o = NULL;
        if (json_parse(text, n, &payload_limits, &o, NULL, reterr) < 0)
                return error_wrap(reterr, -EBADMSG, "What is signed cannot be read");
        const struct json_value *critical = json_member(o, "critical");
        const struct json_value *optional = json_member(o, "optional");
        const char *type = json_text(json_member(critical, "type"));
        const char *digest = json_text(json_member(json_member(critical, "image"), "docker-manifest-digest"));
        const char *reference = json_text(json_member(json_member(critical, "identity"), "docker-reference"));
        if (!digest || !reference || strlen(digest) > 200 || !reference_valid(reference))
                return error_set(reterr, -EBADMSG, "What is signed names no image and no digest");
        if (!str_equal(type, types[kind]))
                return error_set(reterr, -EBADMSG, "What is signed is of another kind");
        str_replace(&ret->digest, digest);
        str_replace(&ret->reference, reference);
        ret->time = json_integer(json_member(optional, "timestamp"));
        return 0;
}

/* ---- what gpg says ---- */

static char *signature_word(const char *words, size_t at) {
        for (; at; at--) {
                words += strcspn(words, " ");
                words += strspn(words, " ");
        }
        size_t n = strcspn(words, " ");
        return n ? xstrndup(words, n) : NULL;
}

static char *signature_last_word(const char *words) {
        const char *last = strrchr(words, ' ');
        return signature_word(last ? last + 1 : words, 0);
}

static void signature_take_status(const char *keyword, const char *words, bool *valid,
                                  struct trust_signature *ret) {
        if (str_equal(keyword, "GOODSIG")) {
                const char *space = strchr(words, ' ');
                str_replace(&ret->signer, space && space[1] ? space + 1 : NULL);
                ret->finding = SIGNATURE_GOOD;
        } else if (str_equal(keyword, "VALIDSIG")) { /* the last word is the primary key's fingerprint */
                free(ret->key);
                ret->key = signature_last_word(words);
                *valid = true;
        } else if (STR_IN_SET(keyword, "BADSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG")) {
                free(ret->key);
                ret->key = signature_word(words, 0);
                ret->finding = SIGNATURE_BAD;
        } else if (str_equal(keyword, "ERRSIG")) { /* …, and its fingerprint where gpg knows it */
                char *last = signature_last_word(words);
                free(ret->key);
                ret->key = last && strlen(last) >= 16 ? last : signature_word(words, 0);
                if (ret->key != last)
                        free(last);
                ret->finding = SIGNATURE_BAD; /* but for the next line */
        } else if (str_equal(keyword, "NO_PUBKEY"))
                ret->finding = SIGNATURE_OTHER_KEY;
}

void signature_read_status(const char *text, size_t n, struct trust_signature *ret) {
        unsigned signatures = 0;
        bool valid = false;
        ret->finding = SIGNATURE_UNREADABLE;
        for (const char *at = text, *end = text + n; at < end;) {
                const char *newline = memchr(at, '\n', (size_t) (end - at));
                size_t length = (size_t) ((newline ? newline : end) - at);
                _cleanup_free_ char *line = xstrndup(at, length);
                at += length + 1;
                line[strcspn(line, "\r")] = '\0'; /* of a terminal */
                const char *status = str_starts(line, "[GNUPG:] ");
                if (!status)
                        continue;
                _cleanup_free_ char *keyword = signature_word(status, 0);
                const char *words = status + (keyword ? strlen(keyword) : 0);
                words += strspn(words, " ");
                signatures += str_equal(keyword, "NEWSIG");
                if (keyword)
                        signature_take_status(keyword, words, &valid, ret);
        }
        /* An image has one signature in a file: whose is the second? */
        if (signatures > 1)
                ret->finding = SIGNATURE_UNREADABLE;
        else if (ret->finding == SIGNATURE_GOOD && !valid)
                ret->finding = SIGNATURE_BAD;
}

/* ---- keys ---- */

static const char *signature_find(const char *text, size_t n, const char *needle) {
        return n ? memmem(text, n, needle, strlen(needle)) : NULL;
}

/* Between two lines of minuses, behind the blank line that ends its headers, before its checksum. */
static bool signature_armour(const char *text, size_t n, struct str *ret) {
        const char *end = text + n;
        const char *begin = signature_find(text, n, "-----BEGIN PGP PUBLIC KEY BLOCK-----");
        const char *close = begin ? signature_find(begin, (size_t) (end - begin), "-----END PGP") : NULL;
        if (!close)
                return false;
        const char *at = memchr(begin, '\n', (size_t) (close - begin));
        while (at && at < close) { /* the headers */
                const char *line = at + 1, *newline = memchr(line, '\n', (size_t) (close - line));
                if (!newline)
                        return false;
                bool blank = newline == line || (newline == line + 1 && *line == '\r');
                bool header = memchr(line, ':', (size_t) (newline - line));
                at = newline;
                if (blank)
                        break;
                if (!header) {
                        at = line - 1;
                        break;
                }
        }
        if (!at)
                return false;
        const char *checksum = signature_find(at, (size_t) (close - at), "\n=");
        const char *stop = checksum ? checksum : close;
        size_t bytes;
        _cleanup_free_ char *packets = base64_read(at, (size_t) (stop - at), &bytes);
        if (packets)
                str_add_bytes(ret, packets, bytes);
        return packets;
}

bool signature_key(const char *text, size_t n, bool base64, struct str *ret) {
        if (base64) {
                size_t bytes;
                _cleanup_free_ char *inner = base64_read(text, n, &bytes);
                return inner && bytes && signature_key(inner, bytes, false, ret);
        }
        /* A packet's first byte has its high bit set; a public key is packet 6, old format or new. */
        size_t before = ret->length;
        if (n && (text[0] & 0x80))
                str_add_bytes(ret, text, n);
        else if (!signature_armour(text, n, ret))
                return false;
        unsigned char first = ret->length > before ? (unsigned char) ret->text[before] : 0;
        return (first & 0x80) && (first & 0x40 ? (first & 0x3f) == 6 : (first >> 2 & 0xf) == 6);
}

/* Of a packet: its body, and how long it is. */
static const unsigned char *signature_packet(const char *packets, size_t n, size_t *ret_n) {
        const unsigned char *p = (const unsigned char *) packets;
        size_t header = 0, length = 0;
        if (n < 6)
                return NULL;
        if (p[0] & 0x40) {
                header = p[1] < 192 ? 2 : p[1] < 224 ? 3 : 6;
                length = p[1] < 192   ? p[1]
                         : p[1] < 224 ? ((size_t) (p[1] - 192) << 8) + p[2] + 192
                                      : (size_t) p[2] << 24 | (size_t) p[3] << 16 | (size_t) p[4] << 8 | p[5];
        } else {
                header = (p[0] & 3) == 0 ? 2 : (p[0] & 3) == 1 ? 3 : 5;
                for (size_t i = 1; i < header; i++)
                        length = length << 8 | p[i];
        }
        *ret_n = length;
        return length <= n - header && length > 5 && length < 65536 ? p + header : NULL;
}

/* SHA-1 over the packet of version 4, as RFC 4880 has it in 12.2. */
char *signature_fingerprint(const char *packets, size_t n) {
        unsigned char hash[EVP_MAX_MD_SIZE];
        size_t length = 0;
        unsigned size = 0;
        _cleanup_str_ struct str whole = {};
        const unsigned char *body = signature_packet(packets, n, &length);
        if (!body || body[0] != 4)
                return NULL;
        const char head[] = { (char) 0x99, (char) (length >> 8), (char) length };
        str_add_bytes(&whole, head, sizeof head);
        str_add_bytes(&whole, body, length);
        if (EVP_Digest(whole.text, whole.length, hash, &size, EVP_sha1(), NULL) != 1)
                return NULL;
        struct str hex = {};
        for (unsigned i = 0; i < size; i++)
                str_addf(&hex, "%02X", hash[i]);
        return str_take(&hex);
}

/* ---- the verdict about one ---- */

void signature_judge(struct trust_signature *s, const struct trust_need *need, const char *repository,
                     char *const *digests, const char *image) {
        const struct trust_need usual = { .identity = IDENTITY_REPOSITORY };
        if (s->finding == SIGNATURE_UNREADABLE || s->finding == SIGNATURE_BAD)
                return;
        /* Of a rule for certificates only the engine knows which ones it takes. */
        if ((!need || need->other) && (s->finding == SIGNATURE_GOOD || s->finding == SIGNATURE_OTHER_KEY))
                s->finding = SIGNATURE_CLAIMED;
        if (s->finding == SIGNATURE_OTHER_KEY)
                return;
        if (!strv_contains(digests, s->digest))
                s->finding = SIGNATURE_OTHER_IMAGE;
        else if (!trust_identity_fits(need ? need : &usual, s->reference, need ? image : repository))
                s->finding = SIGNATURE_OTHER_NAME;
}
