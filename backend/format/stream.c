/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The streaming part of backend/format/json.h: finds the ends of documents and parses each as a whole,
 * because json-c cannot be fed a character in two parts (see json.c), and so that a document beyond a ceiling
 * is refused before memory is spent on its tree. */
#include "backend/format/json.h"

#include "backend/format/scan.h"

enum place {
        BEFORE_ARRAY, /* elements: the opening bracket has not come */
        BETWEEN,      /* documents; for elements: an entry or the end must follow */
        INSIDE,       /* a document has begun */
        BEHIND_ENTRY, /* elements: a comma or the end must follow */
        BEHIND_ARRAY, /* elements: only blanks may follow */
};

struct json_stream {
        struct json_stream_sink sink;
        enum place place;
        struct json_scan scan;
        struct json_tokener *tokener;
        struct str document; /* its bytes from earlier pieces */
        size_t count;
        bool comma;          /* elements: behind a comma, so the array may not end here */
        int failed;          /* the code of the failure; 0 */
        struct error *error; /* kept, so that every later call can report it again */
};

struct json_stream *json_stream_new(const struct json_stream_sink *sink) {
        struct json_stream *stream = calloc(1, sizeof *stream);
        if (!stream)
                return NULL;
        stream->sink = *sink;
        if (sink->limits.bytes == 0)
                stream->sink.limits = json_limits_default;
        stream->place = sink->elements ? BEFORE_ARRAY : BETWEEN;
        stream->tokener = json_tokener_for(&stream->sink.limits);
        return stream->tokener ? stream : json_stream_free(stream);
}

struct json_stream *json_stream_free(struct json_stream *stream) {
        if (!stream)
                return NULL;
        if (stream->tokener)
                json_tokener_free(stream->tokener);
        str_done(&stream->document);
        error_free(stream->error);
        free(stream);
        return NULL;
}

static int format_stream_deliver(struct json_stream *stream, const char *text, size_t n,
                                 struct error **reterr) {
        _cleanup_json_ struct json_object *o = NULL;
        if (stream->sink.max > 0 && stream->count >= stream->sink.max)
                return error_set(reterr, -E2BIG, "It holds more than %zu entries", stream->sink.max);
        int r = json_tokenize(stream->tokener, text, n, &o, NULL, reterr);
        if (r < 0)
                return r;
        stream->count++;
        str_cut(&stream->document, 0);
        stream->scan = (struct json_scan) {};
        stream->place = stream->sink.elements ? BEHIND_ENTRY : BETWEEN;
        return stream->sink.document(o, stream->sink.userdata, reterr);
}

/* The bytes of a document up to its last bracket: *used. One in a single piece is parsed in place. */
static int take_document(struct json_stream *stream, const char *bytes, size_t n, size_t *used,
                         struct error **reterr) {
        struct str *document = &stream->document;
        int r = json_scan(&stream->scan, bytes, n, true, &stream->sink.limits, used, reterr);
        if (r < 0)
                return r;
        if (document->length + *used > stream->sink.limits.bytes)
                return error_set(reterr, -E2BIG, "One entry is larger than %zu KiB",
                                 stream->sink.limits.bytes / 1024);
        bool whole = stream->scan.depth == 0;
        if (whole && document->length == 0)
                return format_stream_deliver(stream, bytes, *used, reterr);
        str_add_bytes(document, bytes, *used);
        return whole ? format_stream_deliver(stream, document->text, document->length, reterr) : 0;
}

/* One byte outside of documents. */
static int take_between(struct json_stream *stream, char c, struct error **reterr) {
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || (c == '\x1e' && !stream->sink.elements))
                return 0;
        switch (stream->place) {
        case BEFORE_ARRAY:
                if (c != '[')
                        return error_set(reterr, -EBADMSG, "It is not a list in JSON");
                stream->place = BETWEEN;
                return 0;
        case BETWEEN:
                if (stream->sink.elements && c == ']' && !stream->comma) {
                        stream->place = BEHIND_ARRAY;
                        return 0;
                }
                return error_set(reterr, -EBADMSG, "It is not JSON (an object is expected)");
        case BEHIND_ENTRY:
                if (c != ',' && c != ']')
                        return error_set(reterr, -EBADMSG, "It is not JSON (a comma is missing in a list)");
                stream->comma = c == ',';
                stream->place = c == ',' ? BETWEEN : BEHIND_ARRAY;
                return 0;
        case BEHIND_ARRAY:
                return error_set(reterr, -EBADMSG, "It is not JSON (more follows its end)");
        case INSIDE:
                break;
        }
        return 0;
}

static int format_stream_feed(struct json_stream *stream, const char *bytes, size_t n,
                              struct error **reterr) {
        for (size_t i = 0; i < n;) {
                if (stream->place == BETWEEN && bytes[i] == '{')
                        stream->place = INSIDE;
                size_t used = 1;
                int r = stream->place == INSIDE ? take_document(stream, bytes + i, n - i, &used, reterr)
                                                : take_between(stream, bytes[i], reterr);
                if (r < 0)
                        return r;
                i += used;
        }
        return 0;
}

static int format_stream_fail(struct json_stream *stream, int r, struct error **reterr) {
        if (reterr && *reterr && !stream->error)
                stream->error = error_copy(*reterr);
        else if (reterr && !*reterr && stream->error)
                *reterr = error_copy(stream->error);
        stream->failed = r;
        return r;
}

int json_stream_feed(struct json_stream *stream, const void *bytes, size_t n, struct error **reterr) {
        if (stream->failed < 0)
                return format_stream_fail(stream, stream->failed, reterr);
        _cleanup_error_ struct error *e = NULL;
        int r = format_stream_feed(stream, bytes, n, &e);
        if (r >= 0)
                return 0;
        format_stream_fail(stream, r, &e);
        if (reterr) {
                error_free(*reterr);
                *reterr = TAKE(e);
        }
        return r;
}

int json_stream_finish(struct json_stream *stream, struct error **reterr) {
        if (stream->failed < 0)
                return format_stream_fail(stream, stream->failed, reterr);
        if (stream->place == (stream->sink.elements ? BEHIND_ARRAY : BETWEEN))
                return 0;
        int r = error_set(reterr, -EBADMSG, "It ends in the middle");
        return format_stream_fail(stream, r, reterr);
}
