/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/inotify.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/inotify.h>

struct notice {
        int fd;
        void (*changed)(int number, const char *name, uint32_t mask, void *userdata);
        void *userdata;
        sd_event_source *source, *pause;
        unsigned pace;
        bool busy, dead;        /* freed inside changed(): the rest of the freeing waits for its return */
};

static int on_pause_over(sd_event_source *source, uint64_t usec, void *userdata) {
        struct notice *notice = userdata;
        sd_event_source_set_enabled(notice->source, SD_EVENT_ON);
        return 0;
}

static void pause_for_more(struct notice *notice) {
        if (sd_event_source_set_time_relative(notice->pause, notice->pace) >= 0 &&
            sd_event_source_set_enabled(notice->pause, SD_EVENT_ONESHOT) >= 0)
                sd_event_source_set_enabled(notice->source, SD_EVENT_OFF);
}

static int on_events(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct notice *notice = userdata;
        _Alignas(struct inotify_event) char buffer[8192];
        ssize_t n = read(fd, buffer, sizeof buffer);
        notice->busy = true;
        for (ssize_t at = 0; at < n && !notice->dead;) {
                const struct inotify_event *event = (const void *) (buffer + at);
                at += (ssize_t) (sizeof *event + event->len);
                if (!(event->mask & IN_IGNORED))
                        notice->changed(event->wd, event->len ? event->name : "", event->mask,
                                        notice->userdata);
        }
        notice->busy = false;
        if (notice->dead)
                notice_free(notice);
        else if (notice->pause)
                pause_for_more(notice);
        return 0;
}

struct notice *notice_new(sd_event *event,
                          void (*changed)(int number, const char *name, uint32_t mask, void *userdata),
                          void *userdata) {
        struct notice *notice = malloc(sizeof *notice);
        if (!notice)
                return NULL;
        *notice = (struct notice) { .fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK),
                                   .changed = changed,
                                   .userdata = userdata };
        if (notice->fd < 0 ||
            sd_event_add_io(event, &notice->source, notice->fd, EPOLLIN, on_events, notice) < 0)
                return notice_free(notice);
        return notice;
}

struct notice *notice_free(struct notice *notice) {
        if (!notice)
                return NULL;
        notice->dead = true;
        if (notice->busy)
                return NULL;
        sd_event_source_disable_unref(notice->source);
        sd_event_source_disable_unref(notice->pause);
        if (notice->fd >= 0)
                close(notice->fd);
        free(notice);
        return NULL;
}

void notice_pace(struct notice *notice, unsigned usec) {
        notice->pace = usec;
        if (!notice->pause &&
            sd_event_add_time(sd_event_source_get_event(notice->source), &notice->pause, CLOCK_MONOTONIC,
                              UINT64_MAX, 1000, on_pause_over, notice) >= 0)
                sd_event_source_set_enabled(notice->pause, SD_EVENT_OFF);
}

int notice_add(struct notice *notice, const char *path, uint32_t mask) {
        int number = inotify_add_watch(notice->fd, path, mask);
        return number < 0 ? -errno : number;
}

void notice_remove(struct notice *notice, int number) {
        if (number >= 0)
                inotify_rm_watch(notice->fd, number);
}
