/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/log/log.h"

const char *const priority_names[PRIORITIES] = { "emerg",   "alert",  "crit", "err",
                                                 "warning", "notice", "info", "debug" };

int priority_from_text(const char *text) {
        long long n;
        if (str_to_int(text, 0, PRIORITIES - 1, &n) == 0)
                return (int) n;
        int found = -EINVAL;
        for (size_t i = 0; i < PRIORITIES; i++) {
                if (str_equal_nocase(text, priority_names[i]))
                        return (int) i;
                if (!str_empty(text) && strncasecmp(text, priority_names[i], strlen(text)) == 0)
                        found = found < 0 ? (int) i : -ENOTUNIQ;
        }
        return str_equal_nocase(text, "error") ? 3 : found;
}

void log_entry_done(struct log_entry *e) {
        for (size_t i = 0; i < e->n; i++)
                FREE_ALL(e->fields[i].name, e->fields[i].value);
        free(e->fields);
        *e = (struct log_entry) {};
}

bool log_line_has(const struct log_line *line, const char *text) {
        return (line->message && strcasestr(line->message, text)) ||
               (line->identifier && strcasestr(line->identifier, text));
}

/* A second between two entries may be the time that one of them took to be written; clocks that are slewed
 * move less. */
#define CLOCK_JUMP_USEC (10LL * 1000 * 1000)

int64_t log_clock_jump(const struct log_line *before, const struct log_line *after) {
        if (!before->boot[0] || !str_equal(before->boot, after->boot))
                return 0;
        int64_t jump = (after->real - before->real) - (after->monotonic - before->monotonic);
        return jump > CLOCK_JUMP_USEC || jump < -CLOCK_JUMP_USEC ? jump : 0;
}

void log_line_done(struct log_line *l) {
        FREE_ALL(l->identifier, l->message, l->cursor);
        *l = (struct log_line) {};
}

/* "Error: statfs /x: no such file", "fatal: …", "2026/11/24 [emerg] …": few programs give their lines a
 * priority. */
static bool log_sounds_bad(const struct log_line *line) {
        static const char *const words[] = { "error", "fatal", "panic", "emerg", "cannot", "can't", "failed",
                                             "failure", "denied", "refused", "no such", "not found",
                                             "invalid" };
        for (size_t i = 0; line->message && i < ELEMENTS(words); i++)
                if (strcasestr(line->message, words[i]))
                        return true;
        return false;
}

bool log_line_bad(const struct log_line *line) {
        return line->priority < 0 ? log_sounds_bad(line) : line->priority <= 3;
}

#define LOG_REASON_LINES 8U

const struct log_line *log_reason(const struct log_line *lines, size_t n) {
        const struct log_line *last = NULL;
        unsigned looked = 0;
        for (size_t i = n; i-- > 0 && looked < LOG_REASON_LINES;) {
                const struct log_line *line = &lines[i];
                if (line->source != LOG_PROGRAM || !line->message ||
                    !line->message[strspn(line->message, " \t")])
                        continue;
                looked++;
                /* the engine writes its own errors at "info" */
                if (log_sounds_bad(line) || log_line_bad(line))
                        return line;
                last = last ? last : line;
        }
        return last;
}

size_t log_errors(const struct log_line *lines, size_t n) {
        size_t errors = 0;
        for (size_t i = 0; i < n; i++)
                errors += lines[i].source == LOG_PROGRAM && log_line_bad(&lines[i]);
        return errors;
}

bool log_memory_ran_out(const struct log_line *lines, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (lines[i].source == LOG_SYSTEMD && lines[i].message &&
                    str_ends(lines[i].message, "killed by the OOM killer."))
                        return true;
        return false;
}
