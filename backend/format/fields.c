/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reading half of backend/format/json.h: from a parsed document into a struct, by a table. */
#include "backend/format/internal.h"

#include <limits.h>
#include <time.h>

#define WHERE_MAX 256U
#define ENTRY_MAX 1024U /* bytes of an entry of a list that people write */

/* "images[3].Labels": the place of a member, in two steps and without printf(): each value read has one. */
static size_t fields_place_begin(const char *where, char place[static WHERE_MAX]) {
        size_t n = where ? strnlen(where, WHERE_MAX - 2) : 0;
        memcpy(place, where ? where : "", n);
        if (n > 0)
                place[n++] = '.';
        return n;
}

static void fields_place_add(char place[static WHERE_MAX], size_t n, const char *name) {
        size_t rest = strnlen(name, n < WHERE_MAX - 101 ? 100 : WHERE_MAX - 1 - n);
        memcpy(place + n, name, rest);
        place[n + rest] = '\0';
}

static void fields_place(const char *where, const char *name, char ret[static WHERE_MAX]) {
        fields_place_add(ret, fields_place_begin(where, ret), name);
}

/* A value that is read. */
struct fields_reading {
        struct json_value *value;
        const char *where;
        const struct json_field *f;
        bool strict; /* people wrote it */
        struct error **reterr;
};

int json_wrong(struct error **reterr, const char *where, const char *key, const char *format, ...) {
        char place[WHERE_MAX];
        va_list arguments;
        va_start(arguments, format);
        _cleanup_free_ char *reason = str_vprintf(format, arguments);
        va_end(arguments);
        error_set(reterr, -EINVAL, "%s", reason);
        if (key)
                fields_place(where, key, place);
        return error_wrap(reterr, -EINVAL, "%s", key ? place : where);
}

/* What a value is to be, and what people read that it is not. */
static const struct {
        const char *expected, *strict;
} kinds[JSON_CALL + 1] = {
        [JSON_TEXT] = { "a text", "not a text" },
        [JSON_TEXTS] = { "a list of texts", "not a list" },
        [JSON_INT ... JSON_UINT64] = { "a number", "not a whole number" },
        [JSON_BOOL] = { "true or false", "neither true nor false" },
        [JSON_TIME ... JSON_USEC] = { "a time", "not a time" },
        [JSON_WORD] = { "a word", "not a text" },
        [JSON_TYPED] = { "a value", "neither a text nor a whole number nor true or false" },
        [JSON_STRUCT] = { "an object", "not an object" },
        [JSON_STRUCTS] = { "a list", "not a list" },
        [JSON_CALL] = { "a value", "not a value" },
};

static int fields_wrong_type(const struct fields_reading *r, enum json_kind kind) {
        const char *is = json_type_words(r->value);
        if (r->strict)
                return json_wrong(r->reterr, r->where, NULL, "This is %s, %s", is, kinds[kind].strict);
        return error_set(r->reterr, -EBADMSG, "%s is %s where %s is expected",
                         *r->where ? r->where : "It", is, kinds[kind].expected);
}

int json_parse_time(const char *text, int64_t *ret) {
        struct tm tm = {};
        const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
        if (rest && *rest == '.')
                rest += 1 + strspn(rest + 1, "0123456789");
        rest = rest ? strptime(rest, "%z", &tm) : NULL;
        if (!rest || *rest)
                return -EINVAL;
        long offset = tm.tm_gmtoff;
        *ret = (int64_t) timegm(&tm) - offset;
        return 0;
}

/* The length of a list of at most max entries, or negative. */
static ssize_t fields_length(const struct fields_reading *r, enum json_kind kind, size_t max) {
        if (!json_is(r->value, SHAPE_LIST))
                return fields_wrong_type(r, kind);
        size_t n = r->value->n;
        if (n <= max)
                return (ssize_t) n;
        if (r->strict)
                return json_wrong(r->reterr, r->where, NULL, "The list has more than %zu entries", max);
        return error_set(r->reterr, -E2BIG, "%s has %zu entries; %zu are the most", r->where, n, max);
}

