/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The test of a user, with PAM's real library and modules, by files of PAM in a folder of our own. */
#include <signal.h>
#include <unistd.h>

#include "backend/host/backend.h"
#include "backend/realm/pam.h"
#include "tests/unit/tree.h"

struct fixture {
        char *top, *pam;
        struct paths paths;
        sd_event *event;
        struct host *host;
};

static int set_up(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        f->top = tree_new();
        f->pam = str_printf("%s/fairlead-pam", getenv("BUILD"));
        f->paths = paths_default;
        f->paths.root = f->top;
        f->paths.pam = f->pam;
        assert_int_equal(sd_event_new(&f->event), 0);
        static const char *const sockets[] = { NULL };
        f->host = backend_new(f->event, &(struct backend_options) { .paths = &f->paths, .sockets = sockets });
        *state = f;
        return 0;
}

static int tear_down(void **state) {
        struct fixture *f = *state;
        backend_free(f->host);
        sd_event_unref(f->event);
        tree_remove(f->top);
        free(f->top);
        free(f->pam);
        free(f);
        return 0;
}

struct waiting {
        struct account *account;
        struct error *e;
        bool over;
};

static void tested(struct account *account, struct error *e, void *userdata) {
        *(struct waiting *) userdata = (struct waiting) { account, e, true };
}

/* root, whom the C library knows; for the tree he is nobody of its own. */
static struct account *test_user(struct fixture *f) {
        struct waiting w = {};
        struct op *op = host_test_user(f->host, "root", tested, &w);
        while (!w.over)
                assert_true(sd_event_run(f->event, 10000000) > 0);
        op_cancel(op);
        assert_null(w.e);
        return w.account;
}

/* A module that answers by its option is PAM's own; pam_exec runs what says or does anything else. */
static void shows_what_pam_answers(void **state) {
        static const struct {
                const char *login, *script;
                const char *code, *text;
                int failure;
        } cases[] = {
                { "account required pam_permit.so\n", NULL, "PAM_SUCCESS", NULL, 0 },
                { "account required pam_debug.so acct=acct_expired\n", NULL, "PAM_ACCT_EXPIRED", "acct=acct_expired", 0 },
                { "account required pam_debug.so acct=perm_denied\n", NULL, "PAM_PERM_DENIED", "acct=perm_denied", 0 },
                { "account required pam_debug.so acct=new_authtok_reqd\n", NULL, "PAM_NEW_AUTHTOK_REQD", "acct=new_authtok_reqd", 0 },
                { "account required pam_debug.so acct=user_unknown\n", NULL, "PAM_USER_UNKNOWN", "acct=user_unknown", 0 },
                { "account required pam_debug.so acct=authtok_expired\n", NULL, "PAM_AUTHTOK_EXPIRED", "acct=authtok_expired", 0 },
                { "account required pam_there_is_none.so\n", NULL, "PAM_MODULE_UNKNOWN", NULL, 0 },
                { "account required pam_echo.so file=%s/said\naccount required pam_deny.so\n", NULL, "PAM_AUTH_ERR",
                  "Come back tomorrow", 0 },
                { "account required pam_exec.so quiet /bin/sh %s/script\n", "kill -s KILL $PPID\n", NULL, NULL, -EIO },
                { "account required pam_exec.so quiet /bin/sh %s/script\n", "echo PAM_PERM_DENIED\nexit 0\n", "PAM_SUCCESS", NULL, 0 },
        };
        if (geteuid() != 0)
                skip();
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct fixture *f = *state;
                _cleanup_str_ struct str login = {};
                const char *at = strstr(cases[i].login, "%s");
                str_add_bytes(&login, cases[i].login, at ? (size_t) (at - cases[i].login) : strlen(cases[i].login));
                if (at)
                        str_addf(&login, "%s%s", f->top, at + 2);
                tree_write(f->top, "/etc/pam.d/login", login.text);
                tree_write(f->top, "/said", "Come back\001tomorrow\n");
                tree_write(f->top, "/script", cases[i].script ? cases[i].script : "");
                _cleanup_(account_freep) struct account *a = test_user(f);
                assert_int_equal(a->n, 1);
                assert_null(a->unasked);
                assert_string_equal(a->checks[0].service, "login");
                assert_string_equal(a->checks[0].code ? a->checks[0].code : "-", cases[i].code ? cases[i].code : "-");
                assert_int_equal(a->checks[0].failure, cases[i].failure);
                assert_false(a->checks[0].asks_sssd);
                assert_string_equal(a->checks[0].text ? a->checks[0].text : "-", cases[i].text ? cases[i].text : "-");
        }
}

