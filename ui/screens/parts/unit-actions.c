/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/unit-actions.h"

#include <signal.h>

#include "model/service/signal.h"
#include "ui/dialog.h"

const struct binding unit_menu[] = { { 's', ACTION_START },
                                     { 't', ACTION_STOP },
                                     { 'r', ACTION_RESTART },
                                     { 'd', ACTION_RELOAD },
                                     { 'e', ACTION_ENABLE },
                                     { 'b', ACTION_DISABLE },
                                     { 'f', ACTION_RESET_FAILED },
                                     { 'K', ACTION_KILL },
                                     { 'Z', ACTION_FREEZE },
                                     { 'Z', ACTION_THAW },
                                     { 'M', ACTION_MASK },
                                     { 'U', ACTION_UNMASK },
                                     { 'P', ACTION_PIN },
                                     {} };

/* The actions of keys are in the order of those of units. */
_Static_assert(ACTION_THAW - ACTION_START == UNIT_THAW && UNIT_START == 0, "the same order");

enum style unit_state_style(const char *active) {
        return str_equal(active, "active")     ? STYLE_GOOD
               : str_equal(active, "failed")   ? STYLE_BAD
               : STR_IN_SET(active, "inactive", "stopped") ? STYLE_PLAIN
                                                           : STYLE_BUSY;
}

bool unit_action_fits(const struct unit *unit, enum action action) {
        if (action == ACTION_PIN)
                return unit && !unit_template(unit->name);
        if (action < ACTION_START || action > ACTION_THAW || !unit)
                return action < ACTION_START || action > ACTION_THAW;
        const char *active = unit->active, *file = unit->file_state;
        bool up = STR_IN_SET(active, "active", "activating", "reloading");
        bool loaded = !unit_is_masked(unit) && !str_equal(unit->load, "not-found");
        bool template = str_equal(active, "template");
        switch (action) {
        case ACTION_START: return loaded && !up;
        case ACTION_STOP: return up;
        case ACTION_RESTART:
        case ACTION_RELOAD: return loaded && up;
        case ACTION_ENABLE: return loaded && (STR_IN_SET(file, "disabled", "generated") || template);
        case ACTION_DISABLE:
                return loaded && STR_IN_SET(file, "enabled", "enabled-runtime", "generated", "static") &&
                       !template;
        case ACTION_MASK: return loaded;
        case ACTION_UNMASK: return unit_is_masked(unit);
        case ACTION_KILL: return unit_has_processes(unit->name) && (up || str_equal(active, "deactivating"));
        case ACTION_FREEZE: return unit_has_processes(unit->name) && up;
        case ACTION_THAW: return false; /* only where its details are known */
        default: return str_equal(active, "failed");
        }
}

struct unit_acting {
        struct op *op;
        char *unit; /* its address */
        enum unit_action action;
        int signal;
};

void unit_acting_done(struct screen *s) {
        if (!s->acting)
                return;
        op_cancel(s->acting->op);
        FREE_ALL(s->acting->unit, s->acting);
        s->acting = NULL;
}

static void unit_actions_acted(char *report, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct unit_acting *acting = s->acting;
        acting->op = op_cancel(acting->op);
        if (e)
                dialog_error_of(s, e);
        else
                screen_say(s, "%s", report);
        free(report);
        /* systemd signals changes, but not all of them (not of enablement, say) and not everywhere. */
        s->class->changed(s, TOPIC_UNITS);
        screen_invalidate(s);
}

static void unit_actions_begin(struct screen *s) {
        struct unit_acting *acting = s->acting;
        op_cancel(acting->op);
        acting->op = host_act_on_unit(ui_host(s->ui), acting->unit, acting->action, acting->signal,
                                      unit_actions_acted, s);
        screen_invalidate(s);
}

/* ---- questions ---- */

static void unit_actions_ask(struct screen *s, const char *text) {
        static const struct {
                const char *verb, *yes;
        } words[_UNIT_ACTION_MAX] = {
                [UNIT_STOP] = { "Stop", "Stop it" },       [UNIT_RESTART] = { "Restart", "Restart it" },
                [UNIT_MASK] = { "Mask", "Mask it" },       [UNIT_DISABLE] = { "Disable", "Disable it" },
                [UNIT_FREEZE] = { "Freeze", "Freeze it" }, [UNIT_KILL] = { "Send a signal to", "Send it" },
        };
        const struct unit_acting *acting = s->acting;
        _cleanup_free_ char *title =
                str_printf("%s %s", words[acting->action].verb, unit_address_name(acting->unit, NULL));
        const struct question question = { .title = title, .text = text, .yes = words[acting->action].yes };
        dialog_confirm(s, &question, unit_actions_begin);
}

