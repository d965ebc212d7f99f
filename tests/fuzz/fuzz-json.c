/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stream splitter and the table reader. The first byte chooses the size of the pieces (low bits) and whether
 * the stream is one list (top bit); what the pieces gave must not depend on their size. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend/format/json.h"
#include "base/str.h"
#include "tests/fake/json-show.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

struct thing {
        char *text;
        char **texts;
        int number;
        uint64_t size;
        int64_t when;
        bool flag;
};

static const struct json_field fields[] = {
        { "a", JSON_TEXT, offsetof(struct thing, text), .required = true, .max = 100 },
        { "b.c", JSON_TEXTS, offsetof(struct thing, texts), .max = 10 },
        { "d", JSON_INT, offsetof(struct thing, number) },
        { "e", JSON_UINT64, offsetof(struct thing, size) },
        { "f", JSON_TIME, offsetof(struct thing, when) },
        { "g", JSON_BOOL, offsetof(struct thing, flag) },
};

static int take(struct json_value *o, void *userdata, struct error **reterr) {
        struct thing t = {};
        _cleanup_error_ struct error *e = NULL;
        if (json_read(o, "x", fields, sizeof fields / sizeof fields[0], &t, &e) < 0 && !e)
                abort();
        json_show(userdata, o);
        free(t.text);
        strv_free(t.texts);
        return 0;
}

static int run(const uint8_t *bytes, size_t n, size_t piece, bool elements, struct str *seen) {
        const struct json_stream_sink sink = {
                .document = take, .userdata = seen, .elements = elements, .limits = { 4096, 32, 1000 }
        };
        _cleanup_(json_stream_freep) struct json_stream *stream = json_stream_new(&sink);
        _cleanup_error_ struct error *e = NULL;
        int r = 0;
        for (size_t at = 0; at < n && r >= 0; at += piece)
                r = json_stream_feed(stream, bytes + at, at + piece < n ? piece : n - at, &e);
        if (r >= 0)
                r = json_stream_finish(stream, &e);
        if (r < 0 && !e)
                abort();
        return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        if (n == 0)
                return 0;
        _cleanup_str_ struct str pieces = {}, whole = {};
        bool elements = bytes[0] & 0x80;
        int a = run(bytes + 1, n - 1, (bytes[0] & 0x1f) + 1, elements, &pieces),
            b = run(bytes + 1, n - 1, n, elements, &whole);
        if (a != b || pieces.length != whole.length ||
            (pieces.length && memcmp(pieces.text, whole.text, whole.length) != 0))
                abort();

        _cleanup_json_value_ struct json_value *o = NULL;
        unsigned line;
        if (json_parse((const char *) bytes + 1, n - 1, NULL, &o, &line, NULL) < 0 && line == 0)
                abort();
        static const char *const paths[] = { "a", "b.c[3].d", "[0][1]", "x..y", "[" };
        for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
                if (json_line_at(o, (const char *) bytes + 1, paths[i]) == 0)
                        abort();
        return 0;
}
