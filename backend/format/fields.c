/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reading half of backend/format/json.h: from a parsed document into a struct, by a table. */
#include "backend/format/json.h"

#include <limits.h>
#include <time.h>

#define WHERE_MAX 256U

/* "images[3].Labels": the place of a member. Without printf(): each value read has one. */
static void format_fields_place(const char *where, const char *name, char ret[static WHERE_MAX]) {
        size_t n = where ? strnlen(where, WHERE_MAX - 2) : 0;
        memcpy(ret, where ? where : "", n);
        if (n > 0)
                ret[n++] = '.';
        size_t rest = strnlen(name, n < WHERE_MAX - 101 ? 100 : WHERE_MAX - 1 - n);
        memcpy(ret + n, name, rest);
        ret[n + rest] = '\0';
}

const char *json_type_words(struct json_object *value) {
        switch (json_object_get_type(value)) {
        case json_type_null:
                return "nothing";
        case json_type_boolean:
                return "true or false";
        case json_type_double:
        case json_type_int:
                return "a number";
        case json_type_object:
                return "an object";
        case json_type_array:
                return "a list";
        case json_type_string:
                return "a text";
        }
        return "something else";
}

static const char *kind_words(enum json_kind kind) {
        switch (kind) {
        case JSON_TEXT:
        case JSON_WORD:
                return "a text";
        case JSON_TEXTS:
                return "a list of texts";
        case JSON_BOOL:
                return "true or false";
        case JSON_TIME:
                return "a time";
        case JSON_STRUCT:
                return "an object";
        case JSON_STRUCTS:
                return "a list";
        default:
                return "a number";
        }
}

const char *json_text(struct json_object *value) {
        if (!json_object_is_type(value, json_type_string))
                return NULL;
        const char *s = json_object_get_string(value);
        return strlen(s) == (size_t) json_object_get_string_len(value) ? s : NULL;
}

int json_parse_time(const char *text, int64_t *ret) {
        struct tm tm = {};
        const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
        if (!rest)
                return -EINVAL;
        if (*rest == '.')
                rest += 1 + strspn(rest + 1, "0123456789");
        long offset = 0;
        if (*rest == '+' || *rest == '-') {
                unsigned hours, minutes;
                int used = 0;
                if (sscanf(rest + 1, "%2u:%2u%n", &hours, &minutes, &used) != 2 || rest[1 + used] != '\0')
                        return -EINVAL;
                offset = (long) (hours * 3600 + minutes * 60) * (*rest == '-' ? -1 : 1);
        } else if (rest[0] != 'Z' || rest[1] != '\0')
                return -EINVAL;
        *ret = (int64_t) timegm(&tm) - offset;
        return 0;
}

static int format_fields_read_texts(struct json_object *value, const char *where, size_t max, char ***target,
                                    struct error **reterr) {
        if (!json_object_is_type(value, json_type_array))
                return error_set(reterr, -EBADMSG, "%s is %s where a list of texts is expected", where,
                                 json_type_words(value));
        size_t n = json_object_array_length(value);
        if (n > max)
                return error_set(reterr, -E2BIG, "%s has %zu entries; %zu are the most", where, n, max);
        _cleanup_strv_ char **list = calloc(n + 1, sizeof *list);
        if (!list)
                return error_set(reterr, -ENOMEM, "Out of memory");
        for (size_t i = 0; i < n; i++) {
                const char *s = json_text(json_object_array_get_idx(value, i));
                if (!s)
                        return error_set(reterr, -EBADMSG, "%s[%zu] is %s where a text is expected", where, i,
                                         json_type_words(json_object_array_get_idx(value, i)));
                list[i] = xstrdup(s);
        }
        strv_free(*target);
        *target = TAKE(list);
        return 0;
}

static int format_fields_read_text(struct json_object *value, const char *where, size_t max, char **target,
                                   struct error **reterr) {
        const char *s = json_text(value);
        if (!s && json_object_is_type(value, json_type_string))
                return error_set(reterr, -EBADMSG, "%s has a NUL byte in it", where);
        if (!s)
                return error_set(reterr, -EBADMSG, "%s is %s where a text is expected", where,
                                 json_type_words(value));
        if (strlen(s) > max)
                return error_set(reterr, -E2BIG, "%s is longer than %zu bytes", where, max);
        return str_replace(target, s);
}

static int format_fields_read_word(struct json_object *value, const char *where,
                                   const struct json_field *field, int *target, struct error **reterr) {
        const char *s = json_text(value);
        int word = s ? field->from_name(s) : -EINVAL;
        if (word < 0)
                return error_set(reterr, -EBADMSG,
                                 s ? "%s is \"%.40s\", which is none of the words it can be"
                                   : "%s is %s where a word is expected",
                                 where, s ? s : json_type_words(value));
        *target = word;
        return 0;
}

