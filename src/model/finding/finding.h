/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A fault or risk in a label, an image or a plan: its severity, place, reason and remedy. A finding that
 * blocks refuses the plan unless the user allows it by id (`--allow ID`), where that makes sense. */

#include "base/base.h"
#include "base/names.h"

enum severity {
        SEVERITY_INFO,
        SEVERITY_WARN,
        SEVERITY_BLOCK,
        _SEVERITY_MAX,
};
DECLARE_NAMES(severity, enum severity);         /* "info", "warn", "block" */

struct finding {
        char *id;               /* stable, for scripts: "empty-variable", … (all of them: kinds.c) */
        enum severity severity;
        char *where;            /* "INSTALL", "INSTALL, word 3", "unit rsyslog.service", … */
        char *message;          /* one sentence */
        char *hint;             /* the remedy, or NULL */
        bool allowed;           /* by the user, by id: shown, but no longer blocks */
};

/* All zero is a valid, empty list. */
struct finding_list {
        struct finding *items;
        size_t n;
};

void finding_list_done(struct finding_list *list);

/* Adds one; message is a format. At most FINDINGS_MAX are kept (the rest is dropped: a label cannot fill the
 * memory); an exact repetition (same id, where and message) is dropped. hint may be NULL.
 * NULL list: nothing. */
#define FINDINGS_MAX 256U
void finding_add(struct finding_list *list, enum severity severity, const char *id, const char *where,
                 const char *hint, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Whether the user can allow it (`--allow ID`): only a block that is not final in the table. */
bool finding_can_be_allowed(const struct finding *f);

/* Marks the findings with this id as allowed where possible; returns their number. */
size_t finding_list_allow(struct finding_list *list, const char *id);

/* The number with this severity that are not allowed. */
size_t finding_list_count(const struct finding_list *list, enum severity severity);
/* Drops those with this id about this label, whatever its case. */
void finding_list_drop(struct finding_list *list, const char *id, const char *where);
const struct finding *finding_list_find(const struct finding_list *list, const char *id);

/* ---- the kinds of findings ---- */

/* One row of the table of all findings (kinds.c): ids are never renamed. `fairlead --findings` prints it. */
struct finding_kind {
        const char *id;
        enum severity severity;
        const char *meaning;    /* one or two sentences */
        const char *advice;     /* the hint */
        const char *on_screen;  /* the hint in a form, which has no options; NULL: the same */
        bool final; /* cannot be allowed: the command would differ from the one shown, or cannot run */
        bool follows; /* says nothing new of words that shell syntax or an undefined variable has broken */
};
const struct finding_kind *finding_kind(const char *id);        /* NULL: no such id */
const struct finding_kind *finding_kind_at(size_t i);           /* sorted by id; NULL beyond the end */

/* The remedy in the words of the console; NULL: none. */
const char *finding_hint_on_screen(const struct finding *f);

/* finding_add() with severity and hint of the table. An id that is not in it is a bug; it is added as
 * "block", so that nothing is missed and a test sees it. NULL list: nothing. */
void finding_report(struct finding_list *list, const char *id, const char *where, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

/* The same at a word of a label, "INSTALL, word 3": words count from 1, as the label is written; 0: a word
 * that the label does not have, "INSTALL, arguments". A long label key is cut. */
void finding_report_at(struct finding_list *list, const char *id, const char *label, size_t word,
                       const char *format, ...) __attribute__((format(printf, 5, 6)));
#define FINDING_PLACE_MAX 96U
const char *finding_place(char buffer[static FINDING_PLACE_MAX], const char *label, size_t word);
