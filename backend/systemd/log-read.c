/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The reader's side: a process that may block, and be killed, at any instruction. */

#include "backend/systemd/log-internal.h"

#include <inttypes.h>
#include <time.h>

#include "backend/systemd/log-files.h"
#include "base/clock.h"
#include "base/text.h"
#include "model/service/address.h"

#define TAIL_DEFAULT 1000U
#define TAIL_MAX 100000U
#define TAIL_BYTES (8U * 1024 * 1024)
#define SEND_BYTES (32U * 1024)
#define PROGRESS_USEC (200U * 1000)
#define PROGRESS_ENTRIES 256U

struct reading {
        const struct log_task *task;
        const struct log_query *query;
        sd_journal *journal;
        int fd;
        struct str out;
        struct loglines found;
        struct log_needle *needle; /* NULL: every entry is wanted */
        unsigned tail;
        char *newest;           /* cursor of the newest entry seen on the way backwards */
        uint64_t entries;       /* read so far */
        bool backwards;         /* lines are found in the wrong order, and sent at the end */
        uint64_t written;       /* WRITE: entries */
        int64_t said;           /* when progress was sent last */
        struct error *error;
};

/* ---- sending ---- */

static int reading_write(int fd, const char *bytes, size_t n) {
        while (n > 0) {
                ssize_t done = TEMP_FAILURE_RETRY(write(fd, bytes, n));
                if (done < 0)
                        return -errno;
                bytes += done;
                n -= (size_t) done;
        }
        return 0;
}

/* Who nobody listens to ends. */
static void reading_send(struct reading *r) {
        if (r->out.length && reading_write(r->fd, r->out.text, r->out.length) < 0)
                _exit(1);
        str_cut(&r->out, 0);
}

static void reading_send_lines(struct reading *r) {
        for (size_t i = 0; i < r->found.n; i++) {
                frame_put_line(&r->out, &r->found.items[i]);
                if (r->out.length >= SEND_BYTES)
                        reading_send(r);
        }
        loglines_done(&r->found);
}

static void reading_progress(struct reading *r, int64_t real) {
        if (++r->entries % PROGRESS_ENTRIES)
                return;
        int64_t now = usec_now(CLOCK_MONOTONIC);
        if (now - r->said < PROGRESS_USEC)
                return;
        r->said = now;
        if (!r->backwards)
                reading_send_lines(r);
        frame_put_numbers(&r->out, FRAME_PROGRESS, r->entries, real);
        reading_send(r);
}

/* ---- reading ---- */

static bool log_add_wanted(struct reading *r) {
        if (!r->needle) {
                loglines_add_entry(&r->found, r->journal, r->backwards);
                return true;
        }
        if (!log_may_have(r->journal, r->needle))
                return false;
        size_t before = r->found.n;
        loglines_add_entry(&r->found, r->journal, r->backwards);
        for (size_t i = before; i < r->found.n; i++)
                if (log_needle_in(r->needle, &r->found.items[i]))
                        return true;
        while (r->found.n > before)
                log_line_done(&r->found.items[--r->found.n]);
        return false;
}

/* One entry further. 1: one was read (*ret_added), 0: that was the last one. */
static int reading_step(struct reading *r, bool *ret_added) {
        const struct log_query *query = r->query;
        uint64_t real = 0;
        *ret_added = false;
        int more = r->backwards ? sd_journal_previous(r->journal) : sd_journal_next(r->journal);
        if (more <= 0)
                return more;
        if (r->backwards && !r->newest)
                sd_journal_get_cursor(r->journal, &r->newest);
        if (sd_journal_get_realtime_usec(r->journal, &real) < 0)
                return 1;
        bool early = query->since && (int64_t) real < query->since,
             late = query->until && (int64_t) real > query->until;
        if (early || late) /* behind it nothing else is wanted */
                return r->backwards ? !early : !late;
        if (query->cursor && r->entries == 0 && sd_journal_test_cursor(r->journal, query->cursor) > 0)
                return 1;
        *ret_added = log_add_wanted(r);
        reading_progress(r, (int64_t) real);
        return 1;
}

static void reading_note_errno(struct reading *r, int code) {
        _cleanup_free_ char *text = str_printf("The log cannot be read any further (%s); \"journalctl "
                                               "--verify\" names the damaged file",
                                               strerrordesc_np(-code));
        frame_put_note(&r->out, text);
}

