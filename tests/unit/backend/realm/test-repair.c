/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend/realm/realm.h"
#include "base/clock.h"
#include "tests/fake/bus.h"

/* The machine's own clock is nobody's to set: this is asked in its place. */
static struct {
        struct timespec clock;
        int refuse;             /* errno */
        unsigned asked;
} machine;

int clock_settime(clockid_t clock, const struct timespec *t) {
        machine.asked++;
        assert_int_equal(clock, CLOCK_REALTIME);
        if (machine.refuse) {
                errno = machine.refuse;
                return -1;
        }
        machine.clock = *t;
        return 0;
}

static void steps_the_clock(void **state) {
        static const int64_t ahead[] = { 602 * 1000000LL, -602 * 1000000LL, 86400 * 1000000LL + 17, 0 };
        for (size_t i = 0; i < ELEMENTS(ahead); i++) {
                _cleanup_error_ struct error *e = NULL;
                machine.refuse = 0;
                int64_t before = usec_now(CLOCK_REALTIME) - ahead[i];
                assert_ok(repair_clock(ahead[i], &e), e);
                int64_t set = (int64_t) machine.clock.tv_sec * 1000000 + machine.clock.tv_nsec / 1000;
                assert_true(set >= before && set <= usec_now(CLOCK_REALTIME) - ahead[i]);
                assert_in_range(machine.clock.tv_nsec, 0, 999999999);
        }
}

static void says_why_the_clock_stays(void **state) {
        struct error *e = NULL;
        machine.refuse = EPERM;
        assert_int_equal(repair_clock(1000000, &e), -EPERM);
        assert_non_null(strstr(e->message, "The clock could not be set"));
        assert_non_null(strstr(e->hint, "In a container the clock is that of the machine below"));
        e = error_free(e);
        unsigned asked = machine.asked;
        assert_int_equal(repair_clock(INT64_MAX, &e), -EINVAL);  /* before the epoch */
        assert_int_equal(machine.asked, asked);
        error_free(e);
}

/* ---- the name ---- */

struct hostnamed {
        sd_event *event;
        sd_bus *server, *client;
        sd_bus_slot *slot;
        bool absent;            /* nobody answers to its name */
        char name[80], kernel[80];
        bool done;
        struct error *error;
};

static int set_static_hostname(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        struct hostnamed *h = userdata;
        const char *name;
        int interactive;
        if (h->absent)
                return sd_bus_error_set(e, SD_BUS_ERROR_SERVICE_UNKNOWN, "The name org.freedesktop.hostname1 was not provided");
        assert_true(sd_bus_message_read(m, "sb", &name, &interactive) >= 0);
        assert_false(interactive);
        snprintf(h->name, sizeof h->name, "%s", name);
        return sd_bus_reply_method_return(m, "");
}

/* Called last; hostnamed sets the kernel's name to the static one. */
static int set_hostname(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        struct hostnamed *h = userdata;
        assert_true(*h->name);
        snprintf(h->kernel, sizeof h->kernel, "%s", h->name);
        return sd_bus_reply_method_return(m, "");
}

static const sd_bus_vtable hostnamed_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("SetStaticHostname", "sb", "", set_static_hostname, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("SetHostname", "sb", "", set_hostname, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

static int hostnamed_set_up(void **state) {
        struct hostnamed *h = calloc(1, sizeof *h);
        assert_true(sd_event_new(&h->event) >= 0);
        fake_bus_new(h->event, &h->server, &h->client);
        must(sd_bus_add_object_vtable(h->server, &h->slot, "/org/freedesktop/hostname1", "org.freedesktop.hostname1", hostnamed_vtable, h),
             "hostnamed");
        *state = h;
        return 0;
}

static int hostnamed_tear_down(void **state) {
        struct hostnamed *h = *state;
        error_free(h->error);
        sd_bus_slot_unref(h->slot);
        sd_bus_close_unref(h->client);
        sd_bus_close_unref(h->server);
        sd_event_unref(h->event);
        free(h);
        return 0;
}

static void on_done(struct error *e, void *userdata) {
        struct hostnamed *h = userdata;
        h->done = true;
        h->error = e;
}

static void names_the_host(void **state) {
        struct hostnamed *h = *state;
        struct error *e = NULL;
        struct op *op = repair_hostname(h->client, "host1.example.test", on_done, h, &e);
        assert_non_null(op);
        while (!h->done)
                assert_true(sd_event_run(h->event, UINT64_MAX) >= 0);
        op_cancel(op);
        assert_null(h->error);
        assert_string_equal(h->name, "host1.example.test");
        assert_string_equal(h->kernel, "host1.example.test");
        static const struct {
                const char *name, *text;
        } wrong[] = {
                { "host1", "not fully qualified" },
                { "Host1.example.test", "capitals" },
                { "localhost.localdomain", "every host" },
                { "host_1.example.test", "parts that names of hosts cannot have" },
                { "h.a234567890123456789012345678901234567890123456789012345678901.test", "longer than 64" },
        };
        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                assert_null(repair_hostname(h->client, wrong[i].name, on_done, h, &e));
                assert_int_equal(e->code, -EINVAL);
                if (!strstr(e->message, wrong[i].text))
                        fail_msg("%s: %s", wrong[i].name, e->message);
                e = error_free(e);
        }
        assert_string_equal(h->name, "host1.example.test");
}

static void says_that_nobody_sets_the_name(void **state) {
        struct hostnamed *h = *state;
        struct error *e = NULL;
        h->absent = true;
        struct op *op = repair_hostname(h->client, "host1.example.test", on_done, h, &e);
        while (!h->done)
                assert_true(sd_event_run(h->event, UINT64_MAX) >= 0);
        op_cancel(op);
        assert_int_equal(h->error->code, -ENOTCONN);
        assert_non_null(strstr(h->error->hint, "systemd-hostnamed does not answer"));
}

static void forgets_when_dropped(void **state) {
        struct hostnamed *h = *state;
        op_cancel(repair_hostname(h->client, "host1.example.test", on_done, h, NULL));
        while (!*h->name)
                assert_true(sd_event_run(h->event, UINT64_MAX) >= 0);
        while (sd_event_run(h->event, 0) > 0)
                ;
        assert_false(h->done);
}

#define HOSTNAMED(test) cmocka_unit_test_setup_teardown(test, hostnamed_set_up, hostnamed_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(steps_the_clock), cmocka_unit_test(says_why_the_clock_stays),
                HOSTNAMED(names_the_host), HOSTNAMED(says_that_nobody_sets_the_name), HOSTNAMED(forgets_when_dropped),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
