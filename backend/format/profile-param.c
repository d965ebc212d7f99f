/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One parameter of a profile: read, and checked against itself and those before it. */

#include <ctype.h>

#include "backend/format/internal.h"
#include "model/param/pattern.h"
#include "base/words.h"

#define NUMBER_MAX 999999999999LL
#define CHOICES_WANTED "A choice has a list of 1 to %u choices"

/* A parameter while it is read. */
struct param_text {
        const struct json_value *o;
        const char *where;
        const struct profile *profile;
        struct error **reterr;
        struct param p;
        char *type, *deliver;
};

#define param_wrong(t, key, ...) json_wrong((t)->reterr, (t)->where, key, __VA_ARGS__)

static void param_text_done(struct param_text *t) {
        param_done(&t->p);
        FREE_ALL(t->type, t->deliver);
}

/* ---- parts with a shape of their own ---- */

static int read_choice(struct json_value *value, const char *where, void *userdata, struct error **reterr) {
        typedef struct param_choice T;
        static const struct json_field fields[] = {
                LINE("value", value, 128, .required = true), LINE("title", title, 128),
        };
        struct param *p = userdata;
        p->choices = xreallocarray(p->choices, p->n_choices + 1, sizeof *p->choices);
        struct param_choice *choice = &p->choices[p->n_choices++];
        *choice = (struct param_choice){};
        const char *text = json_text(value);
        if (text && (!*text || strlen(text) > 128))
                return json_wrong(reterr, where, NULL, "A choice has 1 to 128 bytes");
        choice->value = xstrdup(text);
        if (!text) {
                int r = json_read_strict(value, where, JSON_TABLE(fields, struct param_choice), choice,
                                         reterr);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i + 1 < p->n_choices; i++)
                if (strcmp(p->choices[i].value, choice->value) == 0)
                        return json_wrong(reterr, where, NULL, "\"%s\" is there twice", choice->value);
        return 0;
}

/* ["tcp", {"value": "tls", "title": "TLS"}] */
static int read_choices(struct json_value *value, const char *where, void *p, struct error **reterr) {
        if (!json_is(value, SHAPE_LIST) || value->n == 0 || value->n > PROFILE_LIST_MAX)
                return json_wrong(reterr, where, NULL, CHOICES_WANTED, PROFILE_LIST_MAX);
        return json_each(value, where, PROFILE_LIST_MAX, read_choice, p, reterr);
}

static int add_when_value(const struct json_value *value, const char *where, struct param *p,
                          struct error **reterr) {
        const char *text = json_is(value, SHAPE_INTEGER) ? NULL : json_typed(value);
        if (str_empty(text))
                return json_wrong(reterr, where, NULL, "This is %s, neither a text nor true or false",
                                  json_type_words(value));
        strv_add(&p->when_values, text);
        return 0;
}

