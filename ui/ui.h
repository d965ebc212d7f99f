/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The console: the whole public face of ui/, free of curses. src/app.c owns the event loop and calls in; ui
 * calls out only through struct ui_options and the port (model/host.h). Nothing here waits, except that
 * ui_new() and ui_returned() wait for the terminal to take their bytes.
 *
 *     ui_new()                     ->  ui_paint() at once: the first screen is shown before any answer
 *     keyboard readable            ->  ui_input() drains the keys
 *     SIGWINCH                     ->  ui_resize()
 *     invalidate(ms) was called    ->  ui_paint() after ms: a timer above all other sources, armed once, so
 *                                      that a flood of output costs one paint a frame
 *     the host's listener          ->  ui_changed(topics)
 *     ui_tick_ms() have passed     ->  ui_tick(). Ask ui_tick_ms() after each call into ui; 0: no timer
 *     ui_over()                    ->  leave the loop, ui_free()
 *
 * ui/screen.h explains how to write a screen. */

#include <time.h>

#include "model/host.h"
#include "ui/widgets/theme.h"

struct ui;

struct screen;
struct screen_class;

/* The screens that keys open from everywhere, defined with the screens (ui/screens/parts/places.c), so that
 * this room knows none of them. */
struct ui_places {
        const struct screen_class *home;        /* the lowest of the stack, opened at the start */
        const struct screen_class *services, *images, *units, *jobs, *realm;
        const struct screen_class *log; /* of the whole host, opened above what is shown */
        const struct screen_class *help, *palette;
        /* The running job as the home knows it, in few words ("install sssd 4/11"), for every screen. */
        void (*job)(const struct screen *home, struct str *out);
};

struct ui_options {
        struct host *host;              /* of the caller; must outlive the ui */
        const struct ui_places *places;
        enum display display;
        FILE *input, *output;           /* NULL: stdin and stdout. Tests give a pipe and a file */
        const char *term;               /* NULL: $TERM; where terminfo lacks it: vt220, vt100, ansi */
        unsigned rows, columns;         /* 0: ask the terminal. Tests fix them */

        /* Something changed: call ui_paint() in ms milliseconds, or sooner if it was already asked for
         * sooner. Never called from inside ui_paint(). */
        void (*invalidate)(unsigned ms, void *userdata);
        /* Microseconds of CLOCK_REALTIME or CLOCK_BOOTTIME; NULL: the real ones. */
        int64_t (*now)(clockid_t clock, void *userdata);
        /* Starts a program that has the terminal until it ends; then ui_returned(). Called from inside
         * ui_input(), or an answer of the host. argv NULL: the person's shell; environment NULL: ours. A
         * negative errno: it could not be started. NULL: nothing can have it. */
        int (*lend)(char *const *argv, char *const *environment, void *userdata);
        void *userdata;
};

/* Takes the terminal over and opens the home screen. The caller has called setlocale(). On failure the
 * terminal is as it was. */
int ui_new(const struct ui_options *options, struct ui **ret, struct error **reterr);
/* Closes every screen (dropping its requests to the host) and restores the terminal. NULL-safe; returns
 * NULL. */
struct ui *ui_free(struct ui *ui);
DEFINE_CLEANUP(struct ui, ui_free)

void ui_input(struct ui *ui);
void ui_resize(struct ui *ui);
void ui_paint(struct ui *ui);
void ui_changed(struct ui *ui, unsigned topics);
unsigned ui_tick_ms(const struct ui *ui);
void ui_tick(struct ui *ui);
bool ui_over(const struct ui *ui);

/* The program that had the terminal has ended, with this status of waitpid(). Until then nothing is painted
 * and no time passes for the screens; what changes is painted now, all at once. Where the last words of the
 * program would be lost, the terminal is only taken again with the next key, by ui_input(). */
void ui_returned(struct ui *ui, int status);

/* Restores the terminal for the last words of a program that ends. */
void ui_suspend(struct ui *ui);
