/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What of a log is shown: priority, time, boot. */

#include "model/log/log.h"

struct log_filter {
        int priority;                   /* 7: all */
        size_t span;                    /* of the table of spans; 0: all times */
        int64_t since, until;           /* as typed; 0: no limit */
        struct log_boot *boots;         /* oldest first */
        size_t n_boots, boot;           /* boot: 1 + its index; 0: any */
};

void log_filter_done(struct log_filter *f);
/* now in seconds since the epoch */
void log_filter_apply(const struct log_filter *f, int64_t now, struct log_query *query);
/* ", err and worse, boot -1 (…)" to the end of a title; nothing where nothing is filtered. */
void log_filter_words(const struct log_filter *f, struct str *out);

/* Steps through the usual ones, and back to all. */
void log_filter_next_priority(struct log_filter *f);
void log_filter_next_span(struct log_filter *f);
/* "FROM to UNTIL" of model/log/when.h; "": all times. now in usec. */
int log_filter_set_range(struct log_filter *f, const char *text, int64_t now, struct error **reterr);

/* The boots are copied; the chosen one stays chosen. */
void log_filter_set_boots(struct log_filter *f, const struct log_boot *boots, size_t n);
/* -1: the one before (first the newest but one), 1: the one after, beyond the newest: any. False: none. */
bool log_filter_step_boot(struct log_filter *f, int step);
