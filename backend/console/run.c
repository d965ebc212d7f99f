/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/console/run.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/path.h"

#define HUNG_UP_SECONDS 5

struct run {
        pid_t pid; /* the leader's */
        bool reaped;
        void (*ended)(const struct run_end *end, void *userdata);
        void *userdata;
        int report;      /* what the leader has to say at its end */
        sd_event *event; /* lent */
        sd_event_source *child, *timer;
};

/* ---- the leader and the program ---- */

/* Not blocking while it is opened, as there may be no carrier yet; then as every program expects it. */
static int run_open(const char *device) {
        int fd = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK);
        int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);
        return flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0 ? -1 : fd;
}

_Noreturn static void run_fail(int report) {
        int code = errno;
        (void) !write(report, &code, sizeof code);
        _exit(127);
}

static bool run_take_terminal(const char *device) {
        int fd = -1;
        /* 1: from whom else may have it. Only root may. */
        if (setsid() < 0 || (fd = run_open(device)) < 0 ||
            (ioctl(fd, TIOCSCTTY, 1) < 0 && ioctl(fd, TIOCSCTTY, 0) < 0) || dup2(fd, STDIN_FILENO) < 0 ||
            dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0 || chdir("/") < 0)
                return false;
        if (fd > STDERR_FILENO)
                close(fd);
        return true;
}

_Noreturn static void run_exec(char *const *argv, char *const *environment, int report) {
        sigset_t none;
        sigemptyset(&none);
        for (int i = 1; i < NSIG; i++)
                signal(i, SIG_DFL);
        sigprocmask(SIG_SETMASK, &none, NULL);
        close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
        execve(argv[0], argv, environment);
        run_fail(report);
}

/* In the process group of the program, whose parent is in the same, so that ^Z does not stop it. */
_Noreturn static void run_lead(pid_t pid, const sigset_t *set, int report) {
        const struct timespec patience = { .tv_sec = HUNG_UP_SECONDS };
        struct run_end end = {};
        sigset_t pending;
        int status;
        while (waitpid(pid, &status, WNOHANG) != pid) {
                int number = end.hung_up ? sigtimedwait(set, NULL, &patience) : sigwaitinfo(set, NULL);
                if (number < 0 && errno == EAGAIN)
                        kill(pid, SIGKILL);
                if (number == SIGHUP || number == SIGTERM)
                        kill(pid, SIGHUP);
                if (number == SIGTERM)
                        kill(pid, SIGTERM);
                end.hung_up |= number == SIGHUP;
        }
        /* The kernel sends it before the program can see an end of its input. */
        end.hung_up |= sigpending(&pending) == 0 && sigismember(&pending, SIGHUP) > 0;
        end.exited = WIFEXITED(status);
        end.status = end.exited ? WEXITSTATUS(status) : WTERMSIG(status);
        _exit(write(report, &end, sizeof end) == sizeof end ? 0 : 1);
}

static void run_child(const char *device, char *const *argv, char *const *environment, int begun,
                      int report) {
        static const int heard[] = { SIGHUP, SIGTERM, SIGCHLD };
        sigset_t set;
        sigemptyset(&set);
        for (size_t i = 0; i < ELEMENTS(heard); i++) {
                signal(heard[i], SIG_DFL);
                sigaddset(&set, heard[i]);
        }
        sigprocmask(SIG_SETMASK, &set, NULL);
        if (!run_take_terminal(device))
                run_fail(begun);
        pid_t pid = fork();
        if (pid == 0)
                run_exec(argv, environment, begun);
        if (pid < 0)
                run_fail(begun);
        signal(SIGINT, SIG_IGN);
        signal(SIGQUIT, SIG_IGN);
        /* Nothing else of the supervisor's stays open in it. */
        if (dup2(report, STDERR_FILENO + 1) < 0)
                _exit(127);
        close_range(STDERR_FILENO + 2, ~0U, 0);
        run_lead(pid, &set, STDERR_FILENO + 1);
}

/* ---- the supervisor's side ---- */

