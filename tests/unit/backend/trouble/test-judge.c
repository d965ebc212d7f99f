/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <signal.h>

#include "backend/trouble/trouble.h"
#include "tests/unit/tree.h"

#define S(text) ((char *) text)
#define DAY 86400
#define NOW (2000LL * DAY)

static struct trouble_limits defaults(void) {
        struct trouble_limits limits;
        trouble_limits_read(NULL, "", &limits);
        return limits;
}

static void judges_units(void **state) {
        const struct trouble_limits limits = defaults();
        const struct journal_answer loop = { .kind = TROUBLE_RESTART_LOOP, .n = 5, .first = 77 };
        const struct {
                struct unit_detail d;
                enum trouble_kind kind;
                const char *sentence;   /* NULL: no trouble */
        } rows[] = {
                { { .unit = { .name = S("a.service"), .active = S("failed") }, .result = S("exit-code"), .exit_code = CLD_EXITED,
                    .exit_status = 7 },
                  TROUBLE_UNIT_FAILED, "a.service failed: its main process ended with status 7" },
                { { .unit = { .name = S("a.service"), .active = S("failed") }, .result = S("timeout"), .why = S("no \x1b[1m way") },
                  TROUBLE_UNIT_FAILED, "a.service failed: it took longer than its unit file allows: no <1b>[1m way" },
                { { .unit = { .name = S("a.service"), .active = S("active") } }, TROUBLE_UNIT_FAILED, NULL },
                { { .unit = { .name = S("a.service"), .active = S("active") }, .need_reload = true }, TROUBLE_NOT_RELOADED,
                  "The files of a.service changed since systemd read them: systemctl daemon-reload reads them" },
                { { .unit = { .name = S("a.service"), .active = S("active") } }, TROUBLE_NOT_RELOADED, NULL },
                { { .unit = { .name = S("a.service"), .active = S("activating") }, .restarts = 3 }, TROUBLE_RESTART_LOOP,
                  "a.service was restarted 5 times in 10 minutes" },
                /* started anew by a person since, or given up */
                { { .unit = { .name = S("a.service"), .active = S("active") }, .restarts = 2 }, TROUBLE_RESTART_LOOP, NULL },
                { { .unit = { .name = S("a.service"), .active = S("failed") }, .restarts = 9 }, TROUBLE_RESTART_LOOP, NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(trouble_list_freep) struct trouble_list *list = new0(struct trouble_list);
                if (rows[i].kind == TROUBLE_UNIT_FAILED)
                        trouble_judge_failed(&rows[i].d, list);
                else if (rows[i].kind == TROUBLE_NOT_RELOADED)
                        trouble_judge_edited(&rows[i].d, list);
                else
                        trouble_judge_loop(&rows[i].d, &loop, &limits, list);
                if (rows[i].sentence) {
                        assert_int_equal(list->n, 1);
                        assert_int_equal(list->items[0].kind, rows[i].kind);
                        assert_string_equal(list->items[0].sentence, rows[i].sentence);
                        assert_string_equal(list->items[0].target, "a.service");
                } else
                        assert_int_equal(list->n, 0);
        }
}

static void judges_the_realm(void **state) {
        const struct trouble_limits limits = defaults();
        const struct {
                struct membership m;
                const char *id;
        } rows[] = {
                { { .kind = REALM_NONE }, NULL },
                { { .kind = REALM_AD, .realm = S("E"), .asked = true, .online = true }, NULL },
                { { .kind = REALM_AD, .realm = S("E"), .asked = true }, "realm-offline:E" },
                { { .kind = REALM_AD, .realm = S("E"), .silent = true }, "realm-offline:E" },
                { { .kind = REALM_AD, .realm = S("E") }, NULL },
                { { .kind = REALM_AD, .realm = S("E"), .clock_known = true, .clock_usec = 59999999 }, NULL },
                { { .kind = REALM_AD, .realm = S("E"), .clock_known = true, .clock_usec = -61000000 }, "clock:realm" },
                { { .kind = REALM_AD, .realm = S("E"), .key_time = NOW - 59 * DAY }, NULL },
                { { .kind = REALM_AD, .realm = S("E"), .principal = S("H$"), .key_time = NOW - 60 * DAY }, "keytab:H$" },
                { { .kind = REALM_IPA, .realm = S("E"), .key_time = NOW - 600 * DAY }, NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(trouble_list_freep) struct trouble_list *list = new0(struct trouble_list);
                trouble_judge_realm(&rows[i].m, NOW, &limits, list);
                assert_int_equal(list->n, rows[i].id != NULL);
                if (rows[i].id)
                        assert_string_equal(list->items[0].id, rows[i].id);
        }
}

static void judges_the_clock(void **state) {
        const struct trouble_limits limits = defaults();
        struct unit chrony = { .name = S("chrony.service"), .active = S("active") },
                    other = { .name = S("x.service"), .active = S("active") };
        struct unit_list serves = { .items = &chrony, .n = 1 }, none = { .items = &other, .n = 1 };
        const struct {
                const struct unit_list *units;
                bool off, container;
                int64_t uptime;
                const char *id;
        } rows[] = {
                { &serves, false, false, DAY, NULL },        { &none, false, false, DAY, NULL },
                { &none, true, false, DAY, "time-service:host" }, { &serves, true, false, DAY, "clock:host" },
                { &serves, true, false, 60, NULL },          { &none, true, true, DAY, NULL },
                { NULL, true, false, DAY, NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *root = tree_new();
                _cleanup_(trouble_list_freep) struct trouble_list *list = new0(struct trouble_list);
                if (rows[i].container)
                        tree_write(root, "/run/systemd/container", "podman\n");
                trouble_judge_clock(root, rows[i].off, rows[i].uptime, rows[i].units, &limits, list);
                assert_int_equal(list->n, rows[i].id != NULL);
                if (rows[i].id)
                        assert_string_equal(list->items[0].id, rows[i].id);
                tree_remove(root);
        }
}

static void judges_answers_of_the_journal(void **state) {
        const struct trouble_limits limits = defaults();
        _cleanup_(trouble_list_freep) struct trouble_list *list = new0(struct trouble_list);
        trouble_add(list, TROUBLE_OOM_KILL, "a.service", PLACE_LOG, "a.service", "The cgroup knows it");
        const struct journal_answer answers[] = {
                { .kind = TROUBLE_OOM_KILL, .unit = S("a.service"), .n = 2, .first = 7 },
                { .kind = TROUBLE_OOM_KILL, .unit = S("b.service"), .n = 1, .first = 8 },
                { .kind = TROUBLE_LOG_ERRORS, .unit = S("c.service"), .n = 2, .first = 9, .line = S("no key") },
                { .kind = TROUBLE_UNCLEAN_BOOT },
        };
        for (size_t i = 0; i < ELEMENTS(answers); i++)
                trouble_judge_answer(&answers[i], &limits, list);
        trouble_list_sort(list);
        const char *sentences[] = {
                "The cgroup knows it",
                "The kernel killed a process of b.service 1 time in 24 hours: memory ran out",
                "c.service has logged 2 errors since its start: no key",
                "This host was not shut down before its last boot: power loss, a crash or a reset",
        };
        assert_int_equal(list->n, ELEMENTS(sentences));
        for (size_t i = 0; i < list->n; i++)
                assert_string_equal(list->items[i].sentence, sentences[i]);
        assert_int_equal(list->items[0].since, 7);
}

static void judges_newer_images(void **state) {
        static const char before[] = "podman run -d IMAGE", after[] = "podman run -d --name NAME IMAGE",
                          broken[] = "podman run -d --name NAME --bogus IMAGE",
                          worse[] = "podman run -d --name NAME --bogus --frob --nicht --nada --nome=x IMAGE";
        const struct {
                const char *before, *after, *sentence;
                enum severity severity;
        } rows[] = {
                { after, after, "r/web names a newer image on this host than the one that web runs: upgrade it",
                  SEVERITY_INFO },
                { before, after, "r/web names a newer image than the one that web runs; finding gone: The container has no name of its own",
                  SEVERITY_INFO },
                { after, before, "r/web names a newer image than the one that web runs; new finding: The container has no name of its own",
                  SEVERITY_INFO },
                { before, broken,
                  "r/web names a newer image than the one that web runs; new finding: Podman has no option --bogus; "
                  "finding gone: The container has no name of its own", SEVERITY_WARN },
                { broken, worse, "r/web names a newer image on this host than the one that web runs: upgrade it", SEVERITY_WARN },
                { after, worse,
                  "r/web names a newer image than the one that web runs; new findings: Podman has no option --bogus; "
                  "Podman has no option --frob; Podman has no option --nicht; and 1 more", SEVERITY_WARN },
        };
        const struct host_status host = { .engine = ENGINE_PODMAN, .engine_version = "5.4.2" };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(trouble_list_freep) struct trouble_list *list = new0(struct trouble_list);
                struct service service = { .name = S("web"), .pin.reference = S("r/web"), .newer = true };
                label_list_set(&service.pin.labels, "RUN", rows[i].before);
                label_list_set(&service.newer_labels, "RUN", rows[i].after);
                trouble_judge_update(&service, &host, list);
                assert_int_equal(list->n, 1);
                assert_string_equal(list->items[0].sentence, rows[i].sentence);
                assert_int_equal(list->items[0].severity, rows[i].severity);
                label_list_done(&service.pin.labels);
                label_list_done(&service.newer_labels);
        }
}

static void judges_jobs_and_services(void **state) {
        _cleanup_(trouble_list_freep) struct trouble_list *list = new0(struct trouble_list);
        const struct job jobs[] = {
                { .id = S("1"), .verb = VERB_INSTALL, .name = S("x"), .state = JOB_DONE },
                { .id = S("2"), .verb = VERB_INSTALL, .name = S("x"), .state = JOB_INTERRUPTED },
                { .id = S("3"), .verb = VERB_UPGRADE, .name = S("x"), .state = JOB_BROKEN },
                { .id = S("4"), .verb = VERB_INSTALL, .name = S("x"), .state = JOB_RUNNING },
        };
        const struct host_status host = { .engine = ENGINE_PODMAN, .engine_version = "5.4.2" };
        struct service service = { .name = S("web"), .units = (char *[]) { S("web.service"), NULL }, .pin.reference = S("r/web") };
        for (size_t i = 0; i < ELEMENTS(jobs); i++)
                trouble_judge_job(&jobs[i], list);
        trouble_judge_update(&service, &host, list);
        trouble_judge_health(&service, "connection refused\nmore", list);
        trouble_judge_health(&service, NULL, list);
        service.newer = true;
        trouble_judge_update(&service, &host, list);
        const char *sentences[] = {
                "The job that was to install x was interrupted: resume it or roll it back",
                "The job that was to upgrade x failed, and could not be rolled back whole: retry it",
                "The health check of web fails: connection refused",
                "The health check of web fails",
                "r/web names a newer image on this host than the one that web runs: upgrade it",
        };
        assert_int_equal(list->n, ELEMENTS(sentences));
        for (size_t i = 0; i < list->n; i++)
                assert_string_equal(list->items[i].sentence, sentences[i]);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(judges_units),
                cmocka_unit_test(judges_the_realm),
                cmocka_unit_test(judges_the_clock),
                cmocka_unit_test(judges_answers_of_the_journal),
                cmocka_unit_test(judges_newer_images),
                cmocka_unit_test(judges_jobs_and_services),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
