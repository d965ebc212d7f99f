/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The lines below the services: the running jobs, the realm, and the lacks of the host. */

#include "ui/screen.h"

/* Draws them from row 0 on, a line each; returns how many lines. c NULL: only counts. jobs NULL: not known
 * yet. */
int notes_draw(const struct screen *s, const struct job_list *jobs, const struct canvas *c);
