/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* The systemd units of this host, of the system's manager or of a user's: services at first, other kinds and
 * states at a key. */

#include "base/text.h"
#include "model/service/address.h"
#include "ui/dialog.h"
#include "ui/screens/parts/known-jobs.h"
#include "ui/screens/parts/loose.h"
#include "ui/screens/parts/unit-actions.h"

enum kind {
        KIND_SERVICES,
        KIND_FAILED,
        KIND_OURS,
        KIND_SOCKETS,
        KIND_TIMERS,
        KIND_MOUNTS,
        KIND_PATHS,
        KIND_TARGETS,
        KIND_GROUPS,
        KIND_DEVICES,
        KIND_TEMPLATES,
        KIND_ALL,
        _KIND_MAX,
};

static const struct choice kinds[_KIND_MAX] = {
        [KIND_SERVICES] = { 's', "services", "Programs that systemd runs", KIND_SERVICES },
        [KIND_FAILED] = { 'f', "failed", "Units of any kind that failed or cannot be loaded", KIND_FAILED },
        [KIND_OURS] = { 'o', "ours", "Units of the services that Fairlead installed", KIND_OURS },
        [KIND_SOCKETS] = { 'k', "sockets", "What they listen on, and what they start", KIND_SOCKETS },
        [KIND_TIMERS] = { 't', "timers", "What they start, when next, when last", KIND_TIMERS },
        [KIND_MOUNTS] = { 'm', "mounts", "File systems: mounts, automounts, swap", KIND_MOUNTS },
        [KIND_PATHS] = { 'p', "paths", "What starts when a file appears or changes", KIND_PATHS },
        [KIND_TARGETS] = { 'g', "targets", "Groups of units and stages of the boot", KIND_TARGETS },
        [KIND_GROUPS] = { 'c', "slices", "Slices and scopes: control groups, sessions", KIND_GROUPS },
        [KIND_DEVICES] = { 'd', "devices", "Devices that units can wait for", KIND_DEVICES },
        [KIND_TEMPLATES] = { 'T', "templates", "Unit files that instances are made from", KIND_TEMPLATES },
        [KIND_ALL] = { 'a', "all kinds", "Every unit", KIND_ALL },
};

/* The suffixes of kinds that have some; NULL-terminated. */
static const char *const suffixes[_KIND_MAX][4] = {
        [KIND_SERVICES] = { ".service" },
        [KIND_SOCKETS] = { ".socket" },
        [KIND_TIMERS] = { ".timer" },
        [KIND_MOUNTS] = { ".mount", ".automount", ".swap" },
        [KIND_PATHS] = { ".path" },
        [KIND_TARGETS] = { ".target" },
        [KIND_GROUPS] = { ".slice", ".scope" },
        [KIND_DEVICES] = { ".device" },
};

enum state { STATE_ANY, STATE_ACTIVE, STATE_INACTIVE, STATE_FAILED, STATE_ENABLED, STATE_MASKED, _STATE_MAX };

static const struct choice states[_STATE_MAX] = {
        [STATE_ANY] = { 'a', "any state", "Whatever it does", STATE_ANY },
        [STATE_ACTIVE] = { 'r', "active", "Running, or done and still in force", STATE_ACTIVE },
        [STATE_INACTIVE] = { 'i', "inactive", "Not running", STATE_INACTIVE },
        [STATE_FAILED] = { 'f', "failed", "Its last run failed, or it cannot be loaded", STATE_FAILED },
        [STATE_ENABLED] = { 'e', "enabled", "Its file says that it starts at boot", STATE_ENABLED },
        [STATE_MASKED] = { 'm', "masked", "Nothing can start it", STATE_MASKED },
};

#define MANAGERS_SHOWN 20U

struct units_state {
        struct unit_list *units; /* NULL: no answer yet */
        enum kind kind;
        enum state state;
        uint32_t uid;                       /* whose manager; UNIT_SYSTEM */
        char *user;                         /* its name */
        struct user_manager_list *managers; /* to choose from */
        char **managers_words;
        char **ours;                   /* units of Fairlead's services */
        struct trigger_list *triggers; /* of the shown sockets or timers; NULL: none known */
        struct op *listing_ours, *listing_triggers;
        struct loose loose; /* containers to adopt */
};

