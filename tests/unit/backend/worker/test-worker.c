/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/worker-fixture.h"

#include "backend/store/host-lock.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

static void installs_and_uninstalls(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = script_plan(f, INSTALL_SCRIPT, ENGINE_PODMAN);
        _cleanup_(job_freep) struct job *job = run_done(f, plan);
        assert_string_equal(job->message, "demo is installed; its unit is demo.service");
        assert_int_equal(job->exit_status, 0);
        assert_int_equal(job->steps[STEP_PULL].state, STEP_DONE);
        assert_string_equal(job->steps[STEP_PULL].note, "already here");
        assert_int_equal(job->steps[STEP_START].state, STEP_SKIPPED);
        _cleanup_free_ char *log = read_job_file(f, job->id, "log"), *result = read_job_file(f, job->id, "result.json");
        assert_non_null(strstr(log, "installing\r\n"));
        assert_non_null(strstr(log, "fairlead: run the installer\r\n"));
        assert_non_null(strstr(log, "fairlead: skipped: start the unit: systemd does not run here\r\n"));
        assert_null(strstr(log, "fairlead: start the unit\r\n"));
        /* each step once: with what came of it, or behind what it waited for */
        assert_non_null(strstr(log, "fairlead: get the image\r\n\036fairlead:   already here\r\n"));
        assert_non_null(strstr(log, "\036fairlead: record the service\r\n\036fairlead: Job done\r\n"));
        assert_non_null(strstr(result, "\"done\""));
        _cleanup_(service_freep) struct service *service = NULL;
        assert_int_equal(services_read(&f->paths, "demo", &service, NULL), 0);
        assert_string_equal(service->job, job->id);
        assert_string_equal(service->units[0], "demo.service");
        assert_string_equal(service->files[0], "/etc/systemd/system/demo.service");
        assert_true(is_held(f));

        /* once more is refused by name, and nothing is touched */
        _cleanup_free_ char *installed = tree_fingerprint(f->root);
        _cleanup_(job_freep) struct job *refused = run_failed(f, plan);
        assert_string_equal(refused->message, "A service named demo is installed already");
        assert_int_equal(refused->steps[STEP_SNAPSHOT].state, STEP_TODO);
        assert_tree(f->root, installed);

        _cleanup_plan_ struct plan *leave = script_plan(f, "echo leaving; rm $ROOT/etc/demo/demo.conf", ENGINE_PODMAN);
        leave->verb = VERB_UNINSTALL;
        _cleanup_(job_freep) struct job *gone = run_done(f, leave);
        print_left(gone);
        assert_int_equal(strv_length(gone->left), 0);
        assert_false(services_exists(&f->paths, "demo"));
        assert_false(is_held(f));
        assert_tree(f->root, before);
}

static void uninstalling_keeps_what_the_admin_changed(void **state) {
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = script_plan(f, INSTALL_SCRIPT, ENGINE_PODMAN), *leave = script_plan(f, NULL, ENGINE_NONE);
        job_free(run_done(f, plan));
        tree_write(f->root, "/etc/hosts", "the admin's\n");
        leave->verb = VERB_UNINSTALL;
        _cleanup_(job_freep) struct job *job = run_done(f, leave);
        assert_int_equal(strv_length(job->left), 1);
        assert_non_null(strstr(job->left[0], "/etc/hosts: changed since the install; its former content is "));
        _cleanup_free_ char *hosts = tree_read(f->root, "/etc/hosts"), *passwd = tree_read(f->root, "/etc/passwd");
        assert_string_equal(hosts, "the admin's\n");
        assert_non_null(passwd);
}

static void with_sssd(struct fake_systemd *s) {
        fake_systemd_add(s, "sssd.service", "active", "running", "enabled");
        fake_systemd_find(s, "sssd.service")->install = true;
        fake_systemd_add(s, "sssd-nss.socket", "failed", "failed", "enabled");
        fake_systemd_add(s, "other.service", "failed", "failed", "enabled");
}

static struct plan *host_plan(const struct host_fixture *f, const char *script, enum plan_verb verb) {
        struct plan *plan = script_plan(f, script, ENGINE_NONE);
        plan->verb = verb;
        plan->unit.kind = UNIT_NONE;
        strv_add(&plan->paths, "/var/lib/sss");
        strv_add(&plan->state, "/var/lib/sss");
        plan->host_unit = strdup("sssd.service");
        return plan;
}

/* Programs of the host know nothing of jobs: realm leave disables SSSD and empties its configuration. The host is as it was before the join all
 * the same, and so is the cache that the daemon wrote to; what somebody changed since stays, whatever the program did to it. */
