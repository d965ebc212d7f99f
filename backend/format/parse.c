/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reading part of backend/format/json.h: yajl takes bytes in pieces of any size and calls for each token,
 * the functions here hold the ceilings, leave out what nobody reads, and grow a tree of a document.
 *
 * yajl 2.1 looks at the outline of UTF-8 only (it takes surrogates and overlong forms), so that is done here,
 * on the texts that are kept. A half \u surrogate pair becomes "?". */
#include <yajl/yajl_parse.h>

#include "backend/format/internal.h"
#include "base/text.h"

#define DEPTH_MAX 64U
#define TOKEN_BYTES_MAX (1024U * 1024)

const struct json_limits json_limits_default = { .bytes = 16U * 1024 * 1024, .depth = 32, .weight = 1000000 };

struct json_stream {
        struct json_stream_sink sink;
        const char *text;  /* json_parse(): one document of any kind, of length bytes */
        size_t length;
        unsigned line;     /* of the failure in it */
        unsigned base;     /* brackets around documents: 1 with elements, else 0 */
        yajl_handle yajl;

        struct json_tree *tree;
        unsigned depth; /* open brackets */
        struct parse_level {
                struct json_value *value, **tail;
        } levels[DEPTH_MAX]; /* those of the document */
        char *name;          /* of the member that follows */
        bool listed;         /* elements: the list has begun */
        bool unwanted;       /* within a member of the document that nobody reads */
        size_t weight;
        size_t before;       /* bytes of earlier pieces */
        size_t from;         /* where the document begins, or the gap before it */

        size_t tokens;  /* names and beginnings of values so far */
        size_t pending; /* bytes of the last pieces, in which none was */

        size_t count;
        int failed;          /* the code of the failure; 0 */
        struct error *error; /* kept, so that every later call can report it again */
};

/* Behind the last token. */
static size_t parse_position(const struct json_stream *stream) {
        size_t position = stream->before + yajl_get_bytes_consumed(stream->yajl);
        return stream->text && position > stream->length ? stream->length : position;
}

/* 0, which ends yajl's work. */
__attribute__((format(printf, 3, 4))) static int parse_fail(struct json_stream *stream, int code,
                                                            const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        _cleanup_free_ char *message = str_vprintf(format, arguments);
        va_end(arguments);
        stream->failed = error_set(&stream->error, code, "%s", message);
        if (stream->text)
                stream->line = json_line_of(stream->text, parse_position(stream));
        return 0;
}

static int parse_not_json(struct json_stream *stream, const char *why) {
        if (!stream->text)
                return parse_fail(stream, -EBADMSG, "It is not JSON (%s)", why);
        unsigned line = json_line_of(stream->text, parse_position(stream));
        return parse_fail(stream, -EBADMSG, "It is not JSON (line %u: %s)", line, why);
}

/* A NUL-terminated copy in the tree; NULL: not UTF-8. */
static char *parse_copy(struct json_stream *stream, const void *bytes, size_t n) {
        char *copy = json_tree_take(stream->tree, n + 1);
        memcpy(copy, bytes, n);
        copy[n] = '\0';
        if (text_is_utf8(copy, n))
                return copy;
        parse_not_json(stream, "a text is not UTF-8");
        return NULL;
}

static int parse_deliver(struct json_stream *stream) {
        if (stream->text)
                return 1;
        size_t end = parse_position(stream);
        if (end - stream->from > stream->sink.limits.bytes)
                return parse_fail(stream, -E2BIG, "One entry is larger than %zu KiB",
                                  stream->sink.limits.bytes / 1024);
        if (stream->sink.max > 0 && stream->count++ >= stream->sink.max)
                return parse_fail(stream, -E2BIG, "It holds more than %zu entries", stream->sink.max);
        stream->failed = stream->sink.document(&stream->tree->root, stream->sink.userdata, &stream->error);
        json_tree_clear(stream->tree, true);
        stream->weight = 0;
        stream->from = end;
        return stream->failed >= 0;
}

/* The place of a value in the tree; NULL: there is none, since nobody reads it or after a failure. */
static struct json_value *parse_place(struct json_stream *stream, enum json_shape shape) {
        const struct json_limits *limits = &stream->sink.limits;
        unsigned level = stream->depth - stream->base;
        bool opens = shape == SHAPE_LIST || shape == SHAPE_OBJECT;
        stream->weight += shape == SHAPE_OBJECT ? 8 : 1;
        stream->tokens++;
        if (!stream->text && level == 0 && shape != SHAPE_OBJECT)
                parse_fail(stream, -EBADMSG, "It is not JSON (an object is expected)");
        else if (opens && (level >= limits->depth || level >= DEPTH_MAX))
                parse_fail(stream, -E2BIG, "It is nested more than %u deep", limits->depth);
        else if (stream->weight > limits->weight)
                parse_fail(stream, -E2BIG, "It holds more than %zu values", limits->weight);
        if (stream->failed < 0 || stream->unwanted)
                return NULL;
        struct json_value *value = &stream->tree->root;
        if (level > 0) {
                struct parse_level *up = stream->levels + level - 1;
                value = json_tree_take(stream->tree, sizeof *value);
                *up->tail = value;
                up->tail = &value->next;
                up->value->n++;
        }
        *value = (struct json_value){ .shape = shape,
                                      .name = TAKE(stream->name),
                                      .end = parse_position(stream) };
        if (opens)
                stream->levels[level] = (struct parse_level){ value, &value->first };
        return value;
}