char **run_environment(const char *term) {
        char **environment = NULL;
        for (char **e = environ; *e; e++)
                if (str_starts(*e, "LANG=") || str_starts(*e, "LC_") || str_starts(*e, "LANGUAGE="))
                        strv_add(&environment, *e);
        strv_add(&environment, "PATH=" PATH_OF_ROOT);
        strv_add(&environment, "HOME=/root");
        strv_add(&environment, "USER=root");
        strv_add(&environment, "LOGNAME=root");
        strv_add(&environment, "SHELL=/bin/sh");
        if (term)
                strv_addf(&environment, "TERM=%s", term);
        return environment;
}

static int run_on_child(sd_event_source *source, const siginfo_t *info, void *userdata) {
        struct run *run = userdata;
        struct run_end end = { .status = SIGKILL };
        run->reaped = true;
        run->child = sd_event_source_disable_unref(run->child);
        run->timer = sd_event_source_disable_unref(run->timer);
        /* A leader that was killed has nothing to say. */
        if (TEMP_FAILURE_RETRY(read(run->report, &end, sizeof end)) != sizeof end)
                end = (struct run_end) { .status = SIGKILL };
        run->ended(&end, run->userdata);
        return 0;
}

static int run_start(struct run *run, const char *device, char *const *argv, char *const *environment,
                     struct error **reterr) {
        int begun[2] = { -1, -1 }, report[2] = { -1, -1 }, code = 0;
        int r = pipe2(begun, O_CLOEXEC) < 0 || pipe2(report, O_CLOEXEC | O_NONBLOCK) < 0 ? -errno : 0;
        _cleanup_close_ int reading = begun[0];
        run->report = report[0];
        run->pid = r < 0 ? -1 : fork();
        if (run->pid == 0)
                run_child(device, argv, environment, begun[1], report[1]);
        r = run->pid < 0 && r >= 0 ? -errno : r;
        if (begun[1] >= 0)
                close(begun[1]);
        if (report[1] >= 0)
                close(report[1]);
        if (r < 0)
                return error_errno(reterr, r, "%s cannot be started", argv[0]);
        /* It closes with the exec. */
        if (TEMP_FAILURE_RETRY(read(reading, &code, sizeof code)) != sizeof code)
                return 0;
        waitpid(run->pid, NULL, 0);
        run->pid = 0;
        return error_errno(reterr, -code, "%s cannot be started on %s", argv[0], device);
}

int run_new(sd_event *event, const char *device, char *const *argv, char *const *environment,
            void (*ended)(const struct run_end *end, void *userdata), void *userdata, struct run **ret,
            struct error **reterr) {
        _cleanup_(run_freep) struct run *run = new0(struct run);
        *run = (struct run) { .event = event, .ended = ended, .userdata = userdata, .report = -1 };
        sigset_t blocked;
        sigemptyset(&blocked);
        sigaddset(&blocked, SIGCHLD);
        sigprocmask(SIG_BLOCK, &blocked, NULL);
        int r = run_start(run, device, argv, environment, reterr);
        if (r < 0)
                return r;
        r = sd_event_add_child(event, &run->child, run->pid, WEXITED, run_on_child, run);
        if (r < 0)
                return error_errno(reterr, r, "%s cannot be followed", argv[0]);
        *ret = TAKE(run);
        return 0;
}

static void run_kill(const struct run *run) {
        kill(-run->pid, SIGKILL);
}

struct run *run_free(struct run *run) {
        if (!run)
                return NULL;
        run->child = sd_event_source_disable_unref(run->child);
        run->timer = sd_event_source_disable_unref(run->timer);
        if (run->pid > 0 && !run->reaped) {
                run_kill(run);
                waitpid(run->pid, NULL, 0);
        }
        if (run->report >= 0)
                close(run->report);
        free(run);
        return NULL;
}

static int run_on_grace_over(sd_event_source *source, uint64_t usec, void *userdata) {
        struct run *run = userdata;
        run->timer = sd_event_source_disable_unref(run->timer);
        run_kill(run);
        return 0;
}

void run_stop(struct run *run, uint64_t grace_usec) {
        if (run->reaped || run->timer)
                return;
        kill(run->pid, SIGTERM);
        (void) sd_event_add_time_relative(run->event, &run->timer, CLOCK_MONOTONIC, grace_usec, 1000,
                                          run_on_grace_over, run);
}