static void leaving_by_a_program_of_the_host(void **state) {
        struct host_fixture *f = *state;
        tree_write(f->root, "/etc/wants-sssd", "link\n");
        tree_write(f->root, "/etc/shared", "one\n");
        tree_write(f->root, "/var/lib/sss/old", "old\n");
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *join = host_plan(f, "echo '[sssd]' >$ROOT/etc/sssd.conf; echo two >>$ROOT/etc/shared; echo c >$ROOT/var/lib/sss/cache", VERB_INSTALL);
        struct fake_systemd *systemd = NULL;
        job_free(run_done(f, join, .prepare = with_sssd));
        _cleanup_(service_freep) struct service *service = NULL;
        assert_int_equal(services_read(&f->paths, "demo", &service, NULL), 0);
        assert_string_equal(service->units[0], "sssd.service");

        tree_write(f->root, "/var/lib/sss/cache", "the daemon's\n");
        tree_write(f->root, "/var/lib/sss/more", "the daemon's\n");
        tree_write(f->root, "/var/lib/sss/old", "the daemon's\n");
        _cleanup_plan_ struct plan *leave = host_plan(f, "echo >$ROOT/etc/sssd.conf; rm $ROOT/etc/wants-sssd; echo three >>$ROOT/etc/shared; echo K >$ROOT/etc/killed", VERB_UNINSTALL);
        _cleanup_(job_freep) struct job *gone = run_done(f, leave, .prepare = with_sssd, .systemd = &systemd);
        print_left(gone);
        assert_int_equal(strv_length(gone->left), 0);
        assert_tree(f->root, before);
        assert_string_equal(fake_systemd_find(systemd, "sssd.service")->file_state, "enabled");
        assert_string_equal(fake_systemd_find(systemd, "sssd-nss.socket")->active, "inactive");
        assert_string_equal(fake_systemd_find(systemd, "other.service")->active, "failed");
        fake_systemd_free(systemd);

        /* once more, and somebody was at it in between */
        job_free(run_done(f, join));
        tree_write(f->root, "/etc/shared", "one\ntwo\nthe admin's\n");
        _cleanup_(job_freep) struct job *kept = run_done(f, leave);
        assert_int_equal(strv_length(kept->left), 1);
        assert_non_null(strstr(kept->left[0], "/etc/shared: changed since the install"));
        _cleanup_free_ char *shared = tree_read(f->root, "/etc/shared");
        assert_string_equal(shared, "one\ntwo\nthe admin's\nthree\n");
        assert_int_equal(access(tree_path(f->root, "/etc/wants-sssd"), F_OK), 0);
        assert_int_equal(access(tree_path(f->root, "/etc/killed"), F_OK), -1);
}

/* realm leave --remove ends well where the account could not be deleted; the host then is in the realm as before, and the reason is reported.
 * Whose account stays without a wish to delete it is listed. */
static void an_account_is_deleted_or_nothing_is_done(void **state) {
        static const struct {
                bool deletes;
                const char *says, *message, *left;
        } rows[] = {
                { true, "! A@B: Preauthentication failed'; echo ' ! Failed to join the domain", "The password is wrong", NULL },
                { true, "! of another kind'; echo ' ! Failed to join the domain", "The computer account of this host in the realm could not be deleted", NULL },
                { false, "! A@B: Preauthentication failed'; echo ' ! Failed to join the domain", NULL, "The account H$@R stays in the realm R" },
        };
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = script_plan(f, INSTALL_SCRIPT, ENGINE_PODMAN);
        job_free(run_done(f, plan));
        _cleanup_free_ char *installed = tree_fingerprint(f->root);
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *script = str_printf("rm $ROOT/etc/demo/demo.conf; echo ' %s'", rows[i].says);
                _cleanup_plan_ struct plan *leave = script_plan(f, script, ENGINE_NONE);
                leave->verb = VERB_UNINSTALL;
                leave->joins = REALM_AD;
                leave->join_domain = strdup("no-such.example");
                leave->deletes_account = rows[i].deletes;
                if (!rows[i].deletes)
                        finding_report(&leave->findings, "account-stays", "realm", "The account H$@R stays in the realm R");
                _cleanup_free_ char *last = make_job(f, leave);
                assert_int_equal(run_job(f, last, (struct with) {}), rows[i].message ? WORKER_FAILED : WORKER_DONE);
                _cleanup_(job_freep) struct job *job = read_job(f, last);
                assert_int_equal(job->state, rows[i].message ? JOB_FAILED : JOB_DONE);
                if (rows[i].message) {
                        assert_string_equal(job->message, rows[i].message);
                        assert_tree(f->root, installed);
                } else
                        assert_string_equal(job->left[0], rows[i].left);
        }
        assert_false(services_exists(&f->paths, "demo"));
}

