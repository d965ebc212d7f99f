/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The reason for a unit's state as text: pure functions over systemd's answers. Job results and values of
 * Result=: org.freedesktop.systemd1(5); systemd's exit statuses: systemd.exec(5), "Process exit codes". */

#include "base/error.h"
#include "model/service/action.h"
#include "model/service/unit.h"

/* The failure of a unit: "its main process ended with status 7". The caller frees. */
char *unit_why_text(const struct unit_detail *now);

/* A hint against it; where now.why is known it is quoted. The caller frees. */
char *unit_why_hint(const struct unit_detail *now);

/* The hint that quotes a line of a log; cleaned and cut. The caller frees. */
char *unit_why_quote(const char *why);

/* Judges the end of a start, stop, restart or reload. result is the job's ("done", "failed", "timeout", …),
 * NULL when its end was not seen; now is the unit afterwards, NULL when it could not be read. 0 for success,
 * else a negative errno and the sentence. */
int unit_why(const char *name, enum unit_action action, const char *result, const struct unit_detail *now,
             struct error **reterr);
