/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One pass backwards from the end finds the newest lines; they are reported in their order, and following
 * continues after the newest. The library's calls block on the disk, so each turn of the loop reads few
 * entries for a short time: keys are handled in between.
 *
 *     TAIL (backwards, a turn at a time) -> lines(), reached() -> FOLLOW (forwards, on its fd) */

#include "backend/systemd/log.h"

#include <inttypes.h>
#include <time.h>

#include <systemd/sd-journal.h>

#include "backend/systemd/log-lines.h"
#include "base/clock.h"

#define TURN_ENTRIES 256U
#define TURN_USEC (15U * 1000)
#define TAIL_DEFAULT 1000U
#define TAIL_MAX 100000U
#define TAIL_BYTES (8U * 1024 * 1024)
#define PRIORITY 5              /* after keys, the engine and the bus */

struct unitlog {
        struct op *op;
        sd_event *event;
        sd_journal *journal;
        sd_event_source *turn, *io;
        struct loglines found;
        unsigned tail;          /* lines */
        int64_t since;
        char *newest;           /* cursor of the newest entry seen */
        bool follow;
        char *unit;             /* for sentences */
        struct error *error;    /* of the start, reported by the loop */
        struct log_reader reader;
        bool *gone;             /* set when we are freed inside a callback */
};

static void unitlog_free(void *userdata) {
        struct unitlog *u = userdata;
        if (u->gone)
                *u->gone = true;
        sd_event_source_disable_unref(u->turn);
        sd_event_source_disable_unref(u->io);
        sd_journal_close(u->journal);
        sd_event_unref(u->event);
        loglines_done(&u->found);
        free(u->newest);
        free(u->unit);
        error_free(u->error);
        free(u);
}

static void unit_log_fail(struct unitlog *u, struct error *e) {
        struct log_reader reader = u->reader;
        op_finish(u->op);
        unitlog_free(u);
        reader.failed(e, reader.userdata);
}

static void fail_errno(struct unitlog *u, int r) {
        struct error *e = NULL;
        error_errno(&e, r, "The log of %s cannot be read any further", u->unit);
        unit_log_fail(u, e);
}

/* The value of a field of the current entry; NULL: none. Valid until the next field is read. */
static const char *unit_log_field(sd_journal *journal, const char *name, size_t *ret_n) {
        const void *data;
        size_t n, skip = strlen(name) + 1;
        if (sd_journal_get_data(journal, name, &data, &n) < 0 || n < skip)
                return NULL;
        *ret_n = n - skip;
        return (const char *) data + skip;
}

static char *copy_field(sd_journal *journal, const char *name) {
        size_t n;
        const char *value = unit_log_field(journal, name, &n);
        return value ? loglines_text(value, n < 256 ? n : 256) : NULL;
}

/* Podman writes its events to the journal, each with all labels of the image in its message: thousands of
 * bytes. Two fields are enough (podman-events(1), "journald"); NULL: not an event. */
static char *event_text(sd_journal *journal) {
        _cleanup_free_ char *event = copy_field(journal, "PODMAN_EVENT"),
                            *type = copy_field(journal, "PODMAN_TYPE"),
                            *name = copy_field(journal, "PODMAN_NAME"),
                            *status = copy_field(journal, "PODMAN_EXIT_CODE");
        if (!event || !type)
                return NULL;
        return str_printf("%s %s%s%s%s%s", type, event, name ? ": " : "", name ? name : "",
                          status ? ", exit status " : "", status ? status : "");
}

/* Adds the current entry. Damaged ones are skipped: the next may be whole. */
static int unit_log_add_entry(struct unitlog *u, bool backwards) {
        sd_journal *journal = u->journal;
        uint64_t real;
        if (sd_journal_get_realtime_usec(journal, &real) < 0)
                return 0;
        size_t n;
        const char *priority = unit_log_field(journal, "PRIORITY", &n);
        struct log_line like = { .real = (int64_t) real,
                                 .priority = priority && n == 1 && *priority >= '0' && *priority <= '7'
                                                     ? *priority - '0'
                                                     : -1 };
        like.identifier = copy_field(journal, "SYSLOG_IDENTIFIER");
        if (!like.identifier)
                like.identifier = copy_field(journal, "_COMM");
        _cleanup_free_ char *event = event_text(journal);
        const char *message = event ? event : unit_log_field(journal, "MESSAGE", &n);
        int r = message ? loglines_add(&u->found, &like, message, event ? strlen(event) : n, backwards) : 0;
        free(like.identifier);
        return r;
}

