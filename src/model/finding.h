/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Something wrong or risky in a label, an image or a plan: with its severity, where, why, and what to do about it.
 * A finding that blocks refuses the plan unless the user allows it by id (`--allow ID`), where allowing makes sense. */

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/names.h"

enum severity {
        SEVERITY_INFO,
        SEVERITY_WARN,
        SEVERITY_BLOCK,
        _SEVERITY_MAX,
};
DECLARE_NAMES(severity, enum severity);         /* "info", "warn", "block" */

struct finding {
        char *id;               /* stable, for scripts: "empty-variable", "shell-syntax", … (the table is in
                                 * lint.c) */
        enum severity severity;
        char *where;            /* "INSTALL", "INSTALL, word 3", "unit rsyslog.service", … */
        char *message;          /* one sentence */
        char *hint;             /* what to do, or NULL */
        bool allowed;           /* the user allowed it by id: shown, but it does not refuse any more */
};

/* All zero is a valid, empty list. */
struct finding_list {
        struct finding *items;
        size_t n;
};

void finding_list_done(struct finding_list *list);

/* Adds one; message is a format. At most FINDINGS_MAX are kept (the rest is dropped: a label cannot fill the
 * memory), and an exact repetition (same id, where and message) is not added again. hint may be NULL. 0 or
 * -ENOMEM. */
#define FINDINGS_MAX 256U
int finding_add(struct finding_list *list, enum severity severity, const char *id, const char *where, const char *hint,
                const char *format, ...) __attribute__((format(printf, 6, 7)));

int finding_list_copy(const struct finding_list *from, struct finding_list *to);        /* appends; 0 or -ENOMEM */

/* Marks the findings with this id as allowed; returns how many there were. */
size_t finding_list_allow(struct finding_list *list, const char *id);

/* The number with this severity that are not allowed. */
size_t finding_list_count(const struct finding_list *list, enum severity severity);
const struct finding *finding_list_find(const struct finding_list *list, const char *id);
