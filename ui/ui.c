/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/ui.h"

/* The functions for the program, and the small services. The stack is stack.c, keys are dispatch.c, painting
 * is frame.c. */

#include <stdarg.h>

#include "ui/dialog.h"
#include "ui/internal.h"

/* While output streams: milliseconds between two paints, and the paints that may come at once before. On a
 * slow line each paint is waited for. */
#define FRAME_MS 250
#define BURST 3
/* Milliseconds until a message gives way to the sentence of the screen. */
#define MESSAGE_MS 6000

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
        if (ui->painting || ui->over || ui->guest)
                return;
        ui->pace.frame = 1000 * FRAME_MS;
        ui->pace.burst = ui->theme.slow ? 0 : BURST;
        int64_t now = ui_boottime(ui), at = ui->keys ? now : pace_next(&ui->pace, now);
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
        str_addf(out, "%s display, %s, %dx%d", display_name(ui->theme.display), term_name(ui->term),
                 term_columns(ui->term), term_rows(ui->term));
        if (term_speed(ui->term))
                str_addf(out, ", %ld baud", term_speed(ui->term));
}

void ui_forget_message(struct ui *ui) {
        free(ui->message);
        ui->message = NULL;
        ui->message_until = 0;
}

/* ---- for the program ---- */

int ui_new(const struct ui_options *options, struct ui **ret, struct error **reterr) {
        _cleanup_(ui_freep) struct ui *ui = new0(struct ui);
        ui->options = *options;
        int r = term_new(options->input ? options->input : stdin, options->output ? options->output : stdout,
                         options->term, options->rows, options->columns, &ui->term, reterr);
        if (r < 0)
                return r;
        const char *no_colour = getenv("NO_COLOR");
        enum display display = options->display;
        if (display == DISPLAY_AUTO)
                display = theme_choose(term_colours(ui->term), term_attributes(ui->term), term_utf8(ui->term),
                                       term_slow(ui->term), !str_empty(no_colour));
        theme_init(&ui->theme, display, term_utf8(ui->term), term_slow(ui->term));
        screen_open(ui, ui->options.places->home, NULL);
        if (term_unknown(ui->term))
                screen_say(ui->top, "TERM=%s is not known here: drawn as %s (--plain only writes lines)",
                           term_unknown(ui->term), term_name(ui->term));
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
        FREE_ALL(ui->message, ui->guest);
        ui->term = term_free(ui->term);
        free(ui);
        return NULL;
}

void ui_input(struct ui *ui) {
        bool resized = false;
        int key;
        if (ui->guest) {
                ui_take_back(ui);
                return;
        }
        ui->keys = true;
        pace_key(&ui->pace, ui_boottime(ui));
        ui_reap(ui);
        while (!ui->over && !ui->guest && (key = term_read_key(ui->term, &resized)) != KEY_NONE) {
                ui_key(ui, key);
                ui_reap(ui);
                ui_invalidate(ui);
        }
        if (resized)
                ui_resize(ui);
        ui->keys = false;
}

void ui_resize(struct ui *ui) {
        if (ui->guest)
                return; /* the terminal is asked for its size when it is ours again */
        term_resize(ui->term);
        for (struct screen *s = ui->top; s; s = s->below)
                if (s->class->resized && !s->closing)
                        s->class->resized(s, term_rows(ui->term), term_columns(ui->term));
        ui_invalidate(ui);
}

void ui_paint(struct ui *ui) {
        ui_reap(ui);
        ui->asked = 0;
        if (ui->over || !ui->top || ui->guest)
                return;
        ui->painting = true;
        frame_paint(ui);
        ui->painting = false;
        pace_painted(&ui->pace, ui_boottime(ui));
}

void ui_changed(struct ui *ui, unsigned topics) {
        ui_reap(ui);
        for (struct screen *s = ui->top; s; s = s->below)
                if (s->class->changed && (s->class->topics & topics) && !s->closing)
                        s->class->changed(s, topics);
        ui_reap(ui);
        ui_invalidate(ui);
}

/* The visible screens: the overlays and the screen below them. */
#define FOR_VIEWED(s, ui) for (struct screen *s = (ui)->top; s; s = s->class->overlay ? s->below : NULL)

unsigned ui_tick_ms(const struct ui *ui) {
        int64_t now = ui_boottime(ui), next = ui->settle_at;
        if (ui->over || ui->guest)
                return 0;
        if (ui->message_until && (!next || ui->message_until < next))
                next = ui->message_until;
        FOR_VIEWED(s, ui) {
                unsigned ms = s->class->tick_ms ? s->class->tick_ms(s) : 0;
                if (!ms)
                        s->tick_at = 0;
                else if (!s->tick_at || now + (int64_t) ms * 1000 < s->tick_at)
                        s->tick_at = now + (int64_t) ms * 1000;
                if (s->tick_at && (!next || s->tick_at < next))
                        next = s->tick_at;
        }
        if (!next)
                return 0;
        return next <= now ? 1 : (unsigned) ((next - now + 999) / 1000);
}

void ui_tick(struct ui *ui) {
        if (ui->guest)
                return;
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
