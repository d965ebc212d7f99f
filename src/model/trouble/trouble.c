/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/trouble/trouble.h"

#include <time.h>

#include "base/text.h"

#define DAY 86400
#define SLEEP_DAYS_MAX 3650

static const char *const trouble_place_names[] = {
        [PLACE_TEXT] = "text",   [PLACE_UNIT] = "unit",       [PLACE_LOG] = "log",     [PLACE_JOB] = "job",
        [PLACE_REALM] = "realm", [PLACE_UPDATES] = "updates", [PLACE_IMAGE] = "image",
};
DEFINE_NAMES(trouble_place, enum trouble_place)

const char *trouble_kind_name(enum trouble_kind kind) {
        return (size_t) kind < _TROUBLE_KIND_MAX ? trouble_row(kind)->id : "?";
}

int trouble_kind_from_name(const char *name) {
        for (int kind = 0; name && kind < _TROUBLE_KIND_MAX; kind++)
                if (str_equal(trouble_row((enum trouble_kind) kind)->id, name))
                        return kind;
        return -EINVAL;
}

void trouble_done(struct trouble *t) {
        FREE_ALL(t->id, t->subject, t->sentence, t->service, t->target);
        *t = (struct trouble){};
}

struct trouble_list *trouble_list_free(struct trouble_list *list) {
        for (size_t i = 0; list && i < list->n; i++)
                trouble_done(&list->items[i]);
        for (size_t i = 0; list && i < list->n_silent; i++)
                free(list->silent[i].reason);
        if (!list)
                return NULL;
        service_list_free(list->services);
        job_list_free(list->jobs);
        FREE_ALL(list->items, list->silent, list);
        return NULL;
}

struct trouble *trouble_add(struct trouble_list *list, enum trouble_kind kind, const char *subject,
                            enum trouble_place place, const char *target, const char *format, ...) {
        if (list->n == TROUBLE_MAX)
                trouble_done(&list->items[--list->n]);
        else
                room_for_one((void **) &list->items, list->n, sizeof *list->items);
        struct trouble *t = &list->items[list->n++];
        *t = (struct trouble){ .kind = kind,
                               .severity = trouble_row(kind)->severity,
                               .id = str_printf("%s:%s", trouble_row(kind)->id, subject),
                               .subject = xstrdup(subject),
                               .place = place,
                               .target = xstrdup(target) };
        va_list arguments;
        va_start(arguments, format);
        t->sentence = str_vprintf(format, arguments);
        va_end(arguments);
        return t;
}

void trouble_silent(struct trouble_list *list, enum trouble_kind kind, const char *format, ...) {
        for (size_t i = 0; i < list->n_silent; i++)
                if (list->silent[i].kind == kind)
                        return;
        room_for_one((void **) &list->silent, list->n_silent, sizeof *list->silent);
        struct trouble_silence *silence = &list->silent[list->n_silent++];
        silence->kind = kind;
        va_list arguments;
        va_start(arguments, format);
        silence->reason = str_vprintf(format, arguments);
        va_end(arguments);
}

/* The order of the kinds is that of their rows, which go from what is down to what may wait. */
static int trouble_compare(const void *a, const void *b) {
        const struct trouble *x = a, *y = b;
        if (!x->until != !y->until)
                return x->until ? 1 : -1;
        if (x->severity != y->severity)
                return x->severity > y->severity ? -1 : 1;
        if (x->kind != y->kind)
                return x->kind < y->kind ? -1 : 1;
        return str_compare_natural(x->subject, y->subject);
}

void trouble_list_sort(struct trouble_list *list) {
        if (list->n)
                qsort(list->items, list->n, sizeof *list->items, trouble_compare);
        list->awake = trouble_count(list, SEVERITY_INFO);
}

size_t trouble_count(const struct trouble_list *list, enum severity severity) {
        size_t n = 0;
        for (size_t i = 0; i < list->n; i++)
                n += !list->items[i].until && list->items[i].severity >= severity;
        return n;
}

const char *trouble_why_silent(const struct trouble_list *list, enum trouble_kind kind) {
        for (size_t i = 0; i < list->n_silent; i++)
                if (list->silent[i].kind == kind)
                        return list->silent[i].reason;
        return NULL;
}

bool trouble_list_well(const struct trouble_list *list) {
        return list->services && !trouble_why_silent(list, TROUBLE_UNIT_FAILED) &&
               !trouble_count(list, SEVERITY_WARN);
}

char *trouble_list_nothing(const struct trouble_list *list, bool *ret_more) {
        size_t asleep = list->n - list->awake, unseen = list->n_silent;
        *ret_more = asleep || unseen;
        if (!trouble_list_well(list))
                return xstrdup("Not all could be looked at");
        if (unseen)
                return str_printf(
                        plural(unseen, "Nothing that was looked at needs you; %zu check could not be made",
                               "Nothing that was looked at needs you; %zu checks could not be made"),
                        unseen);
        return asleep ? str_printf(plural(asleep, "Nothing needs you; %zu line sleeps",
                                          "Nothing needs you; %zu lines sleep"),
                                   asleep)
                      : xstrdup("Nothing needs you");
}

int64_t trouble_sleep_until(const char *text, int64_t now) {
        unsigned days;
        int used = 0;
        struct tm tm = { .tm_isdst = -1 };
        if (sscanf(text, " %4u %n", &days, &used) == 1 && STR_IN_SET(text + used, "", "d"))
                return days && days <= SLEEP_DAYS_MAX ? now + (int64_t) days * DAY : 0;
        const char *end = strptime(text, " %Y-%m-%d ", &tm);
        if (!end || *end)
                return 0;
        int64_t until = mktime(&tm);
        return until > now && until <= now + (int64_t) SLEEP_DAYS_MAX * DAY ? until : 0;
}
