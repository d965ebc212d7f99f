/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "backend/io/inotify.h"
#include "base/clock.h"

#define PACE_USEC 20000

struct fixture {
        sd_event *event;
        struct inotify *inotify;
        int fd;
        unsigned reports;
        bool free_it;
};

static void on_changed(int number, const char *name, uint32_t mask, void *userdata) {
        struct fixture *f = userdata;
        f->reports++;
        if (f->free_it)
                f->inotify = inotify_free(f->inotify);
}

static int begin(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        char path[] = "/tmp/test-inotify-XXXXXX";
        assert_true(sd_event_new(&f->event) >= 0);
        f->fd = mkstemp(path);
        assert_true(f->fd >= 0);
        f->inotify = inotify_new(f->event, on_changed, f);
        assert_non_null(f->inotify);
        assert_true(inotify_add(f->inotify, path, IN_MODIFY) > 0);
        unlink(path);
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        inotify_free(f->inotify);
        close(f->fd);
        sd_event_unref(f->event);
        free(f);
        return 0;
}

static void grow(struct fixture *f) {
        assert_int_equal(write(f->fd, "x", 1), 1);
}

static void wait_reports(struct fixture *f, unsigned n) {
        for (int64_t until = usec_now(CLOCK_MONOTONIC) + 5000000; f->reports < n && usec_now(CLOCK_MONOTONIC) < until;)
                sd_event_run(f->event, 100000);
        assert_true(f->reports >= n);
}

/* A log that grows all the time must not wake who follows it for each piece. */
static void what_grows_is_reported_at_its_pace(void **state) {
        struct fixture *f = *state;
        inotify_pace(f->inotify, PACE_USEC);
        int64_t from = usec_now(CLOCK_MONOTONIC);
        for (unsigned i = 0; i < 1000; i++) {
                grow(f);
                sd_event_run(f->event, 0);
                sd_event_run(f->event, 0);
        }
        assert_true(f->reports <= (usec_now(CLOCK_MONOTONIC) - from) / PACE_USEC + 2);
        assert_true(f->reports >= 1);
}

static void the_first_is_reported_at_once_and_the_last_is_not_lost(void **state) {
        struct fixture *f = *state;
        inotify_pace(f->inotify, PACE_USEC);
        grow(f);
        wait_reports(f, 1);
        grow(f);        /* within the pause */
        wait_reports(f, 2);
}

static void may_be_freed_by_its_callback(void **state) {
        struct fixture *f = *state;
        inotify_pace(f->inotify, PACE_USEC);
        f->free_it = true;
        grow(f);
        wait_reports(f, 1);
        for (int i = 0; i < 3; i++)
                sd_event_run(f->event, PACE_USEC);
        assert_int_equal(f->reports, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(what_grows_is_reported_at_its_pace),
                T(the_first_is_reported_at_once_and_the_last_is_not_lost), T(may_be_freed_by_its_callback),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
