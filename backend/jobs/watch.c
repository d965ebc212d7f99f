/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Follows one job: its log and its journal by inotify, its worker's life by the control socket, which hangs
 * up when the worker dies. No polling while nothing changes. */
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "backend/io/inotify.h"
#include "backend/jobs/internal.h"
#include "backend/store/control.h"
#include "backend/store/job-folder.h"

#define CHUNK (64U * 1024)
#define RECHECK_USEC \
        200000 /* a dying worker drops its socket before its lock, or vice versa */
#define RECHECKS 25U
#define PACE_USEC 20000  /* less than a frame: not visible */
#define CHUNKS_A_TURN 4U /* so that keys are handled during a flood of output */

struct watch {
        struct jobs *jobs;
        struct op *op;
        struct job_watcher watcher;
        char *id;
        int folder, log;
        uint64_t offset;
        struct inotify *inotify;
        sd_event_source *work, *life, *recheck;
        unsigned rechecks;
        bool stale; /* the journal changed, or the worker hung up */
        bool *gone; /* set when the watch is dropped inside one of its callbacks */
        char *buffer;
};

static void jobs_watch_free(void *userdata) {
        struct watch *w = userdata;
        if (w->gone)
                *w->gone = true;
        inotify_free(w->inotify);
        sd_event_source_disable_unref(w->work);
        sd_event_source_disable_unref(w->life);
        sd_event_source_disable_unref(w->recheck);
        if (w->folder >= 0)
                close(w->folder);
        if (w->log >= 0)
                close(w->log);
        free(w->buffer);
        free(w->id);
        free(w);
}

static void fail_watch(struct watch *w, struct error *e) {
        struct job_watcher watcher = w->watcher;
        op_finish(w->op);
        jobs_watch_free(w);
        watcher.failed(e, watcher.userdata);
}