/* What podman run says by its own exit status, in words; the same number from a program of the host says nothing. */
static void an_engines_exit_status_is_reported_in_words(void **state) {
        static const struct {
                enum engine_kind engine;
                const char *script, *message, *hint;
        } rows[] = {
                { ENGINE_PODMAN, "exit 9", "The installer ended with status 9", "journalctl _COMM=conmon" },
                { ENGINE_PODMAN, "echo no; exit 9", "The installer ended with status 9", "Its last line: no" },
                { ENGINE_PODMAN, "echo first; printf 'bad \\033[31mlicence\\033[0m\\n\\n   \\n'; exit 9",
                  "The installer ended with status 9", "Its last line: bad licence" },
                { ENGINE_PODMAN, "exit 125", "The installer ended with status 125: the engine itself failed before the command ran", "journalctl _COMM=conmon" },
                { ENGINE_PODMAN, "exit 127", "The installer ended with status 127: a command was not found", "the label's own" },
                { ENGINE_NONE, "exit 127", "The installer ended with status 127", "Its output says no more" },
        };
        struct host_fixture *f = *state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_plan_ struct plan *plan = script_plan(f, rows[i].script, rows[i].engine);
                _cleanup_(job_freep) struct job *job = run_failed(f, plan);
                assert_string_equal(job->message, rows[i].message);
                assert_non_null(strstr(job->hint, rows[i].hint));
        }
}

static void a_failing_installer_leaves_no_trace(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = script_plan(f, INSTALL_SCRIPT "; echo \"x demo " IMAGE_ID "\" > /dev/null; echo \"left-over " IMAGE_ID "\" > $ENGINE/c1; exit 7", ENGINE_PODMAN);
        tree_write(f->engine, "/old", "older " IMAGE_ID);
        _cleanup_(job_freep) struct job *job = run_failed(f, plan);
        print_left(job);
        assert_int_equal(job->state, JOB_FAILED);
        assert_int_equal(job->exit_status, 7);
        assert_string_equal(job->message, "The installer ended with status 7");
        assert_non_null(job->hint);
        assert_int_equal(strv_length(job->left), 0);
        _cleanup_free_ char *after = tree_fingerprint(f->root), *result = read_job_file(f, job->id, "result.json");
        assert_string_equal(after, before);
        assert_non_null(strstr(result, "The installer ended with status 7"));
        assert_int_equal(access(tree_path(f->engine, "/c1"), F_OK), -1);
        assert_int_equal(access(tree_path(f->engine, "/old"), F_OK), 0);
        assert_false(services_exists(&f->paths, "demo"));
        assert_false(is_held(f));
        _cleanup_free_ char *left = tree_fingerprint(f->run);
        assert_null(strstr(left, ".sock"));
}

static void cancelling_rolls_everything_back(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = script_plan(f, INSTALL_SCRIPT "; echo \"running " IMAGE_ID "\" > $ENGINE/c1; echo half way; sleep 100", ENGINE_PODMAN);
        struct watcher watcher = { .wait_for = "half way\r", .cancel = true };
        _cleanup_(job_freep) struct job *job = run_failed(f, plan, .watcher = &watcher);
        print_left(job);
        assert_int_equal(job->state, JOB_CANCELLED);
        assert_string_equal(job->message, "Cancelled; everything was restored");
        _cleanup_free_ char *after = tree_fingerprint(f->root), *log = read_job_file(f, job->id, "log");
        assert_string_equal(after, before);
        assert_int_equal(access(tree_path(f->engine, "/c1"), F_OK), -1);
        assert_non_null(strstr(log, "asked the installer to stop (TERM)"));
        assert_non_null(strstr(log, "stopping and removing the container running"));
}

static void a_question_gets_its_answer(void **state) {
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = script_plan(f, "printf 'Your name? '; read name; echo \"$name\" > $ROOT/etc/name", ENGINE_NONE);
        struct watcher watcher = { .wait_for = "Your name? ", .type = "Ada\n" };
        job_free(run_done(f, plan, .watcher = &watcher));
        _cleanup_free_ char *name = tree_read(f->root, "/etc/name");
        assert_string_equal(name, "Ada\n");
}

static struct secret_use *use(const char *name, enum delivery delivery, const char *target, struct secret_use **uses, size_t *n) {
        *uses = reallocarray(*uses, *n + 1, sizeof **uses);
        (*uses)[*n] = (struct secret_use) { .name = strdup(name), .delivery = delivery, .target = target ? strdup(target) : NULL };
        return &(*uses)[(*n)++];
}

