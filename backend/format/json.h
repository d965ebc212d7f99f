/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* JSON from outside, with ceilings, read into structs through const tables, and JSON written from them.
 *
 * json-c writes. It does not read: it wants whole documents, takes several times as long for a long list of
 * images, and 0.18 takes bytes above 127 for control characters when it is strict. yajl reads pieces, but a
 * text in pieces from its beginning again with each, takes bytes behind a document and UTF-8 that is none,
 * and was half of the console's time for such a list. Half a surrogate pair ("\ud800") becomes "?".
 *
 * Errors: -EBADMSG for text that is not JSON or has another shape, -E2BIG beyond a ceiling. */

#include <json-c/json.h>

#include "base/base.h"

/* Of what is written. */
static inline void json_putp(struct json_object **o) {
        json_object_put(*o);
        *o = NULL;
}
#define _cleanup_json_ _cleanup_(json_putp)

struct json_limits {
        size_t bytes;   /* of one document */
        unsigned depth; /* of nested lists and objects; 64 at most */
        size_t weight;  /* values, an object counts for eight: one takes some 70 bytes beside its text, so a
                           bound of bytes is not enough */
};

/* 16 MiB, 32 deep; 1,000,000 values. */
extern const struct json_limits json_limits_default;

enum json_shape {
        SHAPE_NULL,
        SHAPE_BOOLEAN,
        SHAPE_INTEGER,
        SHAPE_FRACTION, /* and whole numbers with an exponent */
        SHAPE_TEXT,
        SHAPE_LIST,
        SHAPE_OBJECT,
};

/* A value of a document that was read; all of the document lives and goes together. */
struct json_value {
        enum json_shape shape;
        bool truth;
        bool has_nul;                    /* the text has NUL bytes in it */
        size_t n;                        /* bytes of the text; entries of a list, members of an object */
        const char *name;                /* of a member; else NULL */
        const char *text;                /* NUL-terminated, UTF-8; a number as it was written; else NULL */
        struct json_value *first, *next; /* entries or members in their order, nulls among them */
        size_t end;                      /* offset behind its first token in the text */
        const struct json_rows *rows;    /* private to parse.c and fields.c; mostly NULL */
};

/* One document, nothing but blanks around it. limits NULL: the default ones. ret_line (may be NULL): on
 * failure the line of the error, from 1. The caller frees *ret. */
int json_parse(const char *text, size_t n, const struct json_limits *limits, struct json_value **ret,
               unsigned *ret_line, struct error **reterr);

/* Of what json_parse() gave: the whole document. */
struct json_value *json_value_free(struct json_value *value);
DEFINE_CLEANUP(struct json_value, json_value_free)
#define _cleanup_json_value_ _cleanup_(json_value_freep)

/* The line (from 1) of the value at path ("parameters[2].type") in the document o that text was read into. A
 * missing value gives the line of the innermost existing list or object. */
unsigned json_line_at(const struct json_value *o, const char *text, const char *path);

static inline bool json_is(const struct json_value *value, enum json_shape shape) {
        return value && value->shape == shape;
}

/* The member of an object, the last one of this name; the entry of a list. NULL: absent, null, or o is
 * none. */
struct json_value *json_member(const struct json_value *o, const char *name);
struct json_value *json_entry(const struct json_value *list, size_t i);

/* NULL unless value is a string without NUL bytes. */
const char *json_text(const struct json_value *value);

/* A whole number within int64_t, or the nearest one; 0: another value. */
int64_t json_integer(const struct json_value *value);

/* As a person would type it: a text, a whole number, "yes" or "no" of a boolean. NULL: another value. */
const char *json_typed(const struct json_value *value);

/* "a number", "a text", … for sentences. */
const char *json_type_words(const struct json_value *value);

enum json_kind {
        JSON_TEXT,   /* char *: a string without NUL bytes; the old one is freed */
        JSON_TEXTS,  /* char **: an array of such; strv of base/str.h */
        JSON_INT,    /* int */
        JSON_UINT16, /* uint16_t; not read */
        JSON_UINT32, /* uint32_t, unsigned */
        JSON_INT64,  /* int64_t */
        JSON_UINT64, /* uint64_t, size_t on 64 bit; UINT64_MAX is not known: null */
        JSON_BOOL,   /* bool */
        JSON_TIME, /* int64_t: seconds since the epoch, from a number or from RFC 3339 text; before 1970: 0 */
        JSON_USEC, /* int64_t: microseconds, written as seconds with a fraction; not read */
        JSON_WORD, /* an enum (int), by from_name() and name() */
        JSON_TYPED,  /* char *, as a person would type it: see json_typed() */
        JSON_STRUCT,  /* pointer to a struct, by the table `of`; NULL: null */
        JSON_STRUCTS, /* array of structs by the table `of`, their number at `count` */
        JSON_CALL, /* call() gets the value and the member, make() the member; NULL: not read, not written */
};

struct json_table {
        const struct json_field *fields;
        size_t n, size; /* rows; bytes of the struct */
};
#define JSON_TABLE(rows, type) (&(const struct json_table){ rows, ELEMENTS(rows), sizeof(type) })