/* Reports the found lines, oldest first. False: the reader dropped us, touch nothing. */
static bool unit_log_give(struct unitlog *u) {
        struct loglines found = u->found;
        bool gone = false;
        u->found = (struct loglines) {};
        if (found.n) {
                u->gone = &gone;
                u->reader.lines(found.items, found.n, u->reader.userdata);
                if (!gone)
                        u->gone = NULL;
        }
        loglines_done(&found);
        return !gone;
}

static int on_forward(sd_event_source *source, void *userdata) {
        struct unitlog *u = userdata;
        uint64_t until = (uint64_t) usec_now(CLOCK_MONOTONIC) + TURN_USEC;
        int r = 0;
        for (unsigned i = 0; i < TURN_ENTRIES && (uint64_t) usec_now(CLOCK_MONOTONIC) < until; i++) {
                r = sd_journal_next(u->journal);
                if (r <= 0 || (r = unit_log_add_entry(u, false)) < 0)
                        break;
                r = 1;
        }
        if (r == 0)
                sd_event_source_set_enabled(u->turn, SD_EVENT_OFF);
        if (unit_log_give(u) && r < 0)
                fail_errno(u, r);
        return 0;
}

static int on_journal(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct unitlog *u = userdata;
        int r = sd_journal_process(u->journal);
        if (r < 0) {
                fail_errno(u, r);
                return 0;
        }
        if (r != SD_JOURNAL_NOP)
                sd_event_source_set_enabled(u->turn, SD_EVENT_ON);
        return 0;
}

/* Seeks to the newest reported entry, so that the next one is new, even if it came during the tail. */
static int seek_newest(struct unitlog *u) {
        int r;
        if (!u->newest)
                return u->since ? sd_journal_seek_realtime_usec(u->journal, (uint64_t) u->since)
                                : sd_journal_seek_head(u->journal);
        if ((r = sd_journal_seek_cursor(u->journal, u->newest)) < 0 || (r = sd_journal_next(u->journal)) <= 0)
                return r;
        /* rotated away: the current entry is newer already */
        return sd_journal_test_cursor(u->journal, u->newest) > 0 ? 0 : unit_log_add_entry(u, false);
}

static int begin_following(struct unitlog *u) {
        int r = seek_newest(u);
        if (r >= 0)
                r = sd_event_add_io(u->event, &u->io, sd_journal_get_fd(u->journal),
                                    (uint32_t) sd_journal_get_events(u->journal), on_journal, u);
        if (r >= 0)
                r = sd_event_source_set_priority(u->io, PRIORITY);
        u->turn = sd_event_source_disable_unref(u->turn);
        if (r >= 0)
                r = sd_event_add_defer(u->event, &u->turn, on_forward, u);
        if (r >= 0)
                r = sd_event_source_set_priority(u->turn, PRIORITY);
        return r < 0 ? r : sd_event_source_set_enabled(u->turn, SD_EVENT_ON);
}

static void tail_ended(struct unitlog *u) {
        struct loglines *found = &u->found;
        while (found->n > u->tail)
                log_line_done(&found->items[--found->n]);
        for (size_t i = 0, j = found->n; i + 1 < j; i++, j--) {
                struct log_line line = found->items[i];
                found->items[i] = found->items[j - 1];
                found->items[j - 1] = line;
        }
        if (!unit_log_give(u))
                return;
        struct log_reader reader = u->reader;
        if (u->follow) {
                int r = begin_following(u);
                if (r < 0)
                        fail_errno(u, r);
                else
                        reader.reached(reader.userdata);
                return;
        }
        op_finish(u->op);
        unitlog_free(u);
        reader.reached(reader.userdata);
}

static bool too_old(struct unitlog *u) {
        uint64_t real;
        return u->since && sd_journal_get_realtime_usec(u->journal, &real) >= 0 && (int64_t) real < u->since;
}

static int on_back(sd_event_source *source, void *userdata) {
        struct unitlog *u = userdata;
        if (u->error) {
                unit_log_fail(u, TAKE(u->error));
                return 0;
        }
        uint64_t until = (uint64_t) usec_now(CLOCK_MONOTONIC) + TURN_USEC;
        for (unsigned i = 0; i < TURN_ENTRIES && (uint64_t) usec_now(CLOCK_MONOTONIC) < until; i++) {
                int r = sd_journal_previous(u->journal);
                if (r > 0 && !u->newest)
                        sd_journal_get_cursor(u->journal, &u->newest);
                bool ended = r == 0 || (r > 0 && too_old(u));
                if (r > 0 && !ended)
                        r = unit_log_add_entry(u, true);
                if (r < 0 && u->found.n == 0) {
                        fail_errno(u, r);
                        return 0;
                }
                /* an unreadable rest of a file ends the tail */
                if (ended || r < 0 || u->found.n >= u->tail || u->found.bytes >= TAIL_BYTES) {
                        tail_ended(u);
                        return 0;
                }
        }
        return 0;
}

