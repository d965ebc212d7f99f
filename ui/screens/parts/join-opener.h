/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From a screen to the join of what was discovered: the images of the host are listed, and the wizard of the
 * first that joins a realm of this kind opens in that mode, with the domain as its answer. */

#include "ui/screen.h"

struct join_opener {
        struct screen *screen;
        struct op *choosing;    /* while it runs */
        enum realm_kind kind;   /* of the realm; REALM_NONE: any mode will do */
        char *domain;
};
void join_opener_start(struct join_opener *o, struct screen *screen, const struct realm *found);
void join_opener_done(struct join_opener *o);