/* PAM's modules may wait for ever: what asks them goes with the screen that wanted it, or when its time is over. */
static void ends_what_waits(void **state) {
        struct fixture *f = *state;
        if (geteuid() != 0)
                skip();
        tree_write(f->top, "/script", "echo $PPID >\"${0%/*}/pid\"\nwhile kill -0 $PPID; do sleep 0.1; done 2>/dev/null\n");
        _cleanup_free_ char *login = str_printf("account required pam_exec.so quiet /bin/sh %s/script\n", f->top);
        tree_write(f->top, "/etc/pam.d/login", login);
        struct waiting w = {};
        struct op *op = host_test_user(f->host, "root", tested, &w);
        _cleanup_free_ char *pid = NULL;
        while (!pid || !strchr(pid, '\n')) {
                assert_true(sd_event_run(f->event, 10000) >= 0);
                free(pid);
                pid = tree_read(f->top, "/pid");
        }
        assert_false(w.over);
        op_cancel(op);
        int number = atoi(pid);
        for (int i = 0; i < 500 && kill(number, 0) == 0; i++)
                usleep(10000);
        assert_int_equal(kill(number, 0), -1);
}

/* The limit holds for each lookup, and getent(1) has to come before PAM: one that is too short for this machine is doubled. */
static void ends_what_is_late(void **state) {
        struct fixture *f = *state;
        static const char *const sockets[] = { NULL };
        struct waiting w = {};
        if (geteuid() != 0)
                skip();
        tree_write(f->top, "/script", "echo $PPID >\"${0%/*}/pid\"\nwhile kill -0 $PPID; do sleep 0.1; done 2>/dev/null\n");
        _cleanup_free_ char *login = str_printf("account required pam_exec.so quiet /bin/sh %s/script\n", f->top);
        tree_write(f->top, "/etc/pam.d/login", login);
        tree_write(f->top, "/etc/pam.d/sshd", "account required pam_permit.so\n");
        _cleanup_free_ char *pid = NULL;
        for (uint64_t limit = 500000; limit < 100000000 && (!pid || !strchr(pid, '\n')); limit *= 2) {
                struct host *host = backend_new(f->event, &(struct backend_options) {
                                .paths = &f->paths, .sockets = sockets, .lookup_usec = limit });
                free(pid);
                account_free(w.account);
                error_free(w.e);
                w = (struct waiting) {};
                struct op *op = host_test_user(host, "root", tested, &w);
                while (!w.over)
                        assert_true(sd_event_run(f->event, 100000000) > 0);
                op_cancel(op);
                backend_free(host);
                pid = tree_read(f->top, "/pid");
        }
        _cleanup_(account_freep) struct account *a = w.account;
        assert_non_null(pid);
        assert_null(w.e);
        assert_int_equal(a->n, 1); /* the other service would wait as long */
        assert_int_equal(a->checks[0].failure, -ETIMEDOUT);
        _cleanup_free_ char *words = NULL;
        assert_int_equal(account_words(a, 0, &words), VERDICT_FAIL);
        assert_string_equal(words, "no answer after 30 s, and a login waits as long; is SSSD running?");
        int number = atoi(pid);
        for (int i = 0; i < 500 && kill(number, 0) == 0; i++)
                usleep(10000);
        assert_int_equal(kill(number, 0), -1);
}

static void asks_each_service(void **state) {
        struct fixture *f = *state;
        if (geteuid() != 0)
                skip();
        tree_write(f->top, "/etc/pam.d/login", "account required pam_debug.so acct=perm_denied\n");
        tree_write(f->top, "/etc/pam.d/sshd", "auth required pam_sss.so\naccount required pam_permit.so\n-account optional pam_sss.so\n");
        _cleanup_(account_freep) struct account *a = test_user(f);
        assert_int_equal(a->n, 2);
        assert_non_null(strstr(a->line, "root is user 0 of this host"));
        assert_string_equal(a->checks[0].code, "PAM_PERM_DENIED");
        assert_string_equal(a->checks[1].service, "sshd");
        assert_string_equal(a->checks[1].code, "PAM_SUCCESS");
        assert_true(a->checks[1].asks_sssd);
        assert_false(account_refused(a));
}

