/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs and services of version 0.1.0 are listed, resumed, rolled back and uninstalled as by its own worker. */
#include "tests/unit/legacy.h"

#include "backend/format/emit.h"
#include "backend/jobs/jobs.h"
#include "backend/realm/realm.h"
#include "model/realm/failure.h"
#include "tests/unit/source.h"

#define QUADLETS "/etc/containers/systemd"
#define UNITS "/etc/systemd/system"

/* ---- lists ---- */

struct jobs_here {
        sd_event *event;
        struct jobs *jobs;
};

static struct jobs_here jobs_here(const struct host_fixture *f) {
        struct jobs_here j = {};
        assert_int_equal(sd_event_new(&j.event), 0);
        j.jobs = jobs_new(j.event, &f->paths, NULL);
        return j;
}

static void jobs_here_done(struct jobs_here *j) {
        jobs_free(j->jobs);
        sd_event_unref(j->event);
}

static const struct {
        enum plan_verb verb;
        const char *name;
        enum job_state state;
        int exit_status;
        size_t left, checks;
        const char *message;
} jobs_taken[JOBS] = {
        [LEAVE] = { VERB_UNINSTALL, "sssd", JOB_FAILED, 0, 0, 0, "The password is wrong" },
        [RENEWAL] = { VERB_RENEW, "sssd", JOB_DONE, -1, 0, 0,
                "The keys of this host are renewed: key version 3" },
        [ACCESS_2] = { VERB_ACCESS, "sssd", JOB_DONE, -1, 0, 0,
                "Who may log in: user bob@example.test; group operators@example.test" },
        [ACCESS_1] = { VERB_ACCESS, "sssd", JOB_DONE, -1, 0, 0, "Who may log in: user bob@example.test" },
        [JOIN] = { VERB_INSTALL, "sssd", JOB_DONE, 0, 0, 3, "sssd is installed; sssd.service runs" },
        [NO_USER] = { VERB_INSTALL, "sssd", JOB_FAILED, 1, 0, 0, "There is no such user in the realm" },
        [NO_RIGHT] = { VERB_INSTALL, "sssd", JOB_FAILED, 1, 0, 0,
                "This account may not join computers here" },
        [WRONG_PASSWORD] = { VERB_INSTALL, "sssd", JOB_FAILED, 1, 0, 0, "The password is wrong" },
        [SLOW] = { VERB_INSTALL, "slow", JOB_DONE, 0, 0, 0, "slow is installed; slow.service runs" },
        [MYTIMER] = { VERB_INSTALL, "mytimer", JOB_DONE, 0, 0, 0,
                "mytimer is installed; mytimer.service runs" },
        [TOOLS] = { VERB_INSTALL, "tools", JOB_DONE, -1, 0, 0, "tools is installed" },
        [CHRONY] = { VERB_INSTALL, "chrony", JOB_DONE, -1, 0, 0, "chrony is installed; chrony.service runs" },
        [PLAIN] = { VERB_INSTALL, "plain", JOB_DONE, -1, 0, 0, "plain is installed; plain.service runs" },
        [UPGRADE] = { VERB_UPGRADE, "rsyslog", JOB_DONE, 0, 0, 0,
                "rsyslog is upgraded from version 8.2302 to 9" },
        [RSYSLOG] = { VERB_INSTALL, "rsyslog", JOB_DONE, 0, 0, 0,
                "rsyslog is installed; rsyslog.service runs" },
        [UNINSTALL] = { VERB_UNINSTALL, "clock", JOB_DONE, -1, 0, 0, "clock is uninstalled" },
        [CLOCK] = { VERB_INSTALL, "clock", JOB_DONE, -1, 0, 0, "clock is installed; clock.service runs" },
        [ROLLED_BACK] = { VERB_INSTALL, "chrony", JOB_CANCELLED, -1, 0, 0,
                "Everything was restored" },
        [BROKEN] = { VERB_INSTALL, "held", JOB_BROKEN, 7, 2, 0, "The installer ended with status 7" },
        [UNHEALTHY] = { VERB_INSTALL, "sickly", JOB_FAILED, 0, 0, 0,
                "sickly.service runs, but its check did not pass: status 1" },
        [FALLS] = { VERB_INSTALL, "falls", JOB_FAILED, -1, 0, 0,
                "falls.service did not stay up: it ended with status 1" },
        [CANCELLED] = { VERB_INSTALL, "endless", JOB_CANCELLED, 143, 0, 0,
                "Cancelled; everything was restored" },
        [HALFWAY] = { VERB_INSTALL, "halfway", JOB_FAILED, 7, 0, 0, "The installer ended with status 7" },
        [REHEARSAL] = { VERB_REHEARSE, "rsyslog", JOB_DONE, 0, 0, 0,
                "the install of rsyslog would change 6 of the host's files; nothing was changed" },
};