static struct secret_list *secrets_of(const char *const *values) {
        struct secret_list *list = secret_list_new();
        for (; values[0]; values += 2) {
                struct secret *secret = secret_new(values[0]);
                assert_int_equal(secret_set(secret, values[1], strlen(values[1])), 0);
                assert_int_equal(secret_list_take(list, secret), 0);
        }
        return list;
}

/* Every way to hand an answer over, and no secret in anything that stays. */
static void hands_answers_over(void **state) {
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = script_plan(f,
                                                       "read a; read b; read c; printf 'stty -echo'; stty -echo </dev/tty; printf '\\r\\nPass\\033[1mword: '; read p </dev/tty;"
                                                       " cat $RUN/files/demo/keytab > $ROOT/etc/file; stat -c %a $RUN/files/demo/keytab; echo \"$a|$b|$c|$p|$#\" > $ROOT/etc/answers;"
                                                       " echo \"it is $p and $c\"; printf %s \"u:$c\" | base64",
                                                       ENGINE_NONE);
        strv_addf(&plan->environment, "RUN=%s", f->run);
        strv_add(&plan->stdin_lines, "first");
        strv_add(&plan->stdin_lines, "second");
        use("pin", DELIVER_STDIN, NULL, &plan->secrets, &plan->n_secrets);
        use("password", DELIVER_PROMPT, "Password: $", &plan->secrets, &plan->n_secrets);
        use("keytab", DELIVER_FILE, "/keytab", &plan->handed, &plan->n_handed);
        answers_set(plan->given.answers, "keytab", "content of the file", "typed");
        static const char *const values[] = { "pin", "PIN-canary-77", "password", "PW-canary-88", NULL };
        _cleanup_(secret_list_freep) struct secret_list *secrets = secrets_of(values);
        _cleanup_(job_freep) struct job *job = run_done(f, plan, .secrets = secrets);
        _cleanup_free_ char *answers = tree_read(f->root, "/etc/answers"), *file = tree_read(f->root, "/etc/file"), *log = read_job_file(f, job->id, "log");
        assert_string_equal(answers, "first|second|PIN-canary-77|PW-canary-88|0\n");
        assert_string_equal(file, "content of the file");
        assert_non_null(strstr(log, "it is [secret] and [secret]"));
        assert_non_null(strstr(log, "600\r\n"));
        assert_null(strstr(log, "canary"));
        assert_null(strstr(log, "UElOLWNhbmFyeS03"));
        assert_int_equal(access(tree_path(f->run, "/files/demo"), F_OK), -1);
        for (const char *const *name = (const char *const[]) { "plan.json", "journal", "result.json", NULL }; *name; name++) {
                _cleanup_free_ char *text = read_job_file(f, job->id, *name);
                assert_null(strstr(text, "canary"));
        }

        /* a job whose secrets did not come says so and does nothing */
        _cleanup_plan_ struct plan *other = script_plan(f, "true", ENGINE_NONE);
        str_replace(&other->name, "other");
        use("pin", DELIVER_STDIN, NULL, &other->secrets, &other->n_secrets);
        _cleanup_(job_freep) struct job *without = run_failed(f, other);
        assert_string_equal(without->message, "pin was not handed over to the job");

        /* a plan of an earlier version, whose secret the journal would keep */
        _cleanup_plan_ struct plan *old = script_plan(f, "true", ENGINE_NONE);
        str_replace(&old->name, "old");
        use("token", DELIVER_ARGV, "--token", &old->secrets, &old->n_secrets);
        static const char *const token[] = { "token", "TOKEN-canary-99", NULL };
        _cleanup_(secret_list_freep) struct secret_list *tokens = secrets_of(token);
        _cleanup_(job_freep) struct job *refused = run_failed(f, old, .secrets = tokens);
        assert_string_equal(refused->message, "token would be a word of the command, which the host's journal keeps");
}

static void logs_a_flood_and_any_byte(void **state) {
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = script_plan(f, "stty -opost; head -c 50000000 /dev/zero | tr '\\000' 'x'; printf '\\377\\000\\033[2J'", ENGINE_NONE);
        _cleanup_(job_freep) struct job *job = run_done(f, plan);
        assert_true(job->log_size > 50000000 && job->log_size < 50010000);
        _cleanup_free_ char *log = read_job_file(f, job->id, "log");
        const char *x = strchr(log, 'x');
        x = strstr(log, "xxxx");
        assert_non_null(memmem(x, 50000010, "x\377\000\033[2J", 7));
}

