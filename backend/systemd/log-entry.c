/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An entry of the journal -> lines of text. Any process may write what stands in it. */

#include "backend/systemd/log-internal.h"

#include "base/text.h"
#include "model/service/address.h"

void loglines_done(struct loglines *lines) {
        for (size_t i = 0; i < lines->n; i++)
                log_line_done(&lines->items[i]);
        free(lines->items);
        *lines = (struct loglines){};
}

struct log_line *loglines_room(struct loglines *lines) {
        room_for_one((void **) &lines->items, lines->n, sizeof *lines->items);
        lines->items[lines->n] = (struct log_line){};
        return &lines->items[lines->n++];
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

static void log_lines_add(struct loglines *lines, const struct log_line *like, char *message, size_t part) {
        struct log_line *line = loglines_room(lines);
        *line = *like;
        line->more = part > 0;
        line->message = message;
        line->identifier = xstrdup(like->identifier);
        line->cursor = xstrdup(like->cursor);
        lines->bytes += (message ? strlen(message) : 0) + 256;
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
                log_lines_add(lines, like, log_text(parts[k], sizes[k]), k);
        }
}

const char *log_field(sd_journal *journal, const char *name, size_t *ret_n) {
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
        _cleanup_free_ char *event = log_copy_field(journal, "PODMAN_EVENT");
        if (!event)
                return NULL;
        _cleanup_free_ char *type = log_copy_field(journal, "PODMAN_TYPE"),
                            *name = log_copy_field(journal, "PODMAN_NAME"),
                            *status = log_copy_field(journal, "PODMAN_EXIT_CODE");
        if (!type)
                return NULL;
        return str_printf("%s %s%s%s%s%s", type, event, name ? ": " : "", name ? name : "",
                          status ? ", exit status " : "", status ? status : "");
}

/* Beside the program there speak systemd, conmon (of cgroups and terminals, mostly; not where it calls it an
 * error) and "podman run -d", which prints the container's id. */
static enum log_source log_source(sd_journal *journal, const char *program, const char *text) {
        size_t n;
        const char *pid = log_field(journal, "_PID", &n);
        if (pid && n == 1 && *pid == '1')
                return LOG_SYSTEMD;
        bool id = strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
        bool monitor = str_equal(program, "conmon") && !log_field(journal, "CONTAINER_NAME", &n) &&
                       !strstr(text, "<error>");
        return id || monitor ? LOG_EVENT : LOG_PROGRAM;
}

/* Colours and letters outside ASCII are text; a NUL, or bytes that are no UTF-8, are not. */
bool log_is_blob(const char *bytes, size_t n) {
        return memchr(bytes, '\0', n) || !text_is_utf8(bytes, n);
}

/* 0..7; -1: nobody said. What a container prints to standard error its engine stores as an error (3),
 * whatever it is: the normal start of SSSD as well as its failures. The stream says nothing of a line. */
static int log_priority(sd_journal *journal) {
        size_t n, k;
        const char *priority = log_field(journal, "PRIORITY", &n);
        int value = priority && n == 1 && *priority >= '0' && *priority <= '7' ? *priority - '0' : -1;
        if (value != 3 || !log_field(journal, "CONTAINER_NAME", &k))
                return value;
        _cleanup_free_ char *program = log_copy_field(journal, "_COMM");
        return program && STR_IN_SET(program, "conmon", "dockerd") ? -1 : value;
}

/* Damaged entries are skipped: the next may be whole. */
void loglines_add_entry(struct loglines *lines, sd_journal *journal, bool backwards) {
        uint64_t real, monotonic;
        sd_id128_t boot;
        if (sd_journal_get_realtime_usec(journal, &real) < 0)
                return;
        size_t n;
        struct log_line like = { .real = (int64_t) real, .priority = log_priority(journal) };
        if (sd_journal_get_monotonic_usec(journal, &monotonic, &boot) >= 0) {
                like.monotonic = (int64_t) monotonic;
                sd_id128_to_string(boot, like.boot);
        }
        char *cursor = NULL;
        if (sd_journal_get_cursor(journal, &cursor) < 0)
                cursor = NULL;
        like.cursor = cursor;
        _cleanup_free_ char *identifier = log_copy_field(journal, "SYSLOG_IDENTIFIER"),
                            *program = log_copy_field(journal, "_COMM"), *event = log_event_text(journal),
                            *beginning = event ? NULL : log_copy_field(journal, "MESSAGE");
        like.identifier = identifier ? identifier : program;
        like.source = event ? LOG_EVENT : log_source(journal, program, beginning ? beginning : "");
        const char *message = event ? event : log_field(journal, "MESSAGE", &n);
        if (event)
                n = strlen(event);
        like.blob = message && log_is_blob(message, n) ? n : 0;
        if (message)
                loglines_add(lines, &like, message, n, backwards);
        else
                log_lines_add(lines, &like, NULL, 0);
        free(cursor);
}

