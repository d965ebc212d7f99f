/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/log/state.h"

#define LOG_PAGE 300U

struct log_query log_query_now(const struct log_state *st, int64_t now) {
        struct log_query query = { .unit = st->unit, .container = st->container, .kernel = st->kernel };
        log_filter_apply(&st->filter, now, &query);
        return query;
}

void log_lines_free(struct log_line **lines, size_t *n) {
        for (size_t i = 0; i < *n; i++)
                log_line_done(&(*lines)[i]);
        free(*lines);
        *lines = NULL;
        *n = 0;
}

void log_lines_keep(struct log_line **kept, size_t *n_kept, struct log_line *lines, size_t n) {
        for (size_t i = 0; i < n; i++) {
                room_for_one((void **) kept, *n_kept, sizeof **kept);
                (*kept)[(*n_kept)++] = lines[i];
                lines[i] = (struct log_line) {};
        }
}

/* ---- the newest lines, and new ones ---- */

static void log_lines(struct log_line *lines, size_t n, void *userdata) {
        struct screen *s = userdata;
        struct log_state *st = s->state;
        log_window_append(&st->window, lines, n);
        if (!s->pager->follow && st->window.at_end)
                st->missed += n;
        if (!st->window.at_end) /* full: nothing more is wanted now */
                s->loading.op = op_cancel(s->loading.op);
        s->loaded = true;
        screen_invalidate(s);
}

static void log_reached(void *userdata) {
        struct screen *s = userdata;
        struct log_state *st = s->state;
        if (st->window.n < LOG_PAGE)
                st->window.at_start = true;
        s->loaded = true;
        st->missed = 0;
        screen_invalidate(s);
}

static void log_failed(struct error *e, void *userdata) {
        struct screen *s = userdata;
        const struct log_state *st = s->state;
        s->loaded = st->window.n;       /* else the error takes the place of the text */
        screen_loaded(s, 0, e, 0);
}

static void log_noted(const char *sentence, void *userdata) {
        struct screen *s = userdata;
        struct log_state *st = s->state;
        str_replace(&st->note, sentence);
        screen_invalidate(s);
}

void log_forget(struct screen *s) {
        struct log_state *st = s->state;
        s->loading.op = op_cancel(s->loading.op);
        st->paging = op_cancel(st->paging);
        st->searching = op_cancel(st->searching);
        s->error = error_free(s->error);
        log_lines_free(&st->page, &st->n_page);
        log_lines_free(&st->found, &st->n_found);
        log_window_clear(&st->window);
        st->missed = 0;
        screen_invalidate(s);
}

static void log_live(struct screen *s, const char *cursor) {
        struct log_state *st = s->state;
        struct log_query query = log_query_now(st, ui_now(s->ui));
        query.way = cursor ? LOG_NEWER : LOG_NEWEST;
        query.cursor = cursor;
        query.tail = LOG_PAGE;
        query.whole = query.follow = true;
        const struct log_reader reader = { .lines = log_lines,
                                           .reached = log_reached,
                                           .failed = log_failed,
                                           .note = log_noted,
                                           .userdata = s };
        st->window.at_end = true;
        s->loading.op = host_read_log(ui_host(s->ui), &query, &reader);
}

void log_read(struct screen *s) {
        log_forget(s);
        s->loaded = false;
        pager_act(s->pager, ACTION_LAST);
        log_live(s, NULL);
}

/* ---- older and newer ones, as the reader comes to them ---- */

static void log_page_lines(struct log_line *lines, size_t n, void *userdata) {
        struct screen *s = userdata;
        struct log_state *st = s->state;
        log_lines_keep(&st->page, &st->n_page, lines, n);
}

static void log_page_reached(void *userdata) {
        struct screen *s = userdata;
        struct log_state *st = s->state;
        st->paging = op_cancel(st->paging);
        bool ended = st->n_page < LOG_PAGE;
        if (st->older) {
                log_window_prepend(&st->window, st->page, st->n_page);
                st->window.at_start = ended;
        } else {
                log_window_append(&st->window, st->page, st->n_page);
                if (ended && st->window.n)
                        log_live(s, st->window.lines[st->window.n - 1].cursor);
                st->window.at_end = ended;
        }
        log_lines_free(&st->page, &st->n_page);
        s->loaded = true;
        screen_invalidate(s);
        log_fill(s);
}

static void log_page_failed(struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct log_state *st = s->state;
        st->paging = op_cancel(st->paging);
        st->window.at_start = st->window.at_end = true;
        log_lines_free(&st->page, &st->n_page);
        log_failed(e, s);
}

static void log_page(struct screen *s, bool older, const char *cursor) {
        struct log_state *st = s->state;
        struct log_query query = log_query_now(st, ui_now(s->ui));
        query.way = older ? LOG_OLDER : LOG_NEWER;
        query.cursor = cursor;
        query.tail = LOG_PAGE;
        const struct log_reader reader = {
                .lines = log_page_lines, .reached = log_page_reached, .failed = log_page_failed, .userdata = s
        };
        st->older = older;
        st->paging = op_cancel(st->paging);
        st->paging = host_read_log(ui_host(s->ui), &query, &reader);
}

void log_fill(struct screen *s) {
        struct log_state *st = s->state;
        const struct log_window *w = &st->window;
        if (st->paging || !w->n)
                return;
        if (log_window_wants(w, true) && w->lines[0].cursor)
                log_page(s, true, w->lines[0].cursor);
        else if (log_window_wants(w, false) && w->lines[w->n - 1].cursor)
                log_page(s, false, w->lines[w->n - 1].cursor);
}

void log_go_first(struct screen *s) {
        struct log_state *st = s->state;
        if (st->window.at_start) {
                pager_act(s->pager, ACTION_FIRST);
                return;
        }
        pager_act(s->pager, ACTION_FIRST);      /* follows no more */
        log_forget(s);
        s->loaded = false;
        st->window.at_start = true;
        log_page(s, false, NULL);
}

void log_go_last(struct screen *s) {
        struct log_state *st = s->state;
        st->missed = 0;
        if (!st->window.at_end)
                log_read(s);
        else
                pager_act(s->pager, ACTION_LAST);
}