static void lists_jobs(void **state) {
        struct host_fixture *f = *state;
        _cleanup_(jobs_here_done) struct jobs_here j = jobs_here(f);
        _cleanup_(job_list_freep) struct job_list *list = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(jobs_list(j.jobs, &list, &e), e);
        assert_int_equal(list->n, JOBS);
        for (size_t i = 0; i < list->n; i++) {
                const struct job *job = list->items[i];
                assert_int_equal(job->verb, jobs_taken[i].verb);
                assert_string_equal(job->name, jobs_taken[i].name);
                assert_int_equal(job->state, jobs_taken[i].state);
                assert_int_equal(job->exit_status, jobs_taken[i].exit_status);
                assert_string_equal(job->message, jobs_taken[i].message);
                assert_int_equal(strv_length(job->left), jobs_taken[i].left);
                assert_int_equal(job->n_checks, jobs_taken[i].checks);
                assert_true(job->started > LEGACY_TAKEN - 3600 && job->ended >= job->started);
                assert_true(job->ended < LEGACY_TAKEN);
                assert_true(job->log_size > 100);
                assert_true(!job->hint == (job->state == JOB_DONE || i == ROLLED_BACK));
        }
        const struct job *falls = list->items[FALLS], *join = list->items[JOIN];
        assert_int_equal(falls->steps[STEP_HEALTH].state, STEP_FAILED);
        assert_int_equal(falls->steps[STEP_UNIT].state, STEP_DONE);
        assert_int_equal(join->steps[STEP_COMMIT].state, STEP_DONE);
        assert_false(job_checks_fail(join));
        assert_int_equal(join->checks[1].verdict, VERDICT_OK);
        assert_non_null(str_starts(join->checks[1].text, "Keytab: "));
}

/* Its records name a failure by its sentence. */
static void knows_the_failures(void **state) {
        static const struct {
                unsigned job;
                const char *id;
        } rows[] = {
                { WRONG_PASSWORD, "wrong-password" },
                { NO_RIGHT, "no-permission" },
                { NO_USER, "unknown-user" },
                { LEAVE, "wrong-password" },
        };
        struct host_fixture *f = *state;
        _cleanup_free_ char *text = tree_read(source_root(), LEGACY "/failures.txt");
        _cleanup_strv_ char **lines = strv_split(text, "\n");
        assert_true(strv_length(lines) > 40);
        for (char **line = lines; *line; line++) {
                char *sentence = strchr(*line, '\t');
                *sentence++ = '\0';
                const struct failure *found = failure_recorded(NULL, sentence);
                if (!found)
                        fail_msg("nobody knows \"%s\"", sentence);
                assert_string_equal(found->id, *line);
        }
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *id = legacy_job(f, rows[i].job);
                _cleanup_(job_freep) struct job *job = read_job(f, id);
                const struct failure *found = job->failure;
                assert_non_null(found);
                assert_string_equal(found->id, rows[i].id);
        }
}

