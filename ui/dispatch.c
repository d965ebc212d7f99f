/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/internal.h"

/* A key goes to the line that is asked for, else to the screen, to the screen's list or text, to the ui. */

#include "ui/dialog.h"

/* Milliseconds without a key before text about the focused row follows the focus: a held key moves only the
 * marker. */
#define SETTLE_MS 100
#define SETTLE_BASIC_MS 300

static const struct binding everywhere[] = {
        { '?', ACTION_HELP },
        { KEY_F1, ACTION_HELP },
        { 'q', ACTION_BACK },
        { KEY_ESC, ACTION_ESCAPE },
        { KEY_ERASE, ACTION_ESCAPE },
        { KEY_CTRL('C'), ACTION_INTERRUPT },
        { ':', ACTION_PALETTE },
        { KEY_CTRL('P'), ACTION_PALETTE },
        { 'x', ACTION_MENU },
        { '1', ACTION_SERVICES },
        { '2', ACTION_IMAGES },
        { '3', ACTION_UNITS },
        { '4', ACTION_JOBS },
        { '5', ACTION_REALM },
        { 'J', ACTION_HOST_LOG },
        { KEY_TAB, ACTION_NEXT_PLACE },
        { KEY_BACK_TAB, ACTION_PREVIOUS_PLACE },
        { 'w', ACTION_WATCH },
        { 'R', ACTION_REFRESH },
        { KEY_F1 + 4, ACTION_REFRESH },
        { KEY_CTRL('L'), ACTION_REDRAW },
        { KEY_CTRL('T'), ACTION_DISPLAY },
        { '!', ACTION_SHELL },
        { KEY_CTRL('Z'), ACTION_SHELL },
        { 'Q', ACTION_QUIT },
        {}
};

static const struct binding moving[] = {
        { KEY_CURSOR_UP, ACTION_UP, NULL, true },
        { 'k', ACTION_UP, NULL, true },
        { KEY_CURSOR_DOWN, ACTION_DOWN, NULL, true },
        { 'j', ACTION_DOWN, NULL, true },
        { KEY_PAGE_UP, ACTION_PAGE_UP, NULL, true },
        { KEY_CTRL('B'), ACTION_PAGE_UP, NULL, true },
        { KEY_PAGE_DOWN, ACTION_PAGE_DOWN, NULL, true },
        { KEY_CTRL('F'), ACTION_PAGE_DOWN, NULL, true },
        { 'g', ACTION_FIRST, NULL, true },
        { KEY_TO_FIRST, ACTION_FIRST, NULL, true },
        { 'G', ACTION_LAST, NULL, true },
        { KEY_TO_LAST, ACTION_LAST, NULL, true },
        {}
};

static const struct binding on_lists[] = {
        { '/', ACTION_FILTER },
        { 'n', ACTION_NEXT_TROUBLE, NULL, true },
        { 'o', ACTION_SORT, NULL, true },
        { 'O', ACTION_SORT_REVERSE, NULL, true },
        {}
};

static const struct binding on_text[] = {
        { '/', ACTION_SEARCH },
        { 'n', ACTION_SEARCH_NEXT, NULL, true },
        { 'N', ACTION_SEARCH_PREVIOUS, NULL, true },
        { ' ', ACTION_PAGE_DOWN, NULL, true },
        { 'b', ACTION_PAGE_UP, NULL, true },
        { KEY_CURSOR_LEFT, ACTION_LEFT, NULL, true },
        { KEY_CURSOR_RIGHT, ACTION_RIGHT, NULL, true },
        {}
};

const struct binding *ui_bindings(void) {
        return everywhere;
}

const struct binding *ui_moving_bindings(void) {
        return moving;
}

const struct binding *screen_widget_bindings(const struct screen *s) {
        if (s->list)
                return s->list->source->bare ? NULL : on_lists;
        return s->pager ? on_text : NULL;
}

/* ---- asking for a line ---- */

static void ask_free(struct ask *ask) {
        free(ask->label);
        field_done(&ask->field);
        secret_free(ask->secret);
        *ask = (struct ask) {};
}

