/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Judges actions on units by their state before and after: pure functions, for verbs and screens alike. */

#include "model/service/unit.h"

/* How an action is carried out. */
enum unit_way {
        WAY_SYSTEMD, /* by systemd */
        WAY_SYSV,    /* enable, disable of a script in /etc/init.d: by systemd-sysv-install */
        WAY_SOURCE,  /* enable, disable of a Quadlet: by the [Install] section of its source */
};

/* own: fairlead wrote the source of the unit. Negative with a sentence and the way out: systemd would report
 * success, or would refuse without saying why, and nothing would change. */
int unit_action_check(enum unit_action action, const struct unit_detail *now, bool own, enum unit_way *ret,
                      struct error **reterr);

/* A template needs the name of an instance: -EINVAL with a sentence for all but enable, disable, mask and
 * unmask. */
int unit_action_check_name(enum unit_action action, const char *name, struct error **reterr);

/* The sentence about what came of it (the caller frees), or negative: the state that was read afterwards is
 * not what the action is for. before, after NULL: not known. made: links and files that systemd changed, or
 * NULL. */
int unit_action_report(enum unit_action action, const char *name, const struct unit_detail *before,
                       const struct unit_detail *after, char *const *made, char **ret, struct error **reterr);
