/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The engine's events: that something happened, that the engine is away, that it is back. */
#include "tests/unit/engine-fixture.h"

struct watching {
        struct engine_fixture *f;
        struct op *op;
        unsigned changed, away, back, what;
        char *message, *cause;          /* of the first away */
        bool drop;                      /* in the next callback */
};

static void maybe_drop(struct watching *w) {
        if (w->drop)
                w->op = op_cancel(w->op);
}

static void on_changed(unsigned what, void *userdata) {
        struct watching *w = userdata;
        w->changed++;
        w->what |= what;
        maybe_drop(w);
}

static void on_away(const struct error *e, void *userdata) {
        struct watching *w = userdata;
        w->away++;
        assert_non_null(e);
        free(w->message);
        free(w->cause);
        w->message = without_path(w->f, e->message);
        w->cause = e->cause ? strdup(e->cause->message) : NULL;
}

static void on_back(void *userdata) {
        struct watching *w = userdata;
        w->back++;
        maybe_drop(w);
}

static void begin(struct watching *w) {
        const struct engine_watcher watcher = { .changed = on_changed, .away = on_away, .back = on_back, .userdata = w };
        w->op = engine_watch(w->f->engine, &watcher);
        assert_non_null(w->op);
        assert_int_equal(w->changed + w->away + w->back, 0);
}

static void end(struct watching *w) {
        w->op = op_cancel(w->op);
        unsigned all = w->changed + w->away + w->back;
        turn(w->f, 30);
        assert_int_equal(w->changed + w->away + w->back, all);
        free(w->message);
        free(w->cause);
}

static void reports_what_changed(void **state) {
        struct watching w = { .f = *state };
        begin(&w);
        turn(w.f, 50);
        assert_int_equal(fake_engine_requests(w.f->fake, w.f->kind == ENGINE_PODMAN ? "GET /v4.0.0/libpod/events?stream=true" : "GET /v1.41/events"), 1);
        assert_int_equal(fake_engine_push_event(w.f->fake, "image", "pull"), 1);
        turn(w.f, 100);
        assert_int_equal(w.changed, 0);         /* not yet: more may follow */
        turn(w.f, 200);
        assert_int_equal(w.changed, 1);
        assert_int_equal(w.what, ENGINE_IMAGES);
        fake_engine_push_event(w.f->fake, "container", "start");
        turn(w.f, 300);
        assert_int_equal(w.changed, 2);
        assert_int_equal(w.what, ENGINE_IMAGES | ENGINE_CONTAINERS);
        assert_int_equal(w.away + w.back, 0);   /* it was there all the time */
        end(&w);
}

static void says_nothing_where_nothing_changed(void **state) {
        struct watching w = { .f = *state };
        begin(&w);
        turn(w.f, 50);
        static const char *const quiet[][2] = {
                { "container", "exec_create: /bin/check" }, { "container", "exec_start" }, { "container", "exec_died" },
                { "container", "health_status" }, { "network", "connect" }, { "volume", "mount" }, { "", "" },
        };
        for (size_t i = 0; i < ELEMENTS(quiet); i++)
                assert_int_equal(fake_engine_push_event(w.f->fake, quiet[i][0], quiet[i][1]), 1);
        static const char odd[] = "{}\n{\"Type\":1,\"Action\":[]}\n{\"Type\":null}\n";
        fake_engine_push(w.f->fake, "/events", odd, strlen(odd));
        turn(w.f, 300);
        assert_int_equal(w.changed + w.away + w.back, 0);
        end(&w);
}

/* Thousands of events a second are some calls a second. */
static void coalesces_a_flood(void **state) {
        struct watching w = { .f = *state };
        fake_engine_rule(w.f->fake, &(struct fake_rule) { .route = "/events", .what = FAKE_FLOOD, .amount = 20000 });
        begin(&w);
        int64_t began = usec_now(CLOCK_MONOTONIC);
        turn(w.f, 1000);
        assert_true(w.changed >= 1);
        assert_true(w.changed <= (usec_now(CLOCK_MONOTONIC) - began) / 200000 + 1);
        assert_int_equal(w.away, 0);
        end(&w);
}

static void takes_an_event_in_pieces(void **state) {
        struct watching w = { .f = *state };
        begin(&w);
        turn(w.f, 50);
        static const char event[] = "{\"Type\":\"image\",\"Action\":\"remove\"}\n";
        for (size_t i = 0; i < strlen(event); i++) {
                fake_engine_push(w.f->fake, "/events", event + i, 1);
                turn(w.f, 1);
        }
        turn(w.f, 300);
        assert_int_equal(w.changed, 1);
        end(&w);
}

/* A restart: reported once each, and changes are reported again afterwards. */
static void reports_away_and_back_once(void **state) {
        struct watching w = { .f = *state };
        begin(&w);
        turn(w.f, 50);
        fake_engine_stop(w.f->fake, false);
        turn(w.f, 50);
        assert_int_equal(w.away, 1);
        assert_string_equal(w.message, "The container engine at SOCKET broke off in the middle of its answer");
        turn(w.f, 1700);                        /* one try in vain, with its own pauses */
        assert_int_equal(w.away, 1);
        assert_int_equal(w.back, 0);
        assert_true(fake_engine_start(w.f->fake) >= 0);
        for (unsigned i = 0; i < 50 && !w.back; i++)
                turn(w.f, 100);
        assert_int_equal(w.back, 1);
        assert_int_equal(w.away, 1);
        fake_engine_push_event(w.f->fake, "image", "pull");
        turn(w.f, 300);
        assert_int_equal(w.changed, 1);
        end(&w);
}

