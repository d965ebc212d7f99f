/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/ui.h"

/* The stack of screens, and where each key goes. Painting is frame.c. */

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ui/dialog.h"
#include "ui/inside.h"
#include "ui/screens/screens.h"

/* While output streams: so many ms between two paints. */
#define FRAME_MS 33
#define FRAME_BASIC_MS 250
/* After so many ms without a key what is told about the focused row follows the focus: a held key moves the marker and
 * nothing else. */
#define SETTLE_MS 100
#define SETTLE_BASIC_MS 300
/* A message gives way to the sentence about what is shown. */
#define MESSAGE_MS 6000

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
        { 'o', ACTION_SORT, NULL, true },
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
        return s->list ? on_lists : s->pager ? on_text : NULL;
}

/* ---- small services ---- */

struct host *ui_host(const struct ui *ui) {
        return ui->options.host;
}

const struct theme *ui_theme(const struct ui *ui) {
        return &ui->theme;
}

static int64_t ui_clock(const struct ui *ui, clockid_t clock) {
        if (ui->options.now)
                return ui->options.now(clock, ui->options.userdata);
        struct timespec t;
        clock_gettime(clock, &t);
        return (int64_t) t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t ui_now(const struct ui *ui) {
        return ui_clock(ui, CLOCK_REALTIME) / 1000000;
}

int64_t ui_boottime(const struct ui *ui) {
        return ui_clock(ui, CLOCK_BOOTTIME);
}

void ui_invalidate(struct ui *ui) {
        if (ui->painting || ui->over)
                return;
        int64_t now = ui_boottime(ui), frame = 1000 * (ui->theme.display == DISPLAY_BASIC ? FRAME_BASIC_MS : FRAME_MS);
        /* A key is answered at once. What comes by itself waits for the frame to end; after a pause it waits just
         * long enough for its companions. */
        int64_t at = ui->keys ? now : now - ui->painted >= frame ? now + 2000 : ui->painted + frame;
        if (ui->asked && ui->asked <= at)
                return;
        ui->asked = at;
        if (ui->options.invalidate)
                ui->options.invalidate((unsigned) ((at - now + 999) / 1000), ui->options.userdata);
}

void screen_invalidate(struct screen *s) {
        ui_invalidate(s->ui);
}

void screen_say(struct screen *s, const char *format, ...) {
        _cleanup_str_ struct str text = {};
        va_list arguments;
        va_start(arguments, format);
        str_vaddf(&text, format, arguments);
        va_end(arguments);
        free(s->ui->message);
        s->ui->message = str_take(&text);
        s->ui->message_until = ui_boottime(s->ui) + MESSAGE_MS * 1000LL;
        ui_invalidate(s->ui);
}

void ui_describe(const struct ui *ui, struct str *out) {
        str_addf(out, "%s display, %s, %dx%d", display_name(ui->theme.display), term_name(ui->term), term_columns(ui->term),
                 term_rows(ui->term));
        if (term_speed(ui->term))
                str_addf(out, ", %ld baud", term_speed(ui->term));
}

/* ---- the stack ---- */

struct screen *ui_base(const struct ui *ui) {
        struct screen *s = ui->top;
        while (s && s->class->overlay && s->below)
                s = s->below;
        return s;
}

struct screen *screen_under(const struct screen *s) {
        struct screen *under = s->below;
        while (under && (under->class->overlay || under->closing))
                under = under->below;
        return under;
}

static void ask_drop(struct ui *ui) {
        free(ui->ask.label);
        field_done(&ui->ask.field);
        ui->ask = (struct ask) {};
}

static struct screen *screen_free(struct screen *s) {
        if (!s)
                return NULL;
        if (s->ui->ask.asker == s)
                ask_drop(s->ui);
        if (s->ui->bar_of == s)
                s->ui->bar_of = NULL;
        if (s->class->close)
                s->class->close(s);
        free(s->state);
        free(s);
        return NULL;
}

/* Frees what was closed; only where no screen's code is on the call stack. */
static void ui_reap(struct ui *ui) {
        for (struct screen **link = &ui->top; *link;) {
                struct screen *s = *link;
                if (!s->closing) {
                        link = &s->below;
                        continue;
                }
                *link = s->below;
                screen_free(s);
        }
        if (!ui->top)
                ui->over = true;
}

int screen_open(struct ui *ui, const struct screen_class *class, const void *arg) {
        _cleanup_error_ struct error *e = NULL;
        struct screen *s = calloc(1, sizeof *s);
        if (s)
                s->state = calloc(1, class->size ? class->size : 1);
        if (!s || !s->state) {
                free(s);
                return -ENOMEM;
        }
        s->class = class;
        s->ui = ui;
        s->below = ui->top;
        int r = class->open ? class->open(s, arg, &e) : 0;
        if (r < 0) {
                screen_free(s);
                if (!ui->top)
                        ui->over = true;
                else if (e)
                        dialog_error(ui, TAKE(e));
                return r;
        }
        if (ui->ask.asker)
                ask_drop(ui);
        ui->top = s;
        if (class->resized)
                class->resized(s, term_rows(ui->term), term_columns(ui->term));
        ui_invalidate(ui);
        return 0;
}

void screen_close(struct screen *s) {
        for (struct screen *above = s->ui->top; above; above = above->below) {
                above->closing = true;
                if (above == s)
                        break;
        }
        ui_invalidate(s->ui);
}

void screen_replace(struct screen *s, const struct screen_class *class, const void *arg) {
        if (screen_open(s->ui, class, arg) < 0)
                return;
        struct screen *fresh = s->ui->top;
        screen_close(s);
        fresh->closing = false;
}

/* 1-4: a place of its own. What holds unsaved answers stays below it. */
static void ui_go(struct ui *ui, const struct screen_class *class) {
        struct screen *kept = NULL;
        for (struct screen *s = ui->top; s && !kept; s = s->below)
                if (s->class->keep && !s->closing)
                        kept = s;
        struct screen *base = ui_base(ui);
        if (base->class == class) {
                if (ui->top != base)
                        for (struct screen *s = ui->top; s != base; s = s->below)
                                s->closing = true;
                ui_invalidate(ui);
                return;
        }
        for (struct screen *s = ui->top; s != kept && s->below; s = s->below)
                s->closing = true;
        if (kept || class != &services_screen)
                screen_open(ui, class, NULL);
        ui_invalidate(ui);
}

/* ---- asking for a line ---- */

void screen_ask(struct screen *s, const char *label, const char *text, void (*changed)(struct screen *s, const char *text),
                void (*done)(struct screen *s, const char *text)) {
        struct ui *ui = s->ui;
        ask_drop(ui);
        ui->ask.label = strdup(label);
        if (!ui->ask.label || field_set(&ui->ask.field, text) < 0) {
                ask_drop(ui);
                return;
        }
        ui->ask.asker = s;
        ui->ask.changed = changed;
        ui->ask.done = done;
        ui_invalidate(ui);
}

static void ui_settle_later(struct ui *ui) {
        bool dear = ui->theme.display == DISPLAY_BASIC || ui->theme.slow;
        ui->settle_at = ui_boottime(ui) + (dear ? SETTLE_BASIC_MS : SETTLE_MS) * 1000;
}

static bool ask_key(struct ui *ui, int key) {
        struct screen *s = ui->ask.asker;
        if (key == KEY_RETURN || key == KEY_ESC || key == KEY_CTRL('C') || key == KEY_CTRL('G')) {
                void (*done)(struct screen *s, const char *text) = ui->ask.done;
                _cleanup_free_ char *text = key == KEY_RETURN ? strdup(field_text(&ui->ask.field)) : NULL;
                ask_drop(ui);
                done(s, text);
                return true;
        }
        enum action move = key >= KEY_NAMED ? keys_find(moving, key) : ACTION_NONE;
        if (s->list && (move == ACTION_UP || move == ACTION_DOWN || move == ACTION_PAGE_UP || move == ACTION_PAGE_DOWN)) {
                list_act(s->list, move);
                ui_settle_later(ui);
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

static void filter_done(struct screen *s, const char *text) {
        filter_changed(s, text);
}

static void search_done(struct screen *s, const char *text) {
        if (str_empty(text)) {
                if (s->pager->needle)
                        pager_search(s->pager, "", false);
                return;
        }
        if (!pager_search(s->pager, text, s->pager->follow))
                screen_say(s, "Not found: %s", text);
        else if (s->pager->wrapped)
                screen_say(s, "Found above: the search went on from the beginning");
}

/* ---- actions ---- */

static bool list_do(struct screen *s, enum action action) {
        if (action == ACTION_FILTER) {
                screen_ask(s, "Filter:", s->list->filter, filter_changed, filter_done);
                return true;
        }
        if (action == ACTION_SORT) {
                list_sort_next(s->list);
                if (s->list->sort)
                        screen_say(s, "Sorted by %s", s->list->source->columns[s->list->sort - 1].title);
                else
                        screen_say(s, "In the usual order");
                return true;
        }
        if (action == ACTION_ESCAPE && s->list->filter) {
                filter_changed(s, NULL);
                return true;
        }
        if (!list_act(s->list, action))
                return false;
        ui_settle_later(s->ui);
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
                        screen_say(s, "The search went on from the %s", action == ACTION_SEARCH_PREVIOUS ? "end" : "beginning");
                return true;
        case ACTION_FOLLOW:
        case ACTION_WRAP:
                if (!pager_act(s->pager, action))
                        return false;
                if (action == ACTION_FOLLOW)
                        screen_say(s, s->pager->follow ? "Following the newest line" : "Standing still; f follows again");
                return true;
        default:
                return pager_act(s->pager, action);
        }
}

static void quit_answered(struct screen *s, bool yes) {
        if (yes)
                s->ui->over = true;
}

static void ui_quit(struct ui *ui) {
        for (struct screen *s = ui->top; s; s = s->below)
                if (s->class->keep) {
                        static const struct question lost = {
                                .title = "Leave Fairlead",
                                .text = "What you answered in the open form is lost. Nothing was changed on this host.",
                                .yes = "Leave",
                                .no = "Stay",
                        };
                        dialog_confirm(ui->top, &lost, quit_answered);
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
                return s->ui->options.shell;
        return !s->class->can || s->class->can(s, action);
}

/* What is the same on every screen. */
static void ui_do(struct ui *ui, struct screen *s, enum action action) {
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
        case ACTION_QUIT:
                ui_quit(ui);
                break;
        case ACTION_HELP:
                if (ui_base(ui)->class != &help_screen)
                        screen_open(ui, &help_screen, ui_base(ui));
                break;
        case ACTION_PALETTE:
                if (s->class != &palette_screen)
                        screen_open(ui, &palette_screen, NULL);
                break;
        case ACTION_MENU:
                if (s->class->menu)
                        dialog_menu(s);
                else
                        screen_say(s, "There are no actions here");
                break;
        case ACTION_SERVICES:
                ui_go(ui, &services_screen);
                break;
        case ACTION_IMAGES:
                ui_go(ui, &images_screen);
                break;
        case ACTION_UNITS:
                ui_go(ui, &units_screen);
                break;
        case ACTION_JOBS:
                ui_go(ui, &jobs_screen);
                break;
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
        case ACTION_DISPLAY:
                ui_change_display(ui, s);
                break;
        case ACTION_SHELL:
                if (ui->options.shell)
                        ui->options.shell(ui->options.userdata);
                break;
        default:
                break;
        }
}

void screen_act(struct screen *s, enum action action) {
        if (action == ACTION_NONE || s->closing)
                return;
        if (screen_can(s, action) && s->class->act && s->class->act(s, action))
                return;
        if (s->list && list_do(s, action))
                return;
        if (s->pager && pager_do(s, action))
                return;
        ui_do(s->ui, s, action);
}

static void ui_forget_message(struct ui *ui) {
        free(ui->message);
        ui->message = NULL;
        ui->message_until = 0;
}

static void ui_key(struct ui *ui, int key) {
        struct screen *s = ui->top;
        if (!s)
                return;
        if (key == KEY_END_OF_INPUT) {
                ui->over = true;
                return;
        }
        ui_forget_message(ui);
        /* These two work everywhere, in the middle of a form too. */
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
        enum action action = keys_find(s->class->bindings, key);
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
        }
}

/* ---- what the program calls ---- */

int ui_new(const struct ui_options *options, struct ui **ret, struct error **reterr) {
        _cleanup_(ui_freep) struct ui *ui = calloc(1, sizeof *ui);
        if (!ui)
                return error_set(reterr, -ENOMEM, "Out of memory");
        ui->options = *options;
        int r = term_new(options->input ? options->input : stdin, options->output ? options->output : stdout, options->term,
                         options->rows, options->columns, &ui->term, reterr);
        if (r < 0)
                return r;
        const char *no_colour = getenv("NO_COLOR");
        enum display display = options->display;
        if (display == DISPLAY_AUTO)
                display = theme_choose(term_name(ui->term), term_colours(ui->term), term_utf8(ui->term), term_slow(ui->term),
                                       !str_empty(no_colour));
        theme_init(&ui->theme, display, term_utf8(ui->term), term_slow(ui->term));
        r = screen_open(ui, &services_screen, NULL);
        if (r < 0)
                return error_set(reterr, r, "The console could not be opened");
        *ret = TAKE(ui);
        return 0;
}

struct ui *ui_free(struct ui *ui) {
        if (!ui)
                return NULL;
        for (struct screen *s = ui->top; s; s = s->below)
                s->closing = true;
        ui_reap(ui);
        ask_drop(ui);
        free(ui->message);
        ui->term = term_free(ui->term);
        free(ui);
        return NULL;
}

void ui_input(struct ui *ui) {
        bool resized = false;
        int key;
        ui->keys = true;
        ui_reap(ui);
        while (!ui->over && (key = term_read_key(ui->term, &resized)) != KEY_NONE) {
                ui_key(ui, key);
                ui_reap(ui);
                ui_invalidate(ui);
        }
        if (resized)
                ui_resize(ui);
        ui->keys = false;
}

void ui_resize(struct ui *ui) {
        term_resize(ui->term);
        for (struct screen *s = ui->top; s; s = s->below)
                if (s->class->resized && !s->closing)
                        s->class->resized(s, term_rows(ui->term), term_columns(ui->term));
        ui_invalidate(ui);
}

void ui_paint(struct ui *ui) {
        ui_reap(ui);
        ui->asked = 0;
        if (ui->over || !ui->top)
                return;
        ui->painting = true;
        frame_paint(ui);
        ui->painting = false;
        ui->painted = ui_boottime(ui);
}

void ui_changed(struct ui *ui, unsigned topics) {
        ui_reap(ui);
        for (struct screen *s = ui->top; s; s = s->below)
                if (s->class->changed && (s->class->topics & topics) && !s->closing)
                        s->class->changed(s, topics);
        ui_reap(ui);
        ui_invalidate(ui);
}

/* Screens that are on view: the overlays and what they lie on. */
#define FOR_VIEWED(s, ui) for (struct screen *s = (ui)->top; s; s = s->class->overlay ? s->below : NULL)

unsigned ui_tick_ms(const struct ui *ui) {
        int64_t now = ui_boottime(ui), next = ui->settle_at;
        if (ui->over)
                return 0;
        if (ui->message_until && (!next || ui->message_until < next))
                next = ui->message_until;
        FOR_VIEWED(s, ui) {
                unsigned ms = s->class->tick_ms ? s->class->tick_ms(s) : 0;
                if (!ms)
                        s->tick_at = 0;
                else if (!s->tick_at)
                        s->tick_at = now + (int64_t) ms * 1000;
                if (s->tick_at && (!next || s->tick_at < next))
                        next = s->tick_at;
        }
        if (!next)
                return 0;
        return next <= now ? 1 : (unsigned) ((next - now + 999) / 1000);
}

void ui_tick(struct ui *ui) {
        int64_t now = ui_boottime(ui);
        ui_reap(ui);
        if (ui->settle_at && ui->settle_at <= now) {
                ui->settle_at = 0;
                FOR_VIEWED(s, ui)
                        if (s->list)
                                list_settle(s->list);
                ui_invalidate(ui);
        }
        if (ui->message_until && ui->message_until <= now) {
                ui_forget_message(ui);
                ui_invalidate(ui);
        }
        FOR_VIEWED(s, ui)
                if (s->tick_at && s->tick_at <= now) {
                        s->tick_at = 0;
                        if (s->class->tick)
                                s->class->tick(s);
                        ui_invalidate(ui);
                }
        ui_reap(ui);
}

bool ui_over(const struct ui *ui) {
        return ui->over;
}

void ui_suspend(struct ui *ui) {
        term_suspend(ui->term);
}

void ui_resume(struct ui *ui) {
        term_resume(ui->term);
        ui_resize(ui);
}

int ui_show(struct ui *ui, enum ui_place place, const char *what, struct error **reterr) {
        static const struct screen_class *const classes[] = {
                [UI_SERVICES] = NULL,           /* always the lowest */
                [UI_IMAGES] = &images_screen,
                [UI_IMAGE] = &image_screen,
                [UI_UNITS] = &units_screen,
                [UI_UNIT] = &unit_screen,
                [UI_JOBS] = &jobs_screen,
                [UI_JOB] = &job_screen,
        };
        if ((size_t) place >= ELEMENTS(classes))
                return error_set(reterr, -EINVAL, "There is no such place in the console");
        if (!classes[place])
                return 0;
        int r = screen_open(ui, classes[place], what);
        return r < 0 ? error_set(reterr, r, "\"%s\" could not be opened", what ? what : classes[place]->title) : 0;
}
