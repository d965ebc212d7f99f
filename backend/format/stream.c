/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The streaming part of backend/format/json.h: finds the ends of documents and parses each as a whole,
 * because json-c cannot be fed a character in two parts (see json.c), and so that a document beyond a ceiling
 * is refused before memory is spent on its tree. */
#include "backend/format/internal.h"

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
        struct json_stream *stream = new0(struct json_stream);
        stream->sink = *sink;
        if (sink->limits.bytes == 0)
                stream->sink.limits = json_limits_default;
        stream->place = sink->elements ? BEFORE_ARRAY : BETWEEN;
        stream->tokener = json_tokener_for(&stream->sink.limits);
        return stream;
}

struct json_stream *json_stream_free(struct json_stream *stream) {
        if (!stream)
                return NULL;
        json_tokener_free(stream->tokener);
        str_done(&stream->document);
        error_free(stream->error);
        free(stream);
        return NULL;
}

static int stream_deliver(struct json_stream *stream, const char *text, size_t n,
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
                return stream_deliver(stream, bytes, *used, reterr);
        str_add_bytes(document, bytes, *used);
        return whole ? stream_deliver(stream, document->text, document->length, reterr) : 0;
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

static int stream_feed(struct json_stream *stream, const char *bytes, size_t n,
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

static int stream_report(const struct json_stream *stream, struct error **reterr) {
        if (stream->failed < 0 && reterr) {
                error_free(*reterr);
                *reterr = error_copy(stream->error);
        }
        return stream->failed;
}

int json_stream_feed(struct json_stream *stream, const void *bytes, size_t n, struct error **reterr) {
        if (stream->failed >= 0)
                stream->failed = stream_feed(stream, bytes, n, &stream->error);
        return stream_report(stream, reterr);
}

int json_stream_finish(struct json_stream *stream, struct error **reterr) {
        if (stream->failed >= 0 && stream->place != (stream->sink.elements ? BEHIND_ARRAY : BETWEEN))
                stream->failed = error_set(&stream->error, -EBADMSG, "It ends in the middle");
        return stream_report(stream, reterr);
}