static int format_fields_read_time(struct json_object *value, const char *where, int64_t *target,
                                   struct error **reterr) {
        int64_t t;
        const char *s = json_text(value);
        if (json_object_is_type(value, json_type_int))
                t = json_object_get_int64(value);
        else if (!s || (s[0] != '\0' && json_parse_time(s, &t) < 0))
                return error_set(reterr, -EBADMSG, "%s is no time", where);
        else if (s[0] == '\0')
                t = 0; /* Docker's creation time of an image without one */
        *target = t > 0 ? t : 0;
        return 0;
}

/* json-c clamps numbers out of range: the clamp values themselves are refused. */
static int format_fields_read_number(struct json_object *value, const char *where, enum json_kind kind,
                                     void *target, struct error **reterr) {
        if (!json_object_is_type(value, json_type_int))
                return error_set(reterr, -EBADMSG, "%s is %s where a number is expected", where,
                                 json_type_words(value));
        int64_t i = json_object_get_int64(value);
        uint64_t u = json_object_get_uint64(value);
        bool fits = kind == JSON_INT      ? i >= INT_MIN && i <= INT_MAX
                    : kind == JSON_UINT16 ? i >= 0 && u <= UINT16_MAX
                    : kind == JSON_UINT32 ? i >= 0 && u <= UINT32_MAX
                    : kind == JSON_INT64  ? i > INT64_MIN && i < INT64_MAX
                                          : i >= 0 && u < UINT64_MAX;
        if (!fits)
                return error_set(reterr, -EBADMSG, "%s is beyond what can be true (%s)", where,
                                 json_object_get_string(value));
        if (kind == JSON_INT)
                *(int *) target = (int) i;
        else if (kind == JSON_UINT16)
                *(uint16_t *) target = (uint16_t) u;
        else if (kind == JSON_UINT32)
                *(uint32_t *) target = (uint32_t) u;
        else if (kind == JSON_INT64)
                *(int64_t *) target = i;
        else
                *(uint64_t *) target = u;
        return 0;
}

