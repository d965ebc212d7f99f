/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "base/str.h"
#include "model/realm/realm.h"

static void reads_domains(void **state) {
        static const struct {
                const char *typed, *domain;
        } rows[] = {
                { "example.test", "example.test" }, { "EXAMPLE.Test.", "example.test" }, { "a-b.c9.example.test", "a-b.c9.example.test" },
                { "example", NULL }, { "", NULL }, { ".", NULL }, { "example..test", NULL }, { "-a.test", NULL }, { "a_b.test", NULL },
                { "10.0.0.1", NULL }, { "ex ample.test", NULL }, { "example.test..", NULL }, { "caf\xc3\xa9.test", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_error_ struct error *e = NULL;
                _cleanup_free_ char *domain = realm_domain(rows[i].typed, &e);
                if (!rows[i].domain) {
                        assert_null(domain);
                        assert_int_equal(e->code, -EINVAL);
                        assert_non_null(e->hint);
                } else
                        assert_string_equal(domain, rows[i].domain);
        }
        assert_string_equal(realm_parent("a.b.test"), "b.test");
        assert_null(realm_parent("b.test"));
}

static void sorts_servers(void **state) {
        _cleanup_(realm_freep) struct realm *realm = realm_new("example.test");
        assert_int_equal(realm_add_server(realm, "far.example.test", 389, 10, 100), 0);
        assert_int_equal(realm_add_server(realm, "light.example.test", 389, 0, 10), 1);
        assert_int_equal(realm_add_server(realm, "heavy.example.test", 389, 0, 90), 2);
        assert_int_equal(realm_add_server(realm, "heavy2.example.test", 389, 0, 90), 3);
        assert_int_equal(realm_add_server(realm, "LIGHT.example.test", 389, 5, 5), 1);
        realm_sort_servers(realm);
        assert_string_equal(realm->servers[0].host, "heavy.example.test");
        assert_string_equal(realm->servers[1].host, "heavy2.example.test");
        assert_string_equal(realm->servers[2].host, "light.example.test");
        assert_string_equal(realm->servers[3].host, "far.example.test");
        for (int i = 4; i < (int) REALM_SERVERS_MAX; i++) {
                char host[32];
                snprintf(host, sizeof host, "dc%d.example.test", i);
                assert_int_equal(realm_add_server(realm, host, 389, 0, 0), i);
        }
        assert_int_equal(realm_add_server(realm, "more.example.test", 389, 0, 0), -ENOSPC);
}

static void keeps_questions(void **state) {
        _cleanup_(realm_freep) struct realm *realm = realm_new("example.test");
        int index = realm_asked(realm, "DNS SRV x", NULL);
        assert_int_equal(index, 0);
        realm_answered(realm, index, REALM_ANSWERED, 12, strdup("one"));
        realm_answered(realm, index, REALM_EMPTY, 13, strdup("two"));
        assert_string_equal(realm->questions[0].answer, "two");
        realm_answered(realm, -ENOSPC, REALM_EMPTY, 1, strdup("nobody's"));
        for (unsigned i = 1; i < REALM_QUESTIONS_MAX; i++)
                assert_int_equal(realm_asked(realm, "x", "y"), (int) i);
        assert_int_equal(realm_asked(realm, "x", "y"), -ENOSPC);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_domains),
                cmocka_unit_test(sorts_servers),
                cmocka_unit_test(keeps_questions),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
