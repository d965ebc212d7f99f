/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/worker-fixture.h"

#include <dirent.h>

#include "base/readfile.h"
#include "model/realm/failure.h"
#include "tests/unit/source.h"

/* A join by this script; its domain is none that could be looked for, so nobody is asked. */
static struct plan *join_plan(const struct host_fixture *f, const char *script, enum realm_kind joins) {
        struct plan *plan = script_plan(f, script, ENGINE_NONE);
        plan->joins = joins;
        plan->join_domain = strdup("nowhere");
        return plan;
}

/* A join's failure is reported in the words of the table; another install's, with the same output, as it always was. */
static void a_failing_join_says_why(void **state) {
        struct host_fixture *f = *state;
        static const char script[] = "echo changed >$ROOT/etc/hosts; echo ' ! A@B: Preauthentication failed'; exit 1";
        for (int joins = 0; joins < 2; joins++) {
                _cleanup_plan_ struct plan *plan = join_plan(f, script, joins ? REALM_AD : REALM_NONE);
                _cleanup_(job_freep) struct job *job = run_failed(f, plan);
                assert_int_equal(job->state, JOB_FAILED);
                assert_string_equal(job->message, joins ? "The password is wrong" : "The installer ended with status 1");
                assert_non_null(strstr(job->hint, joins ? "all other answers are kept" : "Its last line: "));
                _cleanup_free_ char *hosts = tree_read(f->root, "/etc/hosts");
                assert_string_equal(hosts, "127.0.0.1 localhost\n");
        }
}

static void what_a_tool_only_warns_of_is_in_the_result(void **state) {
        struct host_fixture *f = *state;
        static const char script[] = "echo ' * Joining using a truncated netbios name: AVERYVERYVERYVE'; echo changed >$ROOT/etc/hosts";
        for (int joins = 0; joins < 2; joins++) {
                _cleanup_plan_ struct plan *plan = join_plan(f, script, joins ? REALM_AD : REALM_NONE);
                _cleanup_free_ char *id = make_job(f, plan);
                assert_int_equal(run_job(f, id, (struct with) {}), WORKER_DONE);
                _cleanup_free_ char *log = read_job_file(f, id, "log");
                assert_int_equal(services_remove(&f->paths, "demo", NULL), 0);
                assert_int_equal(unlink(tree_path(f->root, "/etc/systemd/system/demo.service")), 0);
                assert_int_equal(strstr(log, "joined, with a warning: The computer name was cut to 15 characters") != NULL, joins);
                _cleanup_(job_freep) struct job *job = read_job(f, id);
                const struct job_check *warning = NULL;
                for (size_t k = 0; k < job->n_checks; k++)
                        if (str_starts(job->checks[k].text, "Warning: The computer name was cut to 15 characters. "))
                                warning = &job->checks[k];
                assert_int_equal(warning != NULL, joins);
                assert_true(!warning || warning->verdict == VERDICT_WARN);
        }
}

/* ---- every run that was kept, through a job ---- */

/* What the tool printed, and how it ended: without the line of its command, and without the last lines. */
static char *read_run(const char *path, int *ret_status) {
        char *text = NULL;
        size_t n;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(readfile(path, 1024 * 1024, &text, &n, &e), e);
        char *code = NULL;
        for (char *at = text; (at = strstr(at, "exit code: ")); at++)
                code = at;
        if (!code || text[0] != '$') {
                free(text);
                return NULL;
        }
        *ret_status = atoi(code + strlen("exit code: "));
        *code = '\0';
        char *output = strdup(strchr(text, '\n') + 1);
        free(text);
        return output;
}

static const struct failure *found(const char *output, int status, bool leaves) {
        struct diagnosis d = failure_find(&(struct failure_run) { .leaves = leaves, .status = status, .output = output, .n = strlen(output) });
        free(d.quote);
        return d.failure;
}

static struct job *run_output(const struct host_fixture *f, const char *output, int status, enum realm_kind kind) {
        tree_write(f->top, "/output", output);
        _cleanup_free_ char *script = str_printf("cat %s/output; exit %d", f->top, status);
        _cleanup_plan_ struct plan *plan = join_plan(f, script, kind);
        return run_failed(f, plan);
}

