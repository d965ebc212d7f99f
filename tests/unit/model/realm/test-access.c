/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/str.h"
#include "model/realm/access.h"

static const struct {
        const char *access;
        enum access_what what;
        bool groups;
        const char *names, *result, *sentence;
} changes[] = {
        { "access_provider = ad\n", ACCESS_PERMIT, false, "bob", "access_provider = simple\nfallback_homedir = /home/%u@%d\nsimple_allow_users = bob\n",
          "Who may log in: user bob" },
        { "access_provider = simple\nsimple_allow_users = bob\n", ACCESS_PERMIT, false, "Bob,alice@example.test",
          "access_provider = simple\nsimple_allow_users = bob, alice@example.test\n", "Who may log in: users bob, alice@example.test" },
        { "access_provider = simple\nsimple_allow_users = $\n", ACCESS_PERMIT, false, "bob", "access_provider = simple\nsimple_allow_users = bob\n",
          "Who may log in: user bob" },
        { "access_provider = simple\nsimple_allow_users = bob\n", ACCESS_PERMIT, true, "linux admins",
          "access_provider = simple\nsimple_allow_users = bob\nfallback_homedir = /home/%u@%d\nsimple_allow_groups = linux admins\n",
          "Who may log in: user bob; group linux admins" },
        /* whoever is denied is out, whatever permits him */
        { "access_provider = simple\nsimple_allow_groups = operators\n", ACCESS_DENY, false, "alice",
          "access_provider = simple\nsimple_allow_groups = operators\nfallback_homedir = /home/%u@%d\nsimple_deny_users = alice\n",
          "Who may log in: group operators; not alice" },
        { "access_provider = ad\n", ACCESS_DENY, false, "alice", "access_provider = simple\nfallback_homedir = /home/%u@%d\nsimple_deny_users = alice\n",
          "Who may log in: everybody of the domain; not alice" },
        { "access_provider = simple\nsimple_deny_users = alice, carol\n", ACCESS_PERMIT, false, "ALICE",
          "access_provider = simple\nsimple_deny_users = carol\nfallback_homedir = /home/%u@%d\nsimple_allow_users = ALICE\n",
          "Who may log in: user ALICE; not carol" },
        /* the last one who was permitted goes: an empty list would let everybody in */
        { "access_provider = simple\nsimple_allow_users = bob\n", ACCESS_DENY, false, "bob",
          "access_provider = deny\nfallback_homedir = /home/%u@%d\nsimple_deny_users = bob\n", "Who may log in: nobody of the domain" },
        { "access_provider = deny\n", ACCESS_DENY, false, "bob", "access_provider = deny\nfallback_homedir = /home/%u@%d\nsimple_deny_users = bob\n",
          "Who may log in: nobody of the domain" },
        /* one by one off the lists, whichever it is on */
        { "access_provider = simple\nsimple_allow_users = bob, alice\n", ACCESS_WITHDRAW, false, "BOB",
          "access_provider = simple\nsimple_allow_users = alice\n", "Who may log in: user alice" },
        { "access_provider = simple\nsimple_allow_users = bob\nsimple_allow_groups = admins\n", ACCESS_WITHDRAW, true, "admins",
          "access_provider = simple\nsimple_allow_users = bob\n", "Who may log in: user bob" },
        { "access_provider = simple\nsimple_allow_users = bob\nsimple_deny_users = carol, dave\n", ACCESS_WITHDRAW, false, "carol",
          "access_provider = simple\nsimple_allow_users = bob\nsimple_deny_users = dave\n", "Who may log in: user bob; not dave" },
        { "access_provider = simple\nsimple_allow_users = bob\n", ACCESS_WITHDRAW, false, "bob", "access_provider = deny\n",
          "Who may log in: nobody of the domain" },
        { "access_provider = simple\nsimple_deny_users = bob\n", ACCESS_WITHDRAW, false, "bob", "access_provider = simple\n",
          "Who may log in: everybody of the domain" },
        { "access_provider = simple\nsimple_allow_users = bob\n", ACCESS_DENY_ALL, false, NULL, "access_provider = deny\nsimple_allow_users = bob\n",
          "Who may log in: nobody of the domain" },
        { "access_provider = deny\n", ACCESS_PERMIT_ALL, false, NULL, "access_provider = ad\n", "Who may log in: whom the domain's own rules allow" },
        { "", ACCESS_DENY_ALL, false, NULL, "fallback_homedir = /home/%u@%d\naccess_provider = deny\n", "Who may log in: nobody of the domain" },
};

