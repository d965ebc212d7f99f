/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reading part of backend/format/json.h: tokens.c calls for each token, the functions here hold the
 * ceilings, leave out what nobody reads, and grow a tree of a document. */
#include "backend/format/internal.h"
#include "base/text.h"

#define TOKEN_BYTES_MAX (1024U * 1024)

const struct json_limits json_limits_default = { .bytes = 16U * 1024 * 1024, .depth = 32, .weight = 1000000 };

struct json_stream {
        struct json_stream_sink sink;
        const char *text;  /* json_parse(): one document of any kind */
        unsigned line;     /* of the failure in it */
        unsigned base;     /* brackets around documents: 1 with elements, else 0 */
        struct json_tokens tokens;

        struct json_tree *tree;
        unsigned depth; /* open brackets */
        struct parse_level {
                struct json_value *value, **tail;
        } levels[JSON_DEPTH_MAX]; /* those of the document */
        const char *name;    /* of the member that follows */
        struct json_rows rows;  /* of the document; without fields: they are not kept */
        size_t member;          /* the row of the member that follows; JSON_ROWS_MAX: none */
        bool listed;         /* elements: the list has begun */
        bool unwanted;       /* within a member of the document that nobody reads */
        size_t row;          /* of those that are wanted: behind the last one that came */
        size_t weight;
        size_t from;         /* where the document begins, or the gap before it */

        size_t items;   /* names and beginnings of values so far */
        size_t pending; /* bytes of the last pieces, in which none was */

        size_t count;
        int failed;          /* the code of the failure; 0 */
        struct error *error; /* kept, so that every later call can report it again */
};

/* Behind the last token. */
static size_t parse_position(const struct json_stream *stream) {
        return json_tokens_position(&stream->tokens);
}

/* Always false, which ends the work. */
__attribute__((format(printf, 3, 4))) static bool parse_fail(struct json_stream *stream, int code,
                                                             const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        _cleanup_free_ char *message = str_vprintf(format, arguments);
        va_end(arguments);
        stream->failed = error_set(&stream->error, code, "%s", message);
        if (stream->text)
                stream->line = json_line_of(stream->text, parse_position(stream));
        return false;
}

static bool parse_not_json(struct json_stream *stream, const char *why) {
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
        if (!stream->tokens.foreign || text_is_utf8(copy, n))
                return copy;
        parse_not_json(stream, "a text is not UTF-8");
        return NULL;
}

static bool parse_deliver(struct json_stream *stream) {
        if (stream->text)
                return true;
        size_t end = parse_position(stream);
        if (end - stream->from > stream->sink.limits.bytes)
                return parse_fail(stream, -E2BIG, "One entry is larger than %zu KiB",
                                  stream->sink.limits.bytes / 1024);
        if (stream->sink.max > 0 && stream->count++ >= stream->sink.max)
                return parse_fail(stream, -E2BIG, "It holds more than %zu entries", stream->sink.max);
        stream->failed = stream->sink.document(&stream->tree->root, stream->sink.userdata, &stream->error);
        json_tree_clear(stream->tree, true);
        memset(stream->rows.members, 0, sizeof stream->rows.members);
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
        stream->items++;
        if (!stream->text && level == 0 && shape != SHAPE_OBJECT)
                parse_fail(stream, -EBADMSG, "It is not JSON (an object is expected)");
        else if (opens && (level >= limits->depth || level >= JSON_DEPTH_MAX))
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
                if (level == 1 && stream->member < JSON_ROWS_MAX)
                        stream->rows.members[stream->member] = value;
        }
        *value = (struct json_value){ .shape = shape,
                                      .name = TAKE(stream->name),
                                      .end = parse_position(stream),
                                      .rows = level == 0 && stream->rows.fields ? &stream->rows : NULL };
        if (opens)
                stream->levels[level] = (struct parse_level){ value, &value->first };
        return value;
}

/* Behind a value. */
static bool parse_placed(struct json_stream *stream) {
        if (stream->failed < 0)
                return false;
        if (stream->depth == stream->base + 1)
                stream->unwanted = false;
        return stream->depth == stream->base ? parse_deliver(stream) : true;
}

/* ---- what tokens.c calls ---- */

static bool parse_before_list(const struct json_stream *stream) {
        return stream->depth < stream->base;
}

static bool parse_no_list(struct json_stream *stream) {
        return parse_fail(stream, -EBADMSG, "It is not a list in JSON");
}

static bool parse_scalar(void *userdata, enum json_shape shape, const char *text, size_t n) {
        struct json_stream *stream = userdata;
        if (parse_before_list(stream))
                return parse_no_list(stream);
        struct json_value *value = parse_place(stream, shape);
        if (value && shape == SHAPE_BOOLEAN)
                value->truth = *text == 't';
        else if (value && shape != SHAPE_NULL) {
                value->n = n;
                value->text = parse_copy(stream, text, n);
                value->has_nul = stream->tokens.escapes && memchr(text, '\0', n);
        }
        return parse_placed(stream);
}

