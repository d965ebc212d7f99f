/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A user as this host sees him, and whether PAM would let him in: what its account check answers for each
 * service that takes logins, without a password. */

#include "model/realm/check.h"

struct account_check {
        char *service;  /* PAM's name: "login", "sshd" */
        char *code;     /* "PAM_SUCCESS", …; NULL: it gave no answer */
        char *text;     /* what PAM's modules said to the user; NULL */
        int failure;    /* without a code: -ETIMEDOUT, -EIO: a module crashed; else it could not be asked */
        bool asks_sssd; /* pam_sss is among what the service asks for passwords and for accounts */
};

struct account {
        char *line;    /* the user in a sentence */
        bool own;      /* of this host itself, not of a realm */
        char *rules;   /* access_answer() of SSSD's lists; NULL: none apply */
        char *unasked; /* why PAM was not asked, a sentence; NULL */
        struct account_check *checks;
        size_t n;
};
struct account *account_free(struct account *a);
DEFINE_CLEANUP(struct account, account_free)

/* The answer of checks[i] in words, "yes", "no, …"; the caller frees *ret. VERDICT_WARN: yes, with something
 * to do first. */
enum verdict account_words(const struct account *a, size_t i, char **ret);

/* Whether none of the services asked would let the user in; false also where none was asked. */
bool account_refused(const struct account *a);