void ask_drop(struct ui *ui) {
        ask_free(&ui->ask);
}

void screen_ask(struct screen *s, const char *label, const char *text,
                void (*changed)(struct screen *s, const char *text),
                void (*done)(struct screen *s, const char *text)) {
        struct ui *ui = s->ui;
        ask_drop(ui);
        if (field_set(&ui->ask.field, text) < 0)
                return;
        ui->ask.field.fresh = true;
        ui->ask.label = xstrdup(label);
        ui->ask.asker = s;
        ui->ask.changed = changed;
        ui->ask.done = done;
        ui_invalidate(ui);
}

void screen_ask_secret(struct screen *s, const char *label,
                       void (*done)(struct screen *s, const char *text)) {
        screen_ask(s, label, NULL, NULL, done);
        s->ui->ask.secret = secret_new("answer");
}

static void ui_settle_soon(struct ui *ui) {
        bool dear = ui->theme.display == DISPLAY_BASIC || ui->theme.slow;
        ui->settle_at = ui_boottime(ui) + (dear ? SETTLE_BASIC_MS : SETTLE_MS) * 1000;
}

static bool ask_key(struct ui *ui, int key) {
        struct screen *s = ui->ask.asker;
        if (key == KEY_RETURN || key == KEY_ESC || key == KEY_CTRL('C') || key == KEY_CTRL('G')) {
                /* The question ends before its answer, which may ask again. */
                struct ask ask = ui->ask;
                ui->ask = (struct ask) {};
                ask.done(s, key != KEY_RETURN ? NULL
                            : ask.secret      ? ask.secret->bytes
                                              : field_text(&ask.field));
                ask_free(&ask);
                return true;
        }
        if (ui->ask.secret)
                return field_secret_key(ui->ask.secret, key);
        enum action move = key >= KEY_NAMED ? keys_find(moving, key) : ACTION_NONE;
        if (s->list && (move == ACTION_UP || move == ACTION_DOWN || move == ACTION_PAGE_UP ||
                        move == ACTION_PAGE_DOWN)) {
                list_act(s->list, move);
                ui_settle_soon(ui);
                return true;
        }
        if (field_key(&ui->ask.field, key) && ui->ask.changed)
                ui->ask.changed(s, field_text(&ui->ask.field));
        return true;
}

static void filter_changed(struct screen *s, const char *text) {
        list_filter(s->list, text);
        list_settle(s->list);
}

static void search_done(struct screen *s, const char *text) {
        if (str_empty(text))
                pager_search(s->pager, "", false);
        else if (!pager_search(s->pager, text, s->pager->follow))
                screen_say(s, "Not found: %s", text);
        else if (s->pager->wrapped)
                screen_say(s, "Found above: the search continued from the beginning");
}

/* ---- actions ---- */

static bool list_do(struct screen *s, enum action action) {
        if (action == ACTION_FILTER) {
                screen_ask(s, "Filter:", s->list->filter, filter_changed, filter_changed);
                return true;
        }
        if (action == ACTION_SORT || action == ACTION_SORT_REVERSE) {
                if (action == ACTION_SORT)
                        list_sort_next(s->list);
                else
                        list_sort_reverse(s->list);
                const struct column *column =
                        s->list->sort ? &s->list->source->columns[s->list->sort - 1] : NULL;
                if (!column)
                        screen_say(s, action == ACTION_SORT ? "In the usual order"
                                                            : "o sorts by a column, then O reverses it");
                else
                        screen_say(s, s->list->sort_down ? "Sorted by %s, reversed" : "Sorted by %s",
                                   column->title);
                return true;
        }
        if (action == ACTION_NEXT_TROUBLE) {
                if (!list_next_flagged(s->list))
                        screen_say(s, "No row of this list needs you");
                ui_settle_soon(s->ui);
                return true;
        }
        if (action == ACTION_ESCAPE && s->list->filter) {
                filter_changed(s, NULL);
                return true;
        }
        if (!list_act(s->list, action))
                return false;
        ui_settle_soon(s->ui);
        return true;
}

