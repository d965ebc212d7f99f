/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* STATE/firstboot.done: first boot is over on this host, and how. Its being there is what counts, for the
 * unit as well (ConditionPathExists=). */

#include "backend/io/paths.h"

#define DONE_NAME "firstboot.done"

/* Writes it whole and durably: lines "outcome=finished", "console=ttyS0" (console NULL: none), "time=" in
 * UTC. */
int done_write(const struct paths *paths, const char *outcome, const char *console, struct error **reterr);
bool done_exists(const struct paths *paths);

/* STATE/firstboot.answers: answer files that were carried out, by their SHA-256, a line "DIGEST OUTCOME"
 * each; so a stick may stay in. */
#define DONE_ANSWERS_NAME "firstboot.answers"

/* Whether it was carried out. */
bool done_has_answers(const struct paths *paths, const char *digest);
/* Writes it down, whole and durably. */
int done_note_answers(const struct paths *paths, const char *digest, const char *outcome,
                      struct error **reterr);
