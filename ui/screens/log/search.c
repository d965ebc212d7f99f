/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/log/state.h"

#include <inttypes.h>
#include <time.h>

#include "model/log/needle.h"
#include "ui/dialog.h"
#include "ui/screens/screens.h"

static void log_found_lines(struct log_line *lines, size_t n, void *userdata) {
        struct screen *s = userdata;
        struct log_state *st = s->state;
        log_lines_keep(&st->found, &st->n_found, lines, n);
}

/* The entry becomes the middle of a new window. */
static void log_found(void *userdata) {
        struct screen *s = userdata;
        struct log_state *st = s->state;
        st->searching = op_cancel(st->searching);
        screen_invalidate(s);
        if (!st->n_found) {
                screen_say(s, st->up ? "No older entry has \"%s\"; N searches newer ones"
                                     : "No newer entry has \"%s\"; N searches older ones",
                           st->needle);
                return;
        }
        struct log_line *found = TAKE(st->found);
        _cleanup_free_ char *cursor = xstrdup(found->cursor);
        size_t n = st->n_found;
        st->n_found = 0;
        if (log_window_go(&st->window, cursor)) {
                log_lines_free(&found, &n);
                log_fill(s);
                return;
        }
        log_forget(s);
        s->pager->follow = false;
        log_window_append(&st->window, found, n);
        pager_go(s->pager, 0);
        if (!log_needle_is_pattern(st->needle))
                log_window_find(&st->window, st->needle, false, false);
        else
                log_window_go(&st->window, cursor);
        log_lines_free(&found, &n);
        log_fill(s);
}

static void log_search_progress(uint64_t entries, int64_t real, void *userdata) {
        struct screen *s = userdata;
        struct log_state *st = s->state;
        st->progress = entries;
        st->progress_time = real;
        screen_invalidate(s);
}

static void log_search_note(const char *sentence, void *userdata) {
        struct screen *s = userdata;
        struct log_state *st = s->state;
        str_replace(&st->note, sentence);
        screen_say(s, "%s", sentence);
}

static void log_search_failed(struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct log_state *st = s->state;
        st->searching = op_cancel(st->searching);
        screen_invalidate(s);
        dialog_error(s->ui, e);
}

/* A text is sought in the window first, and then from its end on. An expression may take long on a line that
 * was made for it, so that it is sought by the reader's process only. *ret_cursor: behind it; false: nothing
 * is left to search. */
static bool log_search_begins(struct screen *s, bool up, bool beyond, const char **ret_cursor) {
        struct log_state *st = s->state;
        const struct log_window *w = &st->window;
        bool ends = up ? w->at_start : w->at_end;
        if (!w->n)
                return false;
        if (!log_needle_is_pattern(st->needle)) {
                *ret_cursor = w->lines[up ? 0 : w->n - 1].cursor;
                return !ends;
        }
        /* the entry with the focus belongs to what is searched, unless it was found before */
        *ret_cursor = log_window_cursor(w, beyond ? up : !up, beyond);
        return *ret_cursor || !beyond;
}

void log_search(struct screen *s, bool up, bool beyond) {
        struct log_state *st = s->state;
        const char *cursor = NULL;
        st->searching = op_cancel(st->searching);
        log_lines_free(&st->found, &st->n_found);
        st->up = up;
        if (!log_needle_is_pattern(st->needle) && log_window_find(&st->window, st->needle, up, beyond)) {
                log_fill(s);
                return;
        }
        st->progress = 0;
        if (!log_search_begins(s, up, beyond, &cursor)) {
                log_found(s);
                return;
        }
        struct log_query query = log_query_now(st, ui_now(s->ui));
        query.way = up ? LOG_OLDER : LOG_NEWER;
        query.cursor = cursor;
        query.text = st->needle;
        query.tail = 1;
        const struct log_reader reader = { .lines = log_found_lines,
                                           .reached = log_found,
                                           .failed = log_search_failed,
                                           .progress = log_search_progress,
                                           .note = log_search_note,
                                           .userdata = s };
        st->searching = host_read_log(ui_host(s->ui), &query, &reader);
        screen_invalidate(s);
}

