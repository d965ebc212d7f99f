/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The streaming part of backend/format/json.h: finds the ends of documents and parses each as a whole,
 * because json-c cannot be fed a character in two parts (see json.c), and so that a document beyond a ceiling
 * is refused before memory is spent on its tree. */
#include "backend/format/internal.h"

enum place {
        BEFORE_ARRAY, /* elements: the opening bracket has not come */
        FIRST,        /* elements: an entry or the end of the array must follow */
        BEHIND_COMMA, /* elements: an entry must follow */
        BEHIND_ENTRY, /* elements: a comma or the end must follow */
        BEHIND_ARRAY, /* elements: only blanks may follow */
        BETWEEN,      /* documents */
        INSIDE,       /* a document has begun */
};

/* From a place to the next, and what is wrong with all other characters there. */
static const struct {
        enum place from;
        char c;
        enum place to;
} steps[] = {
        { BEFORE_ARRAY, '[', FIRST }, { FIRST, '{', INSIDE },
        { FIRST, ']', BEHIND_ARRAY }, { BEHIND_COMMA, '{', INSIDE },
        { BETWEEN, '{', INSIDE },     { BEHIND_ENTRY, ',', BEHIND_COMMA },
        { BETWEEN, '\x1e', BETWEEN }, { BEHIND_ENTRY, ']', BEHIND_ARRAY },
};
static const char *const wrong[] = {
        [BEFORE_ARRAY] = "It is not a list in JSON",
        [FIRST... BEHIND_COMMA] = "It is not JSON (an object is expected)",
        [BEHIND_ENTRY] = "It is not JSON (a comma is missing in a list)",
        [BEHIND_ARRAY] = "It is not JSON (more follows its end)",
        [BETWEEN] = "It is not JSON (an object is expected)",
};

struct json_stream {
        struct json_stream_sink sink;
        enum place place;
        struct json_scan scan;
        struct json_tokener *tokener;
        struct str document; /* its bytes from earlier pieces */
        struct str pruned;   /* the same without what nobody reads */
        size_t count;
        int failed;          /* the code of the failure; 0 */
        struct error *error; /* kept, so that every later call can report it again */
};

struct json_stream *json_stream_new(const struct json_stream_sink *sink) {
        struct json_stream *stream = new0(struct json_stream);
        stream->sink = *sink;
        if (sink->limits.bytes == 0)
                stream->sink.limits = json_limits_default;
        stream->place = sink->elements ? BEFORE_ARRAY : BETWEEN;
        stream->scan.wanted = sink->wanted;
        stream->tokener = json_tokener_for(&stream->sink.limits);
        return stream;
}

struct json_stream *json_stream_free(struct json_stream *stream) {
        if (!stream)
                return NULL;
        json_tokener_free(stream->tokener);
        str_done(&stream->document);
        str_done(&stream->pruned);
        error_free(stream->error);
        free(stream);
        return NULL;
}

static void stream_prune(struct json_stream *stream, const char *text, size_t n) {
        size_t from = 0;
        str_cut(&stream->pruned, 0);
        for (size_t i = 0; i < stream->scan.n_cuts; i++) {
                str_add_bytes(&stream->pruned, text + from, stream->scan.cuts[i].from - from);
                from = stream->scan.cuts[i].to;
        }
        str_add_bytes(&stream->pruned, text + from, n - from);
}

static int stream_deliver(struct json_stream *stream, const char *text, size_t n, struct error **reterr) {
        _cleanup_json_ struct json_object *o = NULL;
        if (stream->sink.max > 0 && stream->count >= stream->sink.max)
                return error_set(reterr, -E2BIG, "It holds more than %zu entries", stream->sink.max);
        bool cut = stream->scan.n_cuts;
        if (cut)
                stream_prune(stream, text, n);
        int r = json_tokenize(stream->tokener, cut ? stream->pruned.text : text,
                              cut ? stream->pruned.length : n, &o, NULL, reterr);
        if (r < 0)
                return r;
        stream->count++;
        str_cut(&stream->document, 0);
        stream->scan = (struct json_scan){ .wanted = stream->sink.wanted };
        stream->place = stream->sink.elements ? BEHIND_ENTRY : BETWEEN;
        return stream->sink.document(o, stream->sink.userdata, reterr);
}

/* The bytes of a document up to its last bracket: *used. One in a single piece is parsed in place. */
static int take_document(struct json_stream *stream, const char *bytes, size_t n, size_t *used,
                         struct error **reterr) {
        struct str *document = &stream->document;
        stream->scan.before = document->length;
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
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
                return 0;
        for (size_t i = 0; i < ELEMENTS(steps); i++)
                if (steps[i].from == stream->place && steps[i].c == c) {
                        stream->place = steps[i].to;
                        return 0;
                }
        return error_set(reterr, -EBADMSG, "%s", wrong[stream->place]);
}

static int stream_feed(struct json_stream *stream, const char *bytes, size_t n, struct error **reterr) {
        for (size_t i = 0; i < n;) {
                size_t used = 0;
                int r = stream->place == INSIDE ? 0 : take_between(stream, bytes[i], reterr);
                if (r >= 0 && stream->place == INSIDE)
                        r = take_document(stream, bytes + i, n - i, &used, reterr);
                else
                        used = 1;
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
