/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/inotify.h"

#include <sys/inotify.h>

struct inotify {
        int fd;
        void (*changed)(int number, const char *name, uint32_t mask, void *userdata);
        void *userdata;
        sd_event_source *source, *pause;
        unsigned pace;
        bool *freed;            /* set by inotify_free() inside changed() */
};

static int on_pause_over(sd_event_source *source, uint64_t usec, void *userdata) {
        struct inotify *inotify = userdata;
        sd_event_source_set_enabled(inotify->source, SD_EVENT_ON);
        return 0;
}

static int on_events(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct inotify *inotify = userdata;
        _Alignas(struct inotify_event) char buffer[8192];
        bool freed = false;
        inotify->freed = &freed;
        ssize_t n = read(fd, buffer, sizeof buffer);
        for (ssize_t at = 0; at < n && !freed;) {
                const struct inotify_event *event = (const void *) (buffer + at);
                at += (ssize_t) (sizeof *event + event->len);
                if (!(event->mask & IN_IGNORED))
                        inotify->changed(event->wd, event->len ? event->name : "", event->mask,
                                        inotify->userdata);
        }
        if (freed)
                return 0;
        inotify->freed = NULL;
        if (inotify->pause) {
                sd_event_source_set_time_relative(inotify->pause, inotify->pace);
                sd_event_source_set_enabled(inotify->pause, SD_EVENT_ONESHOT);
                sd_event_source_set_enabled(inotify->source, SD_EVENT_OFF);
        }
        return 0;
}

struct inotify *inotify_new(sd_event *event,
                            void (*changed)(int number, const char *name, uint32_t mask, void *userdata),
                            void *userdata) {
        struct inotify *inotify = new0(struct inotify);
        inotify->changed = changed;
        inotify->userdata = userdata;
        inotify->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        if (inotify->fd < 0 ||
            sd_event_add_io(event, &inotify->source, inotify->fd, EPOLLIN, on_events, inotify) < 0)
                return inotify_free(inotify);
        return inotify;
}

struct inotify *inotify_free(struct inotify *inotify) {
        if (!inotify)
                return NULL;
        if (inotify->freed)
                *inotify->freed = true;
        sd_event_source_disable_unref(inotify->source);
        sd_event_source_disable_unref(inotify->pause);
        if (inotify->fd >= 0)
                close(inotify->fd);
        free(inotify);
        return NULL;
}

void inotify_pace(struct inotify *inotify, unsigned usec) {
        inotify->pace = usec;
        if (!inotify->pause)
                (void) sd_event_add_time(sd_event_source_get_event(inotify->source), &inotify->pause,
                                         CLOCK_MONOTONIC, UINT64_MAX, 1000, on_pause_over, inotify);
}

int inotify_add(struct inotify *inotify, const char *path, uint32_t mask) {
        int number = inotify_add_watch(inotify->fd, path, mask);
        return number < 0 ? -errno : number;
}

void inotify_remove(struct inotify *inotify, int number) {
        if (number >= 0)
                inotify_rm_watch(inotify->fd, number);
}