/* ---- rows ---- */

enum {
        COLUMN_UNIT,
        COLUMN_STATE,
        COLUMN_SUB,
        COLUMN_NEXT,
        COLUMN_LAST,
        COLUMN_STARTS,
        COLUMN_LISTENS,
        COLUMN_BOOT,
        COLUMN_DESCRIPTION,
};

static const struct column columns[] = {
        [COLUMN_UNIT] = { "UNIT", 20, 40, 0, .fit = true, .middle = true },
        [COLUMN_STATE] = { "STATE", 10, 10, 0 },
        [COLUMN_SUB] = { "SUB", 9, 10, 6, .spare = true },
        [COLUMN_NEXT] = { "NEXT", 10, 12, 0, .optional = true, .late = true },
        [COLUMN_LAST] = { "LAST", 12, 13, 2, .optional = true, .late = true },
        [COLUMN_STARTS] = { "STARTS", 24, 30, 1, .optional = true, .late = true, .fit = true,
                            .middle = true },
        [COLUMN_LISTENS] = { "LISTENS ON", 16, 30, 1, .optional = true, .late = true, .fit = true,
                             .middle = true },
        [COLUMN_BOOT] = { "UNIT FILE", 9, 9, 4, .fit = true },
        [COLUMN_DESCRIPTION] = { "DESCRIPTION", 18, 40, 5, .grow = true },
};

static const struct unit *units_at(const struct screen *s, size_t row) {
        const struct units_state *st = s->state;
        return st->units && row < st->units->n ? &st->units->items[row] : NULL;
}

/* The name for people, in the caller's memory; NULL where it is the real one. */
static char *units_plain(const struct unit *unit) {
        return strchr(unit->name, '\\') ? unit_name_plain(unit->name) : NULL;
}

static bool units_has_triggers(const struct units_state *st) {
        return st->kind == KIND_TIMERS || st->kind == KIND_SOCKETS;
}

/* "in 3 min", "2 hours ago". */
static const char *units_when(const struct screen *s, char *buffer, size_t room, int64_t when) {
        char age[24];
        int64_t left = when - ui_now(s->ui);
        if (when <= 0)
                return NULL;
        snprintf(buffer, room, left >= 0 ? "in %s" : "%s ago", text_age(age, left >= 0 ? left : -left));
        return buffer;
}

static void units_trigger_cell(const struct screen *s, const struct unit *unit, size_t column,
                               struct cell *ret) {
        const struct units_state *st = s->state;
        const struct trigger *t = units_has_triggers(st) ? trigger_find(st->triggers, unit->name) : NULL;
        ret->text = NULL;
        if (!t)
                return;
        ret->ordered = column == COLUMN_NEXT || column == COLUMN_LAST;
        if (column == COLUMN_NEXT)
                ret->text = units_when(s, ret->buffer, sizeof ret->buffer, ret->order = t->next);
        else if (column == COLUMN_LAST)
                ret->text = units_when(s, ret->buffer, sizeof ret->buffer, ret->order = t->last);
        else
                ret->text = column == COLUMN_STARTS ? t->starts : t->listens;
}

static void units_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct unit *unit = units_at(owner, row);
        switch (column) {
        case COLUMN_UNIT: ret->text = unit->name; break;
        case COLUMN_STATE:
                snprintf(ret->buffer, sizeof ret->buffer, "%s ...", unit->job ? unit->job : "");
                ret->text = unit->job ? ret->buffer : unit_state_text(unit);
                ret->style = unit->job ? STYLE_BUSY : unit_state_style(ret->text);
                break;
        case COLUMN_SUB: ret->text = unit->sub; break;
        case COLUMN_BOOT: ret->text = unit->file_state; break;
        case COLUMN_NEXT:
        case COLUMN_LAST:
        case COLUMN_STARTS:
        case COLUMN_LISTENS: units_trigger_cell(owner, unit, column, ret); break;
        default: ret->text = unit->description;
        }
}

static const char *units_identity(const void *owner, size_t row) {
        return units_at(owner, row)->name;
}

static char units_flag(const void *owner, size_t row) {
        const struct unit *unit = units_at(owner, row);
        bool bad = unit_has_failed(unit) || STR_IN_SET(unit->load, "error", "bad-setting");
        return bad ? '!' : ' ';
}

