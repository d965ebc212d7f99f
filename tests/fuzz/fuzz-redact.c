/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Up to four secrets, a line each, then a NUL and a text: the same comes out however it is cut, and no secret is in it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend/io/redact.h"
#include "tests/fuzz/folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void take(const void *bytes, size_t n, void *userdata) {
        str_add_bytes(userdata, bytes, n);
}

static void run(const struct secret_list *list, const char *text, size_t n, size_t piece, struct str *out) {
        struct redact *redact = redact_new(list);
        MUST(redact);
        for (size_t at = 0; at < n; at += piece)
                redact_write(redact, text + at, n - at < piece ? n - at : piece, take, out);
        redact_flush(redact, take, out);
        redact_free(redact);
}

/* Is it in the text, but for "[secret]"? */
static bool stands_in(const struct secret *secret, const struct str *out) {
        static const char mark[] = "[secret]";
        if (out->length == 0)
                return false;
        for (const char *at = out->text, *end = at + out->length; at && at < end; at++) {
                at = memmem(at, (size_t) (end - at), secret->bytes, secret->length);
                if (!at)
                        return false;
                /* A secret may be a part of the word itself, or of it and its neighbours. */
                const char *from = at - out->text < 7 ? out->text : at - 7;
                size_t around = (size_t) (at - from) + secret->length + 7;
                if (!memmem(from, around > (size_t) (end - from) ? (size_t) (end - from) : around, mark, sizeof mark - 1))
                        return true;
        }
        return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        const char *at = (const char *) bytes, *end = at + n;
        size_t names;
        const char *name = fuzz_piece(&at, end, &names);
        struct secret_list *list = secret_list_new();
        for (size_t i = 0; i < 4 && names > 0; i++) {
                const char *newline = memchr(name, '\n', names);
                size_t length = newline ? (size_t) (newline - name) : names;
                char called[] = { (char) ('a' + i), '\0' };
                struct secret *secret = secret_new(called);
                (void) secret_set(secret, name, length);
                MUST(secret_list_take(list, secret) == 0);
                name += length + (newline != NULL);
                names -= length + (newline != NULL);
        }
        struct str whole = {}, pieces = {};
        size_t rest = (size_t) (end - at);
        run(list, at, rest, rest ? rest : 1, &whole);
        run(list, at, rest, 1 + n % 7, &pieces);
        MUST(whole.length == pieces.length && (whole.length == 0 || memcmp(whole.text, pieces.text, whole.length) == 0));
        for (size_t i = 0; i < list->n; i++)
                MUST(list->items[i]->length < REDACT_BYTES_MIN || !stands_in(list->items[i], &whole));
        str_done(&whole);
        str_done(&pieces);
        secret_list_free(list);
        return 0;
}
