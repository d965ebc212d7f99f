/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One pass backwards from the end finds the newest lines; they are reported in their order, and following
 * continues after the newest. The library's calls block on the disk, so each turn of the loop reads few
 * entries for a short time: keys are handled in between.
 *
 *     TAIL (backwards, a turn at a time) -> lines(), reached() -> FOLLOW (forwards, on its fd) */

#include "backend/systemd/internal.h"


#include <systemd/sd-journal.h>

#include "backend/io/turn.h"
#include "base/clock.h"

#define TURN_ENTRIES 256U
#define TURN_USEC (15U * 1000)
#define TAIL_DEFAULT 1000U
#define TAIL_MAX 100000U
#define TAIL_BYTES (8U * 1024 * 1024)
#define PRIORITY 5 /* after keys, the engine and the bus */

/* ---- lines ---- */

void loglines_done(struct loglines *lines) {
        for (size_t i = 0; i < lines->n; i++)
                log_line_done(&lines->items[i]);
        free(lines->items);
        *lines = (struct loglines){};
}

/* The bytes up to LOG_MESSAGE_MAX as a string, with U+FFFD for NUL. The caller frees. */
static char *log_text(const char *bytes, size_t n) {
        static const char instead[] = "\xef\xbf\xbd"; /* for a NUL, which would hide the rest */
        _cleanup_str_ struct str out = {};
        for (size_t i = 0; i < n; i++) {
                size_t takes = bytes[i] ? 1 : sizeof instead - 1;
                if (out.length + takes > LOG_MESSAGE_MAX)
                        break;
                str_add_bytes(&out, bytes[i] ? bytes + i : instead, takes);
        }
        return str_take(&out);
}

static void log_lines_add(struct loglines *lines, const struct log_line *like, const char *bytes, size_t n) {
        room_for_one((void **) &lines->items, lines->n, sizeof *lines->items);
        lines->items[lines->n++] = (struct log_line){ .real = like->real,
                                                      .priority = like->priority,
                                                      .source = like->source,
                                                      .message = log_text(bytes, n),
                                                      .identifier = xstrdup(like->identifier) };
        lines->bytes += n + 64;
}

/* A message of several lines becomes several lines, backwards from the last to the first. */
void loglines_add(struct loglines *lines, const struct log_line *like, const char *bytes, size_t n,
                  bool backwards) {
        const char *parts[LOGLINES_SPLIT_MAX];
        size_t sizes[LOGLINES_SPLIT_MAX], count = 0;
        while (n > 0 && bytes[n - 1] == '\n')
                n--;
        for (const char *end = bytes + n;;) {
                const char *newline =
                        count + 1 < LOGLINES_SPLIT_MAX ? memchr(bytes, '\n', (size_t) (end - bytes)) : NULL;
                parts[count] = bytes;
                sizes[count++] = (size_t) ((newline ? newline : end) - bytes);
                if (!newline)
                        break;
                bytes = newline + 1;
        }
        for (size_t i = 0; i < count; i++) {
                size_t k = backwards ? count - 1 - i : i;
                log_lines_add(lines, like, parts[k], sizes[k]);
        }
}

/* ---- the journal ---- */

struct unitlog {
        struct op op;
        sd_event *event;
        sd_journal *journal;
        sd_event_source *turn, *io;
        struct loglines found;
        unsigned tail; /* lines */
        int64_t since;
        char *newest; /* cursor of the newest entry seen */
        bool follow, following;
        char *unit;          /* for sentences */
        struct error *error; /* of the start */
        struct log_reader reader;
};

static void log_drop(struct op *op) {
        struct unitlog *u = container_of(op, struct unitlog, op);
        sd_event_source_disable_unref(u->turn);
        sd_event_source_disable_unref(u->io);
        sd_journal_close(u->journal);
        sd_event_unref(u->event);
        loglines_done(&u->found);
        FREE_ALL(u->newest, u->unit);
        error_free(u->error);
}

static void log_fail(void *state) {
        struct unitlog *u = state;
        struct error *e = TAKE(u->error);
        op_end(&u->op);
        u->reader.failed(e, u->reader.userdata);
}

static void log_fail_errno(struct unitlog *u, int r) {
        error_errno(&u->error, r, "The log of %s cannot be read any further", u->unit);
        log_fail(u);
}

/* The value of a field of the current entry; NULL: none. Valid until the next field is read. */
static const char *log_field(sd_journal *journal, const char *name, size_t *ret_n) {
        const void *data;
        size_t n, skip = strlen(name) + 1;
        if (sd_journal_get_data(journal, name, &data, &n) < 0 || n < skip)
                return NULL;
        *ret_n = n - skip;
        return (const char *) data + skip;
}

static char *log_copy_field(sd_journal *journal, const char *name) {
        size_t n;
        const char *value = log_field(journal, name, &n);
        return value ? log_text(value, n < 256 ? n : 256) : NULL;
}

/* Podman writes its events to the journal, each with all labels of the image in its message: thousands of
 * bytes. Two fields are enough (podman-events(1), "journald"); NULL: not an event. */