static int fields_read_texts(const struct fields_reading *r, char ***target) {
        ssize_t n = fields_length(r, JSON_TEXTS, r->f->max ? r->f->max : JSON_TEXTS_MAX);
        if (n < 0)
                return (int) n;
        _cleanup_strv_ char **list = xcalloc((size_t) n + 1, sizeof *list);
        struct json_value *entry = r->value->first;
        for (size_t i = 0; entry; i++, entry = entry->next) {
                const char *s = json_text(entry);
                if (s && (!r->strict || (strlen(s) >= r->f->least && strlen(s) <= ENTRY_MAX &&
                                         !str_has_controls(s)))) {
                        list[i] = xstrdup(s);
                        continue;
                }
                char name[WHERE_MAX + 32];
                snprintf(name, sizeof name, "%s[%zu]", r->where, i);
                if (s)
                        return json_wrong(r->reterr, name, NULL,
                                          "The text is empty, too long, or has control characters in it");
                const struct fields_reading wrong = {
                        .value = entry, .where = name, .strict = r->strict, .reterr = r->reterr
                };
                return fields_wrong_type(&wrong, JSON_TEXT);
        }
        strv_free(*target);
        *target = TAKE(list);
        return 0;
}

static int fields_read_text(const struct fields_reading *r, char **target) {
        size_t max = r->f->max ? r->f->max : JSON_TEXT_MAX;
        bool string = json_is(r->value, SHAPE_TEXT);
        const char *s = string ? json_text(r->value) : json_typed(r->value);
        if (!string && (!s || r->f->kind != JSON_TYPED))
                return fields_wrong_type(r, r->f->kind);
        if (r->strict && (!s || str_has_controls(s)))
                return json_wrong(r->reterr, r->where, NULL, "The text has control characters in it");
        if (r->strict && (!*s || strlen(s) > max))
                return json_wrong(r->reterr, r->where, NULL, "The text has to have 1 to %zu bytes", max);
        if (!s)
                return error_set(r->reterr, -EBADMSG, "%s has a NUL byte in it", r->where);
        if (strlen(s) > max)
                return error_set(r->reterr, -E2BIG, "%s is longer than %zu bytes", r->where, max);
        str_replace(target, s);
        return 0;
}

static int fields_read_word(const struct fields_reading *r, int *target) {
        const char *s = json_text(r->value);
        if (!s)
                return fields_wrong_type(r, JSON_WORD);
        int word = r->f->from_name(s);
        if (word < 0)
                return error_set(r->reterr, -EBADMSG, "%s is \"%.40s\", which is none of the words it can be",
                                 r->where, s);
        *target = word;
        return 0;
}

static int fields_read_time(const struct fields_reading *r, int64_t *target) {
        int64_t t = 0; /* "": Docker's creation time of an image without one */
        const char *s = json_text(r->value);
        if (json_is(r->value, SHAPE_INTEGER))
                t = json_integer(r->value);
        else if (!s || (s[0] != '\0' && json_parse_time(s, &t) < 0))
                return error_set(r->reterr, -EBADMSG, "%s is no time", r->where);
        *target = t > 0 ? t : 0;
        return 0;
}

static int fields_read_number(const struct fields_reading *r, void *target) {
        enum json_kind kind = r->f->kind;
        if (!json_is(r->value, SHAPE_INTEGER))
                return fields_wrong_type(r, kind);
        const char *text = r->value->text;
        errno = 0;
        int64_t i = strtoll(text, NULL, 10);
        bool fits_signed = errno == 0;
        errno = 0;
        uint64_t u = strtoull(text, NULL, 10);
        bool fits_unsigned = errno == 0 && *text != '-';
        if (r->strict && (i < r->f->low || i > r->f->high))
                return json_wrong(r->reterr, r->where, NULL, "The number is not within %lld and %lld",
                                  r->f->low, r->f->high);
        bool fits = kind == JSON_INT      ? fits_signed && i >= INT_MIN && i <= INT_MAX
                    : kind == JSON_UINT32 ? fits_unsigned && u <= UINT32_MAX
                    : kind == JSON_INT64  ? fits_signed
                                          : fits_unsigned && u < UINT64_MAX;
        if (!fits)
                return error_set(r->reterr, -EBADMSG, "%s is beyond what can be true (%s)", r->where, text);
        if (kind == JSON_INT)
                *(int *) target = (int) i;
        else if (kind == JSON_UINT32)
                *(uint32_t *) target = (uint32_t) u;
        else
                *(uint64_t *) target = kind == JSON_INT64 ? (uint64_t) i : u;
        return 0;
}