static unsigned units_rank(const void *owner, size_t row) {
        return units_flag(owner, row) == '!' ? 0 : 1;
}

static bool units_of_kind(const struct units_state *st, const struct unit *unit, bool bad) {
        if (st->kind == KIND_FAILED)
                return bad;
        if (st->kind == KIND_OURS)
                return strv_contains(st->ours, unit->name);
        if (st->kind == KIND_TEMPLATES)
                return str_equal(unit->active, "template");
        if (st->kind == KIND_SERVICES && str_equal(unit->load, "not-found"))
                return false;
        const char *const *suffix = suffixes[st->kind];
        for (size_t i = 0; i < ELEMENTS(suffixes[0]) && suffix[i]; i++)
                if (str_ends(unit->name, suffix[i]))
                        return true;
        return !suffix[0];
}

static bool units_in_state(const struct units_state *st, const struct unit *unit, bool bad) {
        switch (st->state) {
        case STATE_ACTIVE: return !STR_IN_SET(unit->active, "inactive", "failed", "template");
        case STATE_INACTIVE: return str_equal(unit->active, "inactive") || unit->stopped;
        case STATE_FAILED: return bad;
        case STATE_ENABLED: return STR_IN_SET(unit->file_state, "enabled", "enabled-runtime", "alias");
        case STATE_MASKED: return unit_is_masked(unit);
        default: return true;
        }
}

static bool units_hidden(const void *owner, size_t row) {
        const struct screen *s = owner;
        const struct unit *unit = units_at(s, row);
        bool bad = units_flag(owner, row) == '!';
        return !units_of_kind(s->state, unit, bad) || !units_in_state(s->state, unit, bad);
}

/* Each word of what is typed is looked for: "failed mount", "masked". People type either name: the real one
 * and the one that is shown. */
static bool units_matches(const void *owner, size_t row, const char *needle) {
        const struct unit *unit = units_at(owner, row);
        _cleanup_free_ char *plain = units_plain(unit);
        const char *const texts[] = { unit->name, plain,     unit->description, unit_state_text(unit),
                                      unit->sub,  unit->file_state };
        _cleanup_strv_ char **words = strv_split(needle, " ");
        for (char **word = words; word && *word; word++) {
                bool found = false;
                for (size_t i = 0; i < ELEMENTS(texts) && !found; i++)
                        found = texts[i] && strcasestr(texts[i], *word);
                if (!found)
                        return false;
        }
        return true;
}

static const struct list_source units_source = {
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = units_cell,
        .identity = units_identity,
        .flag = units_flag,
        .rank = units_rank,
        .hidden = units_hidden,
        .matches = units_matches,
};

/* ---- answers ---- */

static void units_loaded(struct unit_list *units, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct units_state *st = s->state;
        if (units) {
                unit_list_free(st->units);
                st->units = units;
        }
        screen_loaded(s, units ? units->n : 0, e, TOPIC_UNITS);
}

static void units_on_triggers(struct trigger_list *triggers, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct units_state *st = s->state;
        st->listing_triggers = op_cancel(st->listing_triggers);
        error_free(e); /* the columns stay away */
        if (triggers) {
                trigger_list_free(st->triggers);
                st->triggers = triggers;
        }
        screen_arrange(s);
        screen_invalidate(s);
}

/* An answer under way is not begun anew: changes may never stop. */
static void units_ask_triggers(struct screen *s) {
        struct units_state *st = s->state;
        _cleanup_free_ char *pattern =
                unit_address(st->uid, st->kind == KIND_TIMERS ? "*.timer" : "*.socket");
        if (!st->listing_triggers)
                st->listing_triggers = host_list_triggers(ui_host(s->ui), pattern, units_on_triggers, s);
}

static void units_on_services(struct service_list *services, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct units_state *st = s->state;
        st->listing_ours = op_cancel(st->listing_ours);
        st->ours = strv_free(st->ours);
        for (size_t i = 0; services && i < services->n; i++)
                strv_extend(&st->ours, services->items[i]->units);
        if (e)
                screen_say(s, "%s", e->message);
        error_free(e);
        service_list_free(services);
        screen_arrange(s);
        screen_invalidate(s);
}

