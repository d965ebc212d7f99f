/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* Every command, found by typing a part of its name or of its help: those of the screen below are done there,
 * those of others lead to their screen. So are the services and units, by their names. */

#include "ui/screens/parts/finder.h"

#define PALETTE_MAX 128

struct palette_state {
        struct screen *of;
        struct field field;
        struct palette_item {
                const struct binding *binding;
                bool menu;
                const struct screen_class *elsewhere;   /* NULL: the screen below */
        } items[PALETTE_MAX];
        size_t n;
        /* The rows after the commands. */
        char **services;
        struct unit_list *units;        /* NULL: no answer yet */
};

/* ---- rows ---- */

static const struct palette_item *palette_item(const struct screen *s, size_t row) {
        const struct palette_state *st = s->state;
        return row < st->n ? &st->items[row] : NULL;
}

static const struct action_row *palette_row(const struct screen *s, size_t row) {
        const struct palette_item *item = palette_item(s, row);
        return action_row(item ? item->binding->action : ACTION_NONE);
}

/* The service of a row behind the commands; NULL: not one. */
static const char *palette_service(const struct screen *s, size_t row) {
        const struct palette_state *st = s->state;
        size_t n = strv_length(st->services);
        return row >= st->n && row - st->n < n ? st->services[row - st->n] : NULL;
}

static const struct unit *palette_unit(const struct screen *s, size_t row) {
        const struct palette_state *st = s->state;
        size_t before = st->n + strv_length(st->services);
        return st->units && row >= before && row - before < st->units->n ? &st->units->items[row - before]
                                                                           : NULL;
}

static const struct column columns[] = {
        { "COMMAND", 15, 16, 0 },
        { "KEY", 6, 9, 0 },
        { "WHAT IT DOES", 12, 50, 0, .grow = true },
};

static void palette_cell_thing(const struct screen *s, size_t row, size_t column, struct cell *ret) {
        const char *service = palette_service(s, row);
        const struct unit *unit = palette_unit(s, row);
        if (column == 0)
                ret->text = service ? "service" : "unit";
        else if (column == 1)
                ret->text = "";
        else if (service)
                ret->text = service;
        else if (unit && str_empty(unit->description))
                ret->text = unit->name;
        else if (unit) {
                snprintf(ret->buffer, sizeof ret->buffer, "%s: %s", unit->name, unit->description);
                ret->text = ret->buffer;
        }
}

static void palette_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct palette_item *item = palette_item(owner, row);
        char key[16];
        if (!item)
                palette_cell_thing(owner, row, column, ret);
        else if (column == 0)
                ret->text = palette_row(owner, row)->word;
        else if (column == 1) {
                snprintf(ret->buffer, sizeof ret->buffer, "%s%s%s",
                         item->elsewhere ? item->elsewhere->way : "", item->menu ? "x " : "",
                         keys_name(item->binding->key, key));
                ret->text = ret->buffer;
                ret->style = STYLE_KEY;
        } else {
                /* What comes behind it is in the line below for the focused row. */
                const char *help = palette_row(owner, row)->help;
                snprintf(ret->buffer, sizeof ret->buffer, "%.*s", (int) strcspn(help, ";"), help);
                ret->text = ret->buffer;
        }
}

static const char *palette_identity(const void *owner, size_t row) {
        const struct unit *unit = palette_unit(owner, row);
        const char *service = palette_service(owner, row);
        return unit ? unit->name : service ? service : palette_row(owner, row)->name;
}

static bool palette_matches(const void *owner, size_t row, const char *needle) {
        const struct action_row *action = palette_row(owner, row);
        if (!palette_item(owner, row))
                return strcasestr(palette_identity(owner, row), needle);
        return strcasestr(action->name, needle) || strcasestr(action->word, needle) ||
               strcasestr(action->help, needle);
}

/* Names are looked for, not read through. */
static bool palette_hidden(const void *owner, size_t row) {
        const struct screen *s = owner;
        const struct palette_state *st = s->state;
        return !st->field.length && !palette_item(s, row);
}

/* A command that is called so, those that speak of it, then the names. */
static unsigned palette_rank(const void *owner, size_t row) {
        const struct screen *s = owner;
        const struct palette_state *st = s->state;
        const char *needle = field_text(&st->field), *word = palette_row(s, row)->word;
        if (!palette_item(s, row))
                return palette_service(s, row) ? 2 : 3;
        return st->field.length && strncasecmp(word, needle, strlen(needle)) != 0 ? 1 : 0;
}

static const struct list_source palette_source = {
        .bare = true,
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = palette_cell,
        .identity = palette_identity,
        .hidden = palette_hidden,
        .rank = palette_rank,
        .matches = palette_matches,
};

/* ---- opened ---- */