static void reads_plans(void **state) {
        struct host_fixture *f = *state;
        static const struct {
                unsigned job;
                const char *name, *mode, *last_word;
                enum unit_kind unit;
                enum realm_kind joins;
                size_t secrets;
        } rows[] = {
                { JOIN, "sssd", "ad", "--automatic-id-mapping=yes", UNIT_QUADLET, REALM_AD, 1 },
                { UPGRADE, "rsyslog", "forward", "/usr/bin/script.sh", UNIT_QUADLET, REALM_NONE, 0 },
                { PLAIN, "plain", "default", NULL, UNIT_SERVICE, REALM_NONE, 0 },
                { MYTIMER, "mytimer", "default", "/usr/bin/install.sh", UNIT_QUADLET, REALM_NONE, 0 },
                { TOOLS, "tools", "default", NULL, UNIT_NONE, REALM_NONE, 0 },
                { LEAVE, "sssd", "ad", "--remove", UNIT_NONE, REALM_AD, 1 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_plan_ struct plan *plan = NULL, *again = NULL;
                _cleanup_error_ struct error *e = NULL;
                _cleanup_free_ char *id = legacy_job(f, rows[i].job);
                _cleanup_close_ int folder = jobfolder_open(&f->paths, id, NULL);
                assert_ok(jobfolder_plan(folder, &plan, &e), e);
                assert_string_equal(plan->name, rows[i].name);
                assert_string_equal(plan->given.mode ? plan->given.mode : "", rows[i].mode);
                assert_int_equal(plan->unit.kind, rows[i].unit);
                assert_int_equal(plan->joins, rows[i].joins);
                assert_int_equal(plan->n_secrets, rows[i].secrets);
                assert_true(!rows[i].last_word == !plan->command);
                if (plan->command)
                        assert_true(strv_contains(plan->command->argv, rows[i].last_word));
                /* and what is written of it says the same */
                _cleanup_free_ char *text = emit_plan(plan), *twice = NULL;
                assert_ok(plan_parse(text, strlen(text), &again, &e), e);
                twice = emit_plan(again);
                assert_string_equal(twice, text);
        }
}

static void lists_services(void **state) {
        static const struct {
                const char *name, *version, *mode, *unit, *file, *changed;
                unsigned job, changes;
        } rows[] = {
                { "chrony", "4.3", "default", "chrony.service", QUADLETS "/chrony.container",
                  QUADLETS "/chrony.container", CHRONY, 1 },
                { "mytimer", "2.0", "default", "mytimer.service", NULL, "/etc/mytimer/interval", MYTIMER, 4 },
                { "plain", "1", "default", "plain.service", UNITS "/plain.service",
                  UNITS "/plain.service", PLAIN, 2 },
                { "rsyslog", "9", "forward", "rsyslog.service", QUADLETS "/rsyslog.container",
                  "/etc/rsyslog.d/90-newer.conf", UPGRADE, 11 },
                { "slow", "1", "default", "slow.service", QUADLETS "/slow.container", "/etc/hosts", SLOW, 5 },
                { "sssd", "2.8", "ad", "sssd.service", NULL, "/etc/sssd/sssd.conf", JOIN, 54 },
                { "tools", "1.2", "default", NULL, NULL, NULL, TOOLS, 0 },
        };
        struct host_fixture *f = *state;
        _cleanup_(jobs_here_done) struct jobs_here j = jobs_here(f);
        _cleanup_error_ struct error *e = NULL;
        _cleanup_(service_list_freep) struct service_list *list = services_list(&f->paths, &e);
        assert_null(e);
        service_list_sort(list);
        assert_int_equal(list->n, ELEMENTS(rows));
        for (size_t i = 0; i < list->n; i++) {
                const struct service *s = list->items[i];
                assert_string_equal(s->name, rows[i].name);
                assert_string_equal(s->pin.version, rows[i].version);
                assert_string_equal(s->given.mode, rows[i].mode);
                assert_true(str_equal(s->units ? s->units[0] : NULL, rows[i].unit));
                assert_true(str_equal(s->files ? s->files[0] : NULL, rows[i].file));
                _cleanup_free_ char *job = legacy_job(f, rows[i].job);
                assert_string_equal(s->job, job);
                assert_string_equal(s->container, rows[i].name);
                assert_non_null(s->run_argv);
                assert_true(s->installed > LEGACY_TAKEN - 3600 && s->installed < LEGACY_TAKEN);
                _cleanup_(change_report_freep) struct change_report *report = NULL;
                assert_ok(jobs_changes(j.jobs, s->name, true, &report, &e), e);
                assert_string_equal(report->job, s->job);
                assert_int_equal(report->changes->n, rows[i].changes);
                assert_true(!rows[i].changed || changes_find(report->changes, rows[i].changed));
        }
        const struct service *sssd = list->items[5], *rsyslog = list->items[3];
        assert_string_equal(answers_get(sssd->given.answers, "domain"), "example.test");
        assert_int_equal(strv_length(sssd->rewritten), 2);
        assert_non_null(sssd->renew_argv);
        assert_non_null(sssd->health_argv);
        assert_true(rsyslog->upgraded > rsyslog->installed);
}

/* With the difference of a file that is text. */
static void shows_changes(void **state) {
        struct host_fixture *f = *state;
        _cleanup_(jobs_here_done) struct jobs_here j = jobs_here(f);
        _cleanup_(change_report_freep) struct change_report *slow = NULL, *halfway = NULL;
        _cleanup_error_ struct error *e = NULL;
        _cleanup_free_ char *failed = legacy_job(f, HALFWAY);
        assert_ok(jobs_changes(j.jobs, "slow", true, &slow, &e), e);
        assert_string_equal(slow->changes->items[1].path, "/etc/hosts");
        assert_int_equal(slow->changes->items[1].what, CHANGE_CONTENT);
        assert_non_null(strstr(slow->diffs[1], "\n+# slow\n"));
        assert_int_equal(jobs_changes(j.jobs, failed, false, &halfway, NULL), -ENODATA);
}

static void is_in_the_realm(void **state) {
        struct host_fixture *f = *state;
        _cleanup_(membership_freep) struct membership *m = membership_read(&f->paths);
        assert_int_equal(m->kind, REALM_AD);
        assert_string_equal(m->domain, "example.test");
        assert_string_equal(m->service, "sssd");
        assert_string_equal(m->principal, "HOST2$@EXAMPLE.TEST");
        assert_int_equal(m->kvno, 3);
        _cleanup_free_ char *access = access_words(&m->access);
        assert_string_equal(access, "user bob@example.test; group operators@example.test");
}

/* ---- rolled back ---- */

static void services_run(struct fake_systemd *s) {
        static const char *const names[] = { "rsyslog", "plain", "chrony", "mytimer", "slow", "sssd" };
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                _cleanup_free_ char *unit = str_printf("%s.service", names[i]);
                fake_systemd_add(s, unit, "active", "running", "enabled");
        }
}

