/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/logins.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/readfile.h"
#include "base/str.h"

#define TOOL "/usr/sbin/pam-auth-update"
#define PAM_BYTES_MAX (256U * 1024)

static bool exists(const char *root, const char *path) {
        _cleanup_free_ char *whole = str_printf("%s%s", root, path);
        return whole && access(whole, F_OK) == 0;
}

static bool asks_sssd(const char *root) {
        _cleanup_free_ char *path = str_printf("%s/etc/pam.d/common-auth", root), *text = NULL;
        size_t n;
        return path && readfile(path, PAM_BYTES_MAX, &text, &n, NULL) >= 0 && strstr(text, "pam_sss.so");
}

/* Its files are for everybody, and signals of ours are none of its. */
static _Noreturn void run(const char *program, char *const *argv) {
        static char *const environment[] = { (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin", (char *) "DEBIAN_FRONTEND=noninteractive",
                                             (char *) "LC_ALL=C.UTF-8", NULL };
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        umask(022);
        execve(program, argv, environment);
        _exit(127);
}

int logins_settle(const char *root, bool mkhomedir, struct error **reterr) {
        bool sss = !asks_sssd(root);
        if (exists(root, "/etc/authselect/authselect.conf") || (!sss && !mkhomedir))
                return 0;
        if (!exists(root, TOOL)) {
                if (!mkhomedir)
                        return 0;       /* where PAM is set up by hand, somebody did */
                error_set(reterr, -ENOENT, "Home directories will not be made: this host has neither authselect nor pam-auth-update");
                error_hint(reterr, "Add \"session optional pam_mkhomedir.so\" to the files of /etc/pam.d");
                return -ENOENT;
        }
        _cleanup_free_ char *program = str_printf("%s" TOOL, root);
        const char *argv[6] = { TOOL, "--package", "--enable" };
        size_t n = 3;
        if (sss && exists(root, "/usr/share/pam-configs/sss"))
                argv[n++] = "sss";
        if (mkhomedir)
                argv[n++] = "mkhomedir";
        if (!program)
                return error_set(reterr, -ENOMEM, "Out of memory");
        if (n == 3)
                return 0;
        int status = -1;
        pid_t pid = fork();
        if (pid == 0)
                run(program, (char *const *) argv);
        while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
                return error_set(reterr, -EIO, "pam-auth-update could not set logins up");
        return 0;
}
