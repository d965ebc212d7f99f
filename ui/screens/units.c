/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* The systemd units of this host: services at first, all kinds or only failed ones at a key. */

#include "ui/screens/parts/unit-actions.h"

enum kind { KIND_SERVICES, KIND_FAILED, KIND_ALL, _KIND_MAX };

static const char *const kind_names[_KIND_MAX] = {
        [KIND_SERVICES] = "services",
        [KIND_FAILED] = "failed",
        [KIND_ALL] = "all kinds",
};

struct units_state {
        struct unit_list *units;        /* NULL: no answer yet */
        enum kind kind;
};

/* ---- rows ---- */

enum { COLUMN_UNIT, COLUMN_STATE, COLUMN_SUB, COLUMN_BOOT, COLUMN_DESCRIPTION };

static const struct column columns[] = {
        [COLUMN_UNIT] = { "UNIT", 20, 40, 0, .fit = true, .middle = true },
        [COLUMN_STATE] = { "STATE", 10, 10, 0 },
        [COLUMN_SUB] = { "SUB", 9, 10, 3, .spare = true },
        [COLUMN_BOOT] = { "UNIT FILE", 9, 9, 1, .fit = true },
        [COLUMN_DESCRIPTION] = { "DESCRIPTION", 18, 40, 2, .grow = true },
};

static const struct unit *units_at(const struct screen *s, size_t row) {
        const struct units_state *st = s->state;
        return st->units && row < st->units->n ? &st->units->items[row] : NULL;
}

/* The name for people, in the caller's memory; NULL where it is the real one. */
static char *units_plain(const struct unit *unit) {
        return strchr(unit->name, '\\') ? unit_name_plain(unit->name) : NULL;
}

static void units_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct unit *unit = units_at(owner, row);
        switch (column) {
        case COLUMN_UNIT: ret->text = unit->name; break;
        case COLUMN_STATE:
                snprintf(ret->buffer, sizeof ret->buffer, "%s ...", unit->job ? unit->job : "");
                ret->text = unit->job ? ret->buffer : unit->active;
                ret->style = unit->job ? STYLE_BUSY : unit_state_style(unit->active);
                break;
        case COLUMN_SUB: ret->text = unit->sub; break;
        case COLUMN_BOOT: ret->text = unit->file_state; break;
        default:
                ret->text = unit->description;
        }
}

static const char *units_identity(const void *owner, size_t row) {
        return units_at(owner, row)->name;
}

static char units_flag(const void *owner, size_t row) {
        const struct unit *unit = units_at(owner, row);
        bool bad = str_equal(unit->active, "failed") || STR_IN_SET(unit->load, "error", "bad-setting");
        return bad ? '!' : ' ';
}

static unsigned units_rank(const void *owner, size_t row) {
        return units_flag(owner, row) == '!' ? 0 : 1;
}

static bool units_hidden(const void *owner, size_t row) {
        const struct screen *s = owner;
        const struct units_state *st = s->state;
        const struct unit *unit = units_at(s, row);
        if (st->kind == KIND_SERVICES)
                return !str_ends(unit->name, ".service") || str_equal(unit->load, "not-found");
        return st->kind == KIND_FAILED && units_flag(owner, row) != '!';
}

/* People type either name: the real one and the one that is shown. */
static bool units_matches(const void *owner, size_t row, const char *needle) {
        const struct unit *unit = units_at(owner, row);
        _cleanup_free_ char *plain = units_plain(unit);
        return strcasestr(unit->name, needle) || (plain && strcasestr(plain, needle)) ||
               (unit->description && strcasestr(unit->description, needle)) ||
               (unit->active && strcasestr(unit->active, needle));
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

static void units_load(struct screen *s, unsigned topics) {
        if (reload_wanted(&s->loading, topics))
                s->loading.op = host_list_units(ui_host(s->ui), NULL, units_loaded, s);
}

/* ---- the screen ---- */

static void units_close(struct screen *s) {
        struct units_state *st = s->state;
        unit_acting_done(s);
        unit_list_free(st->units);
}

static void units_title(const struct screen *s, struct str *left, struct str *right) {
        const struct units_state *st = s->state;
        if (st->units)
                str_addf(left, "%zu of %zu  %s", s->list->shown, st->units->n, kind_names[st->kind]);
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
                         st->kind == KIND_FAILED
                                 ? "No unit has failed. v shows other kinds."
                                 : "systemd knows no unit of this kind. v shows other kinds.");
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
        else if (str_equal(unit->load, "not-found"))
                str_add(out, ": other units refer to it, but it has no unit file.");
        else if (!str_empty(unit->description))
                str_addf(out, ": %s", unit->description);
}

static bool units_can(const struct screen *s, enum action action) {
        const struct unit *unit = units_at(s, list_row(s->list));
        return action == ACTION_OPEN || action == ACTION_LOG ? unit != NULL : unit_action_fits(unit, action);
}

static bool units_act(struct screen *s, enum action action) {
        struct units_state *st = s->state;
        const struct unit *unit = units_at(s, list_row(s->list));
        if (action == ACTION_OPEN)
                screen_open(s->ui, &unit_screen, unit->name);
        else if (action == ACTION_LOG)
                screen_open(s->ui, &log_screen, &(const struct log_order) { .unit = unit->name });
        else if (action == ACTION_PATTERN) {
                st->kind = (st->kind + 1) % _KIND_MAX;
                screen_arrange(s);
        } else
                return unit && unit_acting_begin(s, unit->name, action);
        return true;
}

const struct screen_class units_screen = {
        .name = "units",
        .title = "Units",
        .way = "3 ",
        .help = "The units of systemd: what runs, what could run, and what is enabled at boot. Failed ones "
                "are marked \"!\". Changes appear by themselves.\n"
                "Enter opens one with its facts and log. What starts, stops or changes it is behind x, each "
                "with its meaning; v changes between services, failed units and all kinds.",
        .size = sizeof(struct units_state),
        .topics = TOPIC_UNITS,
        .source = &units_source,
        .looking = "Asking systemd for its units ...",
        .bindings = (const struct binding[]) {
                { KEY_RETURN, ACTION_OPEN }, { 'l', ACTION_LOG }, { 'v', ACTION_PATTERN }, {}
        },
        .menu = unit_menu,
        .close = units_close,
        .mark = units_mark,
        .title_text = units_title,
        .draw = units_draw,
        .status = units_status,
        .can = units_can,
        .act = units_act,
        .changed = units_load,
};