/* The count grows with each entry, so that a half-read target is freed completely. */
static int format_fields_read_structs(struct json_object *value, const char *where,
                                      const struct json_field *field, void *target, struct error **reterr) {
        const struct json_table *of = field->of;
        char **items = (void *) ((char *) target + field->offset);
        size_t *count = (void *) ((char *) target + field->count),
               max = field->max ? field->max : JSON_TEXTS_MAX;
        if (!json_object_is_type(value, json_type_array))
                return error_set(reterr, -EBADMSG, "%s is %s where a list is expected", where,
                                 json_type_words(value));
        size_t n = json_object_array_length(value);
        if (n > max)
                return error_set(reterr, -E2BIG, "%s has %zu entries; %zu are the most", where, n, max);
        if (*items)
                return error_set(reterr, -EBADMSG, "%s is there twice", where);
        *items = calloc(n + 1, of->size);
        if (!*items)
                return error_set(reterr, -ENOMEM, "Out of memory");
        for (*count = 0; *count < n;) {
                char name[WHERE_MAX + 32];
                snprintf(name, sizeof name, "%.*s[%zu]", (int) WHERE_MAX, where, *count);
                void *item = *items + *count * of->size;
                int r = json_read(json_object_array_get_idx(value, (*count)++), name, of->fields, of->n, item,
                                  reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int format_fields_read_struct(struct json_object *value, const char *where,
                                     const struct json_table *of, void **target, struct error **reterr) {
        if (!*target)
                *target = xcalloc(1, of->size);
        return json_read(value, where, of->fields, of->n, *target, reterr);
}

static int format_fields_read_field(struct json_object *value, const char *where,
                                    const struct json_field *field, void *target, struct error **reterr) {
        void *member = (char *) target + field->offset;
        switch (field->kind) {
        case JSON_TEXT:
                return format_fields_read_text(value, where, field->max ? field->max : JSON_TEXT_MAX, member,
                                               reterr);
        case JSON_TEXTS:
                return format_fields_read_texts(value, where, field->max ? field->max : JSON_TEXTS_MAX,
                                                member, reterr);
        case JSON_BOOL:
                if (!json_object_is_type(value, json_type_boolean))
                        return error_set(reterr, -EBADMSG, "%s is %s where true or false is expected", where,
                                         json_type_words(value));
                *(bool *) member = json_object_get_boolean(value);
                return 0;
        case JSON_TIME:
                return format_fields_read_time(value, where, member, reterr);
        case JSON_WORD:
                return format_fields_read_word(value, where, field, member, reterr);
        case JSON_STRUCT:
                return format_fields_read_struct(value, where, field->of, member, reterr);
        case JSON_STRUCTS:
                return format_fields_read_structs(value, where, field, target, reterr);
        case JSON_CALL:
                return field->call(value, where, member, reterr);
        case JSON_INT:
        case JSON_UINT16:
        case JSON_UINT32:
        case JSON_INT64:
        case JSON_UINT64:
                return format_fields_read_number(value, where, field->kind, member, reterr);
        }
        return -EINVAL;
}

/* The value at a dotted path; NULL when it, or an object on the way, is absent or null. -EBADMSG when a value
 * on the way is not an object. */
static int find_path(struct json_object *o, const char *path, struct json_object **ret) {
        char name[64];
        while (*path) {
                size_t length = strcspn(path, ".");
                if (length >= sizeof name)
                        return -EINVAL;
                memcpy(name, path, length);
                name[length] = '\0';
                if (!json_object_is_type(o, json_type_object))
                        return -EBADMSG;
                struct json_object *next;
                if (!json_object_object_get_ex(o, name, &next) || !next) {
                        *ret = NULL;
                        return 0;
                }
                o = next;
                path += length + (path[length] == '.');
        }
        *ret = o;
        return 0;
}

int json_read(struct json_object *o, const char *where, const struct json_field *fields, size_t n,
              void *target, struct error **reterr) {
        const char *at = where ? where : "";
        if (!json_object_is_type(o, json_type_object))
                return error_set(reterr, -EBADMSG, "%s is %s where an object is expected", *at ? at : "It",
                                 json_type_words(o));
        for (const struct json_field *f = fields; f < fields + n; f++) {
                if (f->kind == JSON_CALL && !f->call)
                        continue;
                char name[WHERE_MAX];
                format_fields_place(where, f->path, name);
                struct json_object *value = NULL;
                int r = find_path(o, f->path, &value);
                if (r < 0)
                        return error_set(reterr, r,
                                         "%s cannot be reached: something above it is not an "
                                         "object",
                                         name);
                if (!value && f->required)
                        return error_set(reterr, -EBADMSG,
                                         f->kind == JSON_CALL ? "%s is missing" : "%s is missing (%s)", name,
                                         kind_words(f->kind));
                if (!value)
                        continue;
                r = format_fields_read_field(value, name, f, target, reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}

int json_check_members(struct json_object *o, const char *where, const char *const *allowed,
                       struct error **reterr) {
        if (!json_object_is_type(o, json_type_object))
                return error_set(reterr, -EBADMSG, "%s is %s where an object is expected",
                                 str_empty(where) ? "It" : where, json_type_words(o));
        json_object_object_foreach(o, key, value) {
                (void) value;
                bool known = false;
                for (size_t i = 0; allowed[i] && !known; i++)
                        known = strcmp(allowed[i], key) == 0;
                if (!known)
                        return error_set(reterr, -EBADMSG, "%s%s%.64s is not a member that is known here",
                                         where ? where : "", str_empty(where) ? "" : ".", key);
        }
        return 0;
}

int json_each(struct json_object *array, const char *where, size_t max,
              int (*item)(struct json_object *value, const char *where, void *userdata,
                          struct error **reterr),
              void *userdata, struct error **reterr) {
        if (!json_object_is_type(array, json_type_array))
                return error_set(reterr, -EBADMSG, "%s is %s where a list is expected",
                                 str_empty(where) ? "It" : where, json_type_words(array));
        size_t n = json_object_array_length(array);
        if (n > max)
                return error_set(reterr, -E2BIG, "%s has %zu entries; %zu are the most",
                                 str_empty(where) ? "It" : where, n, max);
        for (size_t i = 0; i < n; i++) {
                char name[WHERE_MAX];
                snprintf(name, sizeof name, "%s[%zu]", where ? where : "", i);
                int r = item(json_object_array_get_idx(array, i), name, userdata, reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}

int json_each_member(struct json_object *object, const char *where, size_t max,
                     int (*member)(const char *key, struct json_object *value, const char *where,
                                   void *userdata, struct error **reterr),
                     void *userdata, struct error **reterr) {
        if (!json_object_is_type(object, json_type_object))
                return error_set(reterr, -EBADMSG, "%s is %s where an object is expected",
                                 str_empty(where) ? "It" : where, json_type_words(object));
        size_t n = (size_t) json_object_object_length(object);
        if (n > max)
                return error_set(reterr, -E2BIG, "%s has %zu members; %zu are the most",
                                 str_empty(where) ? "It" : where, n, max);
        json_object_object_foreach(object, key, value) {
                char name[WHERE_MAX];
                format_fields_place(where, key, name);
                int r = member(key, value, name, userdata, reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}
