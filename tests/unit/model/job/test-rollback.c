/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a rollback of a job that is done means, by its kind and by the jobs after it. */
#include "model/job/rollback.h"

#include "base/str.h"
#include "tests/test.h"

static void add(struct job_list *all, const char *id, enum plan_verb verb, const char *name, enum job_state state) {
        struct job *job = job_new();
        job->id = strdup(id);
        job->verb = verb;
        job->name = strdup(name);
        job->state = state;
        job_list_take(all, job);
}

static void says_what_later_jobs_mean(void **state) {
        static const struct {
                enum plan_verb verb;
                enum job_state state;
                struct {
                        const char *id;
                        enum plan_verb verb;
                        const char *name;
                        enum job_state state;
                } other;
                bool fits;
                const char *refused, *text;
        } rows[] = {
                { VERB_UPGRADE, JOB_DONE, { NULL }, true, NULL, "rsyslog has its former image, answers and unit again" },
                { VERB_INSTALL, JOB_DONE, { NULL }, true, NULL, "rsyslog is not installed any more" },
                { VERB_RECONFIGURE, JOB_DONE, { NULL }, true, NULL, "rsyslog has its former answers" },
                { VERB_ACCESS, JOB_DONE, { NULL }, true, NULL, "Who may log in is as before; rsyslog is restarted." },
                { VERB_DISABLE, JOB_DONE, { NULL }, true, NULL, "rsyslog starts at boot, as before." },
                { VERB_REHEARSE, JOB_DONE, { NULL }, false, NULL, NULL },
                { VERB_RENEW, JOB_DONE, { NULL }, false, NULL, NULL },
                { VERB_INSTALL, JOB_FAILED, { NULL }, false, NULL, NULL },
                /* of the same service: its record is the later one's */
                { VERB_INSTALL, JOB_DONE, { "20261124-130000-00000001", VERB_UPGRADE, "rsyslog", JOB_DONE }, true,
                  "A later job has built on it: the upgrade of rsyslog", NULL },
                { VERB_INSTALL, JOB_DONE, { "20261124-130000-00000001", VERB_UPGRADE, "rsyslog", JOB_CANCELLED }, true, NULL, "are listed." },
                { VERB_INSTALL, JOB_DONE, { "20261124-110000-00000001", VERB_UPGRADE, "rsyslog", JOB_DONE }, true, NULL, "are listed." },
                { VERB_INSTALL, JOB_DONE, { "20261124-130000-00000001", VERB_DISABLE, "rsyslog", JOB_DONE }, true, NULL,
                  "A later job is done: disable rsyslog. What it changed stays as it left it." },
                { VERB_INSTALL, JOB_DONE, { "20261124-130000-00000001", VERB_INSTALL, "chrony", JOB_DONE }, true, NULL,
                  "A later job is done: install chrony. What it changed stays as it left it." },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(job_list_freep) struct job_list *all = new0(struct job_list);
                _cleanup_error_ struct error *e = NULL;
                add(all, "20261124-120000-00000000", rows[i].verb, "rsyslog", rows[i].state);
                const struct job *job = all->items[0];
                if (rows[i].other.id)
                        add(all, rows[i].other.id, rows[i].other.verb, rows[i].other.name, rows[i].other.state);
                assert_int_equal(rollback_fits(job), rows[i].fits);
                if (!rows[i].fits)
                        continue;
                int r = rollback_check(job, all, &e);
                assert_int_equal(r, rows[i].refused ? -ESTALE : 0);
                if (rows[i].refused) {
                        assert_string_equal(e->message, rows[i].refused);
                        continue;
                }
                _cleanup_free_ char *text = rollback_text(job, all);
                assert_non_null(strstr(text, rows[i].text));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(says_what_later_jobs_mean) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
