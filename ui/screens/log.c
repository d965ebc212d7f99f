/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* A log of the journal: of a unit and the container behind it, of the whole host, of the kernel. */

#include <inttypes.h>
#include <time.h>

#include "model/service/address.h"
#include "ui/dialog.h"
#include "ui/screens/log/state.h"

/* ---- filters ---- */

static void log_boots_known(const struct log_boot *boots, size_t n, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct log_state *st = s->state;
        st->asking = op_cancel(st->asking);
        if (e) {
                dialog_error(s->ui, e);
                return;
        }
        log_filter_set_boots(&st->filter, boots, n);
        if (!log_filter_step_boot(&st->filter, st->step))
                screen_say(s, st->step < 0 ? "The journal has no earlier boot" : "There is no later boot");
        else
                log_read(s);
}

/* The list is read anew each time: it is short, and the journal is rotated. */
static void log_step_boot(struct screen *s, int step) {
        struct log_state *st = s->state;
        st->step = step;
        st->asking = op_cancel(st->asking);
        st->asking = host_list_boots(ui_host(s->ui), log_boots_known, s);
}

static void log_priority_typed(struct screen *s, const char *text) {
        struct log_state *st = s->state;
        int priority = text ? str_empty(text) ? 7 : priority_from_text(text) : -ECANCELED;
        if (priority == -ECANCELED)
                return;
        if (priority < 0) {
                screen_say(s, "Priorities are emerg, alert, crit, err, warning, notice, info and debug");
                return;
        }
        st->filter.priority = priority;
        log_read(s);
}

static void log_range_typed(struct screen *s, const char *text) {
        struct log_state *st = s->state;
        _cleanup_error_ struct error *e = NULL;
        if (!text)
                return;
        if (log_filter_set_range(&st->filter, text, ui_now(s->ui) * 1000000, &e) < 0)
                screen_say(s, e->hint ? "%s. %s" : "%s", e->message, e->hint);
        else
                log_read(s);
}

/* ---- the screen ---- */

static void log_open(struct screen *s, const void *arg) {
        struct log_state *st = s->state;
        const struct log_order *order = arg;
        static const struct log_order host = {};
        order = order ? order : &host;
        st->unit = xstrdup(order->unit);
        st->kernel = order->kernel;
        st->title = order->title  ? xstrdup(order->title)
                    : order->unit ? unit_address_text(order->unit)
                    : st->kernel  ? xstrdup("the kernel")
                                  : xstrdup("the whole host");
        st->container = xstrdup(order->container);
        st->filter.priority = 7;
        log_window_init(&st->window, s->pager);
        s->pager->picks = true;
        log_read(s);
}

static void log_close(struct screen *s) {
        struct log_state *st = s->state;
        s->loading.op = NULL; /* the ui ended it */
        log_forget(s);
        op_cancel(st->writing);
        op_cancel(st->asking);
        log_filter_done(&st->filter);
        FREE_ALL(st->unit, st->container, st->title, st->needle, st->path, st->note);
}

static void log_title(const struct screen *s, struct str *left, struct str *right) {
        const struct log_state *st = s->state;
        str_add(left, st->title);
        log_filter_words(&st->filter, left);
        const struct log_line *line = s->pager->follow ? NULL : log_window_line(&st->window);
        struct tm tm;
        char when[24];
        time_t seconds = line ? (time_t) (line->real / 1000000) : 0;
        if (s->pager->follow)
                str_add(right, st->window.n ? "following" : "");
        else if (st->missed)
                str_addf(right, "%zu new", st->missed);
        else if (line && localtime_r(&seconds, &tm) && strftime(when, sizeof when, "%Y-%m-%d %H:%M", &tm))
                str_add(right, when);
}

static void log_draw(struct screen *s, const struct canvas *c) {
        const struct log_state *st = s->state;
        if (s->loaded && !st->window.n)
                canvas_paragraph(c, 1, 2, c->columns - 4, STYLE_PLAIN,
                                 "No line of the log matches. p shows other priorities, t another time; new "
                                 "lines appear by themselves.");
        else
                screen_draw_text(s, c);
}

static void log_status(const struct screen *s, struct str *out) {
        const struct log_state *st = s->state;
        char when[24] = "";
        time_t seconds = (time_t) (st->progress_time / 1000000);
        struct tm tm;
        if (st->progress && localtime_r(&seconds, &tm))
                strftime(when, sizeof when, "%Y-%m-%d %H:%M", &tm);
        if (st->writing)
                str_addf(out, "Writing %s: %" PRIu64 " entries so far. Esc stops and removes the file.",
                         st->path, st->progress);
        else if (st->searching && st->progress)
                str_addf(out, "Searching %s: %" PRIu64 " entries read, now at %s. Esc stops.", st->needle,
                         st->progress, when);
        else if (st->searching)
                str_addf(out, "Searching %s ... Esc stops.", st->needle);
        else if (s->error && st->window.n)
                str_addf(out, "Nothing more is read: %s. R reads again.", s->error->message);
        else if (st->paging)
                str_add(out, st->older ? "Reading older entries ..." : "Reading newer entries ...");
        else if (st->note && s->pager->follow)
                str_add(out, st->note);
        else if (s->pager->follow && st->window.n)
                str_add(out, "New lines appear as they come. Any movement stops following, f follows again.");
        else if (st->window.n)
                str_add(out, "Enter shows all fields of the entry; f, or G, follows the newest line again.");
}