/* What was left out is said: the answer would be wrong else. */
static void reading_note_given_up(struct reading *r) {
        uint64_t n = r->needle ? log_needle_given_up(r->needle) : 0;
        if (!n)
                return;
        _cleanup_free_ char *text =
                str_printf(plural(n, "%" PRIu64 " line takes more steps than an expression may; it was left "
                                     "out",
                                  "%" PRIu64 " lines take more steps than an expression may; they were left "
                                  "out"),
                           n);
        frame_put_note(&r->out, text);
}

static void loglines_reverse(struct loglines *lines) {
        for (size_t i = 0, j = lines->n; i + 1 < j; i++, j--) {
                struct log_line line = lines->items[i];
                lines->items[i] = lines->items[j - 1];
                lines->items[j - 1] = line;
        }
}

static int reading_backwards(struct reading *r) {
        const struct log_query *query = r->query;
        int code = query->cursor  ? sd_journal_seek_cursor(r->journal, query->cursor)
                   : query->until ? sd_journal_seek_realtime_usec(r->journal, (uint64_t) query->until + 1)
                                  : sd_journal_seek_tail(r->journal);
        if (code < 0)
                return code;
        bool added, lines = query->way == LOG_NEWEST;
        unsigned entries = 0;
        r->backwards = true;
        while ((lines ? r->found.n : entries) < r->tail && r->found.bytes < TAIL_BYTES) {
                code = reading_step(r, &added);
                if (code <= 0)
                        break;
                entries += added;
        }
        r->backwards = false;
        while (lines && !query->whole && r->found.n > r->tail)
                log_line_done(&r->found.items[--r->found.n]);
        loglines_reverse(&r->found);
        if (code < 0 && !r->found.n)
                return code;
        reading_send_lines(r);
        if (code < 0) /* of a file whose rest is unreadable */
                reading_note_errno(r, code);
        return 0;
}

/* Before the first entry that is wanted on the way forwards. */
static int reading_seek_first(struct reading *r) {
        const struct log_query *query = r->query;
        if (query->cursor)
                return sd_journal_seek_cursor(r->journal, query->cursor);
        return query->since ? sd_journal_seek_realtime_usec(r->journal, (uint64_t) query->since)
                            : sd_journal_seek_head(r->journal);
}

/* To the newest entry that was read backwards, so that the next one is new, even if it came meanwhile. */
static int reading_seek_newest(struct reading *r) {
        if (!r->newest)
                return reading_seek_first(r);
        int code = sd_journal_seek_cursor(r->journal, r->newest);
        if (code < 0 || (code = sd_journal_next(r->journal)) <= 0)
                return code;
        /* rotated away: the current entry is newer already */
        if (sd_journal_test_cursor(r->journal, r->newest) <= 0)
                log_add_wanted(r);
        return 0;
}

/* Up to `most` entries that are wanted, 0: all. */
static int reading_forwards(struct reading *r, unsigned most) {
        unsigned entries = 0;
        int code = 1;
        while (code > 0 && (!most || entries < most)) {
                bool added;
                code = reading_step(r, &added);
                entries += added;
                if (r->found.bytes >= SEND_BYTES)
                        reading_send_lines(r);
        }
        reading_send_lines(r);
        if (code < 0)
                reading_note_errno(r, code);
        reading_send(r);
        return 0;
}

static int reading_follow(struct reading *r) {
        for (;;) {
                reading_forwards(r, 0);
                int code = sd_journal_wait(r->journal, UINT64_MAX);
                if (code < 0)
                        return code;
        }
}

static int reading_lines(struct reading *r) {
        const struct log_query *query = r->query;
        bool backwards = query->way == LOG_NEWEST || query->way == LOG_OLDER;
        int code = backwards ? reading_backwards(r) : reading_seek_first(r);
        if (code < 0)
                return code;
        if (!backwards)
                reading_forwards(r, query->way == LOG_ALL || query->follow ? 0 : r->tail);
        reading_note_given_up(r);
        frame_put_numbers(&r->out, FRAME_REACHED, r->entries, 0);
        reading_send(r);
        if (!query->follow)
                return 0;
        code = backwards ? reading_seek_newest(r) : 0;
        return code < 0 ? code : reading_follow(r);
}

/* ---- the other tasks ---- */