static int unit_log_match(sd_journal *journal, const char *name, const char *value) {
        _cleanup_free_ char *text = str_printf("%s=%s", name, value);
        return text ? sd_journal_add_match(journal, text, 0) : -ENOMEM;
}

/* journald sets the fields that begin with "_"; any process can send the others, so each is matched together
 * with one that proves that root sent it. conmon writes CONTAINER_NAME. */
static int select_lines(sd_journal *journal, const struct log_query *query) {
        const struct {
                const char *trusted, *trusted_value, *name, *value;
        } ways[] = {
                { NULL, NULL, "_SYSTEMD_UNIT", query->unit },
                { "_PID", "1", "UNIT", query->unit },
                { "_UID", "0", "OBJECT_SYSTEMD_UNIT", query->unit },
                { "_UID", "0", "COREDUMP_UNIT", query->unit },
                { "_UID", "0", "CONTAINER_NAME", query->container },
        };
        int r = 0;
        for (size_t i = 0; r >= 0 && i < ELEMENTS(ways); i++) {
                if (!ways[i].value)
                        continue;
                r = sd_journal_add_disjunction(journal);
                if (r >= 0 && ways[i].trusted)
                        r = unit_log_match(journal, ways[i].trusted, ways[i].trusted_value);
                if (r >= 0)
                        r = unit_log_match(journal, ways[i].name, ways[i].value);
        }
        if (r < 0 || query->priority < 0 || query->priority >= 7)
                return r;
        r = sd_journal_add_conjunction(journal);
        for (int p = 0; r >= 0 && p <= query->priority; p++) {
                char digit[2] = { (char) ('0' + p), '\0' };
                r = unit_log_match(journal, "PRIORITY", digit);
        }
        return r;
}

static int unit_log_open_journal(struct unitlog *u, const char *directory, const struct log_query *query) {
        int r = directory ? sd_journal_open_directory(&u->journal, directory, 0)
                          : sd_journal_open(&u->journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
        if (r >= 0 && !directory && sd_journal_has_persistent_files(u->journal) == 0 &&
            sd_journal_has_runtime_files(u->journal) == 0) {
                error_set(&u->error, -ENOENT, "There is no journal on this host that fairlead may read");
                error_hint(&u->error, "Only root, and members of the group systemd-journal, may read the "
                                      "system's log");
                return -ENOENT;
        }
        if (r >= 0)
                r = sd_journal_set_data_threshold(u->journal, LOG_MESSAGE_MAX + sizeof "MESSAGE=");
        if (r >= 0)
                r = select_lines(u->journal, query);
        /* watch first, then read: no entry is missed */
        if (r >= 0 && query->follow)
                r = sd_journal_get_fd(u->journal);
        if (r >= 0)
                r = sd_journal_seek_tail(u->journal);
        return r < 0 ? error_errno(&u->error, r, "The log of %s cannot be read", u->unit) : 0;
}

struct op *unitlog_read(sd_event *event, const char *directory, const struct log_query *query,
                        const struct log_reader *reader) {
        struct unitlog *u = calloc(1, sizeof *u);
        if (!u)
                return NULL;
        unsigned tail = query->tail ? query->tail : TAIL_DEFAULT;
        *u = (struct unitlog) { .event = sd_event_ref(event),
                               .reader = *reader,
                               .follow = query->follow,
                               .since = query->since,
                               .tail = tail < TAIL_MAX ? tail : TAIL_MAX,
                               .unit = strdup(query->unit        ? query->unit
                                              : query->container ? query->container
                                                                 : "") };
        u->op = u->unit ? op_new(unitlog_free, u) : NULL;
        if (!u->op) {
                unitlog_free(u);
                return NULL;
        }
        unit_log_open_journal(u, directory, query);
        if (sd_event_add_defer(event, &u->turn, on_back, u) < 0 ||
            sd_event_source_set_priority(u->turn, PRIORITY) < 0 ||
            sd_event_source_set_enabled(u->turn, SD_EVENT_ON) < 0)
                return op_cancel(u->op);
        return u->op;
}