static char *log_event_text(sd_journal *journal) {
        _cleanup_free_ char *event = log_copy_field(journal, "PODMAN_EVENT"),
                            *type = log_copy_field(journal, "PODMAN_TYPE"),
                            *name = log_copy_field(journal, "PODMAN_NAME"),
                            *status = log_copy_field(journal, "PODMAN_EXIT_CODE");
        if (!event || !type)
                return NULL;
        return str_printf("%s %s%s%s%s%s", type, event, name ? ": " : "", name ? name : "",
                          status ? ", exit status " : "", status ? status : "");
}

/* Beside the program there speak systemd, conmon (of cgroups and terminals, mostly; not where it calls it an
 * error) and "podman run -d", which prints the container's id. */
static enum log_source log_source(sd_journal *journal, const char *text) {
        size_t n;
        _cleanup_free_ char *pid = log_copy_field(journal, "_PID");
        _cleanup_free_ char *program = log_copy_field(journal, "_COMM");
        if (str_equal(pid, "1"))
                return LOG_SYSTEMD;
        bool id = strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
        bool monitor = str_equal(program, "conmon") && !log_field(journal, "CONTAINER_NAME", &n) &&
                       !strstr(text, "<error>");
        return id || monitor ? LOG_EVENT : LOG_PROGRAM;
}

/* Adds the current entry. Damaged ones are skipped: the next may be whole. */
static void log_add_entry(struct unitlog *u) {
        sd_journal *journal = u->journal;
        uint64_t real;
        if (sd_journal_get_realtime_usec(journal, &real) < 0)
                return;
        size_t n;
        const char *priority = log_field(journal, "PRIORITY", &n);
        bool known = priority && n == 1 && *priority >= '0' && *priority <= '7';
        struct log_line like = { .real = (int64_t) real, .priority = known ? *priority - '0' : -1 };
        like.identifier = log_copy_field(journal, "SYSLOG_IDENTIFIER");
        if (!like.identifier)
                like.identifier = log_copy_field(journal, "_COMM");
        _cleanup_free_ char *event = log_event_text(journal);
        _cleanup_free_ char *beginning = event ? NULL : log_copy_field(journal, "MESSAGE");
        like.source = event ? LOG_EVENT : log_source(journal, beginning ? beginning : "");
        const char *message = event ? event : log_field(journal, "MESSAGE", &n);
        if (message)
                loglines_add(&u->found, &like, message, event ? strlen(event) : n, !u->following);
        free(like.identifier);
}

/* Reports the found lines, oldest first. False: the reader dropped us, touch nothing. */
static bool log_give(struct unitlog *u) {
        struct loglines found = u->found;
        u->found = (struct loglines){};
        op_hold(&u->op);
        if (found.n)
                u->reader.lines(found.items, found.n, u->reader.userdata);
        loglines_done(&found);
        return op_release(&u->op);
}

static int log_on_journal(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct unitlog *u = userdata;
        int r = sd_journal_process(u->journal);
        if (r < 0)
                log_fail_errno(u, r);
        else if (r != SD_JOURNAL_NOP)
                sd_event_source_set_enabled(u->turn, SD_EVENT_ON);
        return 0;
}

/* Seeks to the newest reported entry, so that the next one is new, even if it came during the tail. */
static int log_seek_newest(struct unitlog *u) {
        if (!u->newest)
                return u->since ? sd_journal_seek_realtime_usec(u->journal, (uint64_t) u->since)
                                : sd_journal_seek_head(u->journal);
        int r = sd_journal_seek_cursor(u->journal, u->newest);
        if (r < 0 || (r = sd_journal_next(u->journal)) <= 0)
                return r;
        /* rotated away: the current entry is newer already */
        if (sd_journal_test_cursor(u->journal, u->newest) <= 0)
                log_add_entry(u);
        return 0;
}

static int log_begin_following(struct unitlog *u) {
        u->following = true;
        int r = log_seek_newest(u);
        if (r < 0)
                return r;
        r = sd_event_add_io(u->event, &u->io, sd_journal_get_fd(u->journal),
                            (uint32_t) sd_journal_get_events(u->journal), log_on_journal, u);
        return r < 0 ? r : sd_event_source_set_priority(u->io, PRIORITY);
}

static void log_tail_ended(struct unitlog *u) {
        struct loglines *found = &u->found;
        while (found->n > u->tail)
                log_line_done(&found->items[--found->n]);
        for (size_t i = 0, j = found->n; i + 1 < j; i++, j--) {
                struct log_line line = found->items[i];
                found->items[i] = found->items[j - 1];
                found->items[j - 1] = line;
        }
        if (!log_give(u))
                return;
        int r = u->follow ? log_begin_following(u) : 0;
        if (r < 0) {
                log_fail_errno(u, r);
                return;
        }
        if (!u->follow)
                op_end(&u->op);
        u->reader.reached(u->reader.userdata);
}

