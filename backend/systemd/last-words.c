/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The last lines of an invocation. What a program wrote just before its end may still wait in the sockets of
 * journald when systemd says that it has ended, so journald is asked first to write all that it was sent:
 * io.systemd.Journal.Synchronize(), as journalctl --sync does (varlink: JSON, each message ends in a NUL; the
 * answer has nothing of interest).
 *
 *     SYNC (an answer, or its timeout) -> READ -> done */

#include "backend/systemd/internal.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "backend/io/turn.h"
#include "base/clock.h"

#define LAST_WORDS_SOCKET "/run/systemd/journal/io.systemd.journal"
#define LAST_WORDS_CALL "{\"method\":\"io.systemd.Journal.Synchronize\"}"
#define LAST_WORDS_USEC (3U * 1000 * 1000)
/* Seconds until journald has written what a dead program said, busy or not; later nobody waits for it. */
#define LAST_WORDS_FRESH 30
/* Seconds behind a restart by systemd in which the end of the run before it matters. */
#define LAST_WORDS_LOOP 600
#define LAST_WORDS_BEFORE 5 /* seconds that such a short run may have begun before its end */

struct last_words {
        struct op op; /* inner: reads the journal */
        sd_event *event;
        sd_event_source *answer, *patience;
        int fd;
        char *invocation;
        char *unit; /* to look further where the invocation gives no reason; NULL once it was done */
        int64_t since, until;
        struct log_line *lines;
        size_t n;
        words_done_t done;
        void *userdata;
};

static void last_words_quiet(struct last_words *l) {
        l->answer = sd_event_source_disable_unref(l->answer);
        l->patience = sd_event_source_disable_unref(l->patience);
        if (l->fd >= 0)
                close(l->fd);
        l->fd = -1;
}

static void last_words_clear(struct last_words *l) {
        for (size_t i = 0; i < l->n; i++)
                log_line_done(&l->lines[i]);
        free(TAKE(l->lines));
        l->n = 0;
}

static void last_words_drop(struct op *op) {
        struct last_words *l = container_of(op, struct last_words, op);
        last_words_quiet(l);
        sd_event_unref(l->event);
        last_words_clear(l);
        FREE_ALL(l->invocation, l->unit);
}

static void last_words_end(void *state) {
        struct last_words *l = state;
        struct log_line *lines = TAKE(l->lines);
        size_t n = l->n;
        l->n = 0;
        op_end(&l->op);
        l->done(lines, n, l->userdata);
        for (size_t i = 0; i < n; i++)
                log_line_done(&lines[i]);
        free(lines);
}

/* ---- the journal ---- */

static void last_words_lines(struct log_line *lines, size_t n, void *userdata) {
        struct last_words *l = userdata;
        for (size_t i = 0; i < n; i++) {
                room_for_one((void **) &l->lines, l->n, sizeof *l->lines);
                l->lines[l->n++] = lines[i];
                lines[i] = (struct log_line){};
        }
}

static void last_words_read(struct last_words *l, const struct log_query *query);

static void last_words_reached(void *userdata) {
        struct last_words *l = userdata;
        op_wait(&l->op, NULL);
        _cleanup_free_ char *unit = TAKE(l->unit);
        if (!unit || log_reason(l->lines, l->n)) {
                last_words_end(l);
                return;
        }
        last_words_clear(l);
        last_words_read(l, &(struct log_query){ .unit = unit,
                                                .since = l->since,
                                                .until = l->until,
                                                .priority = 7,
                                                .tail = LAST_WORDS_MAX });
}

static void last_words_failed(struct error *e, void *userdata) {
        error_free(e);
        last_words_reached(userdata);
}

static void last_words_read(struct last_words *l, const struct log_query *query) {
        const struct log_reader reader = { .lines = last_words_lines,
                                           .reached = last_words_reached,
                                           .failed = last_words_failed,
                                           .userdata = l };
        op_wait(&l->op, unitlog_read(l->event, NULL, query, &reader));
}

static void last_words_look(struct last_words *l) {
        last_words_quiet(l);
        if (!l->invocation)
                last_words_reached(l);
        else
                last_words_read(l, &(struct log_query){ .invocation = l->invocation,
                                                        .priority = 7,
                                                        .tail = LAST_WORDS_MAX });
}

/* ---- its daemon ---- */

static int last_words_on_answer(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        last_words_look(userdata);
        return 0;
}

static int last_words_on_time(sd_event_source *source, uint64_t usec, void *userdata) {
        last_words_look(userdata);
        return 0;
}