static void units_load(struct screen *s, unsigned topics) {
        const struct units_state *st = s->state;
        _cleanup_free_ char *all = st->uid == UNIT_SYSTEM ? NULL : unit_address(st->uid, "");
        if (reload_wanted(&s->loading, topics))
                s->loading.op = host_list_units(ui_host(s->ui), all, units_loaded, s);
        if (units_has_triggers(st))
                units_ask_triggers(s);
}

/* ---- the screen ---- */

static void units_close(struct screen *s) {
        struct units_state *st = s->state;
        unit_acting_done(s);
        op_cancel(st->listing_ours);
        op_cancel(st->listing_triggers);
        loose_done(&st->loose);
        unit_list_free(st->units);
        trigger_list_free(st->triggers);
        user_manager_list_free(st->managers);
        STRV_FREE_ALL(st->ours, st->managers_words);
        free(st->user);
}

static void units_open(struct screen *s, const void *arg) {
        struct units_state *st = s->state;
        st->uid = UNIT_SYSTEM;
}

/* ---- choosing ---- */

static void units_show_kind(struct screen *s, int kind) {
        struct units_state *st = s->state;
        st->kind = (enum kind) kind;
        st->triggers = trigger_list_free(st->triggers);
        st->listing_triggers = op_cancel(st->listing_triggers);
        op_cancel(st->listing_ours);
        st->listing_ours =
                kind == KIND_OURS ? host_list_services(ui_host(s->ui), units_on_services, s) : NULL;
        if (units_has_triggers(st))
                units_ask_triggers(s);
        screen_arrange(s);
}

static void units_show_state(struct screen *s, int state) {
        struct units_state *st = s->state;
        st->state = (enum state) state;
        screen_arrange(s);
}

/* value: an index of the managers, or -1 for the system's. */
static void units_show_manager(struct screen *s, int value) {
        struct units_state *st = s->state;
        st->uid = value < 0 ? UNIT_SYSTEM : st->managers->items[value].uid;
        str_replace(&st->user, value < 0 ? NULL : st->managers_words[value]);
        st->units = unit_list_free(st->units);
        st->triggers = trigger_list_free(st->triggers);
        st->listing_triggers = op_cancel(st->listing_triggers);
        s->loaded = false;
        list_set(s->list, 0);
        units_load(s, ~0U);
        screen_invalidate(s);
}

static void units_choose_manager(struct screen *s) {
        struct units_state *st = s->state;
        struct choice choices[MANAGERS_SHOWN + 1] = { { 's', "system", "The units of this host", -1 } };
        size_t n = 1;
        user_manager_list_free(st->managers);
        st->managers_words = strv_free(st->managers_words);
        st->managers = host_list_managers(ui_host(s->ui));
        int now = -1;
        for (size_t i = 0; i < st->managers->n && i < MANAGERS_SHOWN; i++) {
                const struct user_manager *m = &st->managers->items[i];
                if (m->user)
                        strv_add(&st->managers_words, m->user);
                else
                        strv_addf(&st->managers_words, "%u", m->uid);
                now = m->uid == st->uid ? (int) i : now;
                choices[n++] = (struct choice){ 0, st->managers_words[i], "The units of this user", (int) i };
        }
        if (n == 1 && st->uid == UNIT_SYSTEM)
                screen_say(s,
                           "No user's manager runs: it does while one is logged in, or lingers (loginctl).");
        else
                dialog_choose(s, "Whose units", choices, n, now, units_show_manager);
}

static void units_title(const struct screen *s, struct str *left, struct str *right) {
        const struct units_state *st = s->state;
        if (st->user)
                str_addf(left, "user %s  ", st->user);
        if (st->units)
                str_addf(left, "%zu of %zu  %s", s->list->shown, st->units->n, kinds[st->kind].word);
        if (st->state != STATE_ANY)
                str_addf(left, ", %s", states[st->state].word);
        if (st->units && s->error)
                str_add(right, "not up to date");
}

static void units_mark(const struct screen *home, struct str *out, enum style *style) {
        unsigned failed = host_status(ui_host(home->ui))->failed_units;
        if (failed)
                str_addf(out, "!%u", failed);
        *style = STYLE_BAD;
}