static int fields_read_table(const struct fields_reading *r, const struct json_field *fields, size_t n,
                             void *target);

/* The count grows with each entry, so that a half-read target is freed completely. */
static int fields_read_structs(const struct fields_reading *r, void *target) {
        const struct json_table *of = r->f->of;
        char **items = (void *) ((char *) target + r->f->offset);
        size_t *count = (void *) ((char *) target + r->f->count);
        ssize_t n = fields_length(r, JSON_STRUCTS, r->f->max ? r->f->max : JSON_TEXTS_MAX);
        if (n < 0)
                return (int) n;
        if (*items)
                return error_set(r->reterr, -EBADMSG, "%s is there twice", r->where);
        for (struct json_value *value = r->value->first; value; value = value->next) {
                char name[WHERE_MAX + 32];
                snprintf(name, sizeof name, "%s[%zu]", r->where, *count);
                struct fields_reading entry = *r;
                entry.where = name;
                entry.value = value;
                room_for_one((void **) items, *count, of->size);
                void *item = memset(*items + (*count)++ * of->size, 0, of->size);
                int k = fields_read_table(&entry, of->fields, of->n, item);
                if (k < 0)
                        return k;
        }
        return 0;
}

static int fields_read_value(const struct fields_reading *r, void *target) {
        const struct json_table *of = r->f->of;
        void *member = (char *) target + r->f->offset;
        switch (r->f->kind) {
        case JSON_TYPED:
        case JSON_TEXT: return fields_read_text(r, member);
        case JSON_TEXTS: return fields_read_texts(r, member);
        case JSON_BOOL:
                if (!json_is(r->value, SHAPE_BOOLEAN))
                        return fields_wrong_type(r, JSON_BOOL);
                *(bool *) member = r->value->truth;
                return 0;
        case JSON_TIME: return fields_read_time(r, member);
        case JSON_WORD: return fields_read_word(r, member);
        case JSON_STRUCT:
                if (!*(void **) member)
                        *(void **) member = xcalloc(1, of->size);
                return fields_read_table(r, of->fields, of->n, *(void **) member);
        case JSON_STRUCTS: return fields_read_structs(r, target);
        case JSON_CALL: return r->f->call(r->value, r->where, member, r->reterr);
        case JSON_UINT16:
        case JSON_USEC: return 0;
        default: return fields_read_number(r, member);
        }
}

/* The value at a dotted path; NULL when it, or an object on the way, is absent or null. -EBADMSG when a value
 * on the way is not an object. */
static int find_path(struct json_value *o, const char *path, struct json_value **ret) {
        for (size_t n; o && *path; path += n + (path[n] == '.')) {
                n = (size_t) (strchrnul(path, '.') - path);
                if (!json_is(o, SHAPE_OBJECT))
                        return -EBADMSG;
                o = json_member_n(o, path, n);
        }
        *ret = o;
        return 0;
}

/* The row's member of the object: where the parser has it, or searched. */
static int find_member(struct json_value *o, const struct json_field *fields, const struct json_field *f,
                       struct json_value **ret) {
        const struct json_rows *rows = o->rows && o->rows->fields == fields ? o->rows : NULL;
        size_t row = (size_t) (f - fields);
        if (!rows || rows->searched & UINT64_C(1) << row)
                return find_path(o, f->path, ret);
        *ret = rows->members[row] && rows->members[row]->shape != SHAPE_NULL ? rows->members[row] : NULL;
        return 0;
}

/* r: the object with the member. place: n bytes in it are the object's; the member's name comes behind. */
static int fields_read_member(const struct fields_reading *r, const struct json_field *fields,
                              const struct json_field *f, void *target, char place[static WHERE_MAX],
                              size_t n) {
        struct fields_reading member = { .where = place, .f = f, .strict = r->strict, .reterr = r->reterr };
        int k = find_member(r->value, fields, f, &member.value);
        if (k >= 0 && !member.value && !f->required)
                return 0;
        fields_place_add(place, n, f->path);
        if (k < 0)
                return error_set(r->reterr, k, "%s cannot be reached: something above it is not an object",
                                 place);
        if (member.value)
                return fields_read_value(&member, target);
        if (r->strict)
                return json_wrong(r->reterr, r->where, NULL, "The member \"%s\" is missing", f->path);
        return error_set(r->reterr, -EBADMSG, f->kind == JSON_CALL ? "%s is missing" : "%s is missing (%s)",
                         place, kinds[f->kind].expected);
}

