/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/log/filter.h"

#include <time.h>

#include "model/log/when.h"

/* In seconds; 0: no limit. */
static const struct {
        const char *name;
        int seconds;
        bool boot;
} log_spans[] = {
        { "all times", 0, false }, { "this boot", 0, true }, { "last hour", 3600, false },
        { "last day", 86400, false }
};

/* All, and those that people look for. */
static const int log_priorities[] = { 7, 5, 4, 3, 2 };

void log_filter_done(struct log_filter *f) {
        free(f->boots);
        *f = (struct log_filter) {};
}

void log_filter_apply(const struct log_filter *f, int64_t now, struct log_query *query) {
        query->priority = f->priority;
        query->since = f->since;
        query->until = f->until;
        if (log_spans[f->span].seconds)
                query->since = (now - log_spans[f->span].seconds) * 1000000;
        if (log_spans[f->span].boot)
                query->boot = LOG_BOOT_NOW;
        if (f->boot)
                query->boot = f->boots[f->boot - 1].id;
}

static void filter_time(struct str *out, int64_t usec) {
        time_t seconds = (time_t) (usec / 1000000);
        struct tm tm;
        char when[24] = "";
        if (localtime_r(&seconds, &tm))
                strftime(when, sizeof when, "%Y-%m-%d %H:%M", &tm);
        str_add(out, when);
}

void log_filter_words(const struct log_filter *f, struct str *out) {
        if (f->priority < 7)
                str_addf(out, f->priority ? ", %s and worse" : ", %s", priority_names[f->priority]);
        if (f->span)
                str_addf(out, ", %s", log_spans[f->span].name);
        if (f->since) {
                str_add(out, ", from ");
                filter_time(out, f->since);
        }
        if (f->until) {
                str_add(out, f->since ? " to " : ", to ");
                filter_time(out, f->until);
        }
        if (!f->boot)
                return;
        const struct log_boot *boot = &f->boots[f->boot - 1];
        str_addf(out, ", boot %d, ", (int) f->boot - (int) f->n_boots);
        filter_time(out, boot->first);
        str_add(out, " to ");
        filter_time(out, boot->last);
}

void log_filter_next_priority(struct log_filter *f) {
        for (size_t i = 0; i < ELEMENTS(log_priorities); i++)
                if (log_priorities[i] < f->priority) {
                        f->priority = log_priorities[i];
                        return;
                }
        f->priority = log_priorities[0];
}

void log_filter_next_span(struct log_filter *f) {
        f->span = f->since || f->until || f->boot ? 0 : (f->span + 1) % ELEMENTS(log_spans);
        f->since = f->until = 0;
        f->boot = 0;
}

int log_filter_set_range(struct log_filter *f, const char *text, int64_t now, struct error **reterr) {
        int64_t since, until;
        int r = when_parse_range(text, now, &since, &until, reterr);
        if (r < 0)
                return r;
        f->since = since;
        f->until = until;
        f->span = f->boot = 0;
        return 0;
}

void log_filter_set_boots(struct log_filter *f, const struct log_boot *boots, size_t n) {
        char chosen[33] = "";
        if (f->boot)
                memcpy(chosen, f->boots[f->boot - 1].id, sizeof chosen);
        free(f->boots);
        f->boots = NULL;
        f->n_boots = n;
        f->boot = 0;
        if (n)
                f->boots = xreallocarray(NULL, n, sizeof *boots);
        for (size_t i = 0; i < n; i++) {
                f->boots[i] = boots[i];
                if (str_equal(boots[i].id, chosen))
                        f->boot = i + 1;
        }
}

bool log_filter_step_boot(struct log_filter *f, int step) {
        size_t boot = f->boot ? f->boot : step < 0 ? f->n_boots : 0;
        if (step > 0 ? !f->boot : boot <= 1)
                return false;
        boot = step < 0 ? boot - 1 : boot + 1;
        f->boot = boot > f->n_boots ? 0 : boot;
        f->span = 0;
        f->since = f->until = 0;
        return true;
}
