/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/realm/account.h"

struct account *account_free(struct account *a) {
        if (!a)
                return NULL;
        for (size_t i = 0; i < a->n; i++)
                FREE_ALL(a->checks[i].service, a->checks[i].code, a->checks[i].text);
        FREE_ALL(a->line, a->rules, a->unasked, a->checks, a);
        return NULL;
}

/* pam_acct_mgmt(3), and what modules return besides. */
static const struct account_row {
        const char *code;
        enum verdict verdict;
        const char *words;
} account_rows[] = {
        /* an expired password of a realm shows only at the login itself */
        { "PAM_SUCCESS", VERDICT_OK, "yes, with a valid password" },
        { "PAM_NEW_AUTHTOK_REQD", VERDICT_WARN,
          "yes, but a new password has to be set first: the present one has expired" },
        { "PAM_ACCT_EXPIRED", VERDICT_FAIL,
          "no, the account has expired or is disabled; it is extended where it is kept (Active Directory, "
          "FreeIPA, chage -E)" },
        { "PAM_PERM_DENIED", VERDICT_FAIL,
          "no, an access rule denies it: SSSD's lists, a group policy, an HBAC rule, or access.conf" },
        { "PAM_AUTH_ERR", VERDICT_FAIL,
          "no, a module of PAM refuses the account; /run/nologin and time.conf do so" },
        { "PAM_USER_UNKNOWN", VERDICT_FAIL,
          "no, PAM's modules do not know the user; is SSSD running, and online for a first login?" },
        { "PAM_AUTHTOK_EXPIRED", VERDICT_FAIL,
          "no, the password has expired and can no longer be changed at a login; an administrator resets "
          "it" },
        { "PAM_MAXTRIES", VERDICT_FAIL, "no, the account is locked after too many wrong passwords" },
        { "PAM_AUTHINFO_UNAVAIL", VERDICT_FAIL,
          "no, what knows the account cannot be reached; is SSSD running and online?" },
        { "PAM_CONV_ERR", VERDICT_WARN,
          "not known: a module of PAM asks a question, which only a login can answer" },
        { "PAM_MODULE_UNKNOWN", VERDICT_FAIL,
          "no, the files of PAM name a module that is not installed, or cannot be loaded; the journal names "
          "it" },
        { "PAM_OPEN_ERR", VERDICT_FAIL,
          "no, the files of PAM name a module that cannot be loaded; the journal names it" },
        { "PAM_SYMBOL_ERR", VERDICT_FAIL,
          "no, the files of PAM name a module that cannot check accounts; the journal names it" },
};

/* Any other code: PAM fails, whoever the user is. */
static const struct account_row *account_row_of(const char *code) {
        static const struct account_row other = { NULL, VERDICT_FAIL,
                                                  "no, PAM itself fails; the journal has the reason" };
        for (size_t i = 0; i < ELEMENTS(account_rows); i++)
                if (str_equal(account_rows[i].code, code))
                        return &account_rows[i];
        return &other;
}

static enum verdict account_silent(const struct account_check *c, char **ret) {
        bool late = c->failure == -ETIMEDOUT, died = c->failure == -EIO;
        *ret = xstrdup(late   ? "no answer after 30 s, and a login waits as long; is SSSD running?"
                       : died ? "no, a module of PAM crashed, and a login would end there, too"
                              : "not known: the program that asks PAM could not be run");
        return late || died ? VERDICT_FAIL : VERDICT_WARN;
}

enum verdict account_words(const struct account *a, size_t i, char **ret) {
        const struct account_check *c = &a->checks[i];
        if (!c->code)
                return account_silent(c, ret);
        const struct account_row *row = account_row_of(c->code);
        /* Without pam_sss the other modules find nothing to object to, and then nobody accepts the password.
         */
        if (row->verdict != VERDICT_FAIL && !a->own && !c->asks_sssd) {
                *ret = str_printf("no, PAM does not ask SSSD for %s: pam_sss.so is missing in its auth or "
                                  "account lines; "
                                  "pam-auth-update --enable sss, or authselect select sssd, adds it",
                                  c->service);
                return VERDICT_FAIL;
        }
        _cleanup_free_ char *answer =
                row->verdict == VERDICT_OK ? xstrdup(row->words) : str_printf("%s (%s)", row->words, c->code);
        *ret = c->text ? str_printf("%s; PAM says: %s", answer, c->text) : TAKE(answer);
        return row->verdict;
}

bool account_refused(const struct account *a) {
        for (size_t i = 0; i < a->n; i++) {
                _cleanup_free_ char *words = NULL;
                if (account_words(a, i, &words) != VERDICT_FAIL)
                        return false;
        }
        return a->n > 0;
}