/* As it was found by the table alone, so it must come out of a job: past a terminal, a log on the disk, and the other lines in it. */
static void replay(const struct host_fixture *f, const char *path, enum realm_kind kind) {
        int status;
        _cleanup_free_ char *output = read_run(path, &status);
        if (!output || status == 0)
                return;
        const struct failure *failure = found(output, status, false);
        if (!failure->texts[0] && found(output, status, true)->leaving)
                return;
        if (!failure->texts[0])
                fail_msg("%s: its reason is not known", path);
        _cleanup_(job_freep) struct job *job = run_output(f, output, status, kind);
        if (!str_equal(job->message, failure->message))
                fail_msg("%s is reported as \"%s\", not \"%s\"", path, job->message, failure->message);
        assert_int_equal(job->exit_status, status);
        assert_non_null(strstr(job->hint, failure->hint));
        /* the console offers what repairs it */
        assert_string_equal(job->failure->id, failure->id);
        assert_int_equal(job->failure->fix, failure->fix);
}

static unsigned replay_all(const struct host_fixture *f, const char *folder, enum realm_kind kind) {
        DIR *d = opendir(folder);
        unsigned n = 0;
        if (!d)
                return 0;
        for (struct dirent *e; (e = readdir(d));) {
                _cleanup_free_ char *path = str_printf("%s/%s", folder, e->d_name);
                if (!strstr(e->d_name, ".txt"))
                        continue;
                replay(f, path, kind);
                n++;
        }
        closedir(d);
        return n;
}

static void every_real_run_is_reported_as_a_live_one(void **state) {
        static const struct {
                const char *folder;
                enum realm_kind kind;
                unsigned least;
        } folders[] = { { "ipa-client", REALM_IPA, 51 }, { "adcli", REALM_AD, 26 } };
        for (size_t i = 0; i < ELEMENTS(folders); i++) {
                _cleanup_free_ char *folder = str_printf("%s/tests/fixtures/%s", source_root(), folders[i].folder);
                assert_in_range(replay_all(*state, folder, folders[i].kind), folders[i].least, 500);
        }
}

/* A reason without a row is the tool's own sentence. */
static void an_unknown_reason_is_quoted(void **state) {
        _cleanup_(job_freep) struct job *job = run_output(*state, " ! Couldn't fathom the domain: odd\r\n ! Failed to join the domain\r\n", 1, REALM_AD);
        assert_string_equal(job->message, "The join failed: Couldn't fathom the domain: odd");
        assert_string_equal(job->failure->id, "unknown");
        _cleanup_(job_freep) struct job *unsure = run_output(*state, "Joining realm failed: JSON-RPC call failed: Timeout was reached\n", 1, REALM_IPA);
        assert_non_null(strstr(unsure->hint, ". The tool says: \"Joining realm failed: JSON-RPC call failed: Timeout was reached\""));
}

static bool leaves_behind(const struct job *job, const char *text) {
        for (size_t i = 0; job->left && job->left[i]; i++)
                if (strstr(job->left[i], text))
                        return true;
        return false;
}

/* The realm keeps the entry of a join that did not last, unless the keys on the host take it back before they go. */
static void an_entry_in_the_realm_is_taken_back_or_named(void **state) {
        static const struct {
                const char *output, *tool, *left;
        } rows[] = {
                { "Enrolled in IPA realm IPA.TEST", "exit 0", NULL },
                { "Enrolled in IPA realm IPA.TEST", "exit 1", "ipa host-disable " },
                { "Enrolled in IPA realm IPA.TEST", NULL, "ipa host-del " },
                { "Enrolled in IPA realm IPA.TEST\nUnenrolling client from IPA server", NULL, NULL },
                { "Enrolled in IPA realm IPA.TEST\nUnenrolling client from IPA server\nUnenrolling host failed: x", NULL, "ipa host-disable " },
                { " * Created computer account: CN=H,DC=b", NULL, "a later join takes it over" },
                { "Joining realm failed: Odd", "exit 0", NULL },
        };
        const struct host_fixture *f = *state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *tool = str_printf("#!/bin/sh\necho \"$*\" >>%s/unenrolled\n%s\n", f->top, rows[i].tool ? rows[i].tool : "exit 7");
                tree_write(f->root, "/usr/sbin/ipa-join", tool);
                assert_int_equal(chmod(tree_path(f->root, "/usr/sbin/ipa-join"), rows[i].tool ? 0755 : 0644), 0);
                tree_write(f->root, "/etc/krb5.keytab", "none");
                tree_write(f->top, "/unenrolled", "");
                _cleanup_(job_freep) struct job *job = run_output(f, rows[i].output, 1, REALM_IPA);
                _cleanup_free_ char *ran = tree_read(f->top, "/unenrolled");
                assert_int_equal(strstr(ran, "--unenroll -h ") != NULL, i < 2);
                if (rows[i].left ? !leaves_behind(job, rows[i].left) : leaves_behind(job, "in the realm") || leaves_behind(job, "in the domain"))
                        fail_msg("row %zu: %s", i, job->left ? job->left[0] : "nothing is left");
        }
}

