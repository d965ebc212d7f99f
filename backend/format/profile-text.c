/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/profile-text.h"

#include <stdarg.h>

#include "backend/format/profiles.h"

int profile_wrong(const struct profile_text *t, const char *where, const char *format, ...) {
        _cleanup_str_ struct str s = {};
        va_list arguments;
        va_start(arguments, format);
        str_vaddf(&s, format, arguments);
        va_end(arguments);
        int r = error_set(t->reterr, -EINVAL, "%s:%u: %s%s%s", t->source, json_line_at(t->text, t->n, where),
                          where, *where ? ": " : "", s.text ? s.text : "wrong");
        error_hint(t->reterr, "How profiles are written: profiles/README.md in fairlead's data folder");
        return r;
}

char *profile_where(const char *where, const char *key) {
        return str_printf("%s%s%s", where, *where ? "." : "", key);
}

struct json_object *profile_member(struct json_object *o, const char *key) {
        struct json_object *value = NULL;
        return json_object_object_get_ex(o, key, &value) ? value : NULL;
}

static bool format_profile_text_has_controls(const char *s) {
        for (; *s; s++)
                if ((unsigned char) *s < 0x20 || *s == 0x7f)
                        return true;
        return false;
}

int profile_string(const struct profile_text *t, struct json_object *o, const char *where, const char *key,
                   bool required, size_t max, char **ret) {
        struct json_object *value = profile_member(o, key);
        _cleanup_free_ char *at = profile_where(where, key);
        if (!value)
                return required ? profile_wrong(t, where, "The member \"%s\" is missing", key) : 0;
        if (!json_object_is_type(value, json_type_string))
                return profile_wrong(t, at, "This is %s, not a text", json_type_words(value));
        const char *text = json_text(value);
        if (!text || format_profile_text_has_controls(text))
                return profile_wrong(t, at, "The text has control characters in it");
        if (!*text || strlen(text) > max)
                return profile_wrong(t, at, "The text has to have 1 to %zu bytes", max);
        return str_replace(ret, text);
}

int profile_value(const struct profile_text *t, struct json_object *o, const char *where, const char *key,
                  char **ret) {
        struct json_object *value = profile_member(o, key);
        if (!value || json_object_is_type(value, json_type_string))
                return profile_string(t, o, where, key, false, PARAM_VALUE_MAX, ret);
        _cleanup_free_ char *at = profile_where(where, key);
        if (json_object_is_type(value, json_type_boolean))
                return str_replace(ret, json_object_get_boolean(value) ? "yes" : "no");
        if (json_object_is_type(value, json_type_int))
                return str_replace(ret, json_object_get_string(value));
        return profile_wrong(t, at, "This is %s, neither a text nor a whole number nor true or false",
                             json_type_words(value));
}

int profile_strings(const struct profile_text *t, struct json_object *o, const char *where, const char *key,
                    size_t least, char ***ret) {
        struct json_object *list = profile_member(o, key);
        _cleanup_free_ char *at = profile_where(where, key);
        if (!list)
                return 0;
        if (!json_object_is_type(list, json_type_array))
                return profile_wrong(t, at, "This is %s, not a list", json_type_words(list));
        size_t n = json_object_array_length(list);
        if (n > PROFILE_LIST_MAX)
                return profile_wrong(t, at, "The list has more than %u entries", PROFILE_LIST_MAX);
        *ret = strv_free(*ret);
        for (size_t i = 0; i < n; i++) {
                struct json_object *value = json_object_array_get_idx(list, i);
                _cleanup_free_ char *entry = str_printf("%s[%zu]", at, i);
                const char *text = json_text(value);
                if (!text)
                        return profile_wrong(t, entry, "This is %s, not a text", json_type_words(value));
                if (format_profile_text_has_controls(text) || strlen(text) > PARAM_VALUE_MAX ||
                    strlen(text) < least)
                        return profile_wrong(t, entry, "The text is empty, too long, or has control "
                                                       "characters in it");
                strv_add(ret, text);
        }
        return 0;
}

int profile_flag(const struct profile_text *t, struct json_object *o, const char *where, const char *key,
                 bool *ret) {
        struct json_object *value = profile_member(o, key);
        _cleanup_free_ char *at = profile_where(where, key);
        if (!value)
                return 0;
        if (!json_object_is_type(value, json_type_boolean))
                return profile_wrong(t, at, "This is %s, neither true nor false", json_type_words(value));
        *ret = json_object_get_boolean(value);
        return 0;
}

int profile_number(const struct profile_text *t, struct json_object *o, const char *where, const char *key,
                   long long low, long long high, long long *ret) {
        struct json_object *value = profile_member(o, key);
        _cleanup_free_ char *at = profile_where(where, key);
        if (!value)
                return 0;
        if (!json_object_is_type(value, json_type_int))
                return profile_wrong(t, at, "This is %s, not a whole number", json_type_words(value));
        long long number = json_object_get_int64(value);
        if (number < low || number > high)
                return profile_wrong(t, at, "The number is not within %lld and %lld", low, high);
        *ret = number;
        return 0;
}

static int format_profile_text_unknown(const struct profile_text *t, struct json_object *o, const char *where,
                                       const struct json_table *table) {
        json_object_object_foreach(o, key, value) {
                (void) value;
                bool known = str_starts(key, "x-");
                for (size_t i = 0; !known && i < table->n; i++)
                        known = str_equal(table->fields[i].path, key);
                if (known)
                        continue;
                _cleanup_free_ char *at = profile_where(where, key);
                _cleanup_str_ struct str all = {};
                for (size_t i = 0; i < table->n; i++)
                        str_addf(&all, "%s%s", i ? ", " : "", table->fields[i].path);
                return profile_wrong(t, at, "There is no such member; there are %s", all.text);
        }
        return 0;
}

int profile_fields(const struct profile_text *t, struct json_object *o, const char *where,
                   const struct json_table *table, void *target) {
        if (!json_object_is_type(o, json_type_object))
                return profile_wrong(t, where, "This is %s, not an object", json_type_words(o));
        int r = format_profile_text_unknown(t, o, where, table);
        for (const struct json_field *f = table->fields; r >= 0 && f < table->fields + table->n; f++) {
                void *member = (char *) target + f->offset;
                if (f->kind == JSON_TEXT)
                        r = profile_string(t, o, where, f->path, f->required, f->max, member);
                else if (f->kind == JSON_TEXTS)
                        r = profile_strings(t, o, where, f->path, f->least, member);
                else if (f->kind == JSON_BOOL)
                        r = profile_flag(t, o, where, f->path, member);
        }
        return r;
}

bool profile_name_valid(const char *name) {
        size_t n = strlen(name);
        return n > 0 && n < 64 && name[0] >= 'a' && name[0] <= 'z' &&
               strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}
