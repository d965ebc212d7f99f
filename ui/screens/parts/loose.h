/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The containers that run without a unit: the person chooses one, and it becomes a service by a plan. */

#include "ui/screens/screens.h"

struct loose {
        struct screen *screen; /* that asks */
        void (*chosen)(struct screen *s, int value);
        struct op *op;
        char **names, **images; /* to choose from */
};

/* Asks the host for them, and then the person; chosen() calls loose_adopt(). */
void loose_ask(struct loose *l, struct screen *s, void (*chosen)(struct screen *s, int value));
/* Opens the plan for the chosen one. */
void loose_adopt(const struct loose *l, int value);
void loose_done(struct loose *l);
