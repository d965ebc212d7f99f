/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The console's side of reading the journal: a process is started for each request (log-internal.h says why),
 * its frames are received a few at a time, and it is killed when the operation ends. */

#include "backend/systemd/log-internal.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "backend/io/turn.h"
#include "backend/systemd/units.h"

#define TURN_BYTES (256U * 1024)
#define PRIORITY 5 /* after keys, the engine and the bus */

struct unitlog {
        struct op op;
        sd_event_source *io, *child;
        pid_t pid;
        int fd;
        struct str received;
        char *path;             /* of the file being written; NULL: none, or it is whole */
        struct loglines found;
        struct log_entry entry;
        struct log_boot *boots;
        size_t n_boots;
        struct error *error;    /* of the start */
        bool follow;
        enum log_task_kind kind;
        union {
                struct log_reader reader;
                struct log_writer writer;
                struct {
                        boots_done_t boots;
                        entry_done_t entry;
                        void *userdata;
                } asked;
        } to;
};

/* ---- the process ---- */

static void child_close_others(int fd, int file) {
        int low = file >= 0 && file < fd ? file : fd, high = file > fd ? file : fd;
        int null = open("/dev/null", O_RDWR);
        for (int i = 0; i < 3; i++)
                dup2(null, i);
        if (low > 3)
                close_range(3, (unsigned) low - 1, 0);
        if (high > low + 1)
                close_range((unsigned) low + 1, (unsigned) high - 1, 0);
        close_range((unsigned) high + 1, ~0U, 0);
}

/* The console's terminal, bus and files are none of the reader's, nor are its handlers. */
static _Noreturn void child_run(const struct log_task *task, int fd, pid_t parent) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
                _exit(1);
        prctl(PR_SET_NAME, "fairlead-log");
        oom_prepare(NULL, NULL);
        for (int s = 1; s < NSIG; s++)
                signal(s, SIG_DFL);
        signal(SIGINT, SIG_IGN); /* of the terminal: the console decides */
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        child_close_others(fd, task->file);
        log_task_run(task, fd);
}

/* Also of one that nobody waits for any more: the source has nobody else. */
static int log_on_child(sd_event_source *source, const siginfo_t *info, void *userdata) {
        struct unitlog *u = userdata;
        if (u) {
                u->pid = 0;
                u->child = NULL;
        }
        sd_event_source_set_floating(source, false); /* was the last reference */
        return 0;
}

/* The process may be deep in a call that waits for a disk: it is killed here, and reaped by the loop. */
static void log_end_process(struct unitlog *u) {
        if (u->pid <= 0)
                return;
        kill(u->pid, SIGKILL);
        u->pid = 0;
        if (!u->child)
                return;
        sd_event_source_set_userdata(u->child, NULL);
        u->child = NULL;
}

static void log_drop(struct op *op) {
        struct unitlog *u = container_of(op, struct unitlog, op);
        log_end_process(u);
        sd_event_source_disable_unref(u->io);
        if (u->fd >= 0)
                close(u->fd);
        if (u->path)
                unlink(u->path);
        loglines_done(&u->found);
        log_entry_done(&u->entry);
        str_done(&u->received);
        FREE_ALL(u->path, u->boots);
        error_free(u->error);
}

/* ---- answers ---- */

static void log_fail(void *state) {
        struct unitlog *u = state;
        struct error *e = TAKE(u->error);
        op_end(&u->op);
        switch (u->kind) {
        case LOG_TASK_LINES: u->to.reader.failed(e, u->to.reader.userdata); break;
        case LOG_TASK_WRITE: u->to.writer.done(0, e, u->to.writer.userdata); break;
        case LOG_TASK_BOOTS: u->to.asked.boots(NULL, 0, e, u->to.asked.userdata); break;
        case LOG_TASK_ENTRY: u->to.asked.entry(NULL, e, u->to.asked.userdata); break;
        }
}

static void log_fail_reader(struct unitlog *u) {
        error_set(&u->error, -EBADMSG, "The process that reads the journal ended in the middle of it");
        error_hint(&u->error, "A file of the journal may be damaged: \"journalctl --verify\" names it");
        log_fail(u);
}

/* Reports the found lines. False: the reader dropped us, touch nothing. */
static bool log_give(struct unitlog *u) {
        struct loglines found = u->found;
        u->found = (struct loglines) {};
        op_hold(&u->op);
        if (found.n)
                u->to.reader.lines(found.items, found.n, u->to.reader.userdata);
        loglines_done(&found);
        return op_release(&u->op);
}