/* ipa-client-install ends well where it did not reach the server. */
static void a_leave_that_did_not_reach_the_server_says_so(void **state) {
        const struct host_fixture *f = *state;
        for (int failed = 0; failed < 2; failed++) {
                _cleanup_plan_ struct plan *plan = script_plan(f, "true", ENGINE_NONE), *leave = script_plan(f, failed ?
                        "echo Unenrolling client from IPA server; echo Unenrolling host failed: x" : "echo Unenrolling client from IPA server", ENGINE_NONE);
                _cleanup_free_ char *first = make_job(f, plan);
                assert_int_equal(run_job(f, first, (struct with) {}), WORKER_DONE);
                leave->verb = VERB_UNINSTALL;
                leave->joins = REALM_IPA;
                _cleanup_free_ char *last = make_job(f, leave);
                assert_int_equal(run_job(f, last, (struct with) {}), WORKER_DONE);
                _cleanup_(job_freep) struct job *job = read_job(f, last);
                assert_int_equal(leaves_behind(job, "whose keys are valid there; an administrator takes them away with ipa host-disable "), failed);
        }
}

/* ---- runs of other people, beside the project where it is developed ---- */

static const struct {
        const char *name, *id;
} other_runs[] = {
        { "c01-kdc-reply.txt", "realm-case" },          { "c02-message-stream-modified.txt", "stream-modified" },
        { "c04-invalid-name-rdns.txt", "reverse-dns" }, { "c05-data-52e.txt", "wrong-password" },
        { "c07-keytab-failed.txt", "no-keytab" },       { "c08-net-lookup-dc.txt", "no-controller" },
        { "c10-net-strong-auth.txt", "strong-auth" },   { "c11-ipa-ca-file.txt", "ca-file" },
        { "c13-ipa-uniqueness.txt", "server-trouble" }, { "c14-ipa-443-timeout.txt", "no-https" },
        { "c16-ipa-cannot-read-password.txt", "password-expired" }, { "c17-ipa-no-ca-state-not-restored.txt", "no-ca" },
        { "c17b-realm-ipa.txt", "no-ca" },              { "c19-ipa-no-negotiate.txt", "unauthorized" },
        { "c20-adcli-not-there.txt", "packages" },      { "c22-set-password-auth-error.txt", "password-not-set" },
        { "c23-other-realm.txt", "other-realm" },
};

static void runs_of_others_are_reported(void **state) {
        const struct host_fixture *f = *state;
        const char *shared = getenv("SHARED");
        char folder[4096];
        snprintf(folder, sizeof folder, "%s/cases/realm", shared ? shared : "/nonexistent");
        DIR *d = opendir(folder);
        unsigned count = 0;
        if (!d)
                skip();
        for (struct dirent *e; (e = readdir(d));) {
                _cleanup_free_ char *path = str_printf("%s/%s", folder, e->d_name), *output = NULL;
                _cleanup_error_ struct error *error = NULL;
                const char *id = NULL;
                size_t n;
                if (e->d_name[0] == '.')
                        continue;
                for (size_t i = 0; i < ELEMENTS(other_runs); i++)
                        if (str_equal(other_runs[i].name, e->d_name))
                                id = other_runs[i].id;
                assert_ok(readfile(path, 1024 * 1024, &output, &n, &error), error);
                _cleanup_(job_freep) struct job *job = run_output(f, output, 1, strstr(e->d_name, "ipa") ? REALM_IPA : REALM_AD);
                if (!job->failure || !str_equal(job->failure->id, id))
                        fail_msg("%s is \"%s\" (%s), not \"%s\"", e->d_name, job->failure ? job->failure->id : "-", job->message, id ? id : "(nothing is expected)");
                count++;
        }
        closedir(d);
        assert_in_range(count, ELEMENTS(other_runs), 100);
}

#define T(name) cmocka_unit_test_setup_teardown(name, host_set_up, host_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(a_failing_join_says_why), T(what_a_tool_only_warns_of_is_in_the_result),
                T(every_real_run_is_reported_as_a_live_one), T(an_unknown_reason_is_quoted), T(an_entry_in_the_realm_is_taken_back_or_named), T(a_leave_that_did_not_reach_the_server_says_so),
                T(runs_of_others_are_reported),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
