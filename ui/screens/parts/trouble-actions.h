/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What people do with a line of trouble: go to where it is fixed, put it to sleep. */

#include "ui/screen.h"

enum style trouble_style(const struct trouble *t);

/* Whether Enter leads anywhere but to its text. */
bool trouble_leads(const struct trouble *t);
/* Opens the place where it is fixed; of one that has none the screen with its help. */
void trouble_open(struct screen *s, const struct trouble *t);

/* Asks until when it sleeps; one that sleeps wakes at once. Then s->class->changed(s, TOPIC_HOST). */
void trouble_sleep(struct screen *s, const struct trouble *t);