static void units_draw(struct screen *s, const struct canvas *c) {
        const struct units_state *st = s->state;
        screen_draw_rows(s, c, st->kind == KIND_ALL ? "unit" : "unit of this kind",
                         st->kind == KIND_FAILED ? "No unit has failed. v shows other kinds."
                         : st->kind == KIND_OURS
                                 ? "Fairlead has installed no service. v shows other kinds."
                                 : "systemd knows no unit of this kind and state. v and S show others.");
}

static void units_status(const struct screen *s, struct str *out) {
        const struct unit *unit = units_at(s, list_settled_row(s->list));
        if (unit_acting_status(s, out) || !unit)
                return;
        _cleanup_free_ char *plain = units_plain(unit);
        str_add(out, unit->name);
        if (plain)
                str_addf(out, " (%s)", plain);
        if (unit_is_masked(unit))
                str_add(out, " is masked: nothing can start it. x, then U, unmasks it.");
        else if (unit->stopped)
                str_add(out, " was stopped; systemd counts its killed program as a failure.");
        else if (str_equal(unit->load, "not-found"))
                str_add(out, ": other units refer to it, but it has no unit file.");
        else if (!str_empty(unit->description))
                str_addf(out, ": %s", unit->description);
}

static void units_adopt(struct screen *s, int value) {
        const struct units_state *st = s->state;
        loose_adopt(&st->loose, value);
}

static bool units_can(const struct screen *s, enum action action) {
        if (action == ACTION_ADOPT)
                return host_status(ui_host(s->ui))->root;
        const struct unit *unit = units_at(s, list_row(s->list));
        return action == ACTION_OPEN || action == ACTION_LOG ? unit != NULL : unit_action_fits(unit, action);
}

static bool units_act(struct screen *s, enum action action) {
        struct units_state *st = s->state;
        const struct unit *unit = units_at(s, list_row(s->list));
        _cleanup_free_ char *address = unit ? unit_address(st->uid, unit->name) : NULL;
        if (action == ACTION_OPEN)
                screen_open(s->ui, &unit_screen, address);
        else if (action == ACTION_LOG)
                screen_open(s->ui, &log_screen, &(const struct log_order){ .unit = address });
        else if (action == ACTION_PATTERN)
                dialog_choose(s, "Kind of units", kinds, _KIND_MAX, (int) st->kind, units_show_kind);
        else if (action == ACTION_STATE)
                dialog_choose(s, "State of units", states, _STATE_MAX, (int) st->state, units_show_state);
        else if (action == ACTION_MANAGER)
                units_choose_manager(s);
        else if (action == ACTION_ADOPT)
                loose_ask(&st->loose, s, units_adopt);
        else
                return unit && unit_acting_begin(s, address, action);
        return true;
}

const struct screen_class units_screen = {
        .name = "units",
        .title = "Units",
        .way = "3 ",
        .help = "The units of systemd: what runs, what could run, and what is enabled at boot. Failed ones "
                "are marked \"!\". Changes appear by themselves.\n"
                "Enter opens one with its facts and log. What starts, stops or changes it is behind x, each "
                "with its meaning; v shows another kind (services, failed ones, sockets, timers, mounts, "
                "...), "
                "S those in one state, u the units of a user who is logged in.\n"
                "A lists the containers that run without a unit: the chosen one becomes a service, with a "
                "unit that runs the same command; what changes is shown first.\n"
                "Sockets and timers have what they start, and when. A filter of several words keeps what has "
                "each "
                "of them: \"failed mount\".",
        .size = sizeof(struct units_state),
        .topics = TOPIC_UNITS,
        .source = &units_source,
        .looking = "Asking systemd for its units ...",
        .bindings = (const struct binding[]){ { KEY_RETURN, ACTION_OPEN },
                                              { 'l', ACTION_LOG },
                                              { 'v', ACTION_PATTERN },
                                              { 'S', ACTION_STATE },
                                              { 'u', ACTION_MANAGER },
                                              { 'A', ACTION_ADOPT, "adopt a container", true },
                                              {} },
        .menu = unit_menu,
        .open = units_open,
        .close = units_close,
        .mark = units_mark,
        .title_text = units_title,
        .draw = units_draw,
        .status = units_status,
        .can = units_can,
        .act = units_act,
        .changed = units_load,
};