static void roll_back(const struct host_fixture *f, unsigned which, enum job_state state, size_t left) {
        _cleanup_free_ char *id = legacy_job(f, which);
        struct with with = { .prepare = services_run, .mode = WORKER_ROLL_BACK };
        assert_int_equal(run_job(f, id, with), WORKER_FAILED);
        _cleanup_(job_freep) struct job *job = read_job(f, id);
        _cleanup_free_ char *log = read_job_file(f, id, "log");
        if (job->state != state || strv_length(job->left) != left)
                fail_msg("%s: %s\n%s", id, job_state_name(job->state), log);
}

static bool is_there(const struct host_fixture *f, const char *path) {
        return access(tree_path(f->root, path), F_OK) == 0;
}

static void refuses_what_cannot_be_rolled_back(const struct host_fixture *f) {
        static const unsigned jobs[] = { RENEWAL, LEAVE, CANCELLED, REHEARSAL, RSYSLOG };
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        for (size_t i = 0; i < ELEMENTS(jobs); i++) {
                _cleanup_free_ char *id = legacy_job(f, jobs[i]);
                _cleanup_(job_freep) struct job *was = read_job(f, id);
                assert_int_equal(run_job(f, id, (struct with) { .mode = WORKER_ROLL_BACK }), WORKER_FAILED);
                _cleanup_(job_freep) struct job *job = read_job(f, id);
                assert_int_equal(job->state, was->state);
                _cleanup_close_ int folder = jobfolder_open(&f->paths, id, NULL);
                assert_true(jobfolder_refusal(folder, NULL) < 0);
        }
        assert_tree(f->root, before);
}

/* Newest first, as each builds on those before. */
static void rolls_back_what_is_done(void **state) {
        struct host_fixture *f = *state;
        legacy_part(f, "base");
        refuses_what_cannot_be_rolled_back(f);

        roll_back(f, ACCESS_2, JOB_CANCELLED, 0);
        _cleanup_(membership_freep) struct membership *m = membership_read(&f->paths);
        _cleanup_free_ char *access = access_words(&m->access);
        assert_string_equal(access, "user bob@example.test");

        /* a file that somebody changed since stays, in its folder */
        roll_back(f, MYTIMER, JOB_CANCELLED, 2);
        _cleanup_free_ char *interval = tree_read(f->root, "/etc/mytimer/interval");
        assert_string_equal(interval, "20\n");
        assert_false(services_exists(&f->paths, "mytimer") || is_there(f, UNITS "/mytimer.service"));

        roll_back(f, UPGRADE, JOB_CANCELLED, 2);        /* what the daemon has written since stays */
        _cleanup_(service_freep) struct service *rsyslog = NULL;
        _cleanup_free_ char *conf = tree_read(f->root, "/etc/rsyslog.conf");
        assert_int_equal(services_read(&f->paths, "rsyslog", &rsyslog, NULL), 0);
        assert_string_equal(rsyslog->pin.version, "8.2302");
        assert_int_equal(rsyslog->upgraded, 0);
        assert_null(strstr(conf, "# more"));
        assert_false(is_there(f, "/etc/rsyslog.d/90-newer.conf"));

        assert_true(is_there(f, "/etc/held"));
        roll_back(f, BROKEN, JOB_FAILED, 0);
        assert_false(is_there(f, "/etc/held"));
}

