/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hears of jobs that begin, move and end: inotify on the folder of jobs, and on the journals of those that
 * run. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>

#include "backend/io/inotify.h"
#include "backend/jobs/internal.h"
#include "base/str.h"

#define PAUSE_USEC 100000
#define FOLLOWED_MAX 32U

struct listening {
        struct jobs *jobs;
        void (*changed)(void *userdata);
        void *userdata;
        struct notice *notice;
        sd_event_source *timer;
        int jobs_number;        /* of the notice: the folder of jobs */
        struct followed {
                char *id;
                int folder, journal;    /* numbers of the notice; 0: none */
        } followed[FOLLOWED_MAX];
        size_t next;            /* the oldest makes room */
};

static void jobs_listen_unfollow(struct listening *l, struct followed *f) {
        if (f->folder > 0)
                notice_remove(l->notice, f->folder);
        if (f->journal > 0)
                notice_remove(l->notice, f->journal);
        free(f->id);
        *f = (struct followed) {};
}

struct listening *listening_free(struct listening *l) {
        if (!l)
                return NULL;
        for (size_t i = 0; i < FOLLOWED_MAX; i++)
                jobs_listen_unfollow(l, &l->followed[i]);
        notice_free(l->notice);
        sd_event_source_disable_unref(l->timer);
        free(l);
        return NULL;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        struct listening *l = userdata;
        l->changed(l->userdata);        /* the last thing: it may stop listening */
        return 0;
}

/* The first change arms the timer, those that follow ride along. */
static void tell_soon(struct listening *l) {
        int enabled = SD_EVENT_OFF;
        if (l->timer && sd_event_source_get_enabled(l->timer, &enabled) > 0 && enabled != SD_EVENT_OFF)
                return;
        l->timer = sd_event_source_disable_unref(l->timer);
        (void) sd_event_add_time_relative(l->jobs->event, &l->timer, CLOCK_MONOTONIC, PAUSE_USEC, 10000,
                                          on_timer, l);
}

static void follow_journal(struct listening *l, struct followed *f) {
        _cleanup_free_ char *path = str_printf("%s/jobs/%s/journal", l->jobs->paths.state, f->id);
        if (path && f->journal <= 0)
                f->journal = notice_add(l->notice, path, IN_MODIFY);
}

static void jobs_listen_follow(struct listening *l, const char *id) {
        struct followed *f = &l->followed[l->next++ % FOLLOWED_MAX];
        jobs_listen_unfollow(l, f);
        f->id = strdup(id);
        _cleanup_free_ char *path = str_printf("%s/jobs/%s", l->jobs->paths.state, id);
        /* The log is not followed: it moves all the time and says nothing about the state. */
        if (!f->id || !path ||
            (f->folder = notice_add(l->notice, path, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR)) < 0) {
                jobs_listen_unfollow(l, f);
                return;
        }
        follow_journal(l, f);
}

static void jobs_listen_on_changed(int number, const char *name, uint32_t mask, void *userdata) {
        struct listening *l = userdata;
        if (number == l->jobs_number && (mask & IN_CREATE) && job_id_valid(name))
                jobs_listen_follow(l, name);
        for (size_t i = 0; i < FOLLOWED_MAX; i++)
                if (l->followed[i].id && l->followed[i].folder == number)
                        follow_journal(l, &l->followed[i]);
        tell_soon(l);
}

void jobs_listen(struct jobs *jobs, void (*changed)(void *userdata), void *userdata) {
        jobs->listening = listening_free(jobs->listening);
        struct listening *l = changed ? calloc(1, sizeof *l) : NULL;
        if (!l)
                return;
        *l = (struct listening) { .jobs = jobs, .changed = changed, .userdata = userdata };
        jobs->listening = l;
        _cleanup_free_ char *path = str_printf("%s/jobs", jobs->paths.state);
        /* Without the folder there are no jobs, and without root nobody can make one. */
        if (!path || (paths_prepare(&jobs->paths, NULL) < 0 && access(path, R_OK) < 0))
                return;
        l->notice = notice_new(jobs->event, jobs_listen_on_changed, l);
        if (!l->notice)
                return;
        l->jobs_number = notice_add(l->notice, path, IN_CREATE | IN_DELETE | IN_ONLYDIR);
        _cleanup_(job_list_freep) struct job_list *list = NULL;
        if (jobs_list(jobs, &list, NULL) < 0)
                return;
        for (size_t i = list->n; i > 0; i--)
                if (!job_state_final(list->items[i - 1]->state))
                        jobs_listen_follow(l, list->items[i - 1]->id);
}
