/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/finding/finding.h"

#include <stdarg.h>

static const char *const severity_names[] = {
        [SEVERITY_INFO] = "info", [SEVERITY_WARN] = "warn", [SEVERITY_BLOCK] = "block"
};
DEFINE_NAMES(severity, enum severity)

static void finding_done(struct finding *f) {
        FREE_ALL(f->id, f->where, f->message, f->hint);
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

/* The place for f, or NULL: it is there already, or the list is full. */
static struct finding *finding_list_place(struct finding_list *list, const struct finding *f) {
        if (says_already(list, f))
                return NULL;
        if (list->n >= FINDINGS_MAX)
                return yielding_place(list, f->severity);
        room_for_one((void **) &list->items, list->n, sizeof *list->items);
        list->items[list->n] = (struct finding) {};
        return &list->items[list->n++];
}

__attribute__((format(printf, 6, 0)))
static void finding_vadd(struct finding_list *list, enum severity severity, const char *id, const char *where,
                         const char *hint, const char *format, va_list arguments) {
        if (!list)
                return;
        struct finding f = { .id = xstrdup(id),
                             .severity = severity,
                             .where = xstrdup(where ? where : ""),
                             .message = str_vprintf(format, arguments),
                             .hint = xstrdup(hint) };
        struct finding *place = finding_list_place(list, &f);
        finding_done(place ? place : &f);
        if (place)
                *place = f;
}

void finding_add(struct finding_list *list, enum severity severity, const char *id, const char *where,
                 const char *hint, const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        finding_vadd(list, severity, id, where, hint, format, arguments);
        va_end(arguments);
}

const char *finding_place(char buffer[static FINDING_PLACE_MAX], const char *label, size_t word) {
        if (word > 0)
                snprintf(buffer, FINDING_PLACE_MAX, "%.64s, word %zu", label, word);
        else
                snprintf(buffer, FINDING_PLACE_MAX, "%.64s, arguments", label);
        return buffer;
}

__attribute__((format(printf, 4, 0)))
static void finding_vreport(struct finding_list *list, const char *id, const char *where, const char *format,
                            va_list arguments) {
        const struct finding_kind *kind = finding_kind(id);
        finding_vadd(list, kind ? kind->severity : SEVERITY_BLOCK, id, where, kind ? kind->advice : NULL,
                     format, arguments);
}

void finding_report(struct finding_list *list, const char *id, const char *where, const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        finding_vreport(list, id, where, format, arguments);
        va_end(arguments);
}

void finding_report_at(struct finding_list *list, const char *id, const char *label, size_t word,
                       const char *format, ...) {
        char where[FINDING_PLACE_MAX];
        va_list arguments;
        va_start(arguments, format);
        finding_vreport(list, id, finding_place(where, label, word), format, arguments);
        va_end(arguments);
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

void finding_list_drop(struct finding_list *list, const char *id, const char *where) {
        size_t kept = 0;
        for (size_t i = 0; i < list->n; i++)
                if (str_equal(list->items[i].id, id) && str_equal_nocase(list->items[i].where, where))
                        finding_done(&list->items[i]);
                else
                        list->items[kept++] = list->items[i];
        list->n = kept;
}

const struct finding *finding_list_find(const struct finding_list *list, const char *id) {
        for (size_t i = 0; i < list->n; i++)
                if (str_equal(list->items[i].id, id))
                        return &list->items[i];
        return NULL;
}

const char *finding_hint_on_screen(const struct finding *f) {
        const struct finding_kind *kind = finding_kind(f->id);
        return kind && kind->on_screen && str_equal(f->hint, kind->advice) ? kind->on_screen : f->hint;
}
