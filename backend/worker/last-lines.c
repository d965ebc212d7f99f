/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reasons of failures, from the last lines of a unit and of the command: the unit is gone after the undo,
 * and the command's output is far above it. */
#include "backend/worker/step.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/feed.h"
#include "base/text.h"
#include "model/service/why.h"

#define SHOWN 12U
#define TAIL_BYTES 8192
#define LINE_CELLS 300U

/* ---- of a unit ---- */

static void last_lines_log(struct worker *w, const char *unit, const struct log_line *lines, size_t n) {
        size_t programs = 0;
        for (size_t i = 0; i < n; i++)
                programs += lines[i].source == LOG_PROGRAM;
        if (!programs)
                return;
        joblog_note(w->log, "the last lines of the log of %s:", unit);
        size_t skip = programs > SHOWN ? programs - SHOWN : 0;
        for (size_t i = 0; i < n; i++) {
                if (lines[i].source != LOG_PROGRAM)
                        continue;
                if (skip) {
                        skip--;
                        continue;
                }
                _cleanup_free_ char *clean = text_cleaned(lines[i].message);
                _cleanup_free_ char *line = str_printf("  | %s\r\n", clean ? clean : "");
                joblog_output(w->log, line, strlen(line));
        }
        joblog_flush(w->log);
}

static void last_lines_on_words(struct log_line *lines, size_t n, void *userdata) {
        struct worker *w = userdata;
        const struct unit_detail *d = w->got.unit_shown;
        struct error *e = TAKE(w->wait.failure);
        const struct log_line *why = log_reason(lines, n);
        last_lines_log(w, d->unit.name, lines, n);
        if (why) {
                _cleanup_free_ char *quote = unit_why_quote(why->message);
                _cleanup_free_ char *text = joblog_redacted(w->log, quote);
                error_hint(&e, "%s", text);
        }
        worker_on_done(e, w);
}

static int last_lines_shown(struct worker *w, struct error **reterr) {
        const struct unit_detail *d = w->got.unit_shown;
        *reterr = error_free(*reterr); /* the failure itself says more */
        if (!d || str_empty(d->invocation)) {
                *reterr = TAKE(w->wait.failure);
                return (*reterr)->code;
        }
        w->wait.next = NULL;
        w->wait.op = units_last_words(w->units, d->invocation, d->unit.name, job_id_time(w->id) * 1000000,
                                      true, last_lines_on_words, w);
        return STEP_WAITS;
}

int worker_fail_unit(struct worker *w, const char *unit, struct error **reterr) {
        error_free(w->wait.failure);
        w->wait.failure = TAKE(*reterr);
        return worker_show_unit(w, unit, last_lines_shown);
}

/* ---- of the command ---- */

static void last_lines_take(const char *text, const uint8_t *marks, size_t bytes, void *userdata) {
        char **last = userdata;
        if (text[strspn(text, " \t-=*#")] && !str_starts(text, "fairlead: "))
                str_replace(last, text);
}

char *worker_last_line(int folder) {
        _cleanup_free_ char *buffer = xcalloc(1, TAIL_BYTES);
        char *last = NULL;
        const struct feed_sink sink = { .line = last_lines_take, .userdata = &last };
        _cleanup_close_ int fd = openat(folder, "log", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        struct stat st;
        if (fd < 0 || fstat(fd, &st) < 0)
                return NULL;
        off_t from = st.st_size > TAIL_BYTES ? st.st_size - TAIL_BYTES : 0;
        ssize_t n = pread(fd, buffer, TAIL_BYTES, from);
        const char *newline = from && n > 0 ? memchr(buffer, '\n', (size_t) n) : NULL;
        size_t skip = newline ? (size_t) (newline + 1 - buffer) : 0;
        _cleanup_(feed_freep) struct feed *feed = feed_new(&sink);
        if (n > 0)
                feed_write(feed, buffer + skip, (size_t) n - skip);
        feed_flush(feed);
        return last;
}
