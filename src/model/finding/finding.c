/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/finding/finding.h"

#include <stdarg.h>

static const char *const severity_names[] = {
        [SEVERITY_INFO] = "info",
        [SEVERITY_WARN] = "warn",
        [SEVERITY_BLOCK] = "block",
};
DEFINE_NAMES(severity, enum severity)

static void finding_done(struct finding *f) {
        free(f->id);
        free(f->where);
        free(f->message);
        free(f->hint);
        *f = (struct finding) {};
}

void finding_list_done(struct finding_list *list) {
        for (size_t i = 0; i < list->n; i++)
                finding_done(&list->items[i]);
        free(list->items);
        *list = (struct finding_list) {};
}

static bool says_already(const struct finding_list *list, const struct finding *f) {
        for (size_t i = 0; i < list->n; i++)
                if (str_equal(list->items[i].id, f->id) && str_equal(list->items[i].where, f->where) &&
                    str_equal(list->items[i].message, f->message))
                        return true;
        return false;
}

/* The place of a block in a full list: 256 harmless findings of a label must not displace it. */
static struct finding *yielding_place(struct finding_list *list, enum severity severity) {
        struct finding *weakest = NULL;
        for (size_t i = list->n; i-- > 0;)
                if (list->items[i].severity < severity &&
                    (!weakest || list->items[i].severity < weakest->severity))
                        weakest = &list->items[i];
        return weakest;
}

/* Takes f, also on failure. */
static int finding_list_take(struct finding_list *list, struct finding *f) {
        struct finding *place = NULL;

        if (says_already(list, f)) {
                finding_done(f);
                return 0;
        }
        if (list->n >= FINDINGS_MAX) {
                place = yielding_place(list, f->severity);
                if (!place) {
                        finding_done(f);
                        return 0;
                }
                finding_done(place);
        } else {
                /* Room doubles, so that it follows from n alone: 0, 8, 16, 32, … */
                if (list->n == 0 || (list->n >= 8 && (list->n & (list->n - 1)) == 0)) {
                        struct finding *bigger =
                                xreallocarray(list->items, list->n ? list->n * 2 : 8, sizeof *bigger);
                        if (!bigger) {
                                finding_done(f);
                                return -ENOMEM;
                        }
                        list->items = bigger;
                }
                place = &list->items[list->n++];
        }
        *place = *f;
        return 0;
}

int finding_add(struct finding_list *list, enum severity severity, const char *id, const char *where,
                const char *hint, const char *format, ...) {
        struct finding f = { .severity = severity, .id = xstrdup(id), .where = xstrdup(where ? where : "") };

        va_list arguments;
        va_start(arguments, format);
        if (vasprintf(&f.message, format, arguments) < 0)
                f.message = NULL;
        va_end(arguments);
        f.hint = hint ? xstrdup(hint) : NULL;
        if (!f.id || !f.where || !f.message || (hint && !f.hint)) {
                finding_done(&f);
                return -ENOMEM;
        }
        return finding_list_take(list, &f);
}

int finding_list_copy(const struct finding_list *from, struct finding_list *to) {
        for (size_t i = 0; i < from->n; i++) {
                const struct finding *f = &from->items[i];
                int r = finding_add(to, f->severity, f->id, f->where, f->hint, "%s", f->message);
                if (r < 0)
                        return r;
                if (f->allowed && to->n > 0)
                        for (size_t k = 0; k < to->n; k++)
                                if (str_equal(to->items[k].id, f->id) &&
                                    str_equal(to->items[k].where, f->where) &&
                                    str_equal(to->items[k].message, f->message))
                                        to->items[k].allowed = true;
        }
        return 0;
}

bool finding_can_be_allowed(const struct finding *f) {
        const struct finding_kind *kind = finding_kind(f->id);
        return f->severity == SEVERITY_BLOCK && !(kind && kind->final);
}

size_t finding_list_allow(struct finding_list *list, const char *id) {
        size_t n = 0;
        for (size_t i = 0; i < list->n; i++)
                if (str_equal(list->items[i].id, id) && finding_can_be_allowed(&list->items[i])) {
                        list->items[i].allowed = true;
                        n++;
                }
        return n;
}

size_t finding_list_count(const struct finding_list *list, enum severity severity) {
        size_t n = 0;
        for (size_t i = 0; i < list->n; i++)
                n += list->items[i].severity == severity && !list->items[i].allowed;
        return n;
}

const struct finding *finding_list_find(const struct finding_list *list, const char *id) {
        for (size_t i = 0; i < list->n; i++)
                if (str_equal(list->items[i].id, id))
                        return &list->items[i];
        return NULL;
}

const char *finding_place(char buffer[static FINDING_PLACE_MAX], const char *label, size_t word) {
        snprintf(buffer, FINDING_PLACE_MAX, "%.64s, word %zu", label, word);
        return buffer;
}

int finding_report(struct finding_list *list, const char *id, const char *where, const char *format, ...) {
        if (!list)
                return 0;
        const struct finding_kind *kind = finding_kind(id);
        _cleanup_free_ char *message = NULL;
        va_list arguments;
        va_start(arguments, format);
        int n = vasprintf(&message, format, arguments);
        va_end(arguments);
        if (n < 0) {
                message = NULL;
                return -ENOMEM;
        }
        return finding_add(list, kind ? kind->severity : SEVERITY_BLOCK, id, where,
                           kind ? kind->advice : NULL, "%s", message);
}
