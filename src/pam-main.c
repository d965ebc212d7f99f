/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fairlead-pam [--folder=DIR] SERVICE USER: PAM's account check of a user, without a password, as SERVICE
 * asks it after it has one. Prints one line, "PAM_SUCCESS" or another code and what modules said to the user,
 * and exits with 0 if PAM answered at all. It is a program of its own since PAM loads whatever modules the
 * host's files name: they may wait, crash or print. No session is opened, and no credentials are made. Some
 * modules count this as a login all the same: pam_faillock in an account line forgets the wrong passwords so
 * far.
 * --folder: the files of PAM are there, for tests. */
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "base/base.h"

#define SAID_MAX 400U

#define CODE(name) [name] = #name
static const char *const codes[] = {
        CODE(PAM_SUCCESS),
        CODE(PAM_OPEN_ERR),
        CODE(PAM_SYMBOL_ERR),
        CODE(PAM_SERVICE_ERR),
        CODE(PAM_SYSTEM_ERR),
        CODE(PAM_BUF_ERR),
        CODE(PAM_PERM_DENIED),
        CODE(PAM_AUTH_ERR),
        CODE(PAM_CRED_INSUFFICIENT),
        CODE(PAM_AUTHINFO_UNAVAIL),
        CODE(PAM_USER_UNKNOWN),
        CODE(PAM_MAXTRIES),
        CODE(PAM_NEW_AUTHTOK_REQD),
        CODE(PAM_ACCT_EXPIRED),
        CODE(PAM_SESSION_ERR),
        CODE(PAM_CRED_UNAVAIL),
        CODE(PAM_CRED_EXPIRED),
        CODE(PAM_CRED_ERR),
        CODE(PAM_NO_MODULE_DATA),
        CODE(PAM_CONV_ERR),
        CODE(PAM_AUTHTOK_ERR),
        CODE(PAM_AUTHTOK_RECOVERY_ERR),
        CODE(PAM_AUTHTOK_LOCK_BUSY),
        CODE(PAM_AUTHTOK_DISABLE_AGING),
        CODE(PAM_TRY_AGAIN),
        CODE(PAM_IGNORE),
        CODE(PAM_ABORT),
        CODE(PAM_AUTHTOK_EXPIRED),
        CODE(PAM_MODULE_UNKNOWN),
        CODE(PAM_BAD_ITEM),
        CODE(PAM_CONV_AGAIN),
        CODE(PAM_INCOMPLETE),
};

struct conversation {
        struct str said;
        bool asked; /* a module wanted an answer */
};

/* Modules may say something; nobody is here to answer. */
static int pam_main_converse(int n, const struct pam_message **messages, struct pam_response **ret,
                             void *userdata) {
        struct conversation *c = userdata;
        for (int i = 0; i < n; i++) {
                if (messages[i]->msg_style != PAM_ERROR_MSG && messages[i]->msg_style != PAM_TEXT_INFO) {
                        c->asked = true;
                        return PAM_CONV_ERR;
                }
                const char *text = messages[i]->msg ? messages[i]->msg : "";
                for (; *text && c->said.length < SAID_MAX; text++)
                        str_add_char(&c->said, (unsigned char) *text < ' ' || *text == 0x7f ? ' ' : *text);
                str_add_char(&c->said, ' ');
        }
        *ret = calloc((size_t) n, sizeof **ret); /* PAM frees it */
        return *ret ? PAM_SUCCESS : PAM_BUF_ERR;
}

static int pam_main_check(const char *folder, const char *service, const char *user, struct conversation *c) {
        const struct pam_conv conversation = { .conv = pam_main_converse, .appdata_ptr = c };
        pam_handle_t *pam = NULL;
        int r = folder ? pam_start_confdir(service, user, &conversation, folder, &pam)
                       : pam_start(service, user, &conversation, &pam);
        if (r != PAM_SUCCESS)
                return r;
        /* as OpenSSH and login(1) do: access.conf and time.conf have rules for terminals */
        r = pam_set_item(pam, PAM_TTY, strcmp(service, "sshd") == 0 ? "ssh" : "tty1");
        if (r == PAM_SUCCESS)
                r = pam_acct_mgmt(pam, 0);
        /* Not pam_end(): there is nothing to give back, and a module's cleanup may wait as well as its check.
         */
        return r;
}

/* Standard input and output are the modules'; the answer goes where nothing else is printed. */
static int pam_main_answer_fd(void) {
        int answer = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && answer >= 0; fd++)
                if (null < 0 || dup2(null, fd) < 0)
                        return -1;
        return answer;
}

static bool pam_main_answer(int answer, const char *code, const char *said) {
        return dprintf(answer, "%s %s\n", code, said ? said : "") < 0;
}

int main(int argc, char **argv) {
        const char *folder = argc > 1 ? str_starts(argv[1], "--folder=") : NULL;
        const struct rlimit none = {};
        struct conversation c = {};
        argv += folder ? 2 : 1;
        if (argc != (folder ? 4 : 3)) {
                fputs("usage: fairlead-pam [--folder=DIR] SERVICE USER\n", stderr);
                return 2;
        }
        int answer = pam_main_answer_fd();
        if (answer < 0)
                return 1;
        (void) setrlimit(RLIMIT_CORE, &none); /* a module that crashes has read whatever it likes */
        int r = pam_main_check(folder, argv[0], argv[1], &c);
        if (c.asked)
                r = PAM_CONV_ERR;
        const char *code = r >= 0 && (size_t) r < ELEMENTS(codes) && codes[r] ? codes[r] : "PAM_SYSTEM_ERR";
        /* No exit handlers: those of the modules may wait, too. */
        _exit(pam_main_answer(answer, code, c.said.text));
}
