/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/ui/fixtures.h"

/* Boots, entries and lines of the journal. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fixture_entry(const char *cursor, struct log_entry *ret) {
        static const struct {
                const char *name, *value;
                size_t bytes;
                bool binary, cut;
        } rows[] = {
                { "_PID", "4711", 4, false, false },
                { "MESSAGE", "cannot open /dev/xconsole\nno such file " HOSTILE_ESCAPE, 60, false, false },
                { "PRIORITY", "3", 1, false, false },
                { "CODE_FILE", "src/log.c", 9, false, false },
                { "_SYSTEMD_UNIT", "rsyslog.service", 15, false, false },
                { "COREDUMP", "7f 45 4c 46 02 01 01 00", 12345678, true, true },
                { "STACK", "a long text that is cut", 65536, false, true },
                { "A_FIELD_WITH_A_VERY_LONG_NAME_OF_A_PROGRAM", "its value", 9, false, false },
        };
        *ret = (struct log_entry) { .real = FIXTURE_NOW * 1000000, .cut = true, .n = ELEMENTS(rows) };
        ret->fields = xcalloc(ELEMENTS(rows), sizeof *ret->fields);
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                ret->fields[i] = (struct log_field) { .name = xstrdup(rows[i].name), .value = xstrdup(rows[i].value),
                                                      .bytes = rows[i].bytes, .binary = rows[i].binary, .cut = rows[i].cut };
}

bool fixture_boots(struct fake_host *fake, const char *which) {
        fake->entry = fixture_entry;
        fake->n_boots = (size_t) atoi(which);
        for (size_t i = 0; i < fake->n_boots; i++) {
                struct log_boot *boot = &fake->boots[i];
                snprintf(boot->id, sizeof boot->id, "boot%zu", i);
                boot->last = (FIXTURE_NOW - (int64_t) (fake->n_boots - 1 - i) * 86400) * 1000000;
                boot->first = boot->last - 80000 * 1000000LL;
        }
        return true;
}

bool fixture_log_line(struct fake_host *fake, const char *text) {
        char kind[8], boot[33];
        int priority, end = 0;
        long real, monotonic;
        static unsigned number;
        if (sscanf(text, "%7s %d %ld %ld %32s %n", kind, &priority, &real, &monotonic, boot, &end) < 5)
                return false;
        text += end;
        _cleanup_free_ char *cursor = str_printf("c%u", ++number);
        struct log_line line = { .real = (FIXTURE_NOW + real) * 1000000,
                                 .monotonic = monotonic * 1000000,
                                 .priority = priority,
                                 .blob = *text == '=' ? 312 : 0,
                                 .cursor = cursor,
                                 .identifier = (char *) "rsyslogd",
                                 .message = strcmp(text, "-") == 0 ? NULL : (char *) text };
        snprintf(line.boot, sizeof line.boot, "%s", boot);
        fake_host_log_line(fake, strcmp(kind, "page") == 0 ? REQUEST_PAGE : REQUEST_LOG, &line);
        return true;
}