static bool log_on_note(struct unitlog *u, const struct frame *frame) {
        _cleanup_free_ char *note = NULL;
        if (u->kind != LOG_TASK_LINES || !u->to.reader.note || frame_get_note(frame, &note) < 0)
                return true;
        op_hold(&u->op);
        u->to.reader.note(note, u->to.reader.userdata);
        return op_release(&u->op);
}

static bool log_on_progress(struct unitlog *u, const struct frame *frame) {
        uint64_t n;
        int64_t real;
        if (frame_get_numbers(frame, &n, &real) < 0)
                return true;
        op_hold(&u->op);
        if (u->kind == LOG_TASK_LINES && u->to.reader.progress)
                u->to.reader.progress(n, real, u->to.reader.userdata);
        else if (u->kind == LOG_TASK_WRITE && u->to.writer.progress)
                u->to.writer.progress(n, real, u->to.writer.userdata);
        return op_release(&u->op);
}

static bool log_on_reached(struct unitlog *u) {
        struct log_reader reader = u->to.reader;
        if (u->kind != LOG_TASK_LINES) {
                log_fail_reader(u);
                return false;
        }
        if (!u->follow) {
                op_end(&u->op);
                reader.reached(reader.userdata);
                return false;
        }
        op_hold(&u->op);
        reader.reached(reader.userdata);
        return op_release(&u->op);
}

static void log_on_end(struct unitlog *u, const struct frame *frame) {
        uint64_t n = 0;
        int64_t real = 0;
        struct log_entry entry = u->entry;
        struct log_boot *boots = TAKE(u->boots);
        u->entry = (struct log_entry) {};
        if (frame_get_numbers(frame, &n, &real) < 0 || u->kind == LOG_TASK_LINES) {
                log_entry_done(&entry);
                free(boots);
                log_fail_reader(u);
                return;
        }
        if (u->kind == LOG_TASK_WRITE) /* the file stays */
                u->path = (free(u->path), NULL);
        op_end(&u->op);
        entry.real = real;
        entry.cut = n > entry.n;
        if (u->kind == LOG_TASK_WRITE)
                u->to.writer.done(n, NULL, u->to.writer.userdata);
        else if (u->kind == LOG_TASK_BOOTS)
                u->to.asked.boots(boots, u->n_boots, NULL, u->to.asked.userdata);
        else
                u->to.asked.entry(&entry, NULL, u->to.asked.userdata);
        log_entry_done(&entry);
        free(boots);
}

static bool log_add_frame(struct unitlog *u, const struct frame *frame) {
        if (frame->kind == FRAME_FIELD && u->entry.n < LOG_FIELDS_MAX) {
                room_for_one((void **) &u->entry.fields, u->entry.n, sizeof *u->entry.fields);
                return frame_get_field(frame, &u->entry.fields[u->entry.n]) == 0 && ++u->entry.n;
        }
        if (frame->kind == FRAME_BOOT && u->n_boots < LOG_BOOTS_MAX) {
                room_for_one((void **) &u->boots, u->n_boots, sizeof *u->boots);
                return frame_get_boot(frame, &u->boots[u->n_boots]) == 0 && ++u->n_boots;
        }
        struct log_line line;
        if (frame->kind != FRAME_LINE || frame_get_line(frame, &line) < 0)
                return false;
        *loglines_room(&u->found) = line;
        return true;
}

/* False: the operation has ended, touch nothing. */
static bool log_on_frame(struct unitlog *u, const struct frame *frame) {
        if (log_add_frame(u, frame))
                return true;
        if (u->found.n && !log_give(u))
                return false;
        switch (frame->kind) {
        case FRAME_NOTE: return log_on_note(u, frame);
        case FRAME_PROGRESS: return log_on_progress(u, frame);
        case FRAME_REACHED: return log_on_reached(u);
        case FRAME_END: log_on_end(u, frame); return false;
        case FRAME_FAILED:
                if (frame_get_failed(frame, &u->error) == 0) {
                        log_fail(u);
                        return false;
                }
                break;
        default: break;
        }
        log_fail_reader(u);
        return false;
}

/* All whole frames that were received. */
static bool log_take_frames(struct unitlog *u) {
        struct frame frame;
        size_t done = 0;
        ssize_t takes;
        while ((takes = frame_next(u->received.text + done, u->received.length - done, &frame)) > 0) {
                if (!log_on_frame(u, &frame))
                        return false;
                done += (size_t) takes;
        }
        if (takes < 0) {
                log_fail_reader(u);
                return false;
        }
        memmove(u->received.text, u->received.text + done, u->received.length - done);
        str_cut(&u->received, u->received.length - done);
        return !u->found.n || log_give(u);
}

