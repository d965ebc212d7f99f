/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Looks for the realm of a domain while the domain is typed: a pause in the keys, then the host is asked, and
 * what it found is a line under the field. An answer about what is not wanted any more never shows. */

#include "ui/screen.h"

struct finder {
        struct screen *screen;          /* whose tick it uses */
        struct op *looking;
        char *wanted;                   /* what is typed now; NULL: nothing */
        char *asked;                    /* what the host was asked; NULL: nothing */
        int64_t since;                  /* when it was typed: ui_boottime() */
        struct realm *realm;            /* the answer about `asked`; NULL: none yet */
        struct error *error;            /* it cannot be a domain */
        char *line;                     /* what stands under the field */
};

void finder_init(struct finder *f, struct screen *screen);
void finder_done(struct finder *f);

/* The field has this text now (NULL or "": nothing). expected: the kind of realm that the mode joins. */
void finder_want(struct finder *f, const char *domain, enum realm_kind expected);

/* For the screen's tick_ms() and tick(). */
unsigned finder_tick_ms(const struct finder *f);
void finder_tick(struct finder *f);

/* What to say under the field; NULL: nothing. Valid until the next call. */
const char *finder_line(struct finder *f, enum realm_kind expected);