/* Of a job that an older version began: what ran once says nothing about how the service was installed. */
static void a_run_leaves_the_record_alone(void **state) {
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = script_plan(f, INSTALL_SCRIPT, ENGINE_PODMAN), *run = script_plan(f, "echo tool", ENGINE_NONE);
        job_free(run_done(f, plan));
        _cleanup_free_ char *record = tree_read(f->state, "/services/demo.json");
        run->verb = VERB_RUN;
        _cleanup_(job_freep) struct job *job = run_done(f, run);
        assert_string_equal(job->message, "demo ran and ended with status 0");
        _cleanup_free_ char *now = tree_read(f->state, "/services/demo.json"), *log = read_job_file(f, job->id, "log");
        assert_non_null(record);
        assert_string_equal(now, record);
        assert_non_null(strstr(log, "fairlead: skipped: start the unit: "));
}

static void says_what_it_cannot_start(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = script_plan(f, "true", ENGINE_NONE);
        str_replace(&plan->command->argv[0], "/no/such/program");
        _cleanup_(job_freep) struct job *job = run_failed(f, plan);
        assert_string_equal(job->message, "The program /no/such/program cannot be started: No such file or directory");
        assert_tree(f->root, before);
}

static void an_image_that_is_gone_is_reported(void **state) {
        struct host_fixture *f = *state;
        fake_engine_set_image(NULL);
        _cleanup_plan_ struct plan *plan = script_plan(f, INSTALL_SCRIPT, ENGINE_PODMAN);
        _cleanup_(job_freep) struct job *job = run_failed(f, plan);
        assert_string_equal(job->message, "The image localhost/demo is gone from this host");
        assert_int_equal(job->steps[STEP_SNAPSHOT].state, STEP_TODO);

        /* an uninstall goes on without its label's command */
        fake_engine_set_image(IMAGE_ID);
        job_free(run_done(f, plan));
        fake_engine_set_image(NULL);
        _cleanup_plan_ struct plan *leave = script_plan(f, "false", ENGINE_PODMAN);
        leave->verb = VERB_UNINSTALL;
        _cleanup_(job_freep) struct job *gone = run_done(f, leave);
        assert_int_equal(strv_length(gone->left), 1);
        assert_non_null(strstr(gone->left[0], "the image is gone"));
}

/* ---- with a systemd ---- */

static void starts_what_it_wrote(void **state) {
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = script_plan(f, INSTALL_SCRIPT, ENGINE_PODMAN);
        struct fake_systemd *systemd = NULL;
        _cleanup_(job_freep) struct job *job = run_done(f, plan, .prepare = ordinary, .systemd = &systemd);
        assert_string_equal(job->message, "demo is installed; demo.service runs");
        assert_int_equal(job->steps[STEP_HEALTH].state, STEP_DONE);
        assert_int_equal(job->steps[STEP_ENABLE].state, STEP_DONE);
        assert_string_equal(fake_systemd_find(systemd, "demo.service")->active, "active");
        assert_true(systemd->n_reloads >= 1);
        fake_systemd_free(systemd);
}

static void without_install(struct fake_systemd *s) {
        ordinary(s);
        fake_systemd_find(s, "demo.service")->install = false;
}

/* The image's unit is started by its timer, say: nothing is wrong with it. */
static void a_unit_without_install_is_no_failure(void **state) {
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = script_plan(f, INSTALL_SCRIPT, ENGINE_PODMAN);
        struct fake_systemd *systemd = NULL;
        _cleanup_(job_freep) struct job *job = run_done(f, plan, .prepare = without_install, .systemd = &systemd);
        assert_int_equal(job->state, JOB_DONE);
        assert_string_equal(job->steps[STEP_ENABLE].note, "demo.service has no section [Install]; other units start it");
        assert_string_equal(fake_systemd_find(systemd, "demo.service")->active, "active");
        fake_systemd_free(systemd);
}

static void failing(struct fake_systemd *s) {
        ordinary(s);
        does_not_start(s);
}

static void a_unit_that_does_not_start_undoes_the_job(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = script_plan(f, INSTALL_SCRIPT, ENGINE_PODMAN);
        _cleanup_(job_freep) struct job *job = run_failed(f, plan, .prepare = failing);
        print_left(job);
        assert_int_equal(job->state, JOB_FAILED);
        assert_non_null(strstr(job->message, "demo.service did not start"));
        assert_null(strstr(job->message, "could not be started")); /* once is enough */
        assert_int_equal(job->steps[STEP_SNAPSHOT].state, STEP_UNDONE);
        assert_tree(f->root, before);
}

