/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/emit.h"
#include "cli/lookup.h"
#include "cli/out.h"
#include "cli/stop-container.h"
#include "cli/verbs/verbs.h"
#include "model/service/unit.h"

static int verb_unit_action_act(struct session *s, const char *name, enum unit_action action) {
        _cleanup_free_ char *unit = NULL, *report = NULL;
        int r = unit_for(s, name, &unit, &s->error);
        r = r < 0 ? r : session_act_on_unit(s, unit, action, &report, &s->error);
        if (r < 0)
                return r;
        if (!s->json) {
                out("%s.\n", report);
                return EXIT_DONE;
        }
        _cleanup_(unit_detail_freep) struct unit_detail *detail = NULL;
        r = session_show_unit(s, unit, &detail, &s->error);
        return r < 0 ? r : out_json(emit_unit(detail));
}

static int verb_unit_action_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        if (a->given[OPTION_CONTAINER])
                return stop_container(s, a->words[0]);
        int worst = EXIT_DONE;
        for (char **name = a->words; *name; name++) {
                int r = verb_unit_action_act(s, *name, unit_action_from_name(verb->name));
                int status = session_status(s, r);
                if (status > worst)
                        worst = status;
        }
        return worst;
}

#define ROW(action, verb_name, text, more) \
        [action] = { .name = verb_name,    \
                     .group = GROUP_UNITS, \
                     .operands = "UNIT…",  \
                     .help = text,         \
                     .takes = more,        \
                     .json = true,         \
                     .run = verb_unit_action_run }

/* UNIT is a service by its name, or any unit; ".service" may be left out. */
const struct verb unit_action_verbs[_UNIT_ACTION_MAX] = {
        ROW(UNIT_START, "start", "start a unit, or a service by its name", 0),
        ROW(UNIT_STOP, "stop", "stop a unit, or a service by its name", TAKES(OPTION_CONTAINER)),
        ROW(UNIT_RESTART, "restart", "stop and start a unit", 0),
        ROW(UNIT_RELOAD, "reload", "make a unit reload its configuration", 0),
        ROW(UNIT_ENABLE, "enable", "start a unit at every boot from now on", 0),
        ROW(UNIT_DISABLE, "disable", "do not start a unit at boot any more", 0),
        ROW(UNIT_MASK, "mask", "forbid any start of a unit", 0),
        ROW(UNIT_UNMASK, "unmask", "lift a mask", 0),
        ROW(UNIT_RESET_FAILED, "reset-failed", "clear the failed state of a unit", 0),
};
