/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* The log of a unit and the container behind it: follow, search, by priority and time. */

#include <time.h>

struct log_state {
        char *unit, *container, *title;
        size_t priority, since;         /* in the tables */
        size_t n_lines;
        int day;                        /* tm_yday of the last added line; a new day gets its own line */
};

struct log_choice {
        const char *name;
        int value;
};

/* In seconds; 0: no limit. */
static const struct log_choice since_table[] = {
        { "all times", 0 }, { "last hour", 3600 }, { "last day", 86400 }
};

/* Of RFC 5424 section 6.2.1. */
static const struct log_choice priority_table[] = {
        { "all priorities", 7 }, { "notices and worse", 5 },
        { "warnings and worse", 4 }, { "errors and worse", 3 }
};

/* ---- reading ---- */

static void log_add_line(struct log_state *st, struct pager *pager, const struct log_line *line) {
        time_t t = (time_t) (line->real / 1000000);
        struct tm tm;
        char when[32] = "";
        if (localtime_r(&t, &tm)) {
                if (tm.tm_yday != st->day) {
                        strftime(when, sizeof when, "%A %Y-%m-%d", &tm);
                        pager_addf(pager, DOC_HEAD, "%s", when);
                        st->day = tm.tm_yday;
                }
                strftime(when, sizeof when, "%H:%M:%S", &tm);
        }
        pager_put(pager, DOC_DIM, "%s ", when);
        if (line->identifier)
                pager_put(pager, DOC_DIM, "%s: ", line->identifier);
        uint8_t mark = line->priority < 0    ? DOC_PLAIN
                       : line->priority <= 3 ? DOC_BAD
                       : line->priority == 4 ? DOC_WARN
                                             : DOC_PLAIN;
        pager_put(pager, mark, "%s", line->message ? line->message : "");
        pager_end(pager);
        st->n_lines++;
}

static void log_lines(struct log_line *lines, size_t n, void *userdata) {
        struct screen *s = userdata;
        for (size_t i = 0; i < n; i++)
                log_add_line(s->state, s->pager, &lines[i]);
        s->loaded = true;
        screen_invalidate(s);
}

static void log_reached(void *userdata) {
        struct screen *s = userdata;
        s->loaded = true;
        screen_invalidate(s);
}

static void log_failed(struct error *e, void *userdata) {
        struct screen *s = userdata;
        const struct log_state *st = s->state;
        s->loaded = st->n_lines;        /* else the error takes the place of the text */
        screen_loaded(s, 0, e, 0);
}

static void log_read(struct screen *s) {
        struct log_state *st = s->state;
        op_cancel(s->loading.op);
        s->error = error_free(s->error);
        pager_clear(s->pager);
        pager_act(s->pager, ACTION_LAST);
        st->n_lines = 0;
        s->loaded = false;
        st->day = -1;
        int64_t seconds = since_table[st->since].value;
        const struct log_query query = {
                .unit = st->unit,
                .container = st->container,
                .priority = priority_table[st->priority].value,
                .since = seconds ? (ui_now(s->ui) - seconds) * 1000000 : 0,
                .follow = true,
        };
        const struct log_reader reader = {
                .lines = log_lines, .reached = log_reached, .failed = log_failed, .userdata = s
        };
        s->loading.op = host_read_log(ui_host(s->ui), &query, &reader);
        screen_invalidate(s);
}

/* ---- the screen ---- */

static void log_open(struct screen *s, const void *arg) {
        struct log_state *st = s->state;
        const struct log_order *order = arg;
        st->unit = xstrdup(order->unit);
        st->title = xstrdup(order->title ? order->title : order->unit);
        st->container = xstrdup(order->container);
        log_read(s);
}

static void log_close(struct screen *s) {
        struct log_state *st = s->state;
        FREE_ALL(st->unit, st->container, st->title);
}

static void log_title(const struct screen *s, struct str *left, struct str *right) {
        const struct log_state *st = s->state;
        str_addf(left, "%s  %s, %s", st->title, priority_table[st->priority].name,
                 since_table[st->since].name);
        if (st->n_lines)
                pager_place(s->pager, right);
}

static void log_draw(struct screen *s, const struct canvas *c) {
        const struct log_state *st = s->state;
        if (s->loaded && !st->n_lines)
                canvas_paragraph(c, 1, 2, c->columns - 4, STYLE_PLAIN,
                                 "No line of the log matches. p shows other priorities, t another time; new "
                                 "lines appear by themselves.");
        else
                screen_draw_text(s, c);
}

static void log_status(const struct screen *s, struct str *out) {
        const struct log_state *st = s->state;
        if (s->error && st->n_lines)
                str_addf(out, "Nothing more is read: %s. R reads again.", s->error->message);
        else if (s->pager->follow && st->n_lines)
                str_add(out, "New lines appear as they come. Any movement stops following, f follows again.");
        else if (st->n_lines)
                str_add(out, "Not following; f, or G, follows the newest line again.");
}

static bool log_act(struct screen *s, enum action action) {
        struct log_state *st = s->state;
        if (action == ACTION_PRIORITY)
                st->priority = (st->priority + 1) % ELEMENTS(priority_table);
        else if (action == ACTION_SINCE)
                st->since = (st->since + 1) % ELEMENTS(since_table);
        else if (action != ACTION_REFRESH)
                return false;
        log_read(s);
        return true;
}

const struct screen_class log_screen = {
        .name = "log",
        .title = "Log",
        .way = "3 l ",
        .help = "The journal of a unit and of the container behind it: the newest thousand lines, then new "
                "ones as they come.\n"
                "p chooses how urgent a line must be, t how old it may be, / searches, n and N go to the "
                "next and the previous match. Any movement stops following the newest line, f follows again; "
                "w cuts long lines instead of wrapping them.",
        .size = sizeof(struct log_state),
        .text = PAGER_WRAP,
        .follow = true,
        .looking = "Reading the log ...",
        .bindings = (const struct binding[]) {
                { 'p', ACTION_PRIORITY }, { 't', ACTION_SINCE }, { 'f', ACTION_FOLLOW },
                { 'w', ACTION_WRAP, NULL, true }, {}
        },
        .open = log_open,
        .close = log_close,
        .title_text = log_title,
        .draw = log_draw,
        .status = log_status,
        .act = log_act,
};
