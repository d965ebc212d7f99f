/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The volumes of an engine that were made for services, in both dialects. */
#include "tests/unit/engine-fixture.h"

static char **listed;

static void on_volumes(char **volumes, struct error *e, void *userdata) {
        listed = volumes;
        on_end(e, userdata);
}

static struct op *list(struct engine_fixture *f) {
        listed = strv_free(listed);
        return engine_list_volumes(f->engine, on_volumes, f);
}

static void lists_those_of_services(void **state) {
        struct engine_fixture *f = *state;
        f->op = list(f);
        await(f);
        assert_null(f->error);
        _cleanup_strv_ char **volumes = TAKE(listed);
        assert_int_equal(strv_length(volumes), 2);
        assert_string_equal(volumes[0], "mq-data:mq");
        assert_string_equal(volumes[1], "web-data:web");
        static const char filter[] = "?filters=%7B%22label%22%3A%5B%22io.fairlead.service%22%5D%7D";
        _cleanup_free_ char *request =
                str_printf("GET %s%s", f->kind == ENGINE_PODMAN ? "/v4.0.0/libpod/volumes/json" : "/v1.41/volumes", filter);
        assert_int_equal(fake_engine_requests(f->fake, request), 1);
}

static void says_why_there_is_no_list(void **state) {
        struct engine_fixture *f = *state;
        static const struct fake_rule rules[] = {
                { .what = FAKE_CUT_BODY }, { .what = FAKE_BROKEN }, { .what = FAKE_DEEP, .amount = 40 },
                { .what = FAKE_EMPTY },    { .what = FAKE_HTML },   { .what = FAKE_STATUS, .amount = 500, .text = "database is locked" },
        };
        for (size_t i = 0; i < ELEMENTS(rules); i++) {
                struct fake_rule rule = rules[i];
                rule.route = "/volumes";
                run_call(f, list, rule);
                assert_non_null(f->error);
                assert_null(listed);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                BOTH(lists_those_of_services),
                BOTH(says_why_there_is_no_list),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