static void says_why_pam_was_not_asked(void **state) {
        struct fixture *f = *state;
        _cleanup_(account_freep) struct account *a = test_user(f);
        assert_int_equal(a->n, 0);
        assert_non_null(a->unasked);
}

/* A stack as pam.conf(5) lets it be written. */
static void finds_a_module_in_the_stack(void **state) {
        static const struct {
                const char *login;
                bool asks;
        } cases[] = {
                { "auth sufficient pam_sss.so\naccount required pam_sss.so\n", true },
                { "auth sufficient pam_sss.so\naccount required pam_unix.so\n", false },
                { "auth sufficient pam_unix.so\naccount required pam_sss.so\n", false },
                { "# auth sufficient pam_sss.so\n# account required pam_sss.so\n", false },
                { "-auth\t[success=1 default=ignore]\t/usr/lib64/security/pam_sss.so use_first_pass\n"
                  "Account [default=bad success=ok user_unknown=ignore] \\\n pam_sss.so # here\n", true },
                { "@include common\n", true },
                { "auth include common\naccount substack common\n", true },
                { "auth include common\n", false },
                { "auth include none\naccount include none\n", false },
                { "auth sufficient pam_sss_gss.so\naccount required pam_sss.so\n", false },
                { "@include login\n", false },
                { "", false },
        };
        const struct fixture *f = *state;
        tree_write(f->top, "/usr/lib/pam.d/common", "auth required pam_sss.so\naccount required pam_sss.so\n");
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                tree_write(f->top, "/etc/pam.d/login", cases[i].login);
                if (pam_asks(f->top, "login", "pam_sss.so") != cases[i].asks)
                        fail_msg("%zu: %s", i, cases[i].login);
        }
        static const char *const files[] = { "/etc/pam.d/su", "/usr/etc/pam.d/sshd", "/etc/pam.d/login" };
        static const char *const services[] = { "su", "sshd", "login, sshd" };
        unlink(tree_path(f->top, "/etc/pam.d/login"));
        for (size_t i = 0; i < ELEMENTS(files); i++) {
                tree_write(f->top, files[i], "account required pam_permit.so\n");
                _cleanup_strv_ char **found = pam_services(f->top);
                _cleanup_free_ char *names = strv_join(found, ", ");
                assert_string_equal(names, services[i]);
        }
}

/* The hint is made of this host's realm, and of no other. */
static void hints_at_the_domain_of_the_host(void **state) {
        static const struct {
                const char *conf, *user, *hint;
        } rows[] = {
                { NULL, "fairlead-nobody", "This host is in no realm: only its own users are known" },
                { "[sssd]\ndomains = corp.test\n", "fairlead-nobody",
                  "Is SSSD online, and does nsswitch.conf ask it? The name may need its domain: "
                  "fairlead-nobody@corp.test" },
                { "[sssd]\ndomains = corp.test\n", "fairlead-nobody@corp.test",
                  "Is SSSD online, and does nsswitch.conf ask it?" },
        };
        struct fixture *f = *state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct waiting w = {};
                if (rows[i].conf)
                        tree_write(f->top, "/etc/sssd/sssd.conf", rows[i].conf);
                struct op *op = host_test_user(f->host, rows[i].user, tested, &w);
                while (!w.over)
                        assert_true(sd_event_run(f->event, 10000000) > 0);
                op_cancel(op);
                assert_null(w.account);
                assert_int_equal(w.e->code, -ENOENT);
                assert_string_equal(w.e->hint, rows[i].hint);
                error_free(w.e);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(shows_what_pam_answers, set_up, tear_down),
                cmocka_unit_test_setup_teardown(ends_what_waits, set_up, tear_down),
                cmocka_unit_test_setup_teardown(ends_what_is_late, set_up, tear_down),
                cmocka_unit_test_setup_teardown(asks_each_service, set_up, tear_down),
                cmocka_unit_test_setup_teardown(says_why_pam_was_not_asked, set_up, tear_down),
                cmocka_unit_test_setup_teardown(finds_a_module_in_the_stack, set_up, tear_down),
                cmocka_unit_test_setup_teardown(hints_at_the_domain_of_the_host, set_up, tear_down),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