/* Control characters in a log would act on the terminal of whoever prints the file. */
static void write_line(struct str *out, const struct log_line *line) {
        char when[40] = "-";
        time_t seconds = (time_t) (line->real / 1000000);
        struct tm tm;
        if (localtime_r(&seconds, &tm))
                strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S%z", &tm);
        str_add(out, when);
        str_add_char(out, ' ');
        const char *name = line->identifier ? line->identifier : "-",
                   *message = line->message ? line->message : "(no text)";
        text_clean(out, name, strlen(name), 0, TEXT_UTF8, false);
        str_add(out, ": ");
        text_clean(out, message, strlen(message), 0, TEXT_UTF8, false);
        str_add_char(out, '\n');
}

static int reading_copy(struct reading *r) {
        int code = reading_seek_first(r);
        if (code < 0)
                return code;
        _cleanup_str_ struct str text = {};
        for (int more = 1; more > 0;) {
                bool added;
                more = reading_step(r, &added);
                r->written += added;
                for (size_t i = 0; i < r->found.n; i++)
                        write_line(&text, &r->found.items[i]);
                loglines_done(&r->found);
                if (text.length >= SEND_BYTES || more <= 0) {
                        code = text.length ? reading_write(r->task->file, text.text, text.length) : 0;
                        if (code < 0)
                                return code;
                        str_cut(&text, 0);
                }
                if (more < 0)
                        reading_note_errno(r, more);
        }
        if (fsync(r->task->file) < 0 && errno != EINVAL && errno != EROFS)
                return -errno;
        frame_put_numbers(&r->out, FRAME_END, r->written, 0);
        return 0;
}

static int boot_compare(const void *a, const void *b) {
        const struct log_boot *x = a, *y = b;
        return (x->first > y->first) - (x->first < y->first);
}

/* Its first and last entry; false: it has none that can be read. */
static bool boot_times(sd_journal *journal, struct log_boot *boot) {
        uint64_t first, last;
        sd_journal_flush_matches(journal);
        log_match(journal, "_BOOT_ID", boot->id);
        if (sd_journal_seek_head(journal) < 0 || sd_journal_next(journal) <= 0 ||
            sd_journal_get_realtime_usec(journal, &first) < 0 || sd_journal_seek_tail(journal) < 0 ||
            sd_journal_previous(journal) <= 0 || sd_journal_get_realtime_usec(journal, &last) < 0)
                return false;
        boot->first = (int64_t) first;
        boot->last = (int64_t) last;
        return true;
}

static int reading_boots(struct reading *r) {
        struct log_boot *boots = NULL;
        size_t n = 0, known = 0;
        int code = sd_journal_query_unique(r->journal, "_BOOT_ID");
        if (code < 0)
                return code;
        const void *data;
        size_t size;
        SD_JOURNAL_FOREACH_UNIQUE(r->journal, data, size) {
                const size_t skip = strlen("_BOOT_ID=");
                if (size != skip + 32 || n == 4096)
                        continue;
                room_for_one((void **) &boots, n, sizeof *boots);
                boots[n] = (struct log_boot) {};
                memcpy(boots[n++].id, (const char *) data + skip, 32);
        }
        for (size_t i = 0; i < n; i++)
                if (boot_times(r->journal, &boots[i]))
                        boots[known++] = boots[i];
        if (known)
                qsort(boots, known, sizeof *boots, boot_compare);
        for (size_t i = known > LOG_BOOTS_MAX ? known - LOG_BOOTS_MAX : 0; i < known; i++)
                frame_put_boot(&r->out, &boots[i]);
        free(boots);
        frame_put_numbers(&r->out, FRAME_END, known, 0);
        return 0;
}

static void entry_add(struct reading *r, const char *data, size_t n) {
        const char *equals = memchr(data, '=', n);
        if (!equals || equals - data > 64)
                return;
        const char *value = equals + 1;
        size_t bytes = n - (size_t) (value - data), shown = bytes;
        struct log_field field = { .name = xstrndup(data, (size_t) (equals - data)),
                                   .bytes = bytes,
                                   .binary = log_is_blob(value, bytes) };
        size_t most = field.binary ? LOG_FIELD_HEX : LOG_FIELD_BYTES;
        if (shown > most)
                shown = most;
        /* Nothing is said of a character that was cut in two. */
        while (!field.binary && shown < bytes && shown && ((uint8_t) value[shown] & 0xc0) == 0x80)
                shown--;
        field.cut = shown < bytes || n >= LOG_MESSAGE_MAX;
        _cleanup_str_ struct str text = {};
        for (size_t i = 0; field.binary && i < shown; i++)
                str_addf(&text, i ? " %02x" : "%02x", (uint8_t) value[i]);
        if (!field.binary)
                str_add_bytes(&text, value, shown);
        field.value = str_take(&text);
        frame_put_field(&r->out, &field);
        FREE_ALL(field.name, field.value);
}

