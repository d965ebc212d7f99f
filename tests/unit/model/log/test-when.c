/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <time.h>

#include "model/log/when.h"

/* Sunday 2026-11-29 12:00:00 UTC */
#define NOW (1795953600LL * 1000000)
#define AT(seconds) ((seconds) * 1000000LL)
#define MIDNIGHT 1795910400LL

static void reads_times_as_people_type_them(void **state) {
        static const struct {
                const char *text;
                int64_t usec;           /* 0: refused */
        } rows[] = {
                { "now", NOW },
                { "2026-11-29 10:00", AT(MIDNIGHT + 36000) },
                { "2026-11-29T10:00:30", AT(MIDNIGHT + 36030) },
                { "2026-11-29", AT(MIDNIGHT) },
                { " 10:00 ", AT(MIDNIGHT + 36000) },
                { "10:00:05", AT(MIDNIGHT + 36005) },
                { "today", AT(MIDNIGHT) },
                { "Yesterday", AT(MIDNIGHT - 86400) },
                { "yesterday 23:59", AT(MIDNIGHT - 60) },
                { "-2h", NOW - AT(7200) },
                { "2h", NOW - AT(7200) },
                { "30s", NOW - AT(30) },
                { "10min", NOW - AT(600) },
                { "3d", NOW - AT(259200) },
                { "1 week ago", NOW - AT(604800) },
                { "2 hours", NOW - AT(7200) },
                { "@1795910400", AT(MIDNIGHT) },
                { "", 0 }, { "soon", 0 }, { "25:00", 0 }, { "10:60", 0 }, { "2026-13-01", 0 }, { "2026-02-30", 0 },
                { "2025-02-29", 0 }, { "2026-11-29 10", 0 }, { "2026-11-29x", 0 }, { "2h later", 0 }, { "h", 0 }, { "2", 0 },
                { "99999999d", 0 }, { "10:00 10:00", 0 }, { "todayish", 0 }, { "--2h", 0 }, { "@", 0 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_error_ struct error *e = NULL;
                int64_t usec = 0;
                int r = when_parse(rows[i].text, NOW, &usec, &e);
                if (rows[i].usec && (r < 0 || usec != rows[i].usec))
                        fail_msg("%s: %d, %lld", rows[i].text, r, (long long) usec);
                if (!rows[i].usec && (r != -EINVAL || !e->hint))
                        fail_msg("%s is taken", rows[i].text);
        }
}

static void reads_ranges(void **state) {
        static const struct {
                const char *text;
                int64_t since, until;
                const char *refused;
        } rows[] = {
                { "10:00 to 11:30", AT(MIDNIGHT + 36000), AT(MIDNIGHT + 41400), NULL },
                { "10:00..11:30", AT(MIDNIGHT + 36000), AT(MIDNIGHT + 41400), NULL },
                { "-2h", NOW - AT(7200), 0, NULL },
                { "-2h to -1h", NOW - AT(7200), NOW - AT(3600), NULL },
                { "to yesterday", 0, AT(MIDNIGHT) - 1, NULL },
                { "2026-11-28 to 2026-11-28", AT(MIDNIGHT - 86400), AT(MIDNIGHT) - 1, NULL },
                { "yesterday to 2026-11-29 10:00", AT(MIDNIGHT - 86400), AT(MIDNIGHT + 36000), NULL },
                { "", 0, 0, NULL },
                { "11:00 to 10:00", 0, 0, "The time \"10:00\" is not after \"11:00\"" },
                { "10:00 to later", 0, 0, "\"later\" is not a time" },
                { "soon to 10:00", 0, 0, "\"soon\" is not a time" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_error_ struct error *e = NULL;
                int64_t since = -1, until = -1;
                int r = when_parse_range(rows[i].text, NOW, &since, &until, &e);
                if (rows[i].refused) {
                        assert_int_equal(r, -EINVAL);
                        assert_string_equal(e->message, rows[i].refused);
                } else if (r < 0 || since != rows[i].since || until != rows[i].until)
                        fail_msg("%s: %d, %lld to %lld", rows[i].text, r, (long long) since, (long long) until);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_times_as_people_type_them), cmocka_unit_test(reads_ranges),
        };
        setenv("TZ", "UTC", 1);
        tzset();
        return cmocka_run_group_tests(tests, NULL, NULL);
}
