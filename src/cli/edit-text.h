/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A unit's drop-in in the person's editor: a copy, checked, shown and asked about before it is written. */

#include "cli/session.h"
#include "cli/verb.h"

/* An exit status, or negative with s->error. */
int edit_text(struct session *s, const char *unit, const struct arguments *a);