/* What runs in the background ends first. */
static bool log_escape(struct screen *s) {
        struct log_state *st = s->state;
        if (!st->searching && !st->writing)
                return false;
        screen_say(s, st->writing ? "Writing was stopped, and the file removed" : "The search was stopped");
        st->searching = op_cancel(st->searching);
        st->writing = op_cancel(st->writing);
        return true;
}

static bool log_move(struct screen *s, enum action action) {
        const struct log_state *st = s->state;
        if (action == ACTION_FIRST)
                log_go_first(s);
        else if (action == ACTION_LAST || (action == ACTION_FOLLOW && !s->pager->follow))
                log_go_last(s);
        else if (action == ACTION_FOLLOW || !pager_act(s->pager, action))
                return false;
        if (st->window.n)
                log_fill(s);
        return true;
}

static bool log_find(struct screen *s, enum action action) {
        const struct log_state *st = s->state;
        if (action == ACTION_SEARCH)
                log_ask_search(s);
        else if (!st->needle)
                screen_say(s, "/ searches; then n goes on the same way, and N the other way");
        else
                log_search(s, action == ACTION_SEARCH_NEXT ? st->up : !st->up, true);
        return true;
}

static bool log_act_filter(struct screen *s, enum action action) {
        struct log_state *st = s->state;
        if (action == ACTION_PRIORITY_NAME)
                screen_ask(s, "Priority:", priority_names[st->filter.priority], NULL, log_priority_typed);
        else if (action == ACTION_RANGE)
                screen_ask(s, "From to:", NULL, NULL, log_range_typed);
        else if (action == ACTION_BOOT_BEFORE || action == ACTION_BOOT_AFTER)
                log_step_boot(s, action == ACTION_BOOT_BEFORE ? -1 : 1);
        else {
                if (action == ACTION_PRIORITY)
                        log_filter_next_priority(&st->filter);
                else if (action == ACTION_SINCE)
                        log_filter_next_span(&st->filter);
                else if (action != ACTION_REFRESH)
                        return false;
                log_read(s);
        }
        return true;
}

static bool log_act(struct screen *s, enum action action) {
        const struct log_line *line;
        struct log_state *st = s->state;
        switch (action) {
        case ACTION_ESCAPE:
        case ACTION_INTERRUPT: return log_escape(s);
        case ACTION_SEARCH:
        case ACTION_SEARCH_NEXT:
        case ACTION_SEARCH_PREVIOUS: return log_find(s, action);
        case ACTION_WRITE: log_ask_path(s); return true;
        case ACTION_PAGER: log_lend_pager(s); return true;
        case ACTION_KERNEL_LOG:
                screen_open(s->ui, &log_screen, &(const struct log_order) { .kernel = true });
                return true;
        case ACTION_HOST_LOG:
                screen_open(s->ui, &log_screen, NULL);
                return true;
        case ACTION_OPEN:
                line = log_window_line(&st->window);
                if (line && line->cursor)
                        screen_open(s->ui, &entry_screen, line->cursor);
                else
                        screen_say(s, "This line is no entry of the journal");
                return true;
        case ACTION_WRAP: return false;
        default: return log_act_filter(s, action) || log_move(s, action);
        }
}

static bool log_can(const struct screen *s, enum action action) {
        const struct log_state *st = s->state;
        switch (action) {
        case ACTION_KERNEL_LOG: return !st->kernel;
        case ACTION_HOST_LOG: return st->unit || st->container || st->kernel;
        case ACTION_PAGER: return screen_can_lend(s);
        case ACTION_OPEN: return st->window.n;
        default: return true;
        }
}

const struct screen_class log_screen = {
        .name = "log",
        .title = "Log",
        .way = "3 l ",
        .help = "A log of the journal: of a unit and the container behind it, of the whole host (J), of the "
                "kernel (then K). New lines appear as they come; any movement stops that, and f, or G, "
                "begins it again. Older lines are read as you come to them, g goes to the first.\n"
                "/ searches older entries, beyond what is shown, too; n goes on that way, N the other way; "
                "Esc stops a long search. ~ before the text makes it a regular expression: ~exit "
                "(code|status) [1-9]. Enter shows all fields of an entry.\n"
                "p and t step through priorities and times; P takes the name of a priority, T a time from "
                "and to, as 2026-11-29 10:00 to 12:00, -2h, or yesterday. [ and ] go from boot to boot. w "
                "writes what these select to a new file, o shows it in your pager ($PAGER). W cuts long "
                "lines instead of wrapping them.",
        .size = sizeof(struct log_state),
        .text = PAGER_WRAP,
        .follow = true,
        .looking = "Reading the log ...",
        .bindings = (const struct binding[]) {
                { KEY_RETURN, ACTION_OPEN, "fields" }, { '/', ACTION_SEARCH }, { 'p', ACTION_PRIORITY },
                { 't', ACTION_SINCE }, { 'w', ACTION_WRITE }, { 'o', ACTION_PAGER },
                { '[', ACTION_BOOT_BEFORE }, { ']', ACTION_BOOT_AFTER, NULL, true },
                { 'f', ACTION_FOLLOW, NULL, true }, { 'P', ACTION_PRIORITY_NAME, NULL, true },
                { 'T', ACTION_RANGE, NULL, true }, { 'K', ACTION_KERNEL_LOG, NULL, true },
                { 'W', ACTION_WRAP, NULL, true }, {}
        },
        .open = log_open,
        .close = log_close,
        .title_text = log_title,
        .draw = log_draw,
        .status = log_status,
        .can = log_can,
        .act = log_act,
};
