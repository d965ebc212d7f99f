/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/systemd/log-lines.h"

void loglines_done(struct loglines *lines) {
        for (size_t i = 0; i < lines->n; i++)
                log_line_done(&lines->items[i]);
        free(lines->items);
        *lines = (struct loglines){};
}

char *loglines_text(const char *bytes, size_t n) {
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
                                                      .message = loglines_text(bytes, n),
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
