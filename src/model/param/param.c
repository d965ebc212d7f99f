/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/param/param.h"

static const char *const param_type_names[_PARAM_TYPE_MAX] = {
        [PARAM_TEXT] = "text",       [PARAM_SECRET] = "secret",   [PARAM_CHOICE] = "choice",
        [PARAM_BOOLEAN] = "boolean", [PARAM_INTEGER] = "integer", [PARAM_HOST] = "host",
        [PARAM_DOMAIN] = "domain",   [PARAM_REALM] = "realm",     [PARAM_PATH] = "path",
        [PARAM_OU] = "ou",           [PARAM_USER] = "user",       [PARAM_ARGUMENTS] = "arguments"
};
DEFINE_NAMES(param_type, enum param_type)

static const char *const delivery_names[_DELIVERY_MAX] = {
        [DELIVER_NONE] = "none",         [DELIVER_ARGV] = "argv",     [DELIVER_ENV] = "env",
        [DELIVER_VARIABLE] = "variable", [DELIVER_STDIN] = "stdin",   [DELIVER_FILE] = "file",
        [DELIVER_PROMPT] = "prompt",     [DELIVER_VOLUME] = "volume", [DELIVER_UNIT] = "unit"
};
DEFINE_NAMES(delivery, enum delivery)

const char *delivery_words(enum delivery delivery) {
        switch (delivery) {
        case DELIVER_STDIN: return "given to the command on its standard input";
        case DELIVER_FILE: return "given to the command in a file, which is removed behind it";
        case DELIVER_PROMPT: return "typed when the command asks for it";
        case DELIVER_ARGV: return "a word of the command, which the host's journal keeps";
        case DELIVER_ENV:
        case DELIVER_VARIABLE: return "in the environment of the command, which the engine keeps";
        default: return "not given to any command";
        }
}

void param_done(struct param *p) {
        FREE_ALL(p->name, p->title, p->help, p->initial, p->suggest, p->pattern, p->pattern_reason);
        for (size_t i = 0; i < p->n_choices; i++)
                FREE_ALL(p->choices[i].value, p->choices[i].title);
        FREE_ALL(p->choices, p->when_name);
        strv_free(p->when_values);
        free(p->with_name);
        for (size_t i = 0; i < p->n_refusals; i++)
                FREE_ALL(p->refusals[i].word, p->refusals[i].reason);
        FREE_ALL(p->refusals, p->target);
        *p = (struct param) {};
}

/* ---- answers ---- */

static void answer_done(struct answer *a) {
        FREE_ALL(a->name, a->value, a->source, a->title, a->shown);
        *a = (struct answer) {};
}

struct answers *answers_free(struct answers *a) {
        if (!a)
                return NULL;
        for (size_t i = 0; i < a->n; i++)
                answer_done(a->items + i);
        FREE_ALL(a->items, a);
        return NULL;
}

struct answers *answers_copy(const struct answers *a) {
        struct answers *copy = new0(struct answers);
        for (size_t i = 0; a && i < a->n; i++)
                answers_set(copy, a->items[i].name, a->items[i].value, a->items[i].source);
        return copy;
}

/* The sorted place of name. */
static size_t answer_place(const struct answers *a, const char *name, bool *ret_there) {
        size_t i = 0;
        while (i < a->n && strcmp(a->items[i].name, name) < 0)
                i++;
        *ret_there = i < a->n && str_equal(a->items[i].name, name);
        return i;
}

void answers_set(struct answers *a, const char *name, const char *value, const char *source) {
        bool there;
        size_t i = answer_place(a, name, &there);
        if (!value) {
                if (!there)
                        return;
                answer_done(a->items + i);
                memmove(a->items + i, a->items + i + 1, (--a->n - i) * sizeof *a->items);
                return;
        }
        /* Copied first: value may be the old one itself. */
        struct answer new = { .name = xstrdup(name), .value = xstrdup(value), .source = xstrdup(source) };
        if (there)
                answer_done(a->items + i);
        else {
                room_for_one((void **) &a->items, a->n, sizeof *a->items);
                memmove(a->items + i + 1, a->items + i, (a->n++ - i) * sizeof *a->items);
        }
        a->items[i] = new;
}

const char *answers_get(const struct answers *a, const char *name) {
        if (!a)
                return NULL;
        bool there;
        size_t i = answer_place(a, name, &there);
        return there ? a->items[i].value : NULL;
}

static const char *param_shown(const struct param *p, const char *value) {
        for (size_t i = 0; p->type == PARAM_CHOICE && i < p->n_choices; i++)
                if (str_equal(p->choices[i].value, value) && p->choices[i].title)
                        return p->choices[i].title;
        return value;
}

void answers_entitle(struct answers *a, const struct param *params, size_t n) {
        for (const struct param *p = params; p < params + n; p++) {
                bool there;
                size_t i = answer_place(a, p->name, &there);
                if (!there)
                        continue;
                str_replace(&a->items[i].title, p->title);
                str_replace(&a->items[i].shown, param_shown(p, a->items[i].value));
        }
}

bool param_applies(const struct param *p, const struct param *all, size_t n, const struct answers *a) {
        if (!p->when_name)
                return true;
        for (size_t i = 0; i < n; i++) {
                const struct param *other = all + i;
                if (!str_equal(other->name, p->when_name))
                        continue;
                /* Only earlier parameters count: chains end, and a form can be read from top to bottom. A
                 * hidden parameter hides its dependants. */
                if (other >= p || !param_applies(other, all, i, a))
                        return false;
                return strv_contains(p->when_values, param_initial(other, a, NULL));
        }
        return false;
}

const char *param_initial(const struct param *p, const struct answers *a, const char *suggested) {
        const char *answer = answers_get(a, p->name);
        if (answer)
                return answer;
        if (p->type == PARAM_SECRET)
                return "";
        if (!str_empty(suggested))
                return suggested;
        if (p->initial)
                return p->initial;
        if (p->type == PARAM_CHOICE && p->n_choices)
                return p->choices[0].value;
        return p->type == PARAM_BOOLEAN ? "no" : "";
}
