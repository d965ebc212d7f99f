/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>

#include "backend/format/emit.h"
#include "cli/edit-text.h"
#include "cli/follow.h"
#include "cli/lookup.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/stop-container.h"
#include "cli/verbs/verbs.h"
#include "model/plan/drop-in.h"
#include "model/service/signal.h"
#include "model/service/unit.h"

/* On a terminal, where it takes more than the unit itself; a script that stops a unit means it, and reads
 * what went with it. */
static int verb_unit_action_ask(struct session *s, const char *unit, enum unit_action action,
                                const struct arguments *a) {
        _cleanup_(unit_effects_freep) struct unit_effects *effects = NULL;
        if (session_unit_effects(s, unit, action, &effects, NULL) < 0 || !unit_effects_hurt(effects))
                return EXIT_DONE; /* what is wrong with the unit, the action itself reports */
        _cleanup_free_ char *question = unit_effects_question(effects, false);
        out_note("%s\n", question);
        if (a->given[OPTION_YES] || s->json || !in_is_terminal())
                return EXIT_DONE;
        _cleanup_free_ char *words = str_printf("fairlead %s %s: do it all the same?",
                                                unit_action_name(action), unit_address_name(unit, NULL));
        if (ask_yes(words))
                return EXIT_DONE;
        out("Nothing was done.\n");
        return EXIT_REFUSED;
}

static int verb_unit_action_act(struct session *s, const char *name, enum unit_action action, int signal,
                                const struct arguments *a) {
        _cleanup_free_ char *unit = NULL, *report = NULL;
        int r = unit_of(s, a, name, &unit, &s->error);
        r = r < 0 ? r : verb_unit_action_ask(s, unit, action, a);
        if (r != 0)
                return r;
        r = session_act_on_unit(s, unit, action, signal, &report, &s->error);
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
        const char *typed = argument_value(a, OPTION_SIGNAL);
        int worst = EXIT_DONE, signal = typed ? signal_from_text(typed, &s->error) : SIGTERM;
        if (signal < 0)
                return signal;
        for (char **name = a->words; *name; name++) {
                int r = verb_unit_action_act(s, *name, unit_action_from_name(verb->name), signal, a);
                int status = session_status(s, r);
                if (status > worst)
                        worst = status;
        }
        return worst;
}

/* Root would write into a folder of that user's, by whatever links he made there. */
static int verb_unit_action_edit_user(struct session *s, const struct arguments *a) {
        uint32_t uid;
        const char *user = argument_value(a, OPTION_USER);
        int r = user_manager_for(s, user, &uid, &s->error);
        if (r < 0)
                return r;
        _cleanup_free_ char *unit = unit_name_mangle(a->words[0]);
        error_set(&s->error, -ENOTSUP, "%s is a unit of user %s: only that user edits it", unit, user);
        return error_hint(&s->error,
                          "runuser -u %s -- env XDG_RUNTIME_DIR=/run/user/%u systemctl --user edit %s", user,
                          uid, unit);
}

static int verb_unit_action_edit(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_free_ char *unit = NULL;
        bool typed = !a->given[OPTION_SET];
        if (a->given[OPTION_USER])
                return verb_unit_action_edit_user(s, a);
        if (typed && (s->json || !in_is_terminal()))
                return error_set(&s->error, -EINVAL,
                                 "fairlead edit wants --set NAME=VALUE, or a terminal for an editor");
        int r = 0;
        if (quadlet_name_valid(a->words[0]))
                unit = xstrdup(a->words[0]);
        else
                r = unit_for(s, a->words[0], &unit, &s->error);
        if (r < 0)
                return r;
        if (typed)
                return edit_text(s, unit, a);
        _cleanup_(order_done) struct order order = { .secrets = secret_list_new() };
        order.port = (struct plan_order){ .verb = VERB_EDIT, .name = unit, .set = a->values[OPTION_SET] };
        return follow_order(s, &order, a);
}

#define ROW(action, verb_name, text, more)                 \
        [action] = { .name = verb_name,                    \
                     .group = GROUP_UNITS,                 \
                     .operands = "UNIT…",                  \
                     .help = text,                         \
                     .takes = (more) | TAKES(OPTION_USER), \
                     .json = true,                         \
                     .run = verb_unit_action_run }

/* UNIT is a service by its name, or any unit; ".service" may be left out. */
const struct verb unit_action_verbs[VERB_UNIT_EDIT + 1] = {
        ROW(UNIT_START, "start", "start a unit, or a service by its name", 0),
        ROW(UNIT_STOP, "stop", "stop a unit, or a service by its name",
            TAKES(OPTION_CONTAINER) | TAKES(OPTION_YES)),
        ROW(UNIT_RESTART, "restart", "stop and start a unit", TAKES(OPTION_YES)),
        ROW(UNIT_RELOAD, "reload", "make a unit reload its configuration", 0),
        ROW(UNIT_ENABLE, "enable", "start a unit at every boot from now on", 0),
        ROW(UNIT_DISABLE, "disable", "do not start a unit at boot any more", TAKES(OPTION_YES)),
        ROW(UNIT_MASK, "mask", "forbid any start of a unit", TAKES(OPTION_YES)),
        ROW(UNIT_UNMASK, "unmask", "lift a mask", 0),
        ROW(UNIT_RESET_FAILED, "reset-failed", "clear the failed state of a unit", 0),
        ROW(UNIT_KILL, "kill", "send a signal to the processes of a unit",
            TAKES(OPTION_SIGNAL) | TAKES(OPTION_YES)),
        ROW(UNIT_FREEZE, "freeze", "stop the processes of a unit where they are", TAKES(OPTION_YES)),
        ROW(UNIT_THAW, "thaw", "let the frozen processes of a unit run again", 0),
        [VERB_UNIT_EDIT] = {
        .name = "edit",
        .group = GROUP_UNITS,
        .operands = "UNIT|QUADLET",
        .help = "change settings of a unit, by a drop-in that can be undone",
        .details = "Without --set, on a terminal, the drop-in opens in your editor (SYSTEMD_EDITOR, VISUAL, "
                   "EDITOR), with the unit's other files below it to read: any setting can stand there. "
                   "What is saved is checked, shown, and written when you say so; what is not written, as "
                   "behind a no, is kept in /var/lib/fairlead/edits, and the next edit goes on with it. "
                   "--set takes Restart, "
                   "RestartSec, MemoryMax, CPUQuota, TasksMax, Environment, After, "
                   "Before and RequiresMountsFor; an empty value takes the setting out again. They are "
                   "written to /etc/systemd/system/UNIT.d/50-fairlead.conf, after systemd-analyze verify has "
                   "read them beside a copy of the unit: what it complains of is refused in its words. "
                   "QUADLET is the name of a file of Podman's (demo.container): its drop-in is written to "
                   "/etc/containers/systemd/QUADLET.d, after Podman's generator has made a unit with it that "
                   "systemd takes. The "
                   "unit is not restarted; fairlead restart UNIT applies them now. It is a job: fairlead "
                   "rollback JOB restores the former text. With --user it says how that user edits it.",
        .takes = TAKES(OPTION_SET) | TAKES(OPTION_YES) | TAKES(OPTION_CONSENT) | TAKES(OPTION_DETACH) |
                 TAKES(OPTION_USER),
        .json = true,
        .run = verb_unit_action_edit,
        },
};
