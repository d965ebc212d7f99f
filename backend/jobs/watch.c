/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Follows one job: its log and its journal by inotify, its worker's life by the control socket, which hangs
 * up when the worker dies. And all of them, for their beginnings, moves and ends: inotify on the folder of
 * jobs, and on the journals of running ones. No polling while nothing changes. */
#include <fcntl.h>
#include <sys/inotify.h>

#include "backend/io/turn.h"
#include "backend/jobs/internal.h"
#include "backend/store/control.h"
#include "backend/store/job-folder.h"

#define CHUNK (64U * 1024)
#define RECHECK_USEC \
        200000 /* a dying worker drops its socket before its lock, or vice versa */
#define RECHECKS 25U
#define PACE_USEC 20000  /* less than a frame: not visible */
#define CHUNKS_A_TURN 4U /* so that keys are handled during a flood of output */

struct job_watching {
        struct op op;
        struct jobs *jobs;
        struct job_watcher watcher;
        char *id;
        int folder, log;
        uint64_t offset;
        struct inotify *inotify;
        sd_event_source *work, *life, *recheck;
        unsigned rechecks;
        bool stale; /* the journal changed, or the worker hung up */
        char *buffer;
        struct error *error; /* it never began */
};

static void watch_drop(struct op *op) {
        struct job_watching *w = container_of(op, struct job_watching, op);
        inotify_free(w->inotify);
        sd_event_source_disable_unref(w->work);
        sd_event_source_disable_unref(w->life);
        sd_event_source_disable_unref(w->recheck);
        if (w->folder >= 0)
                close(w->folder);
        if (w->log >= 0)
                close(w->log);
        error_free(w->error);
        FREE_ALL(w->buffer, w->id);
}

static void watch_fail(void *state) {
        struct job_watching *w = state;
        struct error *e = TAKE(w->error);
        op_end(&w->op);
        w->watcher.failed(e, w->watcher.userdata);
}