/* A value that is read into target, and a member that is written. */
typedef int json_item_t(struct json_value *value, const char *where, void *target, struct error **reterr);
typedef struct json_object *json_make_t(const void *member);
typedef int json_member_t(const char *key, struct json_value *value, const char *where, void *userdata,
                          struct error **reterr);

/* The same rows read and write. Numbers that do not fit are refused. JSON null is the same as absent. An
 * absent member leaves the target as it is. */
struct json_field {
        const char *path; /* members, separated by dots: "Config.Labels" */
        enum json_kind kind;
        size_t offset; /* of the member in the target */
        bool required;
        size_t known, known_bytes; /* written as null where these bytes of the target are all zero */
        size_t least; /* of a profile's list: fewest bytes of an entry */
        size_t max;   /* text: most bytes, lists: most entries; 0: JSON_TEXT_MAX, JSON_TEXTS_MAX */
        long long low, high; /* of a profile's number */
        int (*from_name)(const char *word);
        const char *(*name)(unsigned value);
        json_item_t *call;
        json_make_t *make;
        const struct json_table *of;
        size_t count; /* offset of a size_t */
};
#define JSON_NAMES(prefix) .from_name = prefix##_from_name, .name = prefix##_name
#define JSON_TEXT_MAX (1024U * 1024)
#define JSON_TEXTS_MAX 4096U

/* where names o in errors ("images[3]"); "" or NULL for the top. Unknown members are ignored. On failure the
 * target may be half filled: free it as usual. 0 or negative. */
int json_read(struct json_value *o, const char *where, const struct json_field *fields, size_t n,
              void *target, struct error **reterr);

/* The same for a file that people write: members that no row names and that do not begin with "x-" are
 * refused, texts have 1 to max bytes and no control characters, numbers are from low to high. Errors are
 * those of json_wrong(). */
int json_read_strict(struct json_value *o, const char *where, const struct json_table *table, void *target,
                     struct error **reterr);

/* -EINVAL with an error whose message is the place (of the member key in where, or where itself) and whose
 * cause is the reason: the reader of the file, who knows the lines, makes a sentence of both. */
int json_wrong(struct error **reterr, const char *where, const char *key, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

/* Adds the rows as members of o, in their order; for a path with dots also the objects. */
void json_fields_add(struct json_object *o, const struct json_table *table, const void *source);
struct json_object *json_new_struct(const struct json_table *table, const void *source);
struct json_object *json_new_structs(const struct json_table *table, const void *items, size_t n);
struct json_object *json_new_pointers(const struct json_table *table, const void *items, size_t n);

/* Calls item() for each entry of an array (with where "…[i]") or each member of an object (json_each_member),
 * up to the first failure. */
int json_each(struct json_value *array, const char *where, size_t max, json_item_t *item, void *userdata,
              struct error **reterr);
int json_each_member(struct json_value *object, const char *where, size_t max, json_member_t *member,
                     void *userdata, struct error **reterr);

/* Seconds since the epoch of "2026-11-23T12:07:00.123456789+01:00"; 0, -EINVAL. */
int json_parse_time(const char *text, int64_t *ret);

/* A string value; bytes that are not UTF-8 become U+FFFD, so that the text stays readable. NULL gives JSON
 * null (which json-c spells NULL). */
struct json_object *json_new_text(const char *s);
struct json_object *json_new_texts(char *const *list);

/* Pretty-printed, one newline at the end; characters that a terminal would obey or hide are written \uXXXX.
 * The caller frees. */
char *json_write(struct json_object *o);
char *json_write_take(struct json_object *o); /* puts o */
/* The same on one line, for streams. */
char *json_write_line(struct json_object *o);

/* Splits a stream of bytes, in pieces of any size, into documents and reports each parsed. With `elements`
 * the stream is one array and its entries are reported one by one, so that a list of thousands is never in
 * memory as a whole. Only objects are documents (engines send nothing else); blanks, newlines and the RS of
 * json-seq between them are skipped. */
struct json_stream;

/* document() borrows o. A negative return stops the stream: feed returns it, with the error document() set.
 * It must not free the stream. */
struct json_stream_sink {
        int (*document)(struct json_value *o, void *userdata, struct error **reterr);
        void *userdata;
        struct json_limits limits; /* of each document; all zero: the default */
        size_t max;                /* documents; 0: no limit */
        bool elements;
        const struct json_table *wanted; /* other members are left out of the documents; NULL: none */
};
struct json_stream *json_stream_new(const struct json_stream_sink *sink);
struct json_stream *json_stream_free(struct json_stream *stream);
DEFINE_CLEANUP(struct json_stream, json_stream_free)

/* After a failure every further call fails the same way. */
int json_stream_feed(struct json_stream *stream, const void *bytes, size_t n, struct error **reterr);

/* At the end of the stream: -EBADMSG inside a document (or, with elements, before the end of the array; so
 * also for an empty answer). */
int json_stream_finish(struct json_stream *stream, struct error **reterr);
