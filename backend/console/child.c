/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/console/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "backend/io/files.h"

#define CHILD_GRACE_USEC (10U * 1000 * 1000)
#define CHILD_NOT_BEGUN 127

struct child {
        struct child_options options;
        pid_t pid;
        int out;
        bool stopped;
        struct str text; /* of the line that has not ended yet */
        sd_event *event; /* lent */
        sd_event_source *reaped, *readable, *timer;
};

/* ---- the process ---- */

_Noreturn static void child_run(const struct child_options *o, pid_t parent, int out) {
        sigset_t none;
        sigemptyset(&none);
        for (int i = 1; i < NSIG; i++)
                signal(i, SIG_DFL);
        sigprocmask(SIG_SETMASK, &none, NULL);
        (void) setpgid(0, 0);
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (getppid() != parent || null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
            dup2(out, STDERR_FILENO) < 0 || chdir("/") < 0)
                _exit(CHILD_NOT_BEGUN);
        if (o->work)
                _exit(o->work(STDOUT_FILENO, o->userdata));
        close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
        execve(o->argv[0], o->argv, o->environment);
        _cleanup_free_ char *line = str_printf("%s cannot be started: %s\n", o->argv[0], strerror(errno));
        (void) files_write_all(out, line, strlen(line));
        _exit(CHILD_NOT_BEGUN);
}

/* ---- its lines ---- */

static void child_end_line(struct child *child) {
        if (child->text.length && child->text.text[child->text.length - 1] == '\r')
                str_cut(&child->text, child->text.length - 1);
        if (child->text.length)
                child->options.line(child->text.text, child->options.userdata);
        str_cut(&child->text, 0);
}

/* False: nothing more is there now. */
static bool child_read(struct child *child) {
        char bytes[4096];
        ssize_t n = TEMP_FAILURE_RETRY(read(child->out, bytes, sizeof bytes));
        for (ssize_t i = 0; i < n; i++)
                if (bytes[i] == '\n')
                        child_end_line(child);
                else if (bytes[i] && child->text.length < CHILD_LINE_MAX)
                        str_add_char(&child->text, bytes[i]);
        return n > 0;
}

static int child_on_readable(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct child *child = userdata;
        if (!child_read(child))
                child->readable = sd_event_source_disable_unref(child->readable);
        return 0;
}

/* Who holds the other end still, a process of its own, is not waited for. */
static int child_on_reaped(sd_event_source *source, const siginfo_t *info, void *userdata) {
        struct child *child = userdata;
        if (!child)
                return 0;
        child->pid = 0;
        child->reaped = sd_event_source_disable_unref(child->reaped);
        child->readable = sd_event_source_disable_unref(child->readable);
        child->timer = sd_event_source_disable_unref(child->timer);
        for (unsigned i = 0; i < 64 && child_read(child); i++)
                ;
        child_end_line(child);
        child->options.ended(info->si_code == CLD_EXITED, info->si_status, child->options.userdata);
        return 0;
}

/* ---- its end ---- */

static int child_on_limit(sd_event_source *source, uint64_t usec, void *userdata) {
        struct child *child = userdata;
        kill(-child->pid, child->stopped ? SIGKILL : SIGTERM);
        child->stopped = true;
        (void) sd_event_source_set_time_relative(source, CHILD_GRACE_USEC);
        (void) sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        return 0;
}

struct child *child_free(struct child *child) {
        if (!child)
                return NULL;
        child->readable = sd_event_source_disable_unref(child->readable);
        child->timer = sd_event_source_disable_unref(child->timer);
        if (child->pid > 0)
                kill(-child->pid, SIGKILL);
        /* The loop takes it when it dies. */
        if (child->reaped) {
                sd_event_source_set_userdata(child->reaped, NULL);
                sd_event_source_set_floating(child->reaped, true);
                child->reaped = sd_event_source_unref(child->reaped);
        }
        if (child->out >= 0)
                close(child->out);
        str_done(&child->text);
        free(child);
        return NULL;
}

static int child_start(struct child *child, struct error **reterr) {
        int ends[2];
        sigset_t blocked;
        sigemptyset(&blocked);
        sigaddset(&blocked, SIGCHLD);
        sigprocmask(SIG_BLOCK, &blocked, NULL);
        if (pipe2(ends, O_CLOEXEC) < 0)
                return error_errno(reterr, -errno, "A process cannot be started");
        _cleanup_close_ int writing = ends[1];
        child->out = ends[0];
        (void) fcntl(child->out, F_SETFL, O_NONBLOCK);
        pid_t parent = getpid();
        child->pid = fork();
        if (child->pid == 0)
                child_run(&child->options, parent, writing);
        if (child->pid < 0)
                return error_errno(reterr, -errno, "A process cannot be started");
        (void) setpgid(child->pid, child->pid);
        return 0;
}

int child_new(sd_event *event, const struct child_options *options, struct child **ret,
              struct error **reterr) {
        _cleanup_(child_freep) struct child *child = new0(struct child);
        *child = (struct child) { .options = *options, .event = event, .out = -1 };
        int r = child_start(child, reterr);
        if (r < 0)
                return r;
        r = sd_event_add_child(event, &child->reaped, child->pid, WEXITED, child_on_reaped, child);
        if (r >= 0)
                r = sd_event_add_io(event, &child->readable, child->out, EPOLLIN, child_on_readable, child);
        if (r >= 0 && options->limit_usec)
                r = sd_event_add_time_relative(event, &child->timer, CLOCK_MONOTONIC, options->limit_usec,
                                               1000, child_on_limit, child);
        if (r < 0)
                return error_errno(reterr, r, "A process cannot be followed");
        *ret = TAKE(child);
        return 0;
}