/* Adds one more entry. 1: there may be more, 0: that was the last one. */
static int log_step(struct unitlog *u) {
        uint64_t real;
        int r = u->following ? sd_journal_next(u->journal) : sd_journal_previous(u->journal);
        if (r <= 0)
                return r;
        if (!u->following && !u->newest)
                sd_journal_get_cursor(u->journal, &u->newest);
        if (!u->following && u->since && sd_journal_get_realtime_usec(u->journal, &real) >= 0 &&
            (int64_t) real < u->since)
                return 0;
        log_add_entry(u);
        return u->following || (u->found.n < u->tail && u->found.bytes < TAIL_BYTES);
}

static int log_on_turn(sd_event_source *source, void *userdata) {
        struct unitlog *u = userdata;
        int64_t until = usec_now(CLOCK_MONOTONIC) + TURN_USEC;
        int r = 1;
        for (unsigned i = 0; r > 0 && i < TURN_ENTRIES && usec_now(CLOCK_MONOTONIC) < until; i++)
                r = log_step(u);
        if (u->following) {
                if (r == 0)
                        sd_event_source_set_enabled(u->turn, SD_EVENT_OFF);
                if (log_give(u) && r < 0)
                        log_fail_errno(u, r);
        } else if (r < 0 && u->found.n == 0)
                log_fail_errno(u, r);
        else if (r <= 0)
                log_tail_ended(u); /* of a file whose rest is unreadable, too */
        return 0;
}

static void log_match(sd_journal *journal, const char *name, const char *value) {
        _cleanup_free_ char *text = str_printf("%s=%s", name, value);
        sd_journal_add_match(journal, text, 0);
}

/* journald sets the fields that begin with "_"; any process can send the others, so each is matched together
 * with one that proves that root sent it. conmon writes CONTAINER_NAME. */
static void log_select(sd_journal *journal, const struct log_query *query) {
        const char *run = query->invocation, *unit = run ? NULL : query->unit;
        const struct {
                const char *trusted, *trusted_value, *name, *value;
        } ways[] = {
                { NULL, NULL, "_SYSTEMD_INVOCATION_ID", run },
                { "_PID", "1", "INVOCATION_ID", run },
                { NULL, NULL, "_SYSTEMD_UNIT", unit },
                { "_PID", "1", "UNIT", unit },
                { "_UID", "0", "OBJECT_SYSTEMD_UNIT", unit },
                { "_UID", "0", "COREDUMP_UNIT", unit },
                { "_UID", "0", "CONTAINER_NAME", run ? NULL : query->container },
        };
        for (size_t i = 0; i < ELEMENTS(ways); i++) {
                if (!ways[i].value)
                        continue;
                sd_journal_add_disjunction(journal);
                if (ways[i].trusted)
                        log_match(journal, ways[i].trusted, ways[i].trusted_value);
                log_match(journal, ways[i].name, ways[i].value);
        }
        if (query->priority < 0 || query->priority >= 7)
                return;
        sd_journal_add_conjunction(journal);
        for (int p = 0; p <= query->priority; p++)
                log_match(journal, "PRIORITY", (char[]){ (char) ('0' + p), '\0' });
}

static int log_open(struct unitlog *u, const char *directory, const struct log_query *query) {
        int r = directory ? sd_journal_open_directory(&u->journal, directory, 0)
                          : sd_journal_open(&u->journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
        if (r < 0)
                return r;
        sd_journal_set_data_threshold(u->journal, LOG_MESSAGE_MAX + sizeof "MESSAGE=");
        log_select(u->journal, query);
        /* watch first, then read: no entry is missed */
        if (query->follow && (r = sd_journal_get_fd(u->journal)) < 0)
                return r;
        return sd_journal_seek_tail(u->journal);
}

struct op *unitlog_read(sd_event *event, const char *directory, const struct log_query *query,
                        const struct log_reader *reader) {
        struct unitlog *u = new0(struct unitlog);
        unsigned tail = query->tail ? query->tail : TAIL_DEFAULT;
        *u = (struct unitlog){ .op.drop = log_drop,
                               .event = sd_event_ref(event),
                               .reader = *reader,
                               .follow = query->follow,
                               .since = query->since,
                               .tail = tail < TAIL_MAX ? tail : TAIL_MAX,
                               .unit = xstrdup(query->unit        ? query->unit
                                               : query->container ? query->container
                                                                  : "") };
        int r = log_open(u, directory, query);
        if (r < 0)
                error_errno(&u->error, r, "The log of %s cannot be read", u->unit);
        else if (!directory && sd_journal_has_persistent_files(u->journal) == 0 &&
                 sd_journal_has_runtime_files(u->journal) == 0) {
                error_set(&u->error, -ENOENT, "There is no journal on this host that fairlead may read");
                error_hint(&u->error, "Only root, and members of the group systemd-journal, may read the "
                                      "system's log");
        }
        if (u->error)
                return op_answer(&u->op, event, log_fail);
        sd_event_add_defer(event, &u->turn, log_on_turn, u);
        sd_event_source_set_priority(u->turn, PRIORITY);
        sd_event_source_set_enabled(u->turn, SD_EVENT_ON);
        return &u->op;
}