static void native(struct fake_systemd *s) {
        fake_systemd_add(s, "demo.service", "active", "running", "enabled");
        fake_systemd_add(s, "other.service", "active", "running", "enabled");
        fake_systemd_find(s, "demo.service")->install = true;
}

/* The distribution's own service of that name ran before and runs after a cancelled job. */
static void what_ran_before_runs_again(void **state) {
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = script_plan(f, "echo ready; sleep 100", ENGINE_NONE);
        _cleanup_free_ char *id = make_job(f, plan), *active = NULL;
        struct watcher watcher = { .wait_for = "ready\r", .cancel = true };
        struct fake_systemd *systemd = NULL;
        assert_int_equal(run_job(f, id, (struct with) { .prepare = native, .watcher = &watcher, .systemd = &systemd }), WORKER_FAILED);
        assert_string_equal(fake_systemd_find(systemd, "demo.service")->active, "active");
        fake_systemd_free(systemd);
        active = read_job_file(f, id, "active-before");
        assert_string_equal(active, "demo.service\nother.service");
}

/* ---- deaths ---- */

static pid_t start_worker(const struct host_fixture *f, const char *id) {
        pid_t child = fork();
        if (child == 0)
                _exit(worker_run(&f->paths, id, NULL));
        return child;
}

static void wait_for_log(const struct host_fixture *f, const char *id, const char *text) {
        for (int i = 0; i < 1000; i++) {
                _cleanup_free_ char *log = read_job_file(f, id, "log");
                if (log && strstr(log, text))
                        return;
                usleep(10000);
        }
        fail_msg("the log never said %s", text);
}

static void rolls_back_after_a_death(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = script_plan(f, INSTALL_SCRIPT "; echo \"running " IMAGE_ID "\" > $ENGINE/c1; echo half way; sleep 100", ENGINE_PODMAN);
        _cleanup_free_ char *id = make_job(f, plan);
        pid_t child = start_worker(f, id);
        wait_for_log(f, id, "half way\r");
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        _cleanup_(job_freep) struct job *died = read_job(f, id);
        assert_int_equal(died->state, JOB_RUNNING);
        assert_int_equal(died->steps[STEP_COMMAND].state, STEP_NOW);
        /* it is not begun anew by mistake */
        assert_int_equal(run_job(f, id, (struct with) {}), WORKER_FAILED);
        assert_int_equal(run_job(f, id, (struct with) { .mode = WORKER_ROLL_BACK }), WORKER_FAILED);
        _cleanup_(job_freep) struct job *job = read_job(f, id);
        print_left(job);
        assert_int_equal(job->state, JOB_FAILED);
        assert_string_equal(job->message, "The job was interrupted before its end");
        assert_tree(f->root, before);
        assert_int_equal(access(tree_path(f->engine, "/c1"), F_OK), -1);
}

/* plan.json is edited while the job waits for a decision: it does not go on with it, a rollback remains. */
static void resumes_only_what_was_consented_to(void **state) {
        struct host_fixture *f = *state;
        _cleanup_free_ char *before = tree_fingerprint(f->root);
        _cleanup_plan_ struct plan *plan = script_plan(f, INSTALL_SCRIPT "; echo half way; sleep 100", ENGINE_PODMAN);
        _cleanup_free_ char *id = make_job(f, plan);
        pid_t child = start_worker(f, id);
        wait_for_log(f, id, "half way\r");
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        _cleanup_free_ char *path = str_printf("%s/jobs/%s/plan.json", f->paths.state, id);
        FILE *file = fopen(path, "ae");
        fputc('\n', file);
        fclose(file);
        assert_int_not_equal(run_job(f, id, (struct with) { .mode = WORKER_RESUME }), WORKER_DONE);
        _cleanup_free_ char *refused = read_job_file(f, id, "refused");
        assert_non_null(strstr(refused, "plan.json of job"));
        assert_non_null(strstr(refused, "fairlead rollback"));
        assert_int_equal(run_job(f, id, (struct with) { .mode = WORKER_ROLL_BACK }), WORKER_FAILED);
        assert_tree(f->root, before);
}

