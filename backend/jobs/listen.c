/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notices jobs that begin, move and end: inotify on the folder of jobs, and on the journals of running
 * ones. */
#include <fcntl.h>
#include <sys/inotify.h>

#include "backend/jobs/internal.h"

#define PAUSE_USEC 100000
#define FOLLOWED_MAX 32U

struct listening {
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

struct listening *listening_free(struct listening *l) {
        if (!l)
                return NULL;
        for (size_t i = 0; i < FOLLOWED_MAX; i++)
                jobs_listen_unfollow(l, &l->followed[i]);
        inotify_free(l->inotify);
        sd_event_source_disable_unref(l->timer);
        free(l);
        return NULL;
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
        jobs->listening = listening_free(jobs->listening);
        /* Without the folder there are no jobs, and without root nobody can create one. */
        if (!changed || (paths_prepare(&jobs->paths, NULL) < 0 && access(path, R_OK) < 0) ||
            jobs_list(jobs, &list, NULL) < 0)
                return;
        struct listening *l = jobs->listening = new0(struct listening);
        *l = (struct listening){ .jobs = jobs, .changed = changed, .userdata = userdata };
        l->inotify = inotify_new(jobs->event, jobs_listen_on_changed, l);
        if (!l->inotify)
                return;
        l->jobs_number = inotify_add(l->inotify, path, IN_CREATE | IN_DELETE | IN_ONLYDIR);
        for (size_t i = list->n; i > 0; i--)
                if (!job_state_final(list->items[i - 1]->state))
                        jobs_listen_follow(l, list->items[i - 1]->id);
}
