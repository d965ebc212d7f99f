/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Looks for the realm of a domain while it is typed: after a pause in the keys the host is asked, and the
 * result is a line under the field. An answer about an earlier text never shows. */

#include "ui/screen.h"

struct finder {
        struct screen *screen;          /* whose tick it uses */
        struct op *looking;
        char *wanted;                   /* typed now; NULL: nothing */
        char *asked;                    /* the question to the host; NULL: none */
        int64_t since;                  /* when it was typed: ui_boottime() */
        struct realm *realm;            /* the answer about `asked`; NULL: none yet */
        struct error *error;            /* it cannot be a domain */
        char *line;                     /* the line under the field */
};

void finder_init(struct finder *f, struct screen *screen);
void finder_done(struct finder *f);

/* The present text of the field (NULL or "": nothing). expected: the kind of realm that the mode joins. */
void finder_want(struct finder *f, const char *domain, enum realm_kind expected);

/* For the screen's tick_ms() and tick(). */
unsigned finder_tick_ms(const struct finder *f);
void finder_tick(struct finder *f);

/* The line under the field; NULL: nothing. Valid until the next call. */
const char *finder_line(struct finder *f, enum realm_kind expected);