/* Somebody else starts a container of the same image while the installer runs; then the worker dies. */
static void spares_containers_of_others(void **state) {
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = script_plan(f, INSTALL_SCRIPT "; echo \"left-over " IMAGE_ID "\" > $ENGINE/c1; echo \"theirs " IMAGE_ID " foreign\" > $ENGINE/c2;"
                                                          " echo \"demo " IMAGE_ID " foreign\" > $ENGINE/c3; echo half way; sleep 100", ENGINE_PODMAN);
        _cleanup_free_ char *id = make_job(f, plan);
        pid_t child = start_worker(f, id);
        wait_for_log(f, id, "half way\r");
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
        assert_int_equal(run_job(f, id, (struct with) { .mode = WORKER_ROLL_BACK }), WORKER_FAILED);
        assert_int_equal(access(tree_path(f->engine, "/c1"), F_OK), -1);
        assert_int_equal(access(tree_path(f->engine, "/c2"), F_OK), 0);
        /* it has the service's name */
        assert_int_equal(access(tree_path(f->engine, "/c3"), F_OK), -1);
        _cleanup_(job_freep) struct job *job = read_job(f, id);
        assert_int_equal(job->state, JOB_FAILED);
        assert_int_equal(strv_length(job->left), 1);
        assert_non_null(strstr(job->left[0], "theirs of the same image"));
}

/* The power was cut while the engine made the installer's container: it has the record, and no storage to look at, or the other way round. */
static void removes_what_a_power_cut_left_of_a_container(void **state) {
        struct host_fixture *f = *state;
        static const struct {
                const char *word;
                bool stays;
                enum job_state end;
        } rows[] = {
                { "damaged", false, JOB_FAILED },
                { "storage", false, JOB_FAILED },
                { "making", true, JOB_FAILED },         /* somebody else's, a moment later */
                { "ailing", true, JOB_BROKEN },         /* of what runs nobody knows whose it is */
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *script = str_printf("echo \"zen " IMAGE_ID " %s\" > $ENGINE/c1; echo half way; sleep 100", rows[i].word);
                _cleanup_plan_ struct plan *plan = script_plan(f, script, ENGINE_PODMAN);
                _cleanup_free_ char *id = make_job(f, plan);
                pid_t child = start_worker(f, id);
                wait_for_log(f, id, "half way\r");
                kill(child, SIGKILL);
                assert_int_equal(waitpid(child, NULL, 0), child);
                assert_int_equal(run_job(f, id, (struct with) { .mode = WORKER_ROLL_BACK }), WORKER_FAILED);
                assert_int_equal(access(tree_path(f->engine, "/c1"), F_OK), rows[i].stays ? 0 : -1);
                _cleanup_(job_freep) struct job *job = read_job(f, id);
                assert_int_equal(job->state, rows[i].end);
                (void) unlink(tree_path(f->engine, "/c1"));
        }
}

static void one_job_at_a_time(void **state) {
        struct host_fixture *f = *state;
        _cleanup_plan_ struct plan *plan = script_plan(f, "echo ready; sleep 100", ENGINE_NONE);
        _cleanup_free_ char *first = make_job(f, plan), *second = make_job(f, plan);
        pid_t child = start_worker(f, first);
        wait_for_log(f, first, "ready\r");
        assert_int_equal(run_job(f, second, (struct with) {}), WORKER_BUSY);
        _cleanup_free_ char *refused = read_job_file(f, second, "refused"), *journal = read_job_file(f, second, "journal");
        assert_non_null(strstr(refused, first));
        assert_null(journal);
        kill(child, SIGTERM);   /* as systemctl stop does: it is a cancel */
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(WEXITSTATUS(status), WORKER_FAILED);
        _cleanup_(job_freep) struct job *job = read_job(f, first);
        assert_int_equal(job->state, JOB_CANCELLED);
}

