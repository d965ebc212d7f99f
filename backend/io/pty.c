/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/pty.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>

/* One read of a pty gives 4 KiB at most, often much less. Reads are gathered, so that output is handled in
 * bulk; the bound leaves room for a key during a flood. */
#define GATHER (64U * 1024)
#define HANG_SECONDS 3          /* for a leftover process that holds the terminal after the command */

struct pty {
        struct pty_options options;     /* argv and environment are not used after the start */
        int fd;
        pid_t pid;
        bool output_ended, reaped, exited, stopping;
        int status;
        size_t input_length;
        sd_event_source *io, *child, *timer;
        char input[PTY_INPUT_MAX], buffer[GATHER];
};

/* ---- the child, between fork and exec: async-signal-safe calls only ---- */

static void child_exec(const struct pty_options *options, const char *slave, int report) {
        sigset_t none;
        sigemptyset(&none);
        for (int i = 1; i < NSIG; i++)
                signal(i, SIG_DFL);
        sigprocmask(SIG_SETMASK, &none, NULL);
        int fd = -1;
        if (setsid() >= 0 && (fd = open(slave, O_RDWR)) >= 0 && ioctl(fd, TIOCSCTTY, 0) >= 0 &&
            dup2(options->stdin_fd >= 0 ? options->stdin_fd : fd, STDIN_FILENO) >= 0 &&
            dup2(fd, STDOUT_FILENO) >= 0 && dup2(fd, STDERR_FILENO) >= 0 && chdir("/") >= 0) {
                if (fd > STDERR_FILENO)
                        close(fd);
                /* A stream inherited without close-on-exec is not the command's. */
                close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
                environ = (char **) options->environment;
                execvp(options->argv[0], options->argv);
        }
        int code = errno;
        if (write(report, &code, sizeof code) < 0)
                _exit(126);
        _exit(127);
}

static void maybe_over(struct pty *pty) {
        if (!pty->output_ended || !pty->reaped)
                return;
        pty->timer = sd_event_source_disable_unref(pty->timer);
        pty->io = sd_event_source_disable_unref(pty->io);
        /* Last: it may free the pty. */
        pty->options.ended(pty->exited, pty->status, pty->options.userdata);
}

/* false: the output has ended. */
static bool read_output(struct pty *pty) {
        size_t n = 0;
        bool open = true;
        while (n < sizeof pty->buffer) {
                ssize_t more = read(pty->fd, pty->buffer + n, sizeof pty->buffer - n);
                if (more > 0) {
                        n += (size_t) more;
                        continue;
                }
                /* EIO: no process has the terminal open */
                open = more < 0 && (errno == EAGAIN || errno == EINTR);
                break;
        }
        if (n)
                pty->options.output(pty->buffer, n, pty->options.userdata);
        return open;
}

static void write_input(struct pty *pty) {
        ssize_t n = pty->input_length ? write(pty->fd, pty->input, pty->input_length) : 0;
        if (n > 0) {
                memmove(pty->input, pty->input + n, pty->input_length - (size_t) n);
                pty->input_length -= (size_t) n;
        } else if (n < 0 && errno != EAGAIN && errno != EINTR)
                pty->input_length = 0;
        if (pty->io)
                sd_event_source_set_io_events(pty->io, EPOLLIN | (pty->input_length ? EPOLLOUT : 0));
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct pty *pty = userdata;
        if (events & EPOLLOUT)
                write_input(pty);
        if ((events & ~(uint32_t) EPOLLOUT) && !read_output(pty)) {
                pty->output_ended = true;
                sd_event_source_set_enabled(source, SD_EVENT_OFF);
                maybe_over(pty);
        }
        return 0;
}

/* A leftover process of the command holds the terminal: its output so far is read, then the wait ends. */
static int on_hang(sd_event_source *source, uint64_t usec, void *userdata) {
        struct pty *pty = userdata;
        if (!pty->output_ended)
                (void) read_output(pty);
        pty->output_ended = true;
        maybe_over(pty);
        return 0;
}

static void pty_arm(struct pty *pty, unsigned seconds, sd_event_time_handler_t handler) {
        pty->timer = sd_event_source_disable_unref(pty->timer);
        (void) sd_event_add_time_relative(sd_event_source_get_event(pty->io), &pty->timer, CLOCK_MONOTONIC,
                                          (uint64_t) seconds * 1000000, 1000, handler, pty);
}

static int on_child(sd_event_source *source, const siginfo_t *info, void *userdata) {
        struct pty *pty = userdata;
        pty->reaped = true;
        pty->exited = info->si_code == CLD_EXITED;
        pty->status = info->si_status;
        pty->child = sd_event_source_disable_unref(pty->child);
        if (!pty->output_ended)
                pty_arm(pty, HANG_SECONDS, on_hang);
        maybe_over(pty);
        return 0;
}