static int log_on_io(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct unitlog *u = userdata;
        char buffer[16 * 1024];
        size_t got = 0;
        ssize_t n = 0;
        while (got < TURN_BYTES && (n = TEMP_FAILURE_RETRY(read(fd, buffer, sizeof buffer))) > 0) {
                str_add_bytes(&u->received, buffer, (size_t) n);
                got += (size_t) n;
        }
        bool ended = n == 0 || (n < 0 && errno != EAGAIN);
        if (got && !log_take_frames(u))
                return 0;
        if (ended)
                log_fail_reader(u);
        return 0;
}

/* ---- starting ---- */

static int log_start(struct unitlog *u, sd_event *event, const struct log_task *task) {
        int fds[2];
        sigset_t blocked;
        sigemptyset(&blocked);
        sigaddset(&blocked, SIGCHLD); /* stays so in this process, as sd_event_add_child(3) wants it */
        sigprocmask(SIG_BLOCK, &blocked, NULL);
        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        u->fd = fds[0];
        fcntl(u->fd, F_SETFL, O_NONBLOCK);
        pid_t parent = getpid();
        u->pid = fork();
        if (u->pid == 0)
                child_run(task, fds[1], parent);
        int r = u->pid < 0 ? -errno : 0;
        close(fds[1]);
        if (r < 0 || (r = sd_event_add_child(event, &u->child, u->pid, WEXITED, log_on_child, u)) < 0)
                return r;
        sd_event_source_set_floating(u->child, true);
        sd_event_source *child = u->child;
        sd_event_source_unref(child); /* the loop's from now on */
        r = sd_event_add_io(event, &u->io, u->fd, EPOLLIN, log_on_io, u);
        return r < 0 ? r : sd_event_source_set_priority(u->io, PRIORITY);
}

static struct unitlog *log_new(enum log_task_kind kind) {
        struct unitlog *u = new0(struct unitlog);
        u->op.drop = log_drop;
        u->fd = -1;
        u->kind = kind;
        return u;
}

static struct op *log_begin(struct unitlog *u, sd_event *event, const struct log_task *task) {
        int r = u->error ? 0 : log_start(u, event, task);
        if (r < 0)
                error_errno(&u->error, r, "The log of %s cannot be read", task->name);
        return u->error ? op_answer(&u->op, event, log_fail) : &u->op;
}

static const char *log_name(const struct log_query *query) {
        return query->unit        ? query->unit
               : query->container ? query->container
               : query->kernel    ? "the kernel"
                                  : "this host";
}

struct op *unitlog_read(sd_event *event, const char *directory, const struct log_query *query,
                        const struct log_reader *reader) {
        struct unitlog *u = log_new(LOG_TASK_LINES);
        u->to.reader = *reader;
        u->follow = query->follow;
        const struct log_task task = { .kind = u->kind,
                                       .directory = directory,
                                       .query = query,
                                       .file = -1,
                                       .name = log_name(query) };
        return log_begin(u, event, &task);
}

struct op *unitlog_write(sd_event *event, const char *directory, const struct log_query *query,
                         const char *path, const struct log_writer *writer) {
        struct unitlog *u = log_new(LOG_TASK_WRITE);
        u->to.writer = *writer;
        const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY;
        _cleanup_close_ int file = open(path, flags, 0600);
        if (file < 0)
                error_errno(&u->error, -errno, "The file %s cannot be made", path);
        else
                u->path = xstrdup(path);
        const struct log_task task = { .kind = u->kind,
                                       .directory = directory,
                                       .query = query,
                                       .file = file,
                                       .name = log_name(query) };
        return log_begin(u, event, &task);
}

struct op *unitlog_boots(sd_event *event, const char *directory, boots_done_t done, void *userdata) {
        struct unitlog *u = log_new(LOG_TASK_BOOTS);
        u->to.asked.boots = done;
        u->to.asked.userdata = userdata;
        const struct log_task task = {
                .kind = u->kind, .directory = directory, .file = -1, .name = "this host"
        };
        return log_begin(u, event, &task);
}

struct op *unitlog_entry(sd_event *event, const char *directory, const char *cursor, entry_done_t done,
                         void *userdata) {
        struct unitlog *u = log_new(LOG_TASK_ENTRY);
        u->to.asked.entry = done;
        u->to.asked.userdata = userdata;
        const struct log_query query = { .cursor = cursor, .priority = 7 };
        const struct log_task task = {
                .kind = u->kind, .directory = directory, .query = &query, .file = -1, .name = "this host"
        };
        return log_begin(u, event, &task);
}