static int reading_entry(struct reading *r) {
        const char *cursor = r->query->cursor;
        int code = sd_journal_seek_cursor(r->journal, cursor);
        if (code < 0 || (code = sd_journal_next(r->journal)) < 0)
                return code;
        if (code == 0 || sd_journal_test_cursor(r->journal, cursor) <= 0)
                return error_set(&r->error, -ENOENT, "That entry is not in the journal any more");
        uint64_t real = 0, fields = 0;
        sd_journal_get_realtime_usec(r->journal, &real);
        const void *data;
        size_t n;
        SD_JOURNAL_FOREACH_DATA(r->journal, data, n)
                if (fields++ < LOG_FIELDS_MAX)
                        entry_add(r, data, n);
        frame_put_numbers(&r->out, FRAME_END, fields, (int64_t) real);
        return 0;
}

/* What the system's journal has alone: entries of a user's manager lie in that user's file, too. */
static bool reading_is_system(const struct log_query *query) {
        uint32_t uid = UNIT_SYSTEM;
        if (query && query->unit)
                unit_address_name(query->unit, &uid);
        return query && uid == UNIT_SYSTEM && (query->unit || query->container || query->invocation);
}

static int reading_open(struct reading *r) {
        const struct log_task *task = r->task;
        bool one = reading_is_system(r->query);
        int code = task->directory
                           ? sd_journal_open_directory(&r->journal, task->directory, 0)
                           : sd_journal_open(&r->journal,
                                             SD_JOURNAL_LOCAL_ONLY | (one ? SD_JOURNAL_SYSTEM : 0));
        if (code < 0)
                return error_errno(&r->error, code, "The log of %s cannot be read", task->name);
        if (!task->directory && sd_journal_has_persistent_files(r->journal) == 0 &&
            sd_journal_has_runtime_files(r->journal) == 0) {
                error_set(&r->error, -ENOENT, "There is no journal on this host that fairlead may read");
                error_hint(&r->error, "Only root, and members of the group systemd-journal, may read the "
                                      "system's log");
                return -ENOENT;
        }
        sd_journal_set_data_threshold(r->journal, LOG_MESSAGE_MAX + sizeof "MESSAGE=");
        if (task->kind == LOG_TASK_LINES || task->kind == LOG_TASK_WRITE) {
                log_select(r->journal, r->query);
                _cleanup_free_ char *damage = log_files_damage(task->directory);
                if (damage)
                        frame_put_note(&r->out, damage);
        }
        /* watch first, then read: no entry is missed */
        return r->query && r->query->follow ? sd_journal_get_fd(r->journal) : 0;
}

static int reading_run(struct reading *r) {
        static int (*const tasks[])(struct reading *r) = {
                [LOG_TASK_LINES] = reading_lines,
                [LOG_TASK_WRITE] = reading_copy,
                [LOG_TASK_BOOTS] = reading_boots,
                [LOG_TASK_ENTRY] = reading_entry,
        };
        int code = r->query && !str_empty(r->query->text)
                           ? log_needle_new(r->query->text, &r->needle, &r->error)
                           : 0;
        code = code < 0 ? code : reading_open(r);
        return code < 0 ? code : tasks[r->task->kind](r);
}

_Noreturn void log_task_run(const struct log_task *task, int fd) {
        const struct log_query *query = task->query;
        unsigned tail = query && query->tail ? query->tail : TAIL_DEFAULT;
        struct reading r = { .task = task,
                             .query = query,
                             .fd = fd,
                             .tail = tail < TAIL_MAX ? tail : TAIL_MAX,
                             .said = usec_now(CLOCK_MONOTONIC) };
        int code = reading_run(&r);
        if (code < 0) {
                if (!r.error && task->kind == LOG_TASK_WRITE)
                        error_errno(&r.error, code, "The log of %s cannot be written to the file",
                                    task->name);
                else if (!r.error)
                        error_errno(&r.error, code, "The log of %s cannot be read any further", task->name);
                frame_put_failed(&r.out, r.error);
        }
        reading_send(&r);
        _exit(0);
}