/* Reads more of the log. 1: more is left, 0: at its end, -ECANCELED: the watch is gone. */
static int watch_output(struct job_watching *w) {
        if (w->log < 0)
                w->log = openat(w->folder, "log", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (w->log < 0)
                return 0;
        for (unsigned i = 0; i < CHUNKS_A_TURN; i++) {
                ssize_t n = pread(w->log, w->buffer, CHUNK, (off_t) w->offset);
                if (n <= 0)
                        return 0;
                w->offset += (uint64_t) n;
                op_hold(&w->op);
                w->watcher.output(w->buffer, (size_t) n, w->watcher.userdata);
                if (!op_release(&w->op))
                        return -ECANCELED;
        }
        return 1;
}

static void watch_again(struct job_watching *w, bool stale) {
        w->stale |= stale;
        sd_event_source_set_enabled(w->work, SD_EVENT_ONESHOT);
}

static int on_recheck(sd_event_source *source, uint64_t usec, void *userdata) {
        struct job_watching *w = userdata;
        w->recheck = sd_event_source_disable_unref(w->recheck);
        watch_again(w, true);
        return 0;
}

static int on_life(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct job_watching *w = userdata;
        w->life = sd_event_source_disable_unref(w->life);
        watch_again(w, true);
        return 0;
}

/* A connection shows that the worker lives. Without one the job is checked again: a few times, while the
 * worker dies, and until it begins or jobs_settle() says that it never will. */
static void follow_life(struct job_watching *w, const struct job *job) {
        if (w->life)
                return;
        _cleanup_close_ int fd = control_connect(&w->jobs->paths, w->id, NULL);
        if (fd >= 0 &&
            sd_event_add_io(w->jobs->event, &w->life, fd, EPOLLHUP | EPOLLRDHUP, on_life, w) >= 0) {
                sd_event_source_set_io_fd_own(w->life, 1);
                fd = -1;
                w->rechecks = 0;
                return;
        }
        if (!w->recheck && (job->state == JOB_QUEUED || w->rechecks++ < RECHECKS))
                (void) sd_event_add_time_relative(w->jobs->event, &w->recheck, CLOCK_MONOTONIC, RECHECK_USEC,
                                                  20000, on_recheck, w);
}

/* 0, or -ECANCELED: the watch is gone. */
static int watch_report(struct job_watching *w, const struct job *job) {
        op_hold(&w->op);
        w->watcher.job(job, w->watcher.userdata);
        return op_release(&w->op) ? 0 : -ECANCELED;
}

/* An active job is reported at once; an ended one only after the last byte of its output, so that the output
 * is complete. (The worker records the end after the last line of the log.) */
static int on_work(sd_event_source *source, void *userdata) {
        struct job_watching *w = userdata;
        _cleanup_(job_freep) struct job *job = NULL;
        bool ended = false;
        if (w->stale) {
                w->stale = false;
                job = jobfolder_job(w->folder, w->id);
                jobs_settle(w->jobs, w->folder, job);
                ended = job_state_final(job->state) || job->state == JOB_INTERRUPTED;
                if (ended)
                        w->recheck = sd_event_source_disable_unref(w->recheck);
                else
                        follow_life(w, job);
                if (!ended && watch_report(w, job) < 0)
                        return 0;
        }
        int r = watch_output(w);
        if (r == 0 && ended)
                watch_report(w, job);
        else if (r > 0)
                watch_again(w, ended);
        return 0;
}

static void watch_on_changed(int number, const char *name, uint32_t mask, void *userdata) {
        /* "log" alone does not change a job. An overflow has no name, so everything is read. */
        watch_again(userdata, strcmp(name, "log") != 0);
}

struct op *jobs_watch(struct jobs *jobs, const char *id, const struct job_watcher *watcher) {
        struct job_watching *w = new0(struct job_watching);
        *w = (struct job_watching){
                .op.drop = watch_drop,
                .jobs = jobs,
                .watcher = *watcher,
                .id = xstrdup(id),
                .log = -1,
                .offset = watcher->log_offset,
                .stale = true,
                .buffer = xcalloc(1, CHUNK),
        };
        w->inotify = inotify_new(jobs->event, watch_on_changed, w);
        w->folder = jobs_follow(&jobs->paths, id, w->inotify, &w->error);
        if (w->folder < 0)
                return op_answer(&w->op, jobs->event, watch_fail);
        inotify_pace(w->inotify, PACE_USEC);
        sd_event_add_defer(jobs->event, &w->work, on_work, w);
        /* After keys, so that a flood of output does not delay them. */
        sd_event_source_set_priority(w->work, 5);
        return &w->op;
}

/* ---- all jobs ---- */

#define PAUSE_USEC 100000
#define FOLLOWED_MAX 32U

struct listening {
        struct op op;
        struct jobs *jobs;
        void (*changed)(void *userdata);
        void *userdata;
        struct inotify *inotify;
        sd_event_source *timer;
        int jobs_number; /* of the watch: the folder of jobs */
        struct followed {
                char *id;
                int folder, journal; /* watch descriptors of inotify; 0: none */
        } followed[FOLLOWED_MAX];
        size_t next; /* the oldest is dropped */
};

static void jobs_listen_unfollow(struct listening *l, struct followed *f) {
        if (f->folder > 0)
                inotify_remove(l->inotify, f->folder);
        if (f->journal > 0)
                inotify_remove(l->inotify, f->journal);
        free(f->id);
        *f = (struct followed){};
}

static void listening_drop(struct op *op) {
        struct listening *l = container_of(op, struct listening, op);
        for (size_t i = 0; i < FOLLOWED_MAX; i++)
                jobs_listen_unfollow(l, &l->followed[i]);
        inotify_free(l->inotify);
        sd_event_source_disable_unref(l->timer);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        struct listening *l = userdata;
        l->changed(l->userdata); /* last: it may free the listener */
        return 0;
}

/* The first change arms the timer; later ones are coalesced. */
static void jobs_listen_soon(struct listening *l) {
        int enabled = SD_EVENT_OFF;
        if (l->timer && sd_event_source_get_enabled(l->timer, &enabled) > 0 && enabled != SD_EVENT_OFF)
                return;
        l->timer = sd_event_source_disable_unref(l->timer);
        sd_event_add_time_relative(l->jobs->event, &l->timer, CLOCK_MONOTONIC, PAUSE_USEC, 10000,
                                   on_timer, l);
}

static void follow_journal(struct listening *l, struct followed *f) {
        _cleanup_free_ char *path = str_printf("%s/jobs/%s/journal", l->jobs->paths.state, f->id);
        if (f->journal <= 0)
                f->journal = inotify_add(l->inotify, path, IN_MODIFY);
}

static void jobs_listen_follow(struct listening *l, const char *id) {
        struct followed *f = &l->followed[l->next++ % FOLLOWED_MAX];
        jobs_listen_unfollow(l, f);
        f->id = xstrdup(id);
        _cleanup_free_ char *path = str_printf("%s/jobs/%s", l->jobs->paths.state, id);
        /* The log is not watched: it changes all the time without a change of state. */
        f->folder = inotify_add(l->inotify, path, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
        if (f->folder < 0)
                jobs_listen_unfollow(l, f);
        else
                follow_journal(l, f);
}

static void jobs_listen_on_changed(int number, const char *name, uint32_t mask, void *userdata) {
        struct listening *l = userdata;
        if (number == l->jobs_number && (mask & IN_CREATE) && job_id_valid(name))
                jobs_listen_follow(l, name);
        for (size_t i = 0; i < FOLLOWED_MAX; i++)
                if (l->followed[i].id && l->followed[i].folder == number)
                        follow_journal(l, &l->followed[i]);
        jobs_listen_soon(l);
}

void jobs_listen(struct jobs *jobs, void (*changed)(void *userdata), void *userdata) {
        _cleanup_free_ char *path = str_printf("%s/jobs", jobs->paths.state);
        _cleanup_(job_list_freep) struct job_list *list = NULL;
        jobs->listening = op_cancel(jobs->listening);
        /* Without the folder there are no jobs, and without root nobody can create one. */
        if (!changed || (paths_prepare(&jobs->paths, NULL) < 0 && access(path, R_OK) < 0) ||
            jobs_list(jobs, &list, NULL) < 0)
                return;
        struct listening *l = new0(struct listening);
        *l = (struct listening){
                .op.drop = listening_drop, .jobs = jobs, .changed = changed, .userdata = userdata
        };
        jobs->listening = &l->op;
        l->inotify = inotify_new(jobs->event, jobs_listen_on_changed, l);
        if (!l->inotify)
                return;
        l->jobs_number = inotify_add(l->inotify, path, IN_CREATE | IN_DELETE | IN_ONLYDIR);
        for (size_t i = list->n; i > 0; i--)
                if (!job_state_final(list->items[i - 1]->state))
                        jobs_listen_follow(l, list->items[i - 1]->id);
}
