/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/unit-actions.h"

#include "ui/dialog.h"

const struct binding unit_menu[] = {
        { 's', ACTION_START }, { 't', ACTION_STOP }, { 'r', ACTION_RESTART }, { 'd', ACTION_RELOAD },
        { 'e', ACTION_ENABLE }, { 'b', ACTION_DISABLE }, { 'f', ACTION_RESET_FAILED },
        { 'M', ACTION_MASK }, { 'U', ACTION_UNMASK }, {}
};

/* The actions of keys are in the order of those of units. */
_Static_assert(ACTION_RESET_FAILED - ACTION_START == UNIT_RESET_FAILED && UNIT_START == 0, "the same order");

/* Asked first; NULL: done at once, being easy to undo. */
static const char *const unit_actions_asked[_UNIT_ACTION_MAX] = {
        [UNIT_STOP] = "This stops it now; whoever uses it loses it. If it is enabled, it starts again at the "
                      "next boot. x, then s, starts it again.",
        [UNIT_MASK] = "Nothing can start it any more, neither people nor other units that need it. It is not "
                      "stopped now. x, then U, unmasks it.",
};

enum style unit_state_style(const char *active) {
        return str_equal(active, "active")     ? STYLE_GOOD
               : str_equal(active, "failed")   ? STYLE_BAD
               : str_equal(active, "inactive") ? STYLE_PLAIN
                                               : STYLE_BUSY;
}

bool unit_masked(const struct unit *unit) {
        return str_equal(unit->load, "masked") || STR_IN_SET(unit->file_state, "masked", "masked-runtime");
}

bool unit_action_fits(const struct unit *unit, enum action action) {
        if (action < ACTION_START || action > ACTION_RESET_FAILED || !unit)
                return action < ACTION_START || action > ACTION_RESET_FAILED;
        const char *active = unit->active, *file = unit->file_state;
        bool up = STR_IN_SET(active, "active", "activating", "reloading");
        bool loaded = !unit_masked(unit) && !str_equal(unit->load, "not-found");
        switch (action) {
        case ACTION_START: return loaded && !up;
        case ACTION_STOP: return up;
        case ACTION_RESTART:
        case ACTION_RELOAD: return loaded && up;
        case ACTION_ENABLE: return loaded && str_equal(file, "disabled");
        case ACTION_DISABLE: return loaded && STR_IN_SET(file, "enabled", "enabled-runtime");
        case ACTION_MASK: return loaded && !str_equal(file, "generated");
        case ACTION_UNMASK: return unit_masked(unit);
        default: return str_equal(active, "failed");
        }
}

struct unit_acting {
        struct op *op;
        char *unit;
        enum unit_action action;
};

void unit_acting_done(struct screen *s) {
        if (!s->acting)
                return;
        op_cancel(s->acting->op);
        FREE_ALL(s->acting->unit, s->acting);
        s->acting = NULL;
}

static void unit_actions_acted(struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct unit_acting *acting = s->acting;
        acting->op = op_cancel(acting->op);
        if (e)
                dialog_error(s->ui, e);
        else
                screen_say(s, "%s was %s", acting->unit, unit_action_done(acting->action));
        /* systemd signals changes, but not all of them (not of enablement, say) and not everywhere. */
        s->class->changed(s, TOPIC_UNITS);
        screen_invalidate(s);
}

static void unit_actions_begin(struct screen *s) {
        struct unit_acting *acting = s->acting;
        op_cancel(acting->op);
        acting->op = host_act_on_unit(ui_host(s->ui), acting->unit, acting->action, unit_actions_acted, s);
        screen_invalidate(s);
}

bool unit_acting_begin(struct screen *s, const char *unit, enum action action) {
        if (action < ACTION_START || action > ACTION_RESET_FAILED)
                return false;
        if (!s->acting)
                s->acting = new0(struct unit_acting);
        str_replace(&s->acting->unit, unit);
        s->acting->action = (enum unit_action) (action - ACTION_START);
        const char *asked = unit_actions_asked[s->acting->action];
        if (!asked) {
                unit_actions_begin(s);
                return true;
        }
        bool stop = action == ACTION_STOP;
        _cleanup_free_ char *title = str_printf("%s %s", stop ? "Stop" : "Mask", unit);
        const struct question question = {
                .title = title, .text = asked, .yes = stop ? "Stop it" : "Mask it"
        };
        dialog_confirm(s, &question, unit_actions_begin);
        return true;
}

bool unit_acting_status(const struct screen *s, struct str *out) {
        if (!s->acting || !s->acting->op)
                return false;
        str_addf(out, "%s %s ...", unit_action_name(s->acting->action), s->acting->unit);
        return true;
}
