/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What an action on a unit takes with it, known before it is done: pure functions, for verbs and screens. */

#include "model/service/unit.h"

/* What this host, or the person, loses while a unit is down. */
enum stake {
        STAKE_CONSOLE,          /* this console runs in it */
        STAKE_SSH,
        STAKE_NETWORK,
        STAKE_BUS,
        STAKE_LOGINS,
        STAKE_ENGINE,           /* containers run under it */
        STAKE_HOST,             /* another part of systemd */
        _STAKE_MAX,
};

/* Where the person is: how the console hangs on this host. */
struct standing {
        char **units;           /* those whose end is the console's: of its cgroup, and of its terminal */
        bool ssh;               /* by an SSH line */
};
void standing_done(struct standing *me);
/* cgroup: the text of /proc/self/cgroup; terminal: "/dev/ttyS0", or NULL. */
void standing_read(struct standing *me, const char *cgroup, const char *terminal);

#define EFFECTS_OTHERS_MAX 200U

struct unit_effects {
        enum unit_action action;
        struct unit_detail *unit;       /* as it is before */
        char **others;          /* active units that stop with it, of a restart: restart with it; sorted */
        bool cut;               /* there may be more */
        char **starters;        /* its active sockets, timers and paths: they start it again */
        unsigned stakes;        /* bits of enum stake: effects_judge() */
        bool ssh;               /* of struct standing */
};
struct unit_effects *unit_effects_free(struct unit_effects *e);
DEFINE_CLEANUP(struct unit_effects, unit_effects_free)

/* Whether the action stops others: systemd then hands it on to what needs the unit, is bound to it, or is
 * part of it (systemd.unit(5)). */
bool unit_effects_reach(enum unit_action action);
/* The units that this one hands a stop or restart on to; the caller frees. */
char **unit_effects_next(const struct unit_detail *d);

/* Fills the stakes. */
void unit_effects_judge(struct unit_effects *e, const struct standing *me);

/* Whether it takes more than the unit itself: worth a question to those who meant one unit. */
bool unit_effects_hurt(const struct unit_effects *e);

/* What to ask before the action; NULL: nothing. The caller frees. key: how a screen undoes it, in the words
 * of its keys; false for verbs. */
char *unit_effects_question(const struct unit_effects *e, bool keys);