static void unit_actions_foreseen(struct unit_effects *effects, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct unit_acting *acting = s->acting;
        acting->op = op_cancel(acting->op);
        _cleanup_free_ char *question = effects ? unit_effects_question(effects, true) : NULL;
        bool frozen = effects && unit_is_frozen(effects->unit);
        unit_effects_free(effects);
        if (acting->action == UNIT_FREEZE && frozen) {
                /* a list does not know it, and the key is the same */
                acting->action = UNIT_THAW;
                question = NULL;
        }
        if (e)
                dialog_error_of(s, e);
        else if (question)
                unit_actions_ask(s, question);
        else
                unit_actions_begin(s);
}

static void unit_actions_foresee(struct screen *s) {
        struct unit_acting *acting = s->acting;
        op_cancel(acting->op);
        acting->op =
                host_unit_effects(ui_host(s->ui), acting->unit, acting->action, unit_actions_foreseen, s);
        screen_invalidate(s);
}

static void unit_actions_signal(struct screen *s, int number) {
        s->acting->signal = number;
        unit_actions_foresee(s);
}

static void unit_actions_choose_signal(struct screen *s) {
        struct choice choices[24];
        size_t n = 0;
        for (; n < signal_rows_n && n < ELEMENTS(choices); n++)
                choices[n] = (struct choice){ .word = sigabbrev_np(signal_rows[n].number),
                                              .help = signal_rows[n].help,
                                              .value = signal_rows[n].number };
        dialog_choose(s, "Signal", choices, n, SIGHUP, unit_actions_signal);
}

static void unit_actions_instance(struct screen *s, const char *text) {
        struct unit_acting *acting = s->acting;
        uint32_t uid;
        const char *name = unit_address_name(acting->unit, &uid), *at = unit_template(name);
        if (str_empty(text) || !at)
                return;
        _cleanup_free_ char *typed = str_printf("%.*s@%s%s", (int) (at - name), name, text, at + 1);
        _cleanup_free_ char *instance = unit_name_mangle(typed);
        free(acting->unit);
        acting->unit = unit_address(uid, instance);
        unit_actions_begin(s);
}

static void unit_actions_pin(struct screen *s, const char *unit) {
        struct error *e = NULL;
        bool pinned;
        if (host_pin_unit(ui_host(s->ui), unit, &pinned, &e) < 0)
                dialog_error(s->ui, e);
        else
                screen_say(s, pinned ? "%s is shown among the services now (1)"
                                     : "%s is no longer shown among the services", unit);
}

bool unit_acting_begin(struct screen *s, const char *unit, enum action action) {
        if (action == ACTION_PIN) {
                unit_actions_pin(s, unit);
                return true;
        }
        if (action < ACTION_START || action > ACTION_THAW)
                return false;
        if (!s->acting)
                s->acting = new0(struct unit_acting);
        struct unit_acting *acting = s->acting;
        str_replace(&acting->unit, unit);
        acting->action = (enum unit_action)(action - ACTION_START);
        bool asks = action == ACTION_STOP || action == ACTION_RESTART || action == ACTION_MASK ||
                    action == ACTION_DISABLE || action == ACTION_FREEZE;
        if (unit_template(unit) && action != ACTION_MASK && action != ACTION_UNMASK)
                screen_ask(s, "Name of the instance:", NULL, NULL, unit_actions_instance);
        else if (action == ACTION_KILL)
                unit_actions_choose_signal(s);
        else if (asks)
                unit_actions_foresee(s);
        else
                unit_actions_begin(s);
        return true;
}

bool unit_acting_status(const struct screen *s, struct str *out) {
        if (!s->acting || !s->acting->op)
                return false;
        str_addf(out, "%s %s ...", unit_action_name(s->acting->action),
                 unit_address_name(s->acting->unit, NULL));
        return true;
}

/* Root would write into a folder of that user's, by whatever links he made there. */
bool unit_edit_refused(struct screen *s, const char *address) {
        uint32_t uid;
        const char *name = unit_address_name(address, &uid);
        struct error *e = NULL;
        if (uid == UNIT_SYSTEM)
                return false;
        error_set(&e, -ENOTSUP, "%s is a unit of user %u: only that user edits it", name, uid);
        error_hint(&e, "As that user: systemctl --user edit %s", name);
        dialog_error(s->ui, e);
        return true;
}