static void changes_are_exact(void **state) {
        for (size_t i = 0; i < ELEMENTS(changes); i++) {
                _cleanup_free_ char *after = NULL, *sentence = NULL;
                _cleanup_strv_ char **names = NULL;
                _cleanup_error_ struct error *e = NULL;
                _cleanup_str_ struct str s = {};
                /* as realmd writes it */
                str_add(&s, "\n[sssd]\ndomains = example.test\nservices = nss, pam\n\n[domain/example.test]\nad_domain = example.test\nid_provider = ad\n");
                size_t head = s.length;
                str_add(&s, changes[i].access);
                str_add(&s, "fallback_homedir = /home/%u@%d\n");
                names = strv_split(changes[i].names, ",");
                const struct access_change change = { changes[i].what, changes[i].groups, names };
                assert_ok(access_change(s.text, "example.test", &change, &after, &sentence, &e), e);
                assert_memory_equal(after, s.text, head);
                assert_non_null(strstr(after, changes[i].result));
                assert_string_equal(sentence, changes[i].sentence);
                _cleanup_(access_done) struct access read = {};
                access_read(after, "example.test", &read);
                _cleanup_free_ char *words = access_words(&read);
                assert_string_equal(words, sentence + strlen("Who may log in: "));
        }
}

static void answers_for_one_user(void **state) {
        static char *const groups[] = { (char *) "domain users@example.test", (char *) "linux-admins@example.test", NULL };
        static char *users[] = { (char *) "alice", NULL }, *admins[] = { (char *) "Linux-Admins", NULL }, *others[] = { (char *) "operators", NULL };
        static const struct {
                struct access access;
                const char *user, *answer;
        } rows[] = {
                { { .permit = PERMIT_LISTED, .users = users }, "alice@example.test", "yes, alice is permitted" },
                { { .permit = PERMIT_LISTED, .users = users }, "bob@example.test", "no, not among those who are permitted" },
                { { .permit = PERMIT_LISTED, .groups = admins }, "bob@example.test", "yes, Linux-Admins is permitted" },
                { { .permit = PERMIT_LISTED, .groups = others }, "bob@example.test", "no, not in operators" },
                { { .permit = PERMIT_LISTED, .users = users, .denied_groups = admins }, "alice", "no, Linux-Admins is denied" },
                { { .permit = PERMIT_OTHERS, .denied_users = users }, "alice", "no, alice is denied" },
                { { .permit = PERMIT_OTHERS, .denied_users = users }, "bob", "yes, as everybody who is not denied" },
                { { .permit = PERMIT_NOBODY }, "bob", "no, nobody of the domain may" },
                { { .permit = PERMIT_ALL }, "bob", "yes, as everybody of the domain" },
                { { .permit = PERMIT_DOMAIN }, "bob", "as the domain's own rules say (GPO, HBAC, an expired account)" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *answer = access_answer(&rows[i].access, rows[i].user, groups);
                assert_string_equal(answer, rows[i].answer);
        }
}

static void refuses_what_makes_no_sense(void **state) {
        static const char *const names[] = { "", "a,b", "a\nb", "[x]", "$", " a", "a=b", "a;b" };
        static const char text[] = "[domain/example.test]\nid_provider = ad\naccess_provider = simple\nsimple_allow_users = bob\n";
        char *after = NULL, *sentence = NULL;
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                _cleanup_error_ struct error *e = NULL;
                char *const list[] = { (char *) names[i], NULL };
                assert_int_equal(access_change(text, "example.test", &(struct access_change) { ACCESS_PERMIT, false, list }, &after, &sentence, &e), -EINVAL);
                assert_non_null(e->hint);
        }
        char *const bob[] = { (char *) "bob", NULL }, *const nobody[] = { NULL };
        _cleanup_error_ struct error *so = NULL, *none = NULL, *other = NULL;
        assert_int_equal(access_change(text, "example.test", &(struct access_change) { ACCESS_PERMIT, false, bob }, &after, &sentence, &so), -EALREADY);
        assert_non_null(strstr(so->message, "user bob"));
        assert_int_equal(access_change(text, "example.test", &(struct access_change) { ACCESS_DENY, false, nobody }, &after, &sentence, &none), -EINVAL);
        assert_int_equal(access_change(text, "other.test", &(struct access_change) { ACCESS_DENY_ALL }, &after, &sentence, &other), -EINVAL);
        assert_null(after);
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(changes_are_exact), cmocka_unit_test(answers_for_one_user), cmocka_unit_test(refuses_what_makes_no_sense) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