/* In files that people write a typing error must not be ignored. */
static int fields_unknown(const struct fields_reading *r, const struct json_field *fields, size_t n) {
        for (const struct json_value *member = r->value->first; member; member = member->next) {
                bool known = str_starts(member->name, "x-");
                for (size_t i = 0; !known && i < n; i++)
                        known = str_equal(fields[i].path, member->name);
                if (known)
                        continue;
                _cleanup_str_ struct str all = {};
                for (size_t i = 0; i < n; i++)
                        str_addf(&all, "%s%s", i ? ", " : "", fields[i].path);
                return json_wrong(r->reterr, r->where, member->name, "There is no such member; there are %s",
                                  all.text);
        }
        return 0;
}

static int fields_read_table(const struct fields_reading *r, const struct json_field *fields, size_t n,
                             void *target) {
        if (!json_is(r->value, SHAPE_OBJECT))
                return fields_wrong_type(r, JSON_STRUCT);
        char place[WHERE_MAX];
        size_t before = fields_place_begin(r->where, place);
        int k = r->strict ? fields_unknown(r, fields, n) : 0;
        for (const struct json_field *f = fields; k >= 0 && f < fields + n; f++)
                if (f->kind != JSON_CALL || f->call)
                        k = fields_read_member(r, fields, f, target, place, before);
        return k;
}

int json_read(struct json_value *o, const char *where, const struct json_field *fields, size_t n,
              void *target, struct error **reterr) {
        const struct fields_reading r = { .value = o, .where = where ? where : "", .reterr = reterr };
        return fields_read_table(&r, fields, n, target);
}

int json_read_strict(struct json_value *o, const char *where, const struct json_table *table, void *target,
                     struct error **reterr) {
        const struct fields_reading r = { .value = o, .where = where, .strict = true, .reterr = reterr };
        return fields_read_table(&r, table->fields, table->n, target);
}

int json_parse_struct(const char *text, size_t n, const struct json_limits *limits,
                      const struct json_table *table, void *target, const char *sentence,
                      struct error **reterr) {
        _cleanup_json_value_ struct json_value *o = NULL;
        int r = json_parse(text, n, limits, &o, NULL, reterr);
        if (r >= 0)
                r = json_read(o, NULL, table->fields, table->n, target, reterr);
        return r < 0 ? error_wrap(reterr, -EINVAL, "%s", sentence) : 0;
}

int json_each(struct json_value *array, const char *where, size_t max, json_item_t *item, void *userdata,
              struct error **reterr) {
        const struct fields_reading r = { .value = array, .where = where, .reterr = reterr };
        ssize_t n = fields_length(&r, JSON_STRUCTS, max);
        if (n < 0)
                return (int) n;
        struct json_value *value = array->first;
        for (size_t i = 0; value; i++, value = value->next) {
                char name[WHERE_MAX];
                snprintf(name, sizeof name, "%s[%zu]", where, i);
                int k = item(value->shape == SHAPE_NULL ? NULL : value, name, userdata, reterr);
                if (k < 0)
                        return k;
        }
        return 0;
}

int json_each_member(struct json_value *object, const char *where, size_t max, json_member_t *member,
                     void *userdata, struct error **reterr) {
        const struct fields_reading r = { .value = object, .where = where, .reterr = reterr };
        if (!json_is(object, SHAPE_OBJECT))
                return fields_wrong_type(&r, JSON_STRUCT);
        if (object->n > max)
                return error_set(reterr, -E2BIG, "%s has %zu members; %zu are the most", where, object->n,
                                 max);
        for (struct json_value *value = object->first; value; value = value->next) {
                char name[WHERE_MAX];
                fields_place(where, value->name, name);
                int k = member(value->name, value->shape == SHAPE_NULL ? NULL : value, name, userdata,
                               reterr);
                if (k < 0)
                        return k;
        }
        return 0;
}
