/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One parameter of a profile: read, and checked against itself and those before it. */

#include <ctype.h>

#include "backend/format/profile-text.h"
#include "backend/format/profiles.h"
#include "base/words.h"

#define NUMBER_MAX 999999999999LL

static bool variable_name(const char *s) {
        if (!isalpha((unsigned char) *s) && *s != '_')
                return false;
        for (; *s; s++)
                if (!isalnum((unsigned char) *s) && *s != '_')
                        return false;
        return true;
}

static bool names_a_file(const char *path) {
        return path[0] == '/' && path[1] && !strpbrk(path, ":,") && !strstr(path, "/../") &&
               !str_ends(path, "/..");
}

/* Variables that fairlead sets itself; a profile must not redefine them. */
static bool format_profile_param_is_ours(const char *variable) {
        static const char *const ours[] = { "NAME", "IMAGE", "OPT1", "OPT2", "OPT3", "HOST" };
        for (size_t i = 0; i < ELEMENTS(ours); i++)
                if (strcmp(ours[i], variable) == 0)
                        return true;
        return false;
}

static int check_target(const struct profile_text *t, const char *where, const struct param *p) {
        bool target = !str_empty(p->target);
        switch (p->delivery) {
        case DELIVER_ARGV:
                return target || p->type != PARAM_BOOLEAN
                               ? 0
                               : profile_wrong(t, where, "A boolean needs an option: \"argv --force\"");
        case DELIVER_ENV:
        case DELIVER_VARIABLE:
                if (!target || !variable_name(p->target) || format_profile_param_is_ours(p->target))
                        return profile_wrong(t, where, "\"%s\" is not the name of a variable that can be set",
                                             target ? p->target : "");
                if (p->type == PARAM_SECRET)
                        return profile_wrong(t, where, "A secret is never delivered by %s: it could be read "
                                                       "there",
                                             delivery_name(p->delivery));
                return 0;
        case DELIVER_FILE:
                return target && names_a_file(p->target)
                               ? 0
                               : profile_wrong(t, where, "It wants an absolute path: \"file /run/secret\"");
        case DELIVER_PROMPT: {
                _cleanup_error_ struct error *e = NULL;
                if (!target)
                        return profile_wrong(t, where, "It wants a regular expression: \"prompt "
                                                       "[Pp]assword: *$\"");
                return pattern_check(p->target, &e) >= 0
                               ? 0
                               : profile_wrong(t, where, "%s", e ? e->message : "The pattern is wrong");
        }
        default:
                return target ? profile_wrong(t, where, "There is nothing to say after %s",
                                              delivery_name(p->delivery))
                              : 0;
        }
}

/* "argv --domain", "argv \"--domain\"", "argv", "env X", "stdin", "file PATH", "prompt REGEX". */
static int read_delivery(const struct profile_text *t, struct json_object *o, const char *where,
                         const struct profile *profile, struct param *p) {
        _cleanup_free_ char *text = NULL, *at = profile_where(where, "deliver");
        int r = profile_string(t, o, where, "deliver", true, PATTERN_MAX + 16, &text);
        if (r < 0)
                return r;
        size_t n = strcspn(text, " ");
        _cleanup_free_ char *word = xstrndup(text, n);
        int delivery = delivery_from_name(word);
        if (delivery < 0)
                return profile_wrong(t, at,
                                     "\"%s\" is none of argv, env, variable, stdin, file, prompt, none",
                                     word);
        p->delivery = (enum delivery) delivery;
        const char *rest = text + n + strspn(text + n, " ");
        if (p->delivery == DELIVER_PROMPT)
                /* a regular expression has quotes and blanks of its own */
                str_replace(&p->target, rest);
        else {
                _cleanup_strv_ char **words = NULL;
                if (words_split(rest, &words, NULL) < 0 || strv_length(words) > 1)
                        return profile_wrong(t, at, "After %s stands one word", word);
                str_replace(&p->target, words && words[0] ? words[0] : "");
        }
        return check_target(t, at, p);
}