static void log_search_typed(struct screen *s, const char *text) {
        struct log_state *st = s->state;
        if (!text)
                return;
        _cleanup_(log_needle_freep) struct log_needle *needle = NULL;
        _cleanup_error_ struct error *e = NULL;
        if (*text && log_needle_new(text, &needle, &e) < 0) {
                screen_say(s, "%s", e->message);
                return;
        }
        str_replace(&st->needle, *text ? text : NULL);
        str_replace(&s->pager->needle, log_needle_is_pattern(text) ? NULL : st->needle);
        if (st->needle)
                log_search(s, st->up, false);
}

/* Logs are read from their end: to older entries, but from the beginning of it. */
void log_ask_search(struct screen *s) {
        struct log_state *st = s->state;
        st->up = !(st->window.at_start && pager_point(s->pager) <= 1 && !s->pager->follow);
        const char *label = st->up ? "Search older entries (~regex):" : "Search newer entries (~regex):";
        screen_ask(s, label, NULL, NULL, log_search_typed);
}

/* ---- writing, and the pager outside ---- */

static void log_written(uint64_t entries, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct log_state *st = s->state;
        st->writing = op_cancel(st->writing);
        screen_invalidate(s);
        if (e)
                dialog_error(s->ui, e);
        else
                screen_say(s,
                           plural(entries, "%" PRIu64 " entry was written to %s",
                                  "%" PRIu64 " entries were written to %s"),
                           entries, st->path);
}

static void log_write_typed(struct screen *s, const char *path) {
        struct log_state *st = s->state;
        if (str_empty(path))
                return;
        if (*path != '/') {
                screen_say(s, "The path of the file must begin with /");
                return;
        }
        const struct log_query query = log_query_now(st, ui_now(s->ui));
        const struct log_writer writer = {
                .progress = log_search_progress, .done = log_written, .userdata = s
        };
        str_replace(&st->path, path);
        st->progress = 0;
        st->writing = op_cancel(st->writing);
        st->writing = host_write_log(ui_host(s->ui), &query, path, &writer);
        screen_invalidate(s);
}

void log_ask_path(struct screen *s) {
        const struct log_state *st = s->state;
        time_t now = (time_t) ui_now(s->ui);
        struct tm tm = {};
        char when[32] = "";
        if (localtime_r(&now, &tm))
                strftime(when, sizeof when, "%Y%m%d-%H%M%S", &tm);
        const char *name = st->unit ? st->unit : st->kernel ? "kernel" : "host";
        _cleanup_free_ char *path = str_printf("/root/%s-%s.log", name, when);
        screen_ask(s, "Write to the new file:", path, NULL, log_write_typed);
}

/* The same query by the verb, which feeds the pager: without a shell, and without a copy on disk. */
void log_lend_pager(struct screen *s) {
        struct log_state *st = s->state;
        const struct log_query query = log_query_now(st, ui_now(s->ui));
        _cleanup_strv_ char **argv = NULL;
        strv_add(&argv, "/proc/self/exe");
        strv_add(&argv, "logs");
        strv_add(&argv, "--pager");
        if (st->kernel)
                strv_add(&argv, "--kernel");
        strv_addf(&argv, "--priority=%d", query.priority);
        if (query.boot)
                strv_addf(&argv, "--boot=%s", query.boot);
        if (query.since)
                strv_addf(&argv, "--since=@%" PRId64, query.since / 1000000);
        if (query.until)
                strv_addf(&argv, "--until=@%" PRId64, query.until / 1000000);
        if (st->unit)
                strv_add(&argv, st->unit);
        screen_lend(s, "The pager", argv, NULL, false);
}
