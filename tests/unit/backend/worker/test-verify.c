/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/worker-fixture.h"
#include "tests/unit/source.h"

static void assert_check(const struct job_check *check, const char *line) {
        _cleanup_free_ char *text = str_printf("%s %s", verdict_name(check->verdict), check->text);
        assert_string_equal(text, line);
}

/* What stands in a join's result is what was seen on the host: root is a user here, whom SSSD has nothing to do with. */
static void a_join_is_looked_at(void **state) {
        static const struct {
                enum realm_kind joins;
                bool keys;
                bool sockets;           /* sssd.conf and a unit in systemd's folder name one responder */
                const char *kinit;      /* what the container's does */
                const char *user, *keytab, *message;
                bool fails;
        } rows[] = {
                { REALM_AD, false, false, "exit 0", "ok User: root is user 0 of this host", "fail Keytab: there is no /etc/krb5.keytab, or it has no keys",
                  "demo is installed, but the join does not work as it should", true },
                { REALM_AD, true, true, "exit 0", "ok User: root is user 0 of this host", "ok Keytab: HOST1$@EXAMPLE.TEST, version 3: the realm gives a ticket for it",
                  "This host has joined EXAMPLE.TEST as HOST1$", false },
                { REALM_AD, true, false, "echo said; echo no KDC; exit 1", "ok User: root is user 0 of this host",
                  "fail Keytab: the realm gives no ticket for HOST1$@EXAMPLE.TEST, version 3: no KDC",
                  "demo is installed, but the join does not work as it should", true },
                { REALM_AD, true, false, "exit 127", "ok User: root is user 0 of this host",
                  "warn Keytab: HOST1$@EXAMPLE.TEST, version 3; not tried: there is no kinit where SSSD runs",
                  "This host has joined EXAMPLE.TEST as HOST1$", false },
                { REALM_NONE, true, false, "exit 1", NULL, NULL, "demo is installed; demo.service runs", false },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct host_fixture *f = host_fixture_new();
                _cleanup_free_ char *script = str_printf(rows[i].keys ? "cp %s/tests/fuzz/corpus/keytab/two $ROOT/etc/krb5.keytab" : "true",
                                                         source_root());
                if (rows[i].sockets) {
                        tree_write(f->root, "/etc/sssd/sssd.conf", "[sssd]\nservices = nss, pam\ndomains = example.test\n");
                        tree_write(f->root, "/etc/systemd/system/sssd.service.wants/sssd-nss.socket", "");
                }
                _cleanup_free_ char *podman = str_printf("#!/bin/sh\n[ $1 = exec ] || eval \"$3\"\n[ $1 != exec ] || { %s; }\n", rows[i].kinit);
                tree_write(f->top, "/podman", podman);
                _cleanup_plan_ struct plan *plan = script_plan(f, script, ENGINE_PODMAN);
                plan->joins = rows[i].joins;
                plan->join_domain = strdup("nowhere");
                plan->join_user = strdup("root@EXAMPLE.TEST");
                plan->run = script_command(f, "true", ENGINE_PODMAN);
                _cleanup_free_ char *id = make_job(f, plan);
                assert_int_equal(run_job(f, id, (struct with) { .prepare = ordinary }), WORKER_DONE);
                _cleanup_(job_freep) struct job *job = read_job(f, id), *copy = job_copy(job);
                assert_int_equal(job->state, JOB_DONE);
                assert_string_equal(job->message, rows[i].message);
                size_t more = rows[i].sockets;
                assert_int_equal(job->n_checks, rows[i].user ? 3 + more : 0);
                if (rows[i].user) {
                        assert_check(&job->checks[0], rows[i].user);
                        assert_check(&job->checks[1], rows[i].keytab);
                        if (more)
                                assert_check(&job->checks[2],
                                             "warn Sockets: they fail whenever sssd.service starts, as sssd.conf starts their responders "
                                             "itself: systemctl disable sssd-nss.socket");
                        assert_true(copy->checks[2 + more].verdict != VERDICT_FAIL);
                        assert_non_null(str_starts(copy->checks[2 + more].text, "This host: its own user root is found in "));
                }
                assert_true(job_checks_fail(copy) == rows[i].fails);
                host_fixture_free(f);
        }
}

static void lines_of_others_are_no_crash(void **state) {
        static const struct {
                const char *line, *text;
                enum verdict verdict;
        } rows[] = {
                { "", "", VERDICT_WARN },
                { "nonsense: x", "nonsense: x", VERDICT_WARN },
                { "fail", "fail", VERDICT_FAIL },
                { "ok x", "x", VERDICT_OK },
        };
        _cleanup_(job_freep) struct job *job = job_new();
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                job_add_check(job, STEP_HEALTH, rows[i].line);
                assert_int_equal(job->checks[i].verdict, rows[i].verdict);
                assert_string_equal(job->checks[i].text, rows[i].text);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_join_is_looked_at, host_set_up, host_tear_down),
                cmocka_unit_test(lines_of_others_are_no_crash),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