/* Process groups of their own do not protect the command's children from KILL. */
static void kill_session(pid_t leader) {
        DIR *d = opendir("/proc");
        for (struct dirent *item; d && (item = readdir(d));) {
                pid_t pid = (pid_t) atoi(item->d_name);
                if (pid > 0 && getsid(pid) == leader)
                        kill(pid, SIGKILL);
        }
        if (d)
                closedir(d);
}

static int on_grace_over(sd_event_source *source, uint64_t usec, void *userdata) {
        struct pty *pty = userdata;
        kill_session(pty->pid);
        if (pty->options.on_signal)
                pty->options.on_signal(SIGKILL, pty->options.userdata);
        return 0;
}

void pty_stop(struct pty *pty, unsigned grace) {
        if (pty->stopping || pty->reaped)
                return;
        pty->stopping = true;
        pid_t foreground = tcgetpgrp(pty->fd);
        kill(-pty->pid, SIGTERM);
        if (foreground > 0 && foreground != pty->pid)
                kill(-foreground, SIGTERM);
        pty_arm(pty, grace, on_grace_over);
        if (pty->options.on_signal)
                pty->options.on_signal(SIGTERM, pty->options.userdata);
}

int pty_type(struct pty *pty, const void *bytes, size_t n) {
        if (n > PTY_INPUT_MAX - pty->input_length)
                return -ENOBUFS;
        memcpy(pty->input + pty->input_length, bytes, n);
        pty->input_length += n;
        write_input(pty);
        return 0;
}

void pty_resize(struct pty *pty, unsigned rows, unsigned columns) {
        const struct winsize size = { .ws_row = (unsigned short) (rows ? rows : 24),
                                      .ws_col = (unsigned short) (columns ? columns : 80) };
        (void) ioctl(pty->fd, TIOCSWINSZ, &size);
}

/* The child reports through a pipe that closes with the exec. */
static int wait_for_exec(struct pty *pty, int report, struct error **reterr) {
        int code = 0;
        if (TEMP_FAILURE_RETRY(read(report, &code, sizeof code)) != sizeof code)
                return 0;
        waitpid(pty->pid, NULL, 0);
        pty->pid = 0;
        return error_errno(reterr, -code, "The program %s cannot be started", pty->options.argv[0]);
}

static int pty_start(struct pty *pty, struct error **reterr) {
        char slave[64];
        pty->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
        if (pty->fd < 0 || grantpt(pty->fd) < 0 || unlockpt(pty->fd) < 0 ||
            ptsname_r(pty->fd, slave, sizeof slave) != 0)
                return error_errno(reterr, -errno, "There is no terminal for the command");
        pty_resize(pty, pty->options.rows, pty->options.columns);
        int report[2];
        if (pipe2(report, O_CLOEXEC) < 0)
                return error_errno(reterr, -errno, "The command cannot be started");
        _cleanup_close_ int reading = report[0];
        pty->pid = fork();
        if (pty->pid == 0)
                child_exec(&pty->options, slave, report[1]);
        int r = pty->pid < 0 ? -errno : 0;
        close(report[1]);
        return r < 0 ? error_errno(reterr, r, "The command cannot be started")
                     : wait_for_exec(pty, reading, reterr);
}

static int pty_follow(struct pty *pty, sd_event *event) {
        int r = sd_event_add_io(event, &pty->io, pty->fd, EPOLLIN, on_io, pty);
        if (r < 0)
                return r;
        r = sd_event_add_child(event, &pty->child, pty->pid, WEXITED, on_child, pty);
        if (r < 0)
                return r;
        /* The end is reported after all output. */
        sd_event_source_set_priority(pty->io, -5);
        return sd_event_source_set_priority(pty->child, 10);
}

int pty_new(sd_event *event, const struct pty_options *options, struct pty **ret, struct error **reterr) {
        _cleanup_(pty_freep) struct pty *pty = new0(struct pty);
        pty->options = *options;
        pty->fd = -1;
        sigset_t blocked;
        sigemptyset(&blocked);
        sigaddset(&blocked, SIGCHLD);
        sigprocmask(SIG_BLOCK, &blocked, NULL);
        int r = pty_start(pty, reterr);
        if (r < 0)
                return r;
        r = pty_follow(pty, event);
        if (r < 0)
                return error_errno(reterr, r, "The command cannot be followed");
        *ret = TAKE(pty);
        return 0;
}

struct pty *pty_free(struct pty *pty) {
        if (!pty)
                return NULL;
        if (pty->pid > 0 && !pty->reaped) {
                kill_session(pty->pid);
                kill(pty->pid, SIGKILL);
                pty->child = sd_event_source_disable_unref(pty->child);
                waitpid(pty->pid, NULL, 0);
        }
        sd_event_source_disable_unref(pty->io);
        sd_event_source_disable_unref(pty->child);
        sd_event_source_disable_unref(pty->timer);
        if (pty->fd >= 0)
                close(pty->fd);
        explicit_bzero(pty->input, sizeof pty->input);
        free(pty);
        return NULL;
}