/* It died before its journal began: nobody can resume the job, and nobody knows of it any more. */
static void clears_up_behind_a_worker_that_had_not_begun(void **state) {
        static const char *const strays[] = { "/state/.fairlead-0123456789abcdef.tmp", "/state/services/.fairlead-0123456789abcdef.tmp",
                                              "/state/jobs/.fairlead-0123456789abcdef.tmp", "/run/20260101-000000-01234567.sock",
                                              "/run/files/demo/password" };
        struct host_fixture *f = *state;
        for (unsigned way = 0; way < 3; way++) {
                tree_folder(f->top, "/run/files/demo");
                for (size_t i = 0; i < ELEMENTS(strays); i++)
                        tree_write(f->top, strays[i], "");
                /* and jobs that no worker ever began: one that never will, and one that is about to */
                const struct timespec long_ago[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
                tree_write(f->top, "/state/jobs/20260101-000000-01234567/plan.json", "{");
                tree_folder(f->top, "/state/jobs/20260101-000001-01234567");
                assert_int_equal(utimensat(AT_FDCWD, tree_path(f->top, "/state/jobs/20260101-000000-01234567"), long_ago, 0), 0);
                if (way == 0)
                        sweep_unless_held(&f->paths);
                else if (way == 1)
                        assert_int_equal(worker_at_boot(&f->paths), WORKER_DONE);
                else {
                        _cleanup_plan_ struct plan *plan = script_plan(f, "exit 1", ENGINE_NONE);
                        job_free(run_failed(f, plan));
                }
                for (size_t i = 0; i < ELEMENTS(strays); i++)
                        assert_int_equal(access(tree_path(f->top, strays[i]), F_OK), -1);
                assert_int_equal(access(tree_path(f->top, "/state/jobs/20260101-000000-01234567"), F_OK), -1);
                assert_int_equal(access(tree_path(f->top, "/state/jobs/20260101-000001-01234567"), F_OK), 0);
        }
        /* not while one lives: what looks like a stray may be its work */
        _cleanup_plan_ struct plan *plan = script_plan(f, "echo ready; sleep 100", ENGINE_NONE);
        _cleanup_free_ char *id = make_job(f, plan);
        pid_t child = start_worker(f, id);
        wait_for_log(f, id, "ready\r");
        tree_write(f->top, strays[0], "");
        sweep_unless_held(&f->paths);
        assert_int_equal(access(tree_path(f->top, strays[0]), F_OK), 0);
        kill(child, SIGTERM);
        assert_int_equal(waitpid(child, NULL, 0), child);
}

/* Who logs in may read it, whatever the worker's mask; and nothing half made stays beside it. */
static void informs_who_logs_in(void **state) {
        struct host_fixture *f = *state;
        const struct job job = { .id = (char *) "20260101-000000-01234567", .name = (char *) "demo", .verb = VERB_INSTALL };
        struct stat st;
        mode_t mask = umask(077);
        assert_int_equal(jobfolder_announce(&f->paths, &job), 0);
        umask(mask);
        assert_int_equal(stat(tree_path(f->top, "/motd.d"), &st), 0);
        assert_int_equal(st.st_mode & 07777, 0755);
        assert_int_equal(stat(tree_path(f->top, "/motd.d/fairlead"), &st), 0);
        assert_int_equal(st.st_mode & 07777, 0644);
        tree_write(f->top, "/issue.d/.fairlead-0123456789abcdef.tmp", "");
        jobfolder_clear_active(&f->paths, job.id);
        assert_int_equal(access(tree_path(f->top, "/motd.d/fairlead"), F_OK), -1);
        assert_int_equal(rmdir(tree_path(f->top, "/issue.d")), 0);
}

/* On a state folder that is nearly full, in a mount namespace of its own. */
static void wants_room_first(void **state) {
        struct host_fixture *f = *state;
        if (geteuid() != 0)
                skip();
        pid_t child = fork();
        if (child == 0) {
                if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
                    mount("none", f->state, "tmpfs", 0, "size=20m,mode=0700") < 0)
                        _exit(77);
                if (paths_prepare(&f->paths, NULL) < 0)
                        _exit(3);
                _cleanup_plan_ struct plan *plan = script_plan(f, INSTALL_SCRIPT, ENGINE_NONE);
                _cleanup_free_ char *id = make_job(f, plan);
                if (worker_run(&f->paths, id, NULL) != WORKER_FAILED)
                        _exit(4);
                _cleanup_(job_freep) struct job *job = read_job(f, id);
                _exit(job->state == JOB_FAILED && strstr(job->message, "Not enough space") && strstr(job->hint, "64 MB") ? 0 : 5);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (WEXITSTATUS(status) == 77)
                skip();
        assert_int_equal(WEXITSTATUS(status), 0);
        assert_int_equal(access(tree_path(f->root, "/etc/demo"), F_OK), -1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, host_set_up, host_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(installs_and_uninstalls), T(uninstalling_keeps_what_the_admin_changed),
                T(leaving_by_a_program_of_the_host), T(an_engines_exit_status_is_reported_in_words),
                T(a_failing_installer_leaves_no_trace), T(an_account_is_deleted_or_nothing_is_done),
                T(cancelling_rolls_everything_back), T(a_question_gets_its_answer), T(hands_answers_over),
                T(logs_a_flood_and_any_byte), T(a_run_leaves_the_record_alone), T(says_what_it_cannot_start),
                T(an_image_that_is_gone_is_reported), T(starts_what_it_wrote),
                T(a_unit_without_install_is_no_failure),
                T(a_unit_that_does_not_start_undoes_the_job), T(what_ran_before_runs_again),
                T(rolls_back_after_a_death), T(resumes_only_what_was_consented_to), T(spares_containers_of_others),
                T(removes_what_a_power_cut_left_of_a_container), T(one_job_at_a_time),
                T(clears_up_behind_a_worker_that_had_not_begun), T(informs_who_logs_in), T(wants_room_first),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