/* ---- uninstalled ---- */

static void uninstall(const struct host_fixture *f, const char *name, size_t left) {
        _cleanup_plan_ struct plan *plan = legacy_uninstall(f, name);
        struct fake_systemd *systemd = NULL;
        _cleanup_(job_freep) struct job *job = run_done(f, plan, .prepare = services_run, .systemd = &systemd);
        _cleanup_free_ char *unit = str_printf("%s.service", name);
        struct fake_unit *u = fake_systemd_find(systemd, unit);
        /* An upgraded one ran before its upgrade, too, and the fake systemd does not lose it with its file: it
         * is started again. */
        assert_true(!u || str_equal(u->active, str_equal(name, "rsyslog") ? "active" : "inactive"));
        fake_systemd_free(systemd);
        if (strv_length(job->left) != left)
                print_left(job);
        assert_int_equal(strv_length(job->left), left);
        assert_false(services_exists(&f->paths, name));
}

static void uninstalls_all(void **state) {
        struct host_fixture *f = *state;
        legacy_part(f, "base");
        uninstall(f, "slow", 0);
        uninstall(f, "mytimer", 0);
        uninstall(f, "tools", 0);
        uninstall(f, "chrony", 0);
        uninstall(f, "plain", 0);
        uninstall(f, "rsyslog", 2);     /* its log, and the folder that holds it */
        uninstall(f, "sssd", 1);        /* the computer account */
        _cleanup_free_ char *before = legacy_files(f, "before", NULL), *after = legacy_files(f, "base", NULL);
        assert_string_equal(after, before);
        _cleanup_(membership_freep) struct membership *m = membership_read(&f->paths);
        assert_int_equal(m->kind, REALM_NONE);
}

/* ---- without their worker ---- */

static void expect_interrupted(const struct host_fixture *f, const char *id, enum job_way way) {
        _cleanup_(jobs_here_done) struct jobs_here j = jobs_here(f);
        _cleanup_(job_list_freep) struct job_list *list = NULL;
        assert_int_equal(jobs_list(j.jobs, &list, NULL), 0);
        assert_string_equal(list->items[0]->id, id);
        assert_int_equal(list->items[0]->state, JOB_INTERRUPTED);
        assert_int_equal(list->items[0]->way, way);
}

static void new_units(struct fake_systemd *s) {
        services_run(s);
        fake_systemd_add(s, "second.service", "inactive", "dead", "generated");
        fake_systemd_add(s, "sickly.service", "active", "running", "generated");
        fake_systemd_add(s, "clings.service", "active", "running", "generated");
}

static const struct died {
        const char *part;
        enum job_way way;
        const char *but;                /* what somebody else made meanwhile */
        const char *service;            /* of an install that is resumed */
        const char *made, *gone;        /* a file then */
} died[] = {
        { "command", WAY_AGAIN, NULL, "second", "/etc/slow/again.conf", NULL },
        { "check", WAY_GO_ON, "/etc/sick", "sickly", "/etc/containers/systemd/sickly.container", NULL },
        { "uninstall", WAY_AGAIN, NULL, NULL, NULL, "/etc/slow" },
        { "undo", WAY_UNDO, NULL, NULL, NULL, NULL },
};

static void rolls_back_what_died(void **state) {
        struct host_fixture *f = *state;
        for (size_t i = 0; i < ELEMENTS(died); i++) {
                _cleanup_free_ char *id = legacy_died(f, died[i].part);
                expect_interrupted(f, id, died[i].way);
                struct with with = { .prepare = new_units, .mode = WORKER_ROLL_BACK };
                assert_int_equal(run_job(f, id, with), WORKER_FAILED);
                _cleanup_(job_freep) struct job *job = read_job(f, id);
                print_left(job);
                assert_int_equal(job->state, JOB_FAILED);
                assert_int_equal(strv_length(job->left), 0);
                _cleanup_free_ char *before = legacy_files(f, "base", died[i].but);
                _cleanup_free_ char *after = legacy_files(f, died[i].part, died[i].but);
                _cleanup_free_ char *active = jobfolder_active(&f->paths);
                assert_string_equal(after, before);
                assert_null(active);
        }
}

