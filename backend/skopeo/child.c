/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a child begins, and how it ends when nobody wants its answer any more. */
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>

#include "backend/skopeo/internal.h"

char *skopeo_find(struct error **reterr) {
        static const char *const folders[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                               "/usr/bin",        "/sbin",          "/bin" };
        for (size_t i = 0; i < ELEMENTS(folders); i++) {
                _cleanup_free_ char *path = str_printf("%s/skopeo", folders[i]);
                if (access(path, X_OK) == 0)
                        return TAKE(path);
        }
        error_set(reterr, -ENOENT,
                  "skopeo is not installed, which reads images from registries and archives");
        error_hint(reterr, "Install the package skopeo");
        return NULL;
}

/* Nothing of ours but the way out: authentication files are found by HOME, temporary ones are large. */
char **skopeo_environment(void) {
        static const char *const proxies[] = { "http_proxy", "https_proxy", "no_proxy",
                                               "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY" };
        const struct passwd *user = getpwuid(geteuid());
        char **list = NULL;
        strv_add(&list, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        strv_add(&list, "LC_ALL=C");
        strv_add(&list, "TMPDIR=/var/tmp");
        strv_addf(&list, "HOME=%s", user && user->pw_dir ? user->pw_dir : "/");
        for (size_t i = 0; i < ELEMENTS(proxies); i++)
                if (!str_empty(getenv(proxies[i])))
                        strv_addf(&list, "%s=%s", proxies[i], getenv(proxies[i]));
        return list;
}

/* fd -1: nothing is there. */
static void skopeo_spawn_fd(posix_spawn_file_actions_t *actions, int fd, int number) {
        if (fd >= 0)
                posix_spawn_file_actions_adddup2(actions, fd, number);
        else
                posix_spawn_file_actions_addopen(actions, number, "/dev/null", number ? O_WRONLY : O_RDONLY,
                                                 0);
}

int skopeo_spawn(const char *program, char *const *words, int in, int out, int err, pid_t *ret,
                 struct error **reterr) {
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t none, all, child;
        sigemptyset(&none);
        sigfillset(&all);
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        sigprocmask(SIG_BLOCK, &child, NULL); /* as sd-event wants it */
        posix_spawn_file_actions_init(&actions);
        skopeo_spawn_fd(&actions, in, STDIN_FILENO);
        skopeo_spawn_fd(&actions, out, STDOUT_FILENO);
        skopeo_spawn_fd(&actions, err, STDERR_FILENO);
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
        posix_spawn_file_actions_addchdir_np(&actions, "/");
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                      POSIX_SPAWN_SETPGROUP);
        _cleanup_strv_ char **environment = skopeo_environment();
        int r = posix_spawn(ret, program, &actions, &attributes, words, environment);
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
        if (r == 0)
                return 0;
        *ret = 0;
        return error_errno(reterr, -r, "%s cannot be started", program);
}

/* Its group: a helper for passwords goes with it. A child that reads from a stick which is gone dies only
 * when the kernel gives it up: the loop takes it then, and nothing waits for it. */
void skopeo_child_kill(sd_event_source **child, pid_t pid) {
        kill(-pid, SIGKILL);
        if (!*child)
                return;
        sd_event_source_set_userdata(*child, NULL);
        sd_event_source_set_floating(*child, true);
        *child = sd_event_source_unref(*child);
}