static bool pager_do(struct screen *s, enum action action) {
        switch (action) {
        case ACTION_SEARCH:
                screen_ask(s, "Search:", NULL, NULL, search_done);
                return true;
        case ACTION_SEARCH_NEXT:
        case ACTION_SEARCH_PREVIOUS:
                if (!s->pager->needle)
                        screen_say(s, "/ searches; then n and N go from match to match");
                else if (!pager_search(s->pager, NULL, action == ACTION_SEARCH_PREVIOUS))
                        screen_say(s, "Not found: %s", s->pager->needle);
                else if (s->pager->wrapped)
                        screen_say(s, action == ACTION_SEARCH_PREVIOUS
                                              ? "Found below: the search continued from the end"
                                              : "Found above: the search continued from the beginning");
                return true;
        case ACTION_FOLLOW:
        case ACTION_WRAP:
                if (!pager_act(s->pager, action))
                        return false;
                if (action == ACTION_FOLLOW)
                        screen_say(s, s->pager->follow ? "Following the newest line"
                                                       : "Not following; f follows again");
                return true;
        default: return pager_act(s->pager, action);
        }
}

static void ui_quit_consented(struct screen *s) {
        s->ui->over = true;
}

static void ui_quit(struct ui *ui) {
        for (struct screen *s = ui->top; s; s = s->below)
                if (s->class->keep) {
                        static const struct question lost = {
                                .title = "Leave Fairlead",
                                .text = "The answers in the open form are lost. Nothing was changed on this "
                                        "host.",
                                .yes = "Leave",
                                .no = "Stay",
                        };
                        dialog_confirm(ui->top, &lost, ui_quit_consented);
                        return;
                }
        ui->over = true;
}

static void ui_change_display(struct ui *ui, struct screen *s) {
        enum display next = ui->theme.display + 1 < _DISPLAY_MAX ? ui->theme.display + 1 : DISPLAY_BASIC;
        theme_init(&ui->theme, next, term_utf8(ui->term), term_slow(ui->term));
        term_redraw(ui->term);
        screen_say(s, "Display: %s", display_name(next));
}

bool screen_can(const struct screen *s, enum action action) {
        if (action == ACTION_SHELL)
                return screen_can_lend(s);
        if (s->class->can && !s->class->can(s, action))
                return false;
        /* The home knows whether a job runs. */
        const struct screen *home = action == ACTION_WATCH ? screen_home(s) : s;
        return home == s || screen_can(home, action);
}

/* The running job, above what is shown. */
static void ui_watch(struct ui *ui, struct screen *s) {
        struct screen *home = screen_home(s);
        if (!screen_can(home, ACTION_WATCH))
                screen_say(s, "No job is running; 4 shows the earlier ones");
        else if (s != home && !s->class->overlay)
                screen_act(home, ACTION_WATCH);
}

/* The place that the action goes to; NULL: none. */
static const struct screen_class *ui_place(const struct ui *ui, const struct screen *s, enum action action) {
        const struct ui_places *places = ui->options.places;
        switch (action) {
        case ACTION_SERVICES: return places->services;
        case ACTION_IMAGES: return places->images;
        case ACTION_UNITS: return places->units;
        case ACTION_JOBS: return places->jobs;
        case ACTION_REALM: return places->realm;
        case ACTION_NEXT_PLACE:
        case ACTION_PREVIOUS_PLACE:
                /* Nobody means to leave a form, or a menu, by Tab. */
                return s->class->overlay || s->class->keep
                               ? NULL
                               : tabs_neighbour(ui, action == ACTION_NEXT_PLACE);
        default: return NULL;
        }
}