static bool parse_opens(void *userdata, enum json_shape shape) {
        struct json_stream *stream = userdata;
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

static bool parse_closes(void *userdata) {
        struct json_stream *stream = userdata;
        stream->depth--;
        return parse_before_list(stream) || parse_placed(stream);
}

/* The row of the document's member of this name. Most members come in the order of the rows. */
static const struct json_field *parse_row(struct json_stream *stream, const char *name, size_t n) {
        const struct json_table *wanted = stream->sink.wanted;
        for (size_t i = 0, row = stream->row; i < wanted->n; i++, row++) {
                const struct json_field *field = &wanted->fields[row < wanted->n ? row : (row = 0)];
                const char *path = field->path;
                if (*path == *name && strncmp(path, name, n) == 0 && (!path[n] || path[n] == '.')) {
                        stream->row = row + 1;
                        return field;
                }
        }
        return NULL;
}

/* The row of this very name; found has it, or begins with it. JSON_ROWS_MAX: none. */
static size_t parse_exact_row(const struct json_stream *stream, const struct json_field *found,
                              const char *name, size_t n) {
        const struct json_table *wanted = stream->sink.wanted;
        if (!stream->rows.fields || !found)
                return JSON_ROWS_MAX;
        if (!found->path[n])
                return (size_t) (found - wanted->fields);
        for (size_t i = 0; i < wanted->n; i++)
                if (strncmp(wanted->fields[i].path, name, n) == 0 && !wanted->fields[i].path[n])
                        return i;
        return JSON_ROWS_MAX;
}

static bool parse_name(void *userdata, const char *name, size_t n) {
        struct json_stream *stream = userdata;
        const struct json_field *row = NULL;
        stream->items++;
        bool has_nul = stream->tokens.escapes && memchr(name, '\0', n);
        if (stream->depth == stream->base + 1 && stream->sink.wanted) {
                row = has_nul ? NULL : parse_row(stream, name, n);
                stream->unwanted = !row;
                stream->member = parse_exact_row(stream, row, name, n);
        }
        if (stream->unwanted)
                return true;
        stream->name = row && !row->path[n] ? row->path : parse_copy(stream, name, n);
        if (has_nul)
                return parse_not_json(stream, "a name has a NUL character in it");
        return stream->name != NULL;
}

static const struct json_listener parse_listener = {
        .scalar = parse_scalar, .name = parse_name, .opens = parse_opens, .closes = parse_closes
};

/* ---- streams ---- */

static void parse_keep_rows(struct json_stream *stream) {
        const struct json_table *wanted = stream->sink.wanted;
        if (!wanted || wanted->n > JSON_ROWS_MAX)
                return;
        stream->rows.fields = wanted->fields;
        for (size_t i = 0; i < wanted->n; i++) {
                const char *path = wanted->fields[i].path;
                bool searched = strchr(path, '.');
                for (size_t k = 0; k < wanted->n; k++)
                        searched |= k != i && str_equal(path, wanted->fields[k].path);
                stream->rows.searched |= (uint64_t) searched << i;
        }
}

struct json_stream *json_stream_new(const struct json_stream_sink *sink) {
        struct json_stream *stream = new0(struct json_stream);
        stream->sink = *sink;
        if (sink->limits.bytes == 0)
                stream->sink.limits = json_limits_default;
        stream->base = sink->elements;
        stream->member = JSON_ROWS_MAX;
        parse_keep_rows(stream);
        stream->tree = new0(struct json_tree);
        stream->tokens = (struct json_tokens){
                .listener = &parse_listener, .userdata = stream, .several = !sink->elements
        };
        return stream;
}

struct json_stream *json_stream_free(struct json_stream *stream) {
        if (!stream)
                return NULL;
        json_tokens_done(&stream->tokens);
        if (stream->tree)
                json_value_free(&stream->tree->root);
        error_free(stream->error);
        free(stream);
        return NULL;
}

/* Behind a piece: good, or refused. */
static int parse_check(struct json_stream *stream, bool good) {
        if (stream->failed < 0 || good)
                return stream->failed;
        if (stream->sink.elements && !stream->listed)
                parse_no_list(stream);
        else if (!stream->text && stream->depth == 0 && !stream->sink.elements)
                parse_fail(stream, -EBADMSG, "It is not JSON (an object is expected)");
        else
                parse_not_json(stream, stream->tokens.reason);
        return stream->failed;
}

static void parse_piece(struct json_stream *stream, const char *bytes, size_t n) {
        size_t items = stream->items;
        if (n == 0 || parse_check(stream, json_tokens_feed(&stream->tokens, bytes, n)) < 0)
                return;
        stream->pending = stream->items == items ? stream->pending + n : n;
        if (stream->pending > TOKEN_BYTES_MAX)
                parse_fail(stream, -E2BIG, "One text is larger than %u KiB", TOKEN_BYTES_MAX / 1024);
        else if (parse_position(stream) - stream->from > stream->sink.limits.bytes)
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
        /* A blank ends a number or a word. */
        if (stream->failed >= 0)
                parse_check(stream, json_tokens_feed(&stream->tokens, " ", 1));
        return parse_report(stream, reterr);
}

/* ---- one document ---- */

int json_parse(const char *text, size_t n, const struct json_limits *limits, struct json_value **ret,
               unsigned *ret_line, struct error **reterr) {
        const struct json_stream_sink sink = { .limits = limits ? *limits : json_limits_default };
        _cleanup_(json_stream_freep) struct json_stream *stream = json_stream_new(&sink);
        stream->text = text;
        stream->tokens.several = false;
        if (ret_line)
                *ret_line = 1;
        if (n > sink.limits.bytes)
                return error_set(reterr, -E2BIG, "It is larger than %zu KiB", sink.limits.bytes / 1024);
        if (parse_check(stream, json_tokens_feed(&stream->tokens, text, n)) >= 0)
                parse_check(stream, json_tokens_end(&stream->tokens));
        if (stream->failed >= 0 && stream->tree->root.shape == SHAPE_NULL)
                parse_not_json(stream, "it is only null");
        if (stream->failed < 0 && ret_line)
                *ret_line = stream->line;
        if (stream->failed < 0)
                return parse_report(stream, reterr);
        *ret = &TAKE(stream->tree)->root;
        return 0;
}
