/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <sys/stat.h>

#include "base/str.h"
#include "model/job/retention.h"

#define NOW 1800000000
#define DAY 86400

static void limits_are_read(void **state) {
        static const struct {
                const char *text;
                unsigned jobs, days;
        } rows[] = {
                { NULL, 50, 90 },
                { "", 50, 90 },
                { "[jobs]\nkeep = 7\ndays=0\n", 7, 0 },
                { "[other]\nkeep = 7\n", 50, 90 },
                { "[jobs]\nkeep = -1\ndays = many\n", 50, 90 },
                { "# [jobs]\n[jobs]\nkeep = 999999999\ndays = 3\n", 50, 3 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct retention got = retention_parse(rows[i].text);
                assert_int_equal(got.jobs, rows[i].jobs);
                assert_int_equal(got.days, rows[i].days);
                assert_false(got.all);
        }
}

/* ---- fates ---- */

struct row {
        enum plan_verb verb;
        enum job_state state;
        const char *name;
        int earlier; /* row of the job before it; -1: none */
        bool recorded, leaves;
        unsigned age; /* days */
        char fate; /* o c r */
};

static void judge(const struct row *rows, size_t n, const struct retention *limits) {
        struct past_job past[64] = {};
        assert_true(n <= ELEMENTS(past));
        for (size_t i = 0; i < n; i++) {
                struct job *job = job_new();
                time_t t = NOW - (time_t) rows[i].age * DAY;
                char id[32];
                strftime(id, sizeof id, "%Y%m%d-%H%M%S-", gmtime(&t));
                job->id = str_printf("%s%08zx", id, n - i);
                job->verb = rows[i].verb;
                job->state = rows[i].state;
                job->name = xstrdup(rows[i].name);
                job->ended = job_state_final(job->state) ? t : 0;
                past[i] = (struct past_job) { .job = job, .recorded = rows[i].recorded, .leaves = rows[i].leaves };
        }
        for (size_t i = 0; i < n; i++)
                past[i].earlier = rows[i].earlier < 0 ? NULL : past[rows[i].earlier].job->id;
        retention_judge(past, n, limits, NOW);
        for (size_t i = 0; i < n; i++) {
                static const char words[] = { [FATE_OPEN] = 'o', [FATE_CLOSED] = 'c', [FATE_REMOVED] = 'r' };
                if (words[past[i].fate] != rows[i].fate)
                        fail_msg("row %zu: %c, not %c", i, words[past[i].fate], rows[i].fate);
        }
        for (size_t i = 0; i < n; i++)
                job_free((struct job *) past[i].job);
}

#define DONE(verb, ...) { VERB_##verb, JOB_DONE, "a", __VA_ARGS__ }

/* All of one service, newest first. */
static void what_can_be_undone_stays_whole(void **state) {
        static const struct retention limits = { .jobs = 50, .days = 90 };
        static const struct row installed[] = { DONE(INSTALL, -1, true, .age = 4000, .fate = 'o') };
        static const struct row upgraded[] = {
                DONE(UPGRADE, 1, true, .fate = 'o'),
                DONE(UPGRADE, 2, false, .fate = 'o'),   /* what an undo of the newest leaves the service to */
                DONE(INSTALL, -1, false, .fate = 'c'),
        };
        static const struct row removed[] = {
                DONE(UNINSTALL, 1, false, .fate = 'o'),
                DONE(INSTALL, -1, false, .fate = 'o'),
        };
        static const struct row left[] = {
                DONE(UNINSTALL, 1, false, .leaves = true, .fate = 'c'),
                DONE(INSTALL, -1, false, .fate = 'c'),
        };
        static const struct row again[] = {
                DONE(INSTALL, -1, true, .fate = 'o'),
                DONE(UNINSTALL, 2, false, .fate = 'c'),
                DONE(INSTALL, -1, false, .fate = 'c'),
        };
        static const struct row access[] = {
                DONE(REHEARSE, -1, false, .fate = 'c'),
                DONE(RENEW, -1, false, .fate = 'c'),
                DONE(ACCESS, 4, false, .fate = 'o'),
                DONE(ACCESS, 4, false, .fate = 'c'),
                DONE(INSTALL, -1, true, .fate = 'o'),
        };
        static const struct row unlike[] = {
                { VERB_INSTALL, JOB_RUNNING, "a", -1, .fate = 'o' },
                { VERB_INSTALL, JOB_INTERRUPTED, "b", -1, .fate = 'o' },
                { VERB_INSTALL, JOB_UNDOING, "c", -1, .age = 400, .fate = 'o' },
                { VERB_INSTALL, JOB_BROKEN, "d", -1, .age = 400, .fate = 'o' },
                { VERB_INSTALL, JOB_QUEUED, "e", -1, .fate = 'o' },
                { VERB_INSTALL, JOB_QUEUED, "e", -1, .age = 2, .fate = 'c' },
                { VERB_INSTALL, JOB_FAILED, "f", -1, .fate = 'c' },
                { VERB_INSTALL, JOB_CANCELLED, "f", -1, .age = 91, .fate = 'r' },
                { VERB_INSTALL, JOB_DONE, NULL, -1, .fate = 'c' },
                { VERB_UNINSTALL, JOB_DONE, "d", -1, .fate = 'o' },
        };
        static const struct row stuck[] = {     /* broken, but its service was installed since */
                DONE(INSTALL, -1, true, .fate = 'o'),
                { VERB_INSTALL, JOB_BROKEN, "a", -1, .fate = 'c' },
        };
        judge(installed, ELEMENTS(installed), &limits);
        judge(upgraded, ELEMENTS(upgraded), &limits);
        judge(removed, ELEMENTS(removed), &limits);
        judge(left, ELEMENTS(left), &limits);
        judge(again, ELEMENTS(again), &limits);
        judge(access, ELEMENTS(access), &limits);
        judge(unlike, ELEMENTS(unlike), &limits);
        judge(stuck, ELEMENTS(stuck), &limits);
}

/* 60 failed jobs and one that is needed; by number, by age, none of these, all. */
static void the_rest_goes_by_number_and_age(void **state) {
        static const struct {
                struct retention limits;
                unsigned age; /* of all, in days */
                size_t stay;  /* the newest ones */
        } cases[] = {
                { { .jobs = 50, .days = 90 }, 1, 50 },
                { { .jobs = 0, .days = 90 }, 1, 60 },
                { { .jobs = 50, .days = 90 }, 91, 5 },  /* a clock that was set wrong empties nothing */
                { { .jobs = 50, .days = 0 }, 91, 50 },
                { { .jobs = 3, .days = 90 }, 91, 3 },
                { { .all = true }, 0, 0 },
        };
        for (size_t c = 0; c < ELEMENTS(cases); c++) {
                struct row rows[61];
                for (size_t i = 0; i < 60; i++)
                        rows[i] = (struct row) { VERB_INSTALL, JOB_FAILED, "f", -1, .age = cases[c].age,
                                                 .fate = i < cases[c].stay ? 'c' : 'r' };
                rows[60] = (struct row) { VERB_INSTALL, JOB_DONE, "a", -1, .recorded = true, .age = 1000, .fate = 'o' };
                judge(rows, 61, &cases[c].limits);
        }
}

static void what_not_everybody_reads_is_private(void **state) {
        static const struct {
                const char *path;
                mode_t mode;
                bool private;
        } rows[] = {
                { "/etc", S_IFDIR | 0755, false },
                { "/etc/empty", S_IFREG | 0600, false },
                { "/etc/hosts", S_IFREG | 0644, false },
                { "/etc/krb5.keytab", S_IFREG | 0600, true },
                { "/etc/link", S_IFLNK | 0777, false },
                { "/etc/shadow", S_IFREG | 0640, true },
                { "/etc/ssl/private", S_IFDIR | 0710, false },
                { "/etc/ssl/private-not", S_IFREG | 0644, false },
                { "/etc/ssl/private/a.key", S_IFREG | 0644, true },
                { "/etc/ssl/private/below/b.key", S_IFREG | 0644, true },
        };
        struct manifest m = {};
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct entry e = { .path = xstrdup(rows[i].path), .mode = rows[i].mode, .size = i == 1 ? 0 : 10 };
                if (S_ISREG(e.mode))
                        memset(e.digest, 'a' + (int) i, 64);
                manifest_take(&m, &e);
        }
        manifest_sort(&m);
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                if (retention_is_private(&m, manifest_find(&m, rows[i].path)) != rows[i].private)
                        fail_msg("%s", rows[i].path);
        manifest_done(&m);
}

static void ids_have_a_time(void **state) {
        assert_int_equal(job_id_time("20261129-200647-0000abcd"), 1795982807);
        assert_int_equal(job_id_time("2026"), 0);
        assert_int_equal(job_id_time(NULL), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(limits_are_read),
                cmocka_unit_test(what_can_be_undone_stays_whole),
                cmocka_unit_test(the_rest_goes_by_number_and_age),
                cmocka_unit_test(what_not_everybody_reads_is_private),
                cmocka_unit_test(ids_have_a_time),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