static void ui_do(struct ui *ui, struct screen *s, enum action action) {
        const struct ui_places *places = ui->options.places;
        const struct screen_class *place = ui_place(ui, s, action);
        if (place) {
                ui_go(ui, place);
                return;
        }
        switch (action) {
        case ACTION_BACK:
        case ACTION_INTERRUPT:
                if (s->below)
                        screen_close(s);
                else
                        ui_quit(ui);
                break;
        case ACTION_ESCAPE:
                if (s->below)
                        screen_close(s);
                else
                        screen_say(s, "Nothing is open here; q leaves Fairlead");
                break;
        case ACTION_QUIT: ui_quit(ui); break;
        case ACTION_HELP:
                if (ui_base(ui)->class != places->help)
                        screen_open(ui, places->help, ui_base(ui));
                break;
        case ACTION_PALETTE:
                if (s->class != places->palette)
                        screen_open(ui, places->palette, NULL);
                break;
        case ACTION_MENU:
                if (s->class->menu)
                        dialog_menu(s);
                else
                        screen_say(s, "This screen has no actions");
                break;
        case ACTION_HOST_LOG: screen_open(ui, places->log, NULL); break;
        case ACTION_REFRESH:
                for (struct screen *each = ui->top; each; each = each->below)
                        if (each->class->changed && !each->closing)
                                each->class->changed(each, ~0U);
                break;
        case ACTION_REDRAW:
                term_probe(ui->term);
                ui_resize(ui);
                term_redraw(ui->term);
                break;
        case ACTION_DISPLAY: ui_change_display(ui, s); break;
        case ACTION_SHELL:
                ui_shell(ui);
                break;
        case ACTION_WATCH: ui_watch(ui, s); break;
        default:
                /* The status line of a wizard's page has the reason already. */
                if (!s->class->keep && !screen_can(s, action))
                        screen_say(s, "Not possible here now: %s", action_row(action)->word);
                break;
        }
}

void screen_act(struct screen *s, enum action action) {
        if (action == ACTION_NONE || s->closing)
                return;
        if (screen_can(s, action) && s->class->act && s->class->act(s, action))
                return;
        if ((s->list && list_do(s, action)) || (s->pager && pager_do(s, action)))
                return;
        ui_do(s->ui, s, action);
}

enum action screen_find(const struct screen *s, const struct binding *table, int key) {
        for (const struct binding *b = table; b && b->key; b++)
                if (b->key == key && screen_can(s, b->action))
                        return b->action;
        return keys_find(table, key);
}

/* Of a screen that is too small to be read nothing is done; answers in a form are not lost either. */
static void small_key(struct ui *ui, int key) {
        bool unsaved = false;
        for (struct screen *s = ui->top; s; s = s->below)
                unsaved |= s->class->keep != NULL;
        if (key == KEY_CTRL('L'))
                ui_do(ui, ui->top, ACTION_REDRAW);
        else if ((key == 'q' || key == KEY_CTRL('C')) && !unsaved)
                ui->over = true;
}

void ui_key(struct ui *ui, int key) {
        struct screen *s = ui->top;
        if (!s)
                return;
        if (key == KEY_END_OF_INPUT) {
                ui->over = true;
                return;
        }
        ui_forget_message(ui);
        if (!frame_fits(ui)) {
                small_key(ui, key);
                return;
        }
        /* These two work everywhere, in a form too. */
        if (key == KEY_CTRL('L') || key == KEY_CTRL('T')) {
                ui_do(ui, s, key == KEY_CTRL('L') ? ACTION_REDRAW : ACTION_DISPLAY);
                return;
        }
        if (ui->ask.asker) {
                ask_key(ui, key);
                return;
        }
        if (s->class->type && s->class->type(s, key))
                return;
        enum action action = screen_find(s, s->class->bindings, key);
        if (action == ACTION_NONE)
                action = keys_find(screen_widget_bindings(s), key);
        if (action == ACTION_NONE)
                action = keys_find(moving, key);
        if (action == ACTION_NONE)
                action = keys_find(everywhere, key);
        if (action != ACTION_NONE)
                screen_act(s, action);
        else if (keys_find(s->class->menu, key) != ACTION_NONE) {
                char name[16];
                screen_say(s, "%s is one of the actions: first x, then %s", keys_name(key, name), name);
        } else if (key > ' ' && key < 127 && !s->class->overlay) {
                char name[16];
                screen_say(s, "%s does nothing here; ? shows the keys", keys_name(key, name));
        }
}