static void palette_add(struct palette_state *st, const struct binding *table, bool menu,
                        const struct screen_class *elsewhere) {
        for (; table && table->key; table++) {
                enum action action = table->action;
                /* Ways out of the palette are not offered in it. */
                bool known = action == ACTION_NONE || action == ACTION_PALETTE || action == ACTION_BACK ||
                             action == ACTION_ESCAPE || action == ACTION_INTERRUPT || action == ACTION_MENU ||
                             (elsewhere ? action == ACTION_OPEN || action == ACTION_WATCH
                                        : !screen_can(st->of, action));
                for (size_t i = 0; i < st->n && !known; i++)
                        known = st->items[i].binding->action == action;
                if (!known && st->n < PALETTE_MAX)
                        st->items[st->n++] = (struct palette_item) { table, menu, elsewhere };
        }
}

static void palette_add_services(struct screen *s) {
        struct palette_state *st = s->state;
        const struct screen *home = screen_home(s);
        for (size_t i = 0; home->rows.source && i < home->rows.n; i++)
                strv_add(&st->services, home->rows.source->identity(home, i));
}

static void palette_show(struct screen *s) {
        const struct palette_state *st = s->state;
        list_set(s->list, st->n + strv_length(st->services) + (st->units ? st->units->n : 0));
        screen_invalidate(s);
}

static void palette_units_loaded(struct unit_list *units, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct palette_state *st = s->state;
        s->loading.op = op_cancel(s->loading.op);
        error_free(e);          /* the Units screen shows it; the commands are here without it */
        st->units = units;
        palette_show(s);
}

static void palette_open(struct screen *s, const void *arg) {
        struct palette_state *st = s->state;
        st->of = screen_under(s);
        if (st->of->list)
                list_stay(st->of->list);
        palette_add(st, st->of->class->bindings, false, NULL);
        palette_add(st, st->of->class->menu, true, NULL);
        palette_add(st, screen_widget_bindings(st->of), false, NULL);
        palette_add(st, ui_bindings(), false, NULL);
        for (const struct screen_class *const *class = screen_classes; *class; class++)
                if ((*class)->way && *class != st->of->class) {
                        palette_add(st, (*class)->bindings, false, *class);
                        palette_add(st, (*class)->menu, true, *class);
                }
        palette_add_services(s);
        palette_show(s);
        s->loading.op = host_list_units(ui_host(s->ui), NULL, palette_units_loaded, s);
}

static void palette_close(struct screen *s) {
        struct palette_state *st = s->state;
        field_done(&st->field);
        strv_free(st->services);
        unit_list_free(st->units);
}

/* ---- the screen ---- */

static void palette_status(const struct screen *s, struct str *out) {
        size_t row = list_settled_row(s->list);
        if (row == LIST_NONE)
                return;
        const struct palette_item *item = palette_item(s, row);
        if (item)
                str_addf(out, "%s: %s.", item->elsewhere ? item->elsewhere->title : "Enter",
                         palette_row(s, row)->help);
        else
                str_addf(out, palette_service(s, row) ? "Enter goes to the service %s." : "Enter opens %s.",
                         palette_identity(s, row));
}

/* To the screen of the command, which says the keys that are left. */
static void palette_go(struct screen *s, const struct palette_item *item) {
        char key[16];
        const char *way = item->elsewhere->way, *rest = strchr(way, ' ') + 1;
        const struct action_row *row = action_row(item->binding->action);
        screen_act(screen_home(s), keys_find(ui_bindings(), way[0]));
        screen_say(s, "%s%s%s: %s", rest, item->menu ? "x " : "", keys_name(item->binding->key, key),
                   row->help);
}

static void palette_choose(struct screen *s, size_t row) {
        const struct palette_state *st = s->state;
        const struct palette_item *item = palette_item(s, row);
        const char *service = palette_service(s, row);
        screen_close(s);        /* s lives until the ui has its turn */
        if (item && item->elsewhere)
                palette_go(s, item);
        else if (item)
                screen_act(st->of, item->binding->action);
        else if (service) {
                struct screen *home = screen_home(s);
                list_focus(&home->rows, service);
                screen_act(home, ACTION_SERVICES);
        } else
                screen_open(s->ui, &unit_screen, palette_identity(s, row));
}

static void palette_typed(struct screen *s) {
        const struct palette_state *st = s->state;
        finder_show(s, field_text(&st->field));
}

static struct finder palette_finder(struct screen *s) {
        struct palette_state *st = s->state;
        return (struct finder) { .field = &st->field,
                                 .title = "Commands",
                                 .label = "Find:",
                                 .none = "No command matches.",
                                 .choose = palette_choose,
                                 .typed = palette_typed };
}

static void palette_draw(struct screen *s, const struct canvas *c) {
        const struct finder finder = palette_finder(s);
        finder_draw(s, &finder, c);
}

static bool palette_type(struct screen *s, int key) {
        const struct finder finder = palette_finder(s);
        return finder_type(s, &finder, key);
}

const struct screen_class palette_screen = {
        .name = "palette",
        .title = "Commands",
        .size = sizeof(struct palette_state),
        .overlay = true,
        .source = &palette_source,
        .bindings = FINDER_BINDINGS("do it"),
        .open = palette_open,
        .close = palette_close,
        .draw = palette_draw,
        .status = palette_status,
        .act = finder_act,
        .type = palette_type,
};