/* Behind a value. */
static int parse_placed(struct json_stream *stream) {
        if (stream->failed < 0)
                return 0;
        if (stream->depth == stream->base + 1)
                stream->unwanted = false;
        return stream->depth == stream->base ? parse_deliver(stream) : 1;
}

/* ---- what yajl calls: 1, or 0 to end ---- */

static bool parse_before_list(const struct json_stream *stream) {
        return stream->depth < stream->base;
}

static int parse_no_list(struct json_stream *stream) {
        return parse_fail(stream, -EBADMSG, "It is not a list in JSON");
}

static int parse_scalar(struct json_stream *stream, enum json_shape shape, const void *text, size_t n,
                        bool truth) {
        if (parse_before_list(stream))
                return parse_no_list(stream);
        struct json_value *value = parse_place(stream, shape);
        if (value) {
                value->truth = truth;
                value->n = n;
                value->text = text ? parse_copy(stream, text, n) : NULL;
        }
        return parse_placed(stream);
}

static int parse_null(void *stream) {
        return parse_scalar(stream, SHAPE_NULL, NULL, 0, false);
}

static int parse_boolean(void *stream, int truth) {
        return parse_scalar(stream, SHAPE_BOOLEAN, NULL, 0, truth);
}

static int parse_number(void *stream, const char *text, size_t n) {
        bool whole = !memchr(text, '.', n) && !memchr(text, 'e', n) && !memchr(text, 'E', n);
        return parse_scalar(stream, whole ? SHAPE_INTEGER : SHAPE_FRACTION, text, n, false);
}

static int parse_string(void *stream, const unsigned char *text, size_t n) {
        return parse_scalar(stream, SHAPE_TEXT, text, n, false);
}

static int parse_opens(struct json_stream *stream, enum json_shape shape) {
        if (parse_before_list(stream)) {
                if (shape != SHAPE_LIST)
                        return parse_no_list(stream);
                stream->listed = true;
                stream->from = parse_position(stream);
        } else
                parse_place(stream, shape);
        stream->depth++;
        return stream->failed >= 0;
}

static int parse_object(void *stream) {
        return parse_opens(stream, SHAPE_OBJECT);
}

static int parse_list(void *stream) {
        return parse_opens(stream, SHAPE_LIST);
}

static int parse_closes(void *userdata) {
        struct json_stream *stream = userdata;
        stream->depth--;
        return parse_before_list(stream) ? 1 : parse_placed(stream);
}

static bool parse_wants(const struct json_table *wanted, const char *name, size_t n) {
        for (size_t i = 0; wanted && i < wanted->n; i++) {
                const char *path = wanted->fields[i].path;
                if (*path == *name && strncmp(path, name, n) == 0 && (!path[n] || path[n] == '.'))
                        return true;
        }
        return !wanted;
}

static int parse_name(void *userdata, const unsigned char *name, size_t n) {
        struct json_stream *stream = userdata;
        stream->tokens++;
        if (stream->depth == stream->base + 1)
                stream->unwanted = !parse_wants(stream->sink.wanted, (const char *) name, n);
        if (stream->unwanted)
                return 1;
        stream->name = parse_copy(stream, name, n);
        if (stream->name && strlen(stream->name) != n)
                return parse_not_json(stream, "a name has a NUL character in it");
        return stream->name != NULL;
}

static const yajl_callbacks parse_callbacks = {
        .yajl_null = parse_null,        .yajl_boolean = parse_boolean,  .yajl_number = parse_number,
        .yajl_string = parse_string,    .yajl_start_map = parse_object, .yajl_map_key = parse_name,
        .yajl_end_map = parse_closes,   .yajl_start_array = parse_list, .yajl_end_array = parse_closes,
};

/* ---- streams ---- */

struct json_stream *json_stream_new(const struct json_stream_sink *sink) {
        struct json_stream *stream = new0(struct json_stream);
        stream->sink = *sink;
        if (sink->limits.bytes == 0)
                stream->sink.limits = json_limits_default;
        stream->base = sink->elements;
        stream->tree = new0(struct json_tree);
        stream->yajl = yajl_alloc(&parse_callbacks, NULL, stream);
        if (!stream->yajl)
                oom();
        yajl_config(stream->yajl, yajl_dont_validate_strings, 1);
        yajl_config(stream->yajl, yajl_allow_multiple_values, !sink->elements);
        return stream;
}

struct json_stream *json_stream_free(struct json_stream *stream) {
        if (!stream)
                return NULL;
        yajl_free(stream->yajl);
        if (stream->tree)
                json_value_free(&stream->tree->root);
        error_free(stream->error);
        free(stream);
        return NULL;
}

