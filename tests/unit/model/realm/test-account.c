/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "model/realm/account.h"

static void says_what_a_code_means(void **state) {
        static const struct {
                const char *code, *text;
                int failure;
                bool asks_sssd, own;
                enum verdict verdict;
                const char *words;      /* the beginning */
        } cases[] = {
                { "PAM_SUCCESS", NULL, 0, true, false, VERDICT_OK, "yes, with a valid password" },
                { "PAM_SUCCESS", "welcome", 0, true, false, VERDICT_OK, "yes, with a valid password; PAM says: welcome" },
                { "PAM_SUCCESS", NULL, 0, false, true, VERDICT_OK, "yes, with a valid password" },
                { "PAM_SUCCESS", NULL, 0, false, false, VERDICT_FAIL, "no, PAM does not ask SSSD for login: pam_sss.so is missing" },
                { "PAM_NEW_AUTHTOK_REQD", NULL, 0, true, false, VERDICT_WARN, "yes, but a new password has to be set first" },
                { "PAM_NEW_AUTHTOK_REQD", NULL, 0, false, false, VERDICT_FAIL, "no, PAM does not ask SSSD" },
                { "PAM_ACCT_EXPIRED", NULL, 0, true, false, VERDICT_FAIL, "no, the account has expired or is disabled" },
                { "PAM_ACCT_EXPIRED", NULL, 0, false, false, VERDICT_FAIL, "no, the account has expired or is disabled" },
                { "PAM_PERM_DENIED", "Access denied", 0, true, false, VERDICT_FAIL,
                  "no, an access rule denies it: SSSD's lists, a group policy, an HBAC rule, or access.conf (PAM_PERM_DENIED); PAM says: Access denied" },
                { "PAM_AUTH_ERR", "The host is going down", 0, true, false, VERDICT_FAIL, "no, a module of PAM refuses the account; /run/nologin" },
                { "PAM_USER_UNKNOWN", NULL, 0, true, false, VERDICT_FAIL, "no, PAM's modules do not know the user" },
                { "PAM_AUTHTOK_EXPIRED", NULL, 0, true, false, VERDICT_FAIL, "no, the password has expired" },
                { "PAM_MAXTRIES", NULL, 0, true, false, VERDICT_FAIL, "no, the account is locked" },
                { "PAM_AUTHINFO_UNAVAIL", NULL, 0, true, false, VERDICT_FAIL, "no, what knows the account cannot be reached" },
                { "PAM_CONV_ERR", NULL, 0, true, false, VERDICT_WARN, "not known: a module of PAM asks a question" },
                { "PAM_MODULE_UNKNOWN", NULL, 0, true, false, VERDICT_FAIL, "no, the files of PAM name a module that is not installed" },
                { "PAM_OPEN_ERR", NULL, 0, true, false, VERDICT_FAIL, "no, the files of PAM name a module that cannot be loaded" },
                { "PAM_SYMBOL_ERR", NULL, 0, true, false, VERDICT_FAIL, "no, the files of PAM name a module that cannot check" },
                { "PAM_ABORT", NULL, 0, true, false, VERDICT_FAIL, "no, PAM itself fails; the journal has the reason (PAM_ABORT)" },
                { NULL, NULL, -ETIMEDOUT, true, false, VERDICT_FAIL, "no answer after 30 s" },
                { NULL, NULL, -EIO, true, false, VERDICT_FAIL, "no, a module of PAM crashed" },
                { NULL, NULL, -ENOENT, true, false, VERDICT_WARN, "not known: the program that asks PAM could not be run" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct account_check check = { .service = (char *) "login",
                                               .code = (char *) cases[i].code,
                                               .text = (char *) cases[i].text,
                                               .failure = cases[i].failure,
                                               .asks_sssd = cases[i].asks_sssd };
                const struct account a = { .own = cases[i].own, .checks = &check, .n = 1 };
                _cleanup_free_ char *words = NULL;
                assert_int_equal(account_words(&a, 0, &words), cases[i].verdict);
                if (strncmp(words, cases[i].words, strlen(cases[i].words)) != 0)
                        fail_msg("%s: \"%s\", not \"%s\"", cases[i].code ? cases[i].code : "-", words, cases[i].words);
                assert_int_equal(account_refused(&a), cases[i].verdict == VERDICT_FAIL);
        }
        assert_false(account_refused(&(const struct account) {}));
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(says_what_a_code_means) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