static int add_choice(const struct profile_text *t, const char *where, struct json_object *value,
                      struct param *p) {
        static const struct json_field fields[] = {
                { "value", JSON_TEXT, offsetof(struct param_choice, value), .required = true, .max = 128 },
                { "title", JSON_TEXT, offsetof(struct param_choice, title), .max = 128 },
        };
        struct param_choice *grown = xreallocarray(p->choices, p->n_choices + 1, sizeof *grown);
        p->choices = grown;
        struct param_choice *choice = grown + p->n_choices++;
        *choice = (struct param_choice) {};
        const char *text = json_text(value);
        if (text && (!*text || strlen(text) > 128))
                return profile_wrong(t, where, "A choice has 1 to 128 bytes");
        int r = text ? str_replace(&choice->value, text)
                     : profile_fields(t, value, where, JSON_TABLE(fields, struct param_choice), choice);
        if (r < 0)
                return r;
        for (size_t i = 0; i + 1 < p->n_choices; i++)
                if (strcmp(p->choices[i].value, choice->value) == 0)
                        return profile_wrong(t, where, "\"%s\" is there twice", choice->value);
        return 0;
}

static int read_choices(const struct profile_text *t, struct json_object *o, const char *where,
                         const struct profile *profile, struct param *p) {
        struct json_object *list = profile_member(o, "choices");
        _cleanup_free_ char *at = profile_where(where, "choices");
        if (p->type != PARAM_CHOICE)
                return list ? profile_wrong(t, at, "Only the type choice has choices") : 0;
        if (!json_object_is_type(list, json_type_array) || json_object_array_length(list) == 0 ||
            json_object_array_length(list) > PROFILE_LIST_MAX)
                return profile_wrong(t, list ? at : where, "A choice has a list of 1 to %u choices",
                                     PROFILE_LIST_MAX);
        for (size_t i = 0; i < json_object_array_length(list); i++) {
                _cleanup_free_ char *entry = str_printf("%s[%zu]", at, i);
                int r = add_choice(t, entry, json_object_array_get_idx(list, i), p);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_when_value(const struct profile_text *t, const char *where, struct json_object *value,
                          char ***values) {
        if (json_object_is_type(value, json_type_boolean))
                return strv_add(values, json_object_get_boolean(value) ? "yes" : "no");
        const char *text = json_text(value);
        if (!text || !*text)
                return profile_wrong(t, where, "This is %s, neither a text nor true or false",
                                     json_type_words(value));
        return strv_add(values, text);
}

/* {"forward": "yes"}, {"protocol": ["tcp", "tls"]}, or "protocol=tcp". */
static int split_when(const struct profile_text *t, struct json_object *when, const char *at, char **ret_name,
                      char ***ret_values) {
        const char *text = json_text(when), *equals = text ? strchr(text, '=') : NULL;
        if (text) {
                if (!equals || equals == text || !equals[1])
                        return profile_wrong(t, at, "It wants NAME=VALUE");
                *ret_name = xstrndup(text, (size_t) (equals - text));
                return strv_add(ret_values, equals + 1);
        }
        if (!json_object_is_type(when, json_type_object) || json_object_object_length(when) != 1)
                return profile_wrong(t, at, "It wants an object with one member: {\"protocol\": \"tcp\"}");
        json_object_object_foreach(when, key, value) {
                _cleanup_free_ char *where = profile_where(at, key);
                *ret_name = xstrdup(key);
                if (!json_object_is_type(value, json_type_array))
                        return add_when_value(t, where, value, ret_values);
                if (json_object_array_length(value) == 0 ||
                    json_object_array_length(value) > PROFILE_LIST_MAX)
                        return profile_wrong(t, where, "The list has to have 1 to %u entries",
                                             PROFILE_LIST_MAX);
                for (size_t i = 0; i < json_object_array_length(value); i++) {
                        int r = add_when_value(t, where, json_object_array_get_idx(value, i), ret_values);
                        if (r < 0)
                                return r;
                }
        }
        return 0;
}

static int read_when(const struct profile_text *t, struct json_object *o, const char *where,
                     const struct profile *profile, struct param *p, char ***ret_modes) {
        struct json_object *when = profile_member(o, "when");
        _cleanup_free_ char *at = profile_where(where, "when"), *name = NULL;
        _cleanup_strv_ char **values = NULL;
        if (!when)
                return 0;
        int r = split_when(t, when, at, &name, &values);
        if (r < 0)
                return r;
        if (strcmp(name, "mode") == 0) {
                for (char **v = values; *v; v++)
                        if (!profile_mode(profile, *v))
                                return profile_wrong(t, at, "There is no mode \"%s\"", *v);
                *ret_modes = TAKE(values);
                return 0;
        }
        const struct param *other = profile_param(profile, name);
        if (!other)
                return profile_wrong(t, at, "There is no parameter \"%s\" before this one", name);
        if (other->type == PARAM_SECRET)
                return profile_wrong(t, at, "Nothing hangs on a secret");
        for (char **v = values; *v; v++) {
                _cleanup_error_ struct error *e = NULL;
                if (param_check(other, *v, &e) < 0)
                        return profile_wrong(t, at, "\"%s\" is never a value of %s: %s", *v, name,
                                             e ? e->message : "wrong");
        }
        p->when_name = TAKE(name);
        p->when_values = TAKE(values);
        return 0;
}

static int read_with(const struct profile_text *t, struct json_object *o, const char *where,
                     const struct profile *profile, struct param *p) {
        if (!p->with_name)
                return 0;
        _cleanup_free_ char *at = profile_where(where, "with");
        const struct param *other = profile_param(profile, p->with_name);
        if (!other)
                return profile_wrong(t, at, "There is no parameter \"%s\" before this one", p->with_name);
        return other->type == PARAM_SECRET ? profile_wrong(t, at, "Nothing hangs on a secret") : 0;
}

/* {"--password": "It would be stored and shown"} */
static int read_refusals(const struct profile_text *t, struct json_object *o, const char *where,
                         const struct profile *profile, struct param *p) {
        struct json_object *refuse = profile_member(o, "refuse");
        _cleanup_free_ char *at = profile_where(where, "refuse");
        if (!refuse)
                return 0;
        if (p->type != PARAM_ARGUMENTS)
                return profile_wrong(t, at, "Only the type arguments has words to refuse");
        if (!json_object_is_type(refuse, json_type_object) ||
            json_object_object_length(refuse) > (int) PROFILE_LIST_MAX)
                return profile_wrong(
                        t, at, "It wants an object of at most %u members: {\"--force\": \"the reason\"}",
                        PROFILE_LIST_MAX);
        json_object_object_foreach(refuse, key, value) {
                _cleanup_free_ char *member = profile_where(at, key);
                struct param_refusal *grown = xreallocarray(p->refusals, p->n_refusals + 1, sizeof *grown);
                p->refusals = grown;
                struct param_refusal *refusal = grown + p->n_refusals++;
                *refusal = (struct param_refusal) { .word = xstrdup(key) };
                const char *reason = json_text(value);
                if (str_empty(key) || str_empty(reason) || strlen(reason) > 256)
                        return profile_wrong(t, member, "It wants a reason of 1 to 256 bytes");
                str_replace(&refusal->reason, reason);
        }
        return 0;
}

static int read_type(const struct profile_text *t, struct json_object *o, const char *where,
                         const struct profile *profile, struct param *p) {
        _cleanup_free_ char *word = NULL, *at = profile_where(where, "type");
        int r = profile_string(t, o, where, "type", true, 32, &word);
        if (r < 0)
                return r;
        int type = param_type_from_name(word);
        if (type >= 0) {
                p->type = (enum param_type) type;
                return 0;
        }
        _cleanup_str_ struct str all = {};
        for (int i = 0; i < _PARAM_TYPE_MAX; i++)
                str_addf(&all, "%s%s", i ? ", " : "", param_type_name((enum param_type) i));
        return profile_wrong(t, at, "\"%s\" is no type; there are %s", word, all.text ? all.text : "others");
}

static int read_limits(const struct profile_text *t, struct json_object *o, const char *where,
                         const struct profile *profile, struct param *p) {
        static const char *const numbers[] = { "min", "max" };
        for (size_t i = 0; i < ELEMENTS(numbers); i++)
                if (p->type != PARAM_INTEGER && profile_member(o, numbers[i]))
                        return profile_wrong(t, where, "Only the type integer has %s", numbers[i]);
        if (p->type != PARAM_HOST && profile_member(o, "short"))
                return profile_wrong(t, where, "Only the type host has short");
        if (profile_member(o, "min") || profile_member(o, "max")) {
                p->minimum = profile_member(o, "min") ? 0 : -NUMBER_MAX;
                p->maximum = NUMBER_MAX;
        }
        int r = profile_number(t, o, where, "min", -NUMBER_MAX, NUMBER_MAX, &p->minimum);
        if (r >= 0)
                r = profile_number(t, o, where, "max", -NUMBER_MAX, NUMBER_MAX, &p->maximum);
        if (r >= 0 && p->minimum > p->maximum)
                r = profile_wrong(t, where, "min is larger than max");
        return r < 0 ? r : profile_flag(t, o, where, "short", &p->short_name);
}

static int read_pattern(const struct profile_text *t, struct json_object *o, const char *where,
                         const struct profile *profile, struct param *p) {
        if (!p->pattern)
                return 0;
        _cleanup_free_ char *at = profile_where(where, "pattern");
        _cleanup_error_ struct error *e = NULL;
        return pattern_check(p->pattern, &e) >= 0
                       ? 0
                       : profile_wrong(t, at, "%s", e ? e->message : "The pattern is wrong");
}

static int read_initial(const struct profile_text *t, struct json_object *o, const char *where,
                         const struct profile *profile, struct param *p) {
        int r = profile_value(t, o, where, "default", &p->initial);
        if (r < 0)
                return r;
        _cleanup_free_ char *at = profile_where(where, p->initial ? "default" : "suggest");
        _cleanup_error_ struct error *e = NULL;
        if (p->type == PARAM_SECRET && (p->initial || p->suggest))
                return profile_wrong(t, at, "A secret has neither default nor suggest");
        if (p->initial && param_check(p, p->initial, &e) < 0)
                return profile_wrong(t, at, "%s", e ? e->message : "The default is not a value of this type");
        return 0;
}

#define T struct param
static const struct json_field param_fields[] = {
        ROW("name", JSON_TEXT, name, .required = true, .max = 63),
        ROW("title", JSON_TEXT, title, .required = true, .max = 80),
        ROW("help", JSON_TEXT, help, .max = 512),
        NAMED("type"),
        FLAG(required),
        NAMED("default"),
        ROW("suggest", JSON_TEXT, suggest, .max = 32),
        ROW("pattern", JSON_TEXT, pattern, .max = PATTERN_MAX),
        ROW("reason", JSON_TEXT, pattern_reason, .max = 256),
        NAMED("min"),
        NAMED("max"),
        NAMED("short"),
        NAMED("choices"),
        NAMED("when"),
        ROW("with", JSON_TEXT, with_name, .max = 63),
        NAMED("refuse"),
        NAMED("deliver"),
};
#undef T

static int read_into(const struct profile_text *t, struct json_object *o, const char *where,
                     struct profile *profile, struct param *p, char ***ret_modes) {
        /* in this order: later ones need the results of earlier ones */
        static int (*const parts[])(const struct profile_text *t, struct json_object *o, const char *where,
                                    const struct profile *profile, struct param *p) = {
                read_type,     read_limits, read_choices,  read_pattern, read_initial,
                read_delivery, read_with,   read_refusals,
        };
        _cleanup_free_ char *at = profile_where(where, "name");
        const char *name = json_text(profile_member(o, "name"));
        if (name && (!profile_name_valid(name) || str_equal(name, "mode")))
                return profile_wrong(
                        t, at,
                        "\"%s\" is no name for a parameter: small letters, digits and -, a letter first",
                        name);
        if (name && profile_param(profile, name))
                return profile_wrong(t, at, "There are two parameters called \"%s\"", name);
        int r = profile_fields(t, o, where, JSON_TABLE(param_fields, struct param), p);
        if (r < 0)
                return r;
        p->line = json_line_at(t->text, t->n, where);
        for (size_t i = 0; i < ELEMENTS(parts); i++) {
                r = parts[i](t, o, where, profile, p);
                if (r < 0)
                        return r;
        }
        return read_when(t, o, where, profile, p, ret_modes);
}

int profile_read_param(const struct profile_text *t, struct json_object *o, const char *where,
                       struct profile *profile, char ***ret_modes) {
        struct param p = {};
        int r = read_into(t, o, where, profile, &p, ret_modes);
        if (r < 0) {
                param_done(&p);
                return r;
        }
        profile->parameters = xreallocarray(profile->parameters, profile->n_parameters + 1, sizeof p);
        profile->parameters[profile->n_parameters++] = p;
        return 0;
}