static bool last_words_sync(struct last_words *l) {
        struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = LAST_WORDS_SOCKET };
        l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        return l->fd >= 0 && connect(l->fd, (struct sockaddr *) &address, sizeof address) >= 0 &&
               send(l->fd, LAST_WORDS_CALL, sizeof LAST_WORDS_CALL, MSG_NOSIGNAL) ==
                       (ssize_t) sizeof LAST_WORDS_CALL &&
               sd_event_add_io(l->event, &l->answer, l->fd, EPOLLIN, last_words_on_answer, l) >= 0 &&
               sd_event_add_time_relative(l->event, &l->patience, CLOCK_MONOTONIC, LAST_WORDS_USEC, 100000,
                                          last_words_on_time, l) >= 0;
}

static struct last_words *last_words_new(struct units *units, words_done_t done, void *userdata) {
        struct last_words *l = new0(struct last_words);
        *l = (struct last_words){ .op.drop = last_words_drop,
                                  .event = sd_event_ref(units->event),
                                  .fd = -1,
                                  .done = done,
                                  .userdata = userdata };
        return l;
}

static struct op *last_words_begin(struct last_words *l, bool sync) {
        if (!sync || !last_words_sync(l))
                last_words_look(l);
        return &l->op;
}

struct op *units_last_words(struct units *units, const char *invocation, const char *unit, int64_t since,
                            bool sync, words_done_t done, void *userdata) {
        struct last_words *l = last_words_new(units, done, userdata);
        if (str_empty(invocation) || units->given)
                return op_answer(&l->op, l->event, last_words_end);
        l->invocation = xstrdup(invocation);
        l->unit = xstrdup(unit);
        l->since = since;
        return last_words_begin(l, sync);
}

/* Of all invocations of the unit between two times. */
static struct op *last_words_between(struct units *units, const char *unit, int64_t since, int64_t until,
                                     bool sync, words_done_t done, void *userdata) {
        struct last_words *l = last_words_new(units, done, userdata);
        if (units->given)
                return op_answer(&l->op, l->event, last_words_end);
        l->unit = xstrdup(unit);
        l->since = since;
        l->until = until;
        return last_words_begin(l, sync);
}

/* ---- of a failed unit, or of one that systemd starts again and again ---- */

struct reading_why {
        struct op op; /* inner */
        struct unit_detail *now;
        void (*done)(void *userdata);
        void *userdata;
};

static void units_on_words(struct log_line *lines, size_t n, void *userdata) {
        struct reading_why *r = userdata;
        const struct log_line *line = log_reason(lines, n);
        str_replace(&r->now->why, line ? line->message : NULL);
        if (log_memory_ran_out(lines, n))
                str_replace(&r->now->result, "oom-kill");
        op_end(&r->op);
        r->done(r->userdata);
}

/* Does nothing: the struct holds only its inner operation. */
static void units_why_drop(struct op *op) {
}

bool units_restarted_lately(const struct unit_detail *now) {
        return now->restarts > 0 && !str_equal(now->unit.active, "inactive") &&
               usec_now(CLOCK_REALTIME) / 1000000 - now->since < LAST_WORDS_LOOP;
}

struct op *units_read_why(struct units *units, struct unit_detail *now, void (*done)(void *userdata),
                          void *userdata) {
        int64_t age = usec_now(CLOCK_REALTIME) / 1000000 - now->since;
        bool failed = str_equal(now->unit.active, "failed"),
             waits = str_starts(now->unit.sub, "auto-restart") != NULL, lately = units_restarted_lately(now);
        if (str_empty(now->invocation) || !(failed || waits || lately) || unit_was_stopped(now))
                return NULL;
        struct reading_why *r = new0(struct reading_why);
        *r = (struct reading_why){
                .op.drop = units_why_drop, .now = now, .done = done, .userdata = userdata
        };
        bool fresh = age < LAST_WORDS_FRESH;
        /* The run before this one failed: systemd has begun the next, whose invocation this is. */
        if (!failed && !waits)
                return op_wait(&r->op,
                               last_words_between(units, now->unit.name,
                                                  (now->since - LAST_WORDS_LOOP) * 1000000,
                                                  (now->since + 1) * 1000000, fresh, units_on_words, r));
        /* Lines of a run that was over before journald looked at it have its unit and no invocation. */
        return op_wait(&r->op, units_last_words(units, now->invocation, now->unit.name,
                                                (now->since - LAST_WORDS_BEFORE) * 1000000, fresh,
                                                units_on_words, r));
}
