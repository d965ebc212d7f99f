/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The writing half of backend/format/json.h: from a struct into JSON, by the table that reads it. An unknown
 * member is null, never omitted, so that scripts need no test for its existence. */
#include "backend/format/json.h"
#include "base/text.h"

static bool format_write_is_known(const struct json_field *f, const char *source) {
        for (size_t i = 0; i < f->known_bytes; i++)
                if (source[f->known + i])
                        return true;
        return f->known_bytes == 0;
}

static struct json_object *format_write_value(const struct json_field *f, const void *source) {
        const void *at = (const char *) source + f->offset;
        if (!format_write_is_known(f, source))
                return NULL;
        switch (f->kind) {
        case JSON_TYPED:
        case JSON_TEXT: return json_new_text(*(char *const *) at);
        case JSON_TEXTS: return json_new_texts(*(char *const *const *) at);
        case JSON_BOOL: return json_object_new_boolean(*(const bool *) at);
        case JSON_INT: return json_object_new_int(*(const int *) at);
        case JSON_UINT16: return json_object_new_int(*(const uint16_t *) at);
        case JSON_UINT32: return json_object_new_int64(*(const uint32_t *) at);
        case JSON_TIME:
        case JSON_INT64: return json_object_new_int64(*(const int64_t *) at);
        case JSON_USEC: return json_object_new_double((double) *(const int64_t *) at / 1e6);
        case JSON_UINT64: {
                uint64_t value = *(const uint64_t *) at;
                return value == UINT64_MAX ? NULL : json_object_new_uint64(value);
        }
        case JSON_WORD: return json_new_text(f->name(*(const unsigned *) at));
        case JSON_STRUCT: return json_new_struct(f->of, *(const void *const *) at);
        case JSON_STRUCTS:
                return json_new_structs(f->of, *(const void *const *) at,
                                        *(const size_t *) ((const char *) source + f->count));
        case JSON_CALL: return f->make(at);
        }
        return NULL;
}

/* The object with the last member of a path; missing ones on the way are created. */
static struct json_object *format_write_parent(struct json_object *o, const char **path) {
        for (const char *dot; (dot = strchr(*path, '.')); *path = dot + 1) {
                char name[64];
                snprintf(name, sizeof name, "%.*s", (int) (dot - *path), *path);
                struct json_object *inner = NULL;
                if (!json_object_object_get_ex(o, name, &inner)) {
                        inner = json_object_new_object();
                        json_object_object_add(o, name, inner);
                }
                o = inner;
        }
        return o;
}

void json_fields_add(struct json_object *o, const struct json_table *table, const void *source) {
        for (const struct json_field *f = table->fields; f < table->fields + table->n; f++) {
                if (f->kind == JSON_CALL && !f->make)
                        continue;
                const char *name = f->path;
                struct json_object *parent = format_write_parent(o, &name);
                json_object_object_add(parent, name, format_write_value(f, source));
        }
}

struct json_object *json_new_struct(const struct json_table *table, const void *source) {
        if (!source)
                return NULL;
        struct json_object *o = json_object_new_object();
        json_fields_add(o, table, source);
        return o;
}

struct json_object *json_new_structs(const struct json_table *table, const void *items, size_t n) {
        struct json_object *all = json_object_new_array();
        for (size_t i = 0; i < n; i++)
                json_object_array_add(all, json_new_struct(table, (const char *) items + i * table->size));
        return all;
}

struct json_object *json_new_pointers(const struct json_table *table, const void *items, size_t n) {
        struct json_object *all = json_object_new_array();
        for (size_t i = 0; i < n; i++)
                json_object_array_add(all, json_new_struct(table, ((const void *const *) items)[i]));
        return all;
}

/* Bytes of the well-formed UTF-8 character at s, or 0. */
static size_t utf8_length(const char *s, size_t n) {
        unsigned c;
        size_t length = text_decode(s, n, &c);
        return text_is_utf8(s, length) ? length : 0;
}

static void json_add_escaped(struct str *out, unsigned c) {
        if (c < 0x10000)
                str_addf(out, "\\u%04x", c);
        else
                str_addf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                         0xdc00 + ((c - 0x10000) & 0x3ff));
}

struct json_object *json_new_text(const char *s) {
        size_t n = s ? strlen(s) : 0;
        if (!s || text_is_utf8(s, n))
                return s ? json_object_new_string_len(s, (int) n) : NULL;
        _cleanup_str_ struct str clean = {};
        for (const char *end = s + n; s < end;) {
                size_t length = utf8_length(s, (size_t) (end - s));
                str_add_bytes(&clean, length ? s : "\xef\xbf\xbd", length ? length : 3);
                s += length ? length : 1;
        }
        return json_object_new_string_len(clean.text, (int) clean.length);
}

struct json_object *json_new_texts(char *const *list) {
        struct json_object *array = json_object_new_array();
        for (size_t i = 0; list && list[i]; i++)
                json_object_array_add(array, json_new_text(list[i]));
        return array;
}

/* Adds JSON text with \u in place of characters that must not reach a terminal: all of them are in strings,
 * where the escape means the same. json-c escapes C0 only, but U+009B is as good as ESC [, and U+202E
 * reverses the line. */
#define MARKS_MAX 2 /* as base/text.h shows them: thousands on one letter fill the screen above it */

static void add_showable(struct str *out, const char *text, size_t n) {
        unsigned marks = 0; /* on the last letter */
        for (size_t used; n > 0; text += used, n -= used) {
                used = text_ascii_run(text, n);
                unsigned c;
                bool hidden = false;
                if (used == 0) {
                        used = text_decode(text, n, &c);
                        int cells = c == '\n' ? 1 : text_cells(c);
                        /* A mark without a letter would combine with the quote. */
                        marks = cells == 0 ? marks + 1 : 0;
                        hidden = cells < 0 || marks > MARKS_MAX ||
                                 (cells == 0 && out->length > 0 && out->text[out->length - 1] == '"');
                } else
                        marks = 0;
                if (hidden)
                        json_add_escaped(out, c);
                else
                        str_add_bytes(out, text, used);
        }
}

static char *write_with(struct json_object *o, int flags) {
        size_t n;
        const char *text = json_object_to_json_string_length(o, flags | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
        struct str shown = {};
        add_showable(&shown, text, n);
        str_add(&shown, "\n");
        return str_take(&shown);
}

char *json_write(struct json_object *o) {
        return write_with(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED);
}

char *json_write_line(struct json_object *o) {
        return write_with(o, JSON_C_TO_STRING_PLAIN);
}

char *json_write_take(struct json_object *o) {
        _cleanup_json_ struct json_object *owned = o;
        return json_write(owned);
}