static void resumes_what_died(void **state) {
        struct host_fixture *f = *state;
        for (size_t i = 0; i < ELEMENTS(died); i++) {
                const struct died *d = &died[i];
                _cleanup_free_ char *id = legacy_died(f, d->part);
                int status = run_job(f, id, (struct with) { .prepare = new_units, .mode = WORKER_RESUME });
                if (d->way == WAY_UNDO)
                        assert_int_equal(status, WORKER_FAILED);
                else
                        expect_done(f, id, status);
                if (d->service)
                        assert_true(services_exists(&f->paths, d->service));
                assert_true(!d->made || is_there(f, d->made));
                assert_false(d->gone && is_there(f, d->gone));
                _cleanup_(job_freep) struct job *job = read_job(f, id);
                print_left(job);
                assert_int_equal(strv_length(job->left), 0);
        }
}

/* ---- without a container ---- */

static void is_in_the_realm_by_realmd(void **state) {
        struct host_fixture *f = *state;
        _cleanup_error_ struct error *e = NULL;
        _cleanup_(service_list_freep) struct service_list *list = services_list(&f->paths, &e);
        assert_int_equal(list->n, 1);
        const struct service *s = list->items[0];
        assert_string_equal(s->name, "realmd");
        assert_string_equal(s->pin.reference, "host/realmd");
        assert_string_equal(s->units[0], "sssd.service");
        assert_string_equal(s->renew_argv[0], "/usr/sbin/adcli");
        assert_null(s->run_argv);
        assert_null(s->container);
        _cleanup_free_ char *no_right = legacy_job(f, NATIVE_NO_RIGHT);
        _cleanup_(job_freep) struct job *failed = read_job(f, no_right);
        assert_int_equal(failed->state, JOB_FAILED);
        assert_string_equal(failed->failure->id, "no-permission");
        _cleanup_(membership_freep) struct membership *m = membership_read(&f->paths);
        assert_int_equal(m->kind, REALM_AD);
        assert_string_equal(m->service, "realmd");
        assert_string_equal(m->principal, "HOST4$@EXAMPLE.TEST");
        assert_int_equal(m->access.permit, PERMIT_LISTED);
}

static void leaves_by_realmd(void **state) {
        struct host_fixture *f = *state;
        roll_back(f, NATIVE_ACCESS, JOB_CANCELLED, 0);
        _cleanup_(membership_freep) struct membership *m = membership_read(&f->paths);
        assert_int_equal(m->access.permit, PERMIT_DOMAIN);
        uninstall(f, "realmd", 1);
        /* pam-auth-update had written all of these anew, most as they were */
        _cleanup_free_ char *before = legacy_files(f, "before", "/etc/pam.d/common-");
        _cleanup_free_ char *after = legacy_files(f, "base", "/etc/pam.d/common-");
        assert_string_equal(after, before);
        _cleanup_free_ char *session = tree_read(f->root, "/etc/pam.d/common-session");
        _cleanup_free_ char *session_before = tree_read(f->top, "/before/root/etc/pam.d/common-session");
        assert_string_equal(session, session_before);
        _cleanup_(membership_freep) struct membership *none = membership_read(&f->paths);
        assert_int_equal(none->kind, REALM_NONE);
}

int main(void) {
        const struct CMUnitTest one_after_another[] = {
                cmocka_unit_test(lists_jobs),
                cmocka_unit_test(knows_the_failures),
                cmocka_unit_test(reads_plans),
                cmocka_unit_test(lists_services),
                cmocka_unit_test(shows_changes),
                cmocka_unit_test(is_in_the_realm),
                cmocka_unit_test(rolls_back_what_died),
                cmocka_unit_test(uninstalls_all),
        };
        const struct CMUnitTest anew[] = {
                cmocka_unit_test(resumes_what_died),
                cmocka_unit_test(rolls_back_what_is_done),
        };
        const struct CMUnitTest native[] = {
                cmocka_unit_test(is_in_the_realm_by_realmd),
                cmocka_unit_test(leaves_by_realmd),
        };
        int failed = cmocka_run_group_tests(one_after_another, legacy_set_up, legacy_tear_down);
        failed += cmocka_run_group_tests(anew, legacy_set_up, legacy_tear_down);
        return failed + cmocka_run_group_tests(native, legacy_set_up_native, legacy_tear_down);
}