/* Reads more of the log. 1: more is left, 0: at its end, -ECANCELED: the watch is gone. */
static int give_output(struct watch *w, unsigned chunks) {
        if (w->log < 0)
                w->log = openat(w->folder, "log", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (w->log < 0)
                return 0;
        for (unsigned i = 0; i < chunks; i++) {
                ssize_t n = pread(w->log, w->buffer, CHUNK, (off_t) w->offset);
                if (n <= 0)
                        return 0;
                w->offset += (uint64_t) n;
                bool gone = false;
                w->gone = &gone;
                w->watcher.output(w->buffer, (size_t) n, w->watcher.userdata);
                if (gone)
                        return -ECANCELED;
                w->gone = NULL;
        }
        return 1;
}

static int on_life(sd_event_source *source, int fd, uint32_t events, void *userdata);

static void jobs_watch_again(struct watch *w) {
        sd_event_source_set_enabled(w->work, SD_EVENT_ONESHOT);
}

static int on_recheck(sd_event_source *source, uint64_t usec, void *userdata) {
        struct watch *w = userdata;
        w->recheck = sd_event_source_disable_unref(w->recheck);
        w->stale = true;
        jobs_watch_again(w);
        return 0;
}

/* A connection shows that the worker lives. Without one the job is checked again: a few times, while the
 * worker dies, and until it begins or jobs_settle() says that it never will. */
static void follow_life(struct watch *w, const struct job *job) {
        if (w->life)
                return;
        _cleanup_close_ int fd = control_connect(&w->jobs->paths, w->id, NULL);
        if (fd >= 0 &&
            sd_event_add_io(w->jobs->event, &w->life, fd, EPOLLHUP | EPOLLRDHUP, on_life, w) >= 0) {
                if (sd_event_source_set_io_fd_own(w->life, 1) >= 0)
                        fd = -1;
                w->rechecks = 0;
                return;
        }
        if (!w->recheck && (job->state == JOB_QUEUED || w->rechecks++ < RECHECKS))
                (void) sd_event_add_time_relative(w->jobs->event, &w->recheck, CLOCK_MONOTONIC, RECHECK_USEC,
                                                  20000, on_recheck, w);
}

/* 0, or -ECANCELED: the watch is gone. */
static int jobs_watch_report(struct watch *w, const struct job *job) {
        bool gone = false;
        w->stale = false;
        w->gone = &gone;
        w->watcher.job(job, w->watcher.userdata);
        if (gone)
                return -ECANCELED;
        w->gone = NULL;
        return 0;
}

/* An active job is reported at once; an ended one only after the last byte of its output, so that the output
 * is complete. (The worker records the end after the last line of the log.) */
static int on_work(sd_event_source *source, void *userdata) {
        struct watch *w = userdata;
        _cleanup_(job_freep) struct job *job = NULL;
        bool ended = false;
        if (w->stale) {
                struct error *e = NULL;
                if (jobfolder_job(w->folder, w->id, &job, &e) < 0) {
                        fail_watch(w, e);
                        return 0;
                }
                jobs_settle(w->jobs, w->folder, job);
                ended = job_state_final(job->state) || job->state == JOB_INTERRUPTED;
                if (ended)
                        w->recheck = sd_event_source_disable_unref(w->recheck);
                else
                        follow_life(w, job);
                if (!ended && jobs_watch_report(w, job) < 0)
                        return 0;
        }
        int r = give_output(w, CHUNKS_A_TURN);
        if (r == 0 && ended)
                r = jobs_watch_report(w, job);
        else if (r > 0)
                jobs_watch_again(w);
        return 0;
}

static void jobs_watch_on_changed(int number, const char *name, uint32_t mask, void *userdata) {
        struct watch *w = userdata;
        /* "log" alone does not change a job. An overflow has no name, so everything is read. */
        if (strcmp(name, "log") != 0)
                w->stale = true;
        jobs_watch_again(w);
}

static int on_life(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct watch *w = userdata;
        w->life = sd_event_source_disable_unref(w->life);
        w->stale = true;
        jobs_watch_again(w);
        return 0;
}

static int jobs_watch_begin(struct watch *w, struct error **reterr) {
        char path[64];
        w->folder = jobfolder_open(&w->jobs->paths, w->id, reterr);
        if (w->folder < 0)
                return w->folder;
        snprintf(path, sizeof path, "/proc/self/fd/%d", w->folder);
        w->inotify = inotify_new(w->jobs->event, jobs_watch_on_changed, w);
        if (w->inotify)
                inotify_pace(w->inotify, PACE_USEC);
        int r = w->inotify ? inotify_add(w->inotify, path, IN_CREATE | IN_MODIFY | IN_MOVED_TO) : -EMFILE;
        return r < 0 ? error_errno(reterr, r, "The job cannot be followed") : 0;
}

static int on_failed_begin(sd_event_source *source, void *userdata) {
        struct watch *w = userdata;
        struct error *e = NULL;
        (void) jobs_watch_begin(w, &e);
        if (!e)
                error_set(&e, -EIO, "The job cannot be followed");
        fail_watch(w, e);
        return 0;
}

struct op *jobs_watch(struct jobs *jobs, const char *id, const struct job_watcher *watcher) {
        struct watch *w = new0(struct watch);
        *w = (struct watch){ .jobs = jobs,
                             .watcher = *watcher,
                             .folder = -1,
                             .log = -1,
                             .offset = watcher->log_offset,
                             .stale = true };
        w->id = xstrdup(id);
        w->buffer = xcalloc(1, CHUNK);
        w->op = op_new(jobs_watch_free, w);
        struct op *op = w->op;
        bool ok = jobs_watch_begin(w, NULL) >= 0;
        if (sd_event_add_defer(jobs->event, &w->work, ok ? on_work : on_failed_begin, w) < 0)
                return op_cancel(op);
        /* After keys, so that a flood of output does not delay them. */
        sd_event_source_set_priority(w->work, 5);
        return op;
}