/* {"forward": "yes"}, {"protocol": ["tcp", "tls"]}, or "protocol=tcp". */
static int read_when(struct json_value *value, const char *where, void *param, struct error **reterr) {
        struct param *p = param;
        const char *text = json_text(value), *equals = text ? strchr(text, '=') : NULL;
        if (text && (!equals || equals == text || !equals[1]))
                return json_wrong(reterr, where, NULL, "It wants NAME=VALUE");
        if (text) {
                p->when_name = xstrndup(text, (size_t) (equals - text));
                strv_add(&p->when_values, equals + 1);
                return 0;
        }
        if (!json_is(value, SHAPE_OBJECT) || value->n != 1)
                return json_wrong(reterr, where, NULL,
                                  "It wants an object with one member: {\"protocol\": \"tcp\"}");
        const struct json_value *values = value->first;
        p->when_name = xstrdup(values->name);
        _cleanup_free_ char *at = str_printf("%s.%s", where, p->when_name);
        if (!json_is(values, SHAPE_LIST))
                return add_when_value(values, at, p, reterr);
        size_t n = values->n;
        if (n == 0 || n > PROFILE_LIST_MAX)
                return json_wrong(reterr, at, NULL, "The list has to have 1 to %u entries", PROFILE_LIST_MAX);
        for (size_t i = 0; i < n; i++) {
                int r = add_when_value(json_entry(values, i), at, p, reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* {"--password": "It would be stored and shown"} */
static int read_refusals(struct json_value *value, const char *where, void *param, struct error **reterr) {
        struct param *p = param;
        if (!json_is(value, SHAPE_OBJECT) || value->n > PROFILE_LIST_MAX)
                return json_wrong(reterr, where, NULL,
                                  "It wants an object of at most %u members: {\"--force\": \"the reason\"}",
                                  PROFILE_LIST_MAX);
        p->refusals = xcalloc(PROFILE_LIST_MAX, sizeof *p->refusals);
        for (const struct json_value *member = value->first; member; member = member->next) {
                const char *key = member->name, *reason = json_text(member);
                if (str_empty(key) || str_empty(reason) || strlen(reason) > 256)
                        return json_wrong(reterr, where, key, "It wants a reason of 1 to 256 bytes");
                p->refusals[p->n_refusals++] = (struct param_refusal){ xstrdup(key), xstrdup(reason) };
        }
        return 0;
}

#define T struct param_text
#define CALL(path, function) ROW(path, JSON_CALL, p, .call = function)
static const struct json_field param_fields[] = {
        LINE("name", p.name, 63, .required = true), LINE("title", p.title, 80, .required = true),
        LINE("help", p.help, 512), LINE("type", type, 32, .required = true),
        ROW("required", JSON_BOOL, p.required), ROW("default", JSON_TYPED, p.initial, .max = PARAM_VALUE_MAX),
        LINE("suggest", p.suggest, 32), LINE("pattern", p.pattern, PATTERN_MAX),
        LINE("reason", p.pattern_reason, 256),
        ROW("min", JSON_INT64, p.minimum, .low = -NUMBER_MAX, .high = NUMBER_MAX),
        ROW("max", JSON_INT64, p.maximum, .low = -NUMBER_MAX, .high = NUMBER_MAX),
        ROW("short", JSON_BOOL, p.short_name), ROW("passed-on", JSON_BOOL, p.passed_on),
        CALL("choices", read_choices), CALL("when", read_when),
        LINE("with", p.with_name, 63), CALL("refuse", read_refusals),
        LINE("deliver", deliver, PATTERN_MAX + 16),
};
#undef CALL
#undef T

/* ---- checks ---- */

static int check_type(struct param_text *t) {
        int type = param_type_from_name(t->type);
        if (type >= 0) {
                t->p.type = (enum param_type) type;
                return 0;
        }
        _cleanup_str_ struct str all = {};
        for (int i = 0; i < _PARAM_TYPE_MAX; i++)
                str_addf(&all, "%s%s", i ? ", " : "", param_type_name((enum param_type) i));
        return param_wrong(t, "type", "\"%s\" is no type; there are %s", t->type, all.text);
}

/* Members that only one type has. */
static int check_members(struct param_text *t) {
        static const struct {
                const char *member, *key; /* key: the place of the error; NULL: the parameter */
                enum param_type type;
                const char *words;
        } only[] = {
                { "min", NULL, PARAM_INTEGER, "min" },
                { "max", NULL, PARAM_INTEGER, "max" },
                { "short", NULL, PARAM_HOST, "short" },
                { "choices", "choices", PARAM_CHOICE, "choices" },
                { "refuse", "refuse", PARAM_ARGUMENTS, "words to refuse" },
                { "passed-on", NULL, PARAM_SECRET, "passed-on" },
        };
        for (size_t i = 0; i < ELEMENTS(only); i++)
                if (t->p.type != only[i].type && json_member(t->o, only[i].member))
                        return param_wrong(t, only[i].key, "Only the type %s has %s",
                                           param_type_name(only[i].type), only[i].words);
        if (t->p.minimum > t->p.maximum)
                return param_wrong(t, NULL, "min is larger than max");
        if (t->p.type == PARAM_CHOICE && !t->p.choices)
                return param_wrong(t, NULL, CHOICES_WANTED, PROFILE_LIST_MAX);
        return 0;
}

static int check_values(struct param_text *t) {
        const struct param *p = &t->p;
        _cleanup_error_ struct error *e = NULL;
        if (p->pattern && pattern_check(p->pattern, &e) < 0)
                return param_wrong(t, "pattern", "%s", e->message);
        if (p->type == PARAM_SECRET && (p->initial || p->suggest))
                return param_wrong(t, p->initial ? "default" : "suggest",
                                   "A secret has neither default nor suggest");
        if (p->initial && param_check(p, p->initial, &e) < 0)
                return param_wrong(t, "default", "%s", e->message);
        return 0;
}

/* A variable that fairlead does not set itself. */
static bool variable_is_free(const char *s) {
        static const char *const ours[] = { "NAME", "IMAGE", "OPT1", "OPT2", "OPT3", "HOST", NULL };
        if ((!isalpha((unsigned char) *s) && *s != '_') || strv_contains((char *const *) ours, s))
                return false;
        while (isalnum((unsigned char) *s) || *s == '_')
                s++;
        return !*s;
}

static bool names_a_file(const char *path) {
        return path[0] == '/' && path[1] && !strpbrk(path, ":,") && !strstr(path, "/../") &&
               !str_ends(path, "/..");
}

/* The reason why the parameter cannot be delivered so (the caller's), or NULL. */
static char *find_wrong_target(const struct param *p) {
        const char *target = p->target, *way = delivery_name(p->delivery);
        bool variable = p->delivery == DELIVER_ENV || p->delivery == DELIVER_VARIABLE;
        _cleanup_error_ struct error *e = NULL;
        if (p->delivery == DELIVER_ARGV && !*target && p->type == PARAM_BOOLEAN)
                return xstrdup("A boolean needs an option: \"argv --force\"");
        if (variable && !variable_is_free(target))
                return str_printf("\"%s\" is not the name of a variable that can be set", target);
        if (variable && p->type == PARAM_SECRET)
                return str_printf("A secret is never delivered by %s: it could be read there", way);
        if (p->delivery == DELIVER_FILE && !names_a_file(target))
                return xstrdup("It wants an absolute path: \"file /run/secret\"");
        if (p->delivery == DELIVER_PROMPT && !*target)
                return xstrdup("It wants a regular expression: \"prompt [Pp]assword: *$\"");
        if (p->delivery == DELIVER_PROMPT && pattern_check(target, &e) < 0)
                return xstrdup(e->message);
        if ((p->delivery == DELIVER_NONE || p->delivery == DELIVER_STDIN) && *target)
                return str_printf("There is nothing to say after %s", way);
        return NULL;
}

/* "argv --domain", "argv \"--domain\"", "argv", "env X", "stdin", "file PATH", "prompt REGEX". */
static int check_delivery(struct param_text *t) {
        if (!t->deliver)
                return param_wrong(t, NULL, "The member \"deliver\" is missing");
        size_t n = strcspn(t->deliver, " ");
        _cleanup_free_ char *word = xstrndup(t->deliver, n);
        int delivery = delivery_from_name(word);
        if (delivery < 0 || delivery == DELIVER_VOLUME || delivery == DELIVER_UNIT)
                return param_wrong(t, "deliver",
                                   "\"%s\" is none of argv, env, variable, stdin, file, prompt, none", word);
        t->p.delivery = (enum delivery) delivery;
        const char *rest = t->deliver + n + strspn(t->deliver + n, " ");
        _cleanup_strv_ char **words = NULL;
        /* a regular expression has quotes and blanks of its own */
        if (delivery != DELIVER_PROMPT) {
                if (words_split(rest, &words, NULL) < 0 || strv_length(words) > 1)
                        return param_wrong(t, "deliver", "After %s stands one word", word);
                rest = words && words[0] ? words[0] : "";
        }
        t->p.target = xstrdup(rest);
        _cleanup_free_ char *reason = find_wrong_target(&t->p);
        return reason ? param_wrong(t, "deliver", "%s", reason) : 0;
}

/* An earlier parameter that this one can depend on. */
static int find_other(struct param_text *t, const char *key, const char *name, const struct param **ret) {
        *ret = profile_param(t->profile, name);
        if (!*ret)
                return param_wrong(t, key, "There is no parameter \"%s\" before this one", name);
        return (*ret)->type == PARAM_SECRET ? param_wrong(t, key, "Nothing hangs on a secret") : 0;
}

/* The others on which it depends. */
static int check_others(struct param_text *t) {
        const char *with = t->p.with_name, *name = t->p.when_name;
        const struct param *other = NULL;
        bool mode = str_equal(name, "mode");
        int r = with ? find_other(t, "with", with, &other) : 0;
        if (r >= 0 && name && !mode)
                r = find_other(t, "when", name, &other);
        if (r < 0)
                return r;
        for (char **v = t->p.when_values; v && *v; v++) {
                _cleanup_error_ struct error *e = NULL;
                if (mode && !profile_mode(t->profile, *v))
                        return param_wrong(t, "when", "There is no mode \"%s\"", *v);
                if (!mode && param_check(other, *v, &e) < 0)
                        return param_wrong(t, "when", "\"%s\" is never a value of %s: %s", *v, name,
                                           e->message);
        }
        return 0;
}

int profile_check_name(const char *where, const char *kind, const char *name, const char *reserved,
                       bool taken, struct error **reterr) {
        size_t n = strlen(name);
        if (n == 0 || n > 63 || name[0] < 'a' || name[0] > 'z' || str_equal(name, reserved) ||
            strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != n)
                return json_wrong(reterr, where, "name",
                                  "\"%s\" is no name for a %s: small letters, digits and -, a letter first",
                                  name, kind);
        return taken ? json_wrong(reterr, where, "name", "There are two %ss called \"%s\"", kind, name) : 0;
}

int profile_read_param(struct json_value *o, const char *where, void *userdata, struct error **reterr) {
        /* in this order: later ones need the results of earlier ones */
        static int (*const checks[])(struct param_text *t) = {
                check_type, check_members, check_values, check_delivery, check_others,
        };
        struct profile *profile = userdata;
        _cleanup_(param_text_done) struct param_text t = {
                .o = o, .where = where, .profile = profile, .reterr = reterr
        };
        if (json_member(o, "min") || json_member(o, "max")) {
                t.p.minimum = json_member(o, "min") ? 0 : -NUMBER_MAX;
                t.p.maximum = NUMBER_MAX;
        }
        const char *name = json_text(json_member(o, "name"));
        bool taken = name && profile_param(profile, name);
        int r = name ? profile_check_name(where, "parameter", name, "mode", taken, reterr) : 0;
        if (r >= 0)
                r = json_read_strict(o, where, JSON_TABLE(param_fields, struct param_text), &t, reterr);
        for (size_t i = 0; r >= 0 && i < ELEMENTS(checks); i++)
                r = checks[i](&t);
        if (r < 0)
                return r;
        profile->parameters =
                xreallocarray(profile->parameters, profile->n_parameters + 1, sizeof *profile->parameters);
        profile->parameters[profile->n_parameters++] = t.p;
        t.p = (struct param){};
        return 0;
}
