/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The containers of an engine: list, inspect, remove; in both dialects and with every bad thing an engine can do. */
#include "tests/unit/engine-fixture.h"

static struct op *list(struct engine_fixture *f) {
        return engine_list_containers(f->engine, on_containers, f);
}

static struct op *remove_it(struct engine_fixture *f) {
        return engine_remove_container(f->engine, "service-0001", 10, on_end, f);
}

/* ---- list ---- */

static void lists_containers(void **state) {
        struct engine_fixture *f = *state;
        fake_engine_set_containers(f->fake, 60);
        f->op = list(f);
        await(f);
        assert_null(f->error);
        assert_int_equal(f->containers->n, 60);
        const struct container *up = &f->containers->items[4], *down = &f->containers->items[5];
        assert_int_equal(strlen(up->id), 64);
        assert_string_equal(up->name, "service-0004");
        assert_string_equal(up->state, "running");
        assert_string_equal(up->health, "healthy");
        assert_string_equal(down->state, "exited");
        assert_null(down->health);
        assert_string_equal(up->unit, "service-0004.service");
        assert_null(down->unit); /* its label is no name of a unit */
        assert_int_equal(fake_engine_requests(f->fake, f->kind == ENGINE_PODMAN ? "GET /v4.0.0/libpod/containers/json?all=true"
                                                                               : "GET /v1.41/containers/json?all=true"), 1);
}

static struct op *list_with_wrecks(struct engine_fixture *f) {
        return engine_list_containers_and_wrecks(f->engine, on_containers, f);
}

/* The storage of a container that was not made to its end is listed; what somebody builds in the same storage is not ours. */
static void lists_wrecks(void **state) {
        struct engine_fixture *f = *state;
        f->op = list_with_wrecks(f);
        await(f);
        assert_null(f->error);
        bool podman = f->kind == ENGINE_PODMAN;
        assert_int_equal(f->containers->n, podman ? 3 : 2);
        if (podman) {
                const struct container *c = &f->containers->items[2];
                assert_string_equal(c->name, "storage");
                assert_string_equal(c->state, "storage");
                assert_int_equal(strlen(c->image_id), 64);
        }
        assert_int_equal(fake_engine_requests(f->fake, "&external=true"), podman ? 1 : 0);
        run_call(f, list_with_wrecks, (struct fake_rule) { .route = "/containers/json", .what = FAKE_TYPES });
        check_sentence(f, f->error, -EBADMSG, "The containers could not be listed");
}

