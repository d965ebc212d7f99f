/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/appliance/sealed.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/path.h"

#define SEALED_PROGRAM "/usr/bin/systemd-creds"

/* What it says of an error goes to ours. */
static int sealed_run(char *const *words, int in, int out, struct error **reterr) {
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t none;
        pid_t pid;
        int status = 0;
        char *const environment[] = { (char *) "PATH=" PATH_OF_ROOT, NULL };
        sigemptyset(&none);
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        int r = posix_spawn(&pid, words[0], &actions, &attributes, words, environment);
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
        if (r != 0) {
                error_errno(reterr, -r, "%s cannot be started", words[0]);
                return error_hint(reterr, "It comes with systemd 250 and newer");
        }
        if (TEMP_FAILURE_RETRY(waitpid(pid, &status, 0)) < 0)
                return error_errno(reterr, -errno, "%s cannot be followed", words[0]);
        return WIFEXITED(status) && WEXITSTATUS(status) == 0
                       ? 0
                       : error_set(reterr, -EIO, "%s %s failed", words[0], words[1]);
}

int sealed_write(const char *name, int fd, struct error **reterr) {
        _cleanup_free_ char *option = str_printf("--name=%s", name),
                            *path = str_printf(SEALED_FOLDER "/%s", name),
                            *new = str_printf(SEALED_FOLDER "/.%s.new", name);
        char *words[] = { (char *) SEALED_PROGRAM, (char *) "encrypt", (char *) "--with-key=auto", option,
                          (char *) "-", (char *) "-", NULL };
        if (mkdir(SEALED_FOLDER, 0700) < 0 && errno != EEXIST)
                return error_errno(reterr, -errno, "The folder " SEALED_FOLDER " cannot be made");
        _cleanup_close_ int out = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (out < 0)
                return error_errno(reterr, -errno, "%s cannot be written", new);
        int r = sealed_run(words, fd, out, reterr);
        if (r >= 0 && (fsync(out) < 0 || rename(new, path) < 0))
                r = error_errno(reterr, -errno, "%s cannot be written", path);
        if (r < 0)
                (void) unlink(new);
        return r;
}

bool sealed_exists(const char *name) {
        _cleanup_free_ char *path = str_printf(SEALED_FOLDER "/%s", name);
        return access(path, F_OK) == 0;
}

int sealed_read(const char *name, struct error **reterr) {
        _cleanup_free_ char *option = str_printf("--name=%s", name),
                            *path = str_printf(SEALED_FOLDER "/%s", name);
        char *words[] = { (char *) SEALED_PROGRAM, (char *) "decrypt", option, path, (char *) "-", NULL };
        if (access(path, R_OK) < 0)
                return error_errno(reterr, -errno, "There is no sealed credential %s", path);
        _cleanup_close_ int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        _cleanup_close_ int fd = memfd_create("credential", MFD_CLOEXEC);
        if (null < 0 || fd < 0)
                return error_errno(reterr, -errno, "The credential %s cannot be read", name);
        int r = sealed_run(words, null, fd, reterr);
        return r < 0 ? error_wrap(reterr, r, "The credential %s was not sealed to this host", name)
                     : TAKE_FD(fd);
}