/* ---- selecting ---- */

void log_match(sd_journal *journal, const char *name, const char *value) {
        _cleanup_free_ char *text = str_printf("%s=%s", name, value);
        sd_journal_add_match(journal, text, 0);
}

struct log_way_of_unit {
        const char *trusted, *trusted_value, *name, *value;
};

static void log_select_ways(sd_journal *journal, const struct log_way_of_unit *ways, size_t n) {
        for (size_t i = 0; i < n; i++) {
                if (!ways[i].value)
                        continue;
                sd_journal_add_disjunction(journal);
                if (ways[i].trusted)
                        log_match(journal, ways[i].trusted, ways[i].trusted_value);
                log_match(journal, ways[i].name, ways[i].value);
        }
}

/* A unit of the manager of this user: whoever else runs may have one of the same name. That manager is no
 * PID 1; what it says is believed of its own user alone. */
static void log_select_user(sd_journal *journal, const char *unit, uint32_t user) {
        _cleanup_free_ char *uid = str_printf("%u", user);
        log_select_ways(journal,
                        (const struct log_way_of_unit[]){
                                { "_UID", uid, "_SYSTEMD_USER_UNIT", unit },
                                { "_UID", uid, "USER_UNIT", unit },
                                { "_UID", uid, "COREDUMP_USER_UNIT", unit },
                                { "_UID", uid, "OBJECT_SYSTEMD_USER_UNIT", unit },
                        },
                        4);
}

/* journald sets the fields that begin with "_"; any process can send the others, so each is matched together
 * with one that proves that root sent it. conmon writes CONTAINER_NAME. */
void log_select(sd_journal *journal, const struct log_query *query) {
        uint32_t uid = UNIT_SYSTEM;
        const char *run = query->invocation, *unit = NULL;
        if (!run && query->unit)
                unit = unit_address_name(query->unit, &uid);
        if (uid != UNIT_SYSTEM) {
                log_select_user(journal, unit, uid);
                unit = NULL;
        }
        log_select_ways(journal,
                        (const struct log_way_of_unit[]){
                                { NULL, NULL, "_SYSTEMD_INVOCATION_ID", run },
                                { "_PID", "1", "INVOCATION_ID", run },
                                { NULL, NULL, "_SYSTEMD_UNIT", unit },
                                { "_PID", "1", "UNIT", unit },
                                { "_UID", "0", "OBJECT_SYSTEMD_UNIT", unit },
                                { "_UID", "0", "COREDUMP_UNIT", unit },
                                { "_UID", "0", "CONTAINER_NAME", run ? NULL : query->container },
                                { NULL, NULL, "_TRANSPORT", query->kernel ? "kernel" : NULL },
                        },
                        8);
        if (query->boot) {
                sd_journal_add_conjunction(journal);
                char id[SD_ID128_STRING_MAX] = "";
                sd_id128_t now;
                if (str_equal(query->boot, LOG_BOOT_NOW) && sd_id128_get_boot(&now) >= 0)
                        sd_id128_to_string(now, id);
                log_match(journal, "_BOOT_ID", *id ? id : query->boot);
        }
        if (query->priority < 0 || query->priority >= 7)
                return;
        sd_journal_add_conjunction(journal);
        for (int p = 0; p <= query->priority; p++)
                log_match(journal, "PRIORITY", (char[]){ (char) ('0' + p), '\0' });
}

bool log_may_have(sd_journal *journal, struct log_needle *needle) {
        static const char *const fields[] = { "MESSAGE", "SYSLOG_IDENTIFIER", "_COMM", "PODMAN_EVENT" };
        for (size_t i = 0; i < ELEMENTS(fields); i++) {
                size_t n;
                const char *value = log_field(journal, fields[i], &n);
                if (!value)
                        continue;
                if (i == 3)
                        return true; /* its line is made of other fields */
                _cleanup_free_ char *copy = xstrndup(value, n);
                /* an expression is one of a line, and a message may have several */
                if (memchr(value, '\0', n) || memchr(value, '\n', n) ||
                    log_needle_in(needle, &(const struct log_line){ .message = copy }))
                        return true;
        }
        return false;
}