/* What yajl says is for programmers: "after array element, I expect ',' or ']'". */
static const char *parse_reason(const char *says) {
        static const struct {
                const char *says, *reason;
        } rows[] = {
                { "array element", "a comma or the end of a list is missing" },
                { "after key and value", "a comma or the end of an object is missing" },
                { "separated by a colon", "a colon is missing behind a name" },
                { "invalid object key", "a name in double quotes is missing" },
                { "unallowed token", "a value is missing" },
                { "premature EOF", "it ends in the middle" },
                { "trailing garbage", "more follows its end" },
                { "occurs before a character", "a backslash stands before a character it cannot escape" },
                { "inside string", "a text has a control character or a broken escape in it" },
                { "number", "a number is not complete" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                if (strstr(says, rows[i].says))
                        return rows[i].reason;
        return "here is neither a name nor a value";
}

/* Behind a call of yajl that returned status, at this place of the text. */
static int parse_check(struct json_stream *stream, yajl_status status) {
        if (stream->failed < 0 || status == yajl_status_ok)
                return stream->failed;
        if (stream->sink.elements && !stream->listed)
                parse_no_list(stream);
        else if (!stream->text && stream->depth == 0 && !stream->sink.elements)
                parse_fail(stream, -EBADMSG, "It is not JSON (an object is expected)");
        else {
                unsigned char *says = yajl_get_error(stream->yajl, 0, NULL, 0);
                parse_not_json(stream, parse_reason((const char *) says));
                yajl_free_error(stream->yajl, says);
        }
        return stream->failed;
}

/* A text that comes in pieces is read by yajl from its beginning again with each piece: 16 MiB of one would
 * take it seconds. */
static void parse_piece(struct json_stream *stream, const char *bytes, size_t n) {
        size_t tokens = stream->tokens;
        if (n == 0 || parse_check(stream, yajl_parse(stream->yajl, (const unsigned char *) bytes, n)) < 0)
                return;
        stream->before += n;
        stream->pending = stream->tokens == tokens ? stream->pending + n : n;
        if (stream->pending > TOKEN_BYTES_MAX)
                parse_fail(stream, -E2BIG, "One text is larger than %u KiB", TOKEN_BYTES_MAX / 1024);
        else if (stream->before - stream->from > stream->sink.limits.bytes)
                parse_fail(stream, -E2BIG, "One entry is larger than %zu KiB",
                           stream->sink.limits.bytes / 1024);
}

static int parse_report(const struct json_stream *stream, struct error **reterr) {
        if (stream->failed < 0 && reterr) {
                error_free(*reterr);
                *reterr = error_copy(stream->error);
        }
        return stream->failed;
}

int json_stream_feed(struct json_stream *stream, const void *bytes, size_t n, struct error **reterr) {
        const char *rest = bytes, *end = rest + n;
        while (rest < end && stream->failed >= 0) {
                /* json-seq (RFC 7464): an RS before each document, which no text can have in it */
                const char *rs = stream->sink.elements ? NULL : memchr(rest, '\x1e', (size_t) (end - rest));
                parse_piece(stream, rest, (size_t) ((rs ? rs : end) - rest));
                if (rs && stream->failed >= 0 && stream->depth > 0)
                        parse_fail(stream, -EBADMSG, "It is not JSON (a document begins within another)");
                rest = rs ? rs + 1 : end;
        }
        return parse_report(stream, reterr);
}

int json_stream_finish(struct json_stream *stream, struct error **reterr) {
        if (stream->failed >= 0 && (stream->depth > 0 || (stream->sink.elements && !stream->listed)))
                parse_fail(stream, -EBADMSG, "It ends in the middle");
        /* A blank ends a number or a word, which yajl may still wait for. */
        if (stream->failed >= 0)
                parse_check(stream, yajl_parse(stream->yajl, (const unsigned char *) " ", 1));
        return parse_report(stream, reterr);
}

/* ---- one document ---- */

int json_parse(const char *text, size_t n, const struct json_limits *limits, struct json_value **ret,
               unsigned *ret_line, struct error **reterr) {
        const struct json_stream_sink sink = { .limits = limits ? *limits : json_limits_default };
        _cleanup_(json_stream_freep) struct json_stream *stream = json_stream_new(&sink);
        stream->text = text;
        stream->length = n;
        yajl_config(stream->yajl, yajl_allow_multiple_values, 0);
        if (ret_line)
                *ret_line = 1;
        if (n > sink.limits.bytes)
                return error_set(reterr, -E2BIG, "It is larger than %zu KiB", sink.limits.bytes / 1024);
        if (parse_check(stream, yajl_parse(stream->yajl, (const unsigned char *) text, n)) >= 0) {
                stream->before = n;
                parse_check(stream, yajl_complete_parse(stream->yajl));
        }
        if (stream->failed >= 0 && stream->tree->root.shape == SHAPE_NULL)
                parse_not_json(stream, "it is only null");
        if (stream->failed < 0 && ret_line)
                *ret_line = stream->line;
        if (stream->failed < 0)
                return parse_report(stream, reterr);
        *ret = &TAKE(stream->tree)->root;
        return 0;
}