static void says_why_a_list_is_none(void **state) {
        struct engine_fixture *f = *state;
        static const struct {
                struct fake_rule rule;
                int code;
                const char *hint;
        } rows[] = {
                { { .what = FAKE_CUT_BODY }, -ECONNRESET, "It may have been restarted: try again" },
                { { .what = FAKE_ENDLESS }, -E2BIG, NULL },
                { { .what = FAKE_ENDLESS_LIST }, -E2BIG, NULL },
                { { .what = FAKE_BROKEN }, -EBADMSG, NULL },
                { { .what = FAKE_DEEP, .amount = 40 }, -E2BIG, NULL },
                { { .what = FAKE_TYPES }, -EBADMSG, NULL },
                { { .what = FAKE_HTML }, -EBADMSG, NULL },
                { { .what = FAKE_STATUS, .amount = 500, .text = "database is locked" }, -EIO, NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct fake_rule rule = rows[i].rule;
                rule.route = "/containers/json";
                run_call(f, list, rule);
                assert_null(f->containers);
                assert_non_null(f->error);
                check_sentence(f, f->error, rows[i].code, "The containers could not be listed");
                assert_non_null(f->error->cause);
                assert_true(str_equal(f->error->hint, rows[i].hint));
        }
        run_call(f, list, (struct fake_rule) { .route = "/containers/json", .what = FAKE_EMPTY });
        check_said(f, -EBADMSG, "The engine's list of containers could not be read", NULL, "It ends in the middle");
        run_call(f, list, (struct fake_rule) { .what = FAKE_GOOD });
        assert_null(f->error);
        assert_int_equal(f->containers->n, 2);
}

/* ---- look at one ---- */

static void on_origin(struct container_origin *found, struct error *e, void *userdata) {
        struct engine_fixture *f = userdata;
        _cleanup_(container_origin_freep) struct container_origin *origin = found;
        _cleanup_free_ char *command = origin && origin->command ? strv_join(origin->command, " ") : NULL;
        _cleanup_free_ char *words = origin && origin->words ? strv_join(origin->words, " ") : NULL;
        if (origin) {
                assert_string_equal(words, "sleep 100");
                if (f->kind == ENGINE_PODMAN)
                        assert_string_equal(command, "podman run x sleep 100");
                else
                        assert_null(command);
        }
        on_end(e, f);
}

static struct op *look(struct engine_fixture *f) {
        return engine_find_origin(f->engine, "service-0001", on_origin, f);
}

static void says_how_a_container_came_to_be(void **state) {
        struct engine_fixture *f = *state;
        f->op = look(f);
        await(f);
        assert_null(f->error);
        assert_int_equal(fake_engine_requests(f->fake, "/containers/service-0001/json"), 1);
        engine_fixture_clear(f);
        f->op = engine_find_origin(f->engine, "none", on_origin, f);
        await(f);
        assert_int_equal(f->error->code, -ENOENT);
        run_call(f, look, (struct fake_rule) { .route = "/json", .what = FAKE_STATUS, .amount = 500, .text = "a lock" });
        check_said(f, -EIO, "The container could not be inspected", NULL, "a lock");
        run_call(f, look, (struct fake_rule) { .route = "/json", .what = FAKE_CUT, .amount = 30 });
        check_said(f, -ECONNRESET, "The container could not be inspected", "It may have been restarted: try again", "Transferred a partial file");
}

/* ---- remove ---- */

static void removes(void **state) {
        struct engine_fixture *f = *state;
        f->op = remove_it(f);
        await(f);
        assert_null(f->error);
        assert_int_equal(fake_engine_requests(f->fake, f->kind == ENGINE_PODMAN ? "POST /v4.0.0/libpod/containers/service-0001/stop?timeout=10"
                                                                               : "POST /v1.41/containers/service-0001/stop?t=10"), 1);
        assert_int_equal(fake_engine_requests(f->fake, "/containers/service-0001?force=true&v=true"), 1);
        /* Once more: it is not there, which is what was wanted. */
        engine_fixture_clear(f);
        f->op = remove_it(f);
        await(f);
        assert_null(f->error);
        /* A name is one part of the path. */
        engine_fixture_clear(f);
        f->op = engine_remove_container(f->engine, "../images/x?force=1", 0, on_end, f);
        await(f);
        assert_int_equal(fake_engine_requests(f->fake, "/containers/..%2Fimages%2Fx%3Fforce%3D1/stop"), 1);
}

static void removes_what_does_not_stop(void **state) {
        struct engine_fixture *f = *state;
        fake_engine_rule(f->fake, &(struct fake_rule) { .route = "/stop", .what = FAKE_STATUS, .amount = 500, .text = "cannot stop" });
        f->op = remove_it(f);
        await(f);
        assert_null(f->error);
        assert_int_equal(fake_engine_requests(f->fake, "DELETE "), 1);
}

static void says_why_it_was_not_removed(void **state) {
        struct engine_fixture *f = *state;
        const char *const head = "The container could not be removed";
        run_call(f, remove_it, (struct fake_rule) { .route = "DELETE ", .what = FAKE_STATUS, .amount = 409, .text = "removal is already in progress" });
        check_said(f, -EEXIST, head, NULL, "removal is already in progress");
        run_call(f, remove_it, (struct fake_rule) { .route = "DELETE ", .what = FAKE_STATUS, .amount = 500, .text = "device or resource busy" });
        check_said(f, -EIO, head, NULL, "device or resource busy");
        run_call(f, remove_it, (struct fake_rule) { .route = "DELETE ", .what = FAKE_CUT, .amount = 30 });
        check_said(f, -ECONNRESET, head, "It may have been restarted: try again", "Transferred a partial file");
        /* Nobody is there: that is not "it is not there". */
        fake_engine_behave(f->fake);
        fake_engine_stop(f->fake, true);
        engine_fixture_clear(f);
        f->op = remove_it(f);
        await(f);
        assert_int_equal(f->error->code, -ECONNREFUSED);
        check_sentence(f, f->error, -ECONNREFUSED, head);
}

static void calls_can_be_dropped_at_any_time(void **state) {
        struct engine_fixture *f = *state;
        check_drops(f, list);
        check_drops(f, list_with_wrecks);
        check_drops(f, look);
        check_drops(f, remove_it);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                BOTH(lists_containers),
                BOTH(lists_wrecks),
                BOTH(says_why_a_list_is_none),
                BOTH(says_how_a_container_came_to_be),
                BOTH(removes),
                BOTH(removes_what_does_not_stop),
                BOTH(says_why_it_was_not_removed),
                BOTH(calls_can_be_dropped_at_any_time),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