static void says_why_it_is_away(void **state) {
        struct engine_fixture *f = *state;
        static const struct {
                struct fake_rule rule;
                const char *message, *cause;
        } rows[] = {
                { { .what = FAKE_STATUS, .amount = 500, .text = "no event backend" }, "The container engine refuses its events", "no event backend" },
                { { .what = FAKE_PAGE, .amount = 404, .text = "Not Found" }, "The container engine refuses its events", "Not Found" },
                { { .what = FAKE_EMPTY }, "The container engine ended its stream of events", NULL },
                { { .what = FAKE_HTML }, "It is not JSON (an object is expected)", NULL },
                { { .what = FAKE_ENDLESS }, "One text is larger than 1024 KiB", NULL },
                { { .what = FAKE_DEEP, .amount = 40 }, NULL, NULL },
                { { .what = FAKE_GARBAGE }, "SOCKET is not the socket of a container engine", "Unsupported protocol" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct fake_rule rule = rows[i].rule;
                rule.route = "/events";
                fake_engine_behave(f->fake);
                fake_engine_rule(f->fake, &rule);
                struct watching w = { .f = f };
                begin(&w);
                for (unsigned k = 0; k < 40 && !w.away; k++)
                        turn(f, 50);
                assert_int_equal(w.away, 1);
                assert_int_equal(w.back, 0);
                if (rows[i].message) {
                        assert_string_equal(w.message, rows[i].message);
                        assert_true(str_equal(w.cause, rows[i].cause));
                }
                end(&w);
        }
}

/* An engine that answers pings and has no events is away, and is not reported to be back each time it is asked. */
static void is_not_back_before_the_stream_is(void **state) {
        struct watching w = { .f = *state };
        fake_engine_rule(w.f->fake, &(struct fake_rule) { .route = "/events", .what = FAKE_STATUS, .amount = 500, .text = "no" });
        begin(&w);
        turn(w.f, 1500);
        assert_int_equal(w.away, 1);
        assert_int_equal(w.back, 0);
        assert_int_equal(fake_engine_requests(w.f->fake, "/events"), 2);
        fake_engine_behave(w.f->fake);
        turn(w.f, 2000);
        assert_int_equal(w.back, 1);
        assert_int_equal(w.away, 1);
        end(&w);
}

/* One that ends each stream at once is asked less and less often: after 1 s, 2 s, 4 s. */
static void asks_less_often_where_it_is_no_use(void **state) {
        struct watching w = { .f = *state };
        fake_engine_rule(w.f->fake, &(struct fake_rule) { .route = "/events", .what = FAKE_EMPTY });
        begin(&w);
        turn(w.f, 3500);
        assert_int_equal(fake_engine_requests(w.f->fake, "/events"), 3);
        end(&w);
}

static void can_be_dropped_in_its_own_callbacks(void **state) {
        struct engine_fixture *f = *state;
        struct watching w = { .f = f, .drop = true };
        begin(&w);
        turn(f, 50);
        fake_engine_push_event(f->fake, "image", "pull");
        turn(f, 300);
        assert_null(w.op);
        assert_int_equal(w.changed, 1);
        end(&w);
        /* In back(). */
        struct watching again = { .f = f };
        begin(&again);
        turn(f, 50);
        fake_engine_hang_up(f->fake, "/events", false);
        again.drop = true;
        turn(f, 1500);
        assert_int_equal(again.away, 1);
        assert_int_equal(again.back, 1);
        assert_null(again.op);
        end(&again);
}

static void can_be_dropped_at_any_time(void **state) {
        struct engine_fixture *f = *state;
        for (unsigned steps = 0; steps < 20; steps++) {
                struct watching w = { .f = f };
                begin(&w);
                for (unsigned i = 0; i < steps; i++)
                        sd_event_run(f->event, 1000);
                if (steps % 2)
                        fake_engine_push_event(f->fake, "image", "pull");
                end(&w);
        }
        fake_engine_stop(f->fake, false);
        struct watching w = { .f = f };
        begin(&w);
        turn(f, 700);           /* in the pause */
        assert_int_equal(w.away, 1);
        end(&w);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                BOTH(reports_what_changed),
                BOTH(says_nothing_where_nothing_changed),
                PODMAN(coalesces_a_flood),
                BOTH(takes_an_event_in_pieces),
                PODMAN(reports_away_and_back_once),
                BOTH(says_why_it_is_away),
                PODMAN(is_not_back_before_the_stream_is),
                PODMAN(asks_less_often_where_it_is_no_use),
                PODMAN(can_be_dropped_in_its_own_callbacks),
                BOTH(can_be_dropped_at_any_time),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
