/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Short names, as containers-registries.conf(5) has them. */
#include "backend/format/registries.h"
#include "tests/unit/tree.h"

static void expect_names(const struct registries *r, const char *name, const char *wanted, const char *why_wanted) {
        _cleanup_strv_ char **names = NULL;
        _cleanup_free_ char *why = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(registries_resolve(r, name, &names, &why, &e), e);
        _cleanup_free_ char *all = strv_join(names, " ");
        assert_string_equal(all, wanted);
        if (why_wanted)
                assert_string_equal(why, why_wanted);
        else
                assert_null(why);
}

static void a_whole_name_is_itself(void **state) {
        const struct registries none = {};
        expect_names(&none, "r.example.test/team/x:8", "r.example.test/team/x:8", NULL);
        expect_names(&none, "localhost/x", "localhost/x", NULL);
        expect_names(&none, "r:5000/x", "r:5000/x", NULL);
}

static void asks_each_registry_in_order(void **state) {
        _cleanup_(registries_done) struct registries r = {};
        static const char text[] = "# a comment with unqualified-search-registries = [\"no\"]\n"
                                   "unqualified-search-registries = [ # here\n  \"r.example.test:5000\",\n  'docker.io',\n]\n"
                                   "short-name-mode = \"enforcing\"\n"
                                   "[[registry]]\nlocation = \"x\"\nunqualified-search-registries = [\"no\"]\n";
        registries_parse("/a.conf", text, strlen(text), &r);
        assert_null(r.wrong);
        expect_names(&r, "x", "r.example.test:5000/x docker.io/library/x", "/a.conf names these registries");
        expect_names(&r, "team/x:8", "r.example.test:5000/team/x:8 docker.io/team/x:8", "/a.conf names these registries");
}

static void an_alias_goes_first(void **state) {
        _cleanup_(registries_done) struct registries r = {};
        static const char first[] = "unqualified-search-registries = [\"r.example.test\"]\n[aliases]\n\"x\" = \"a.example.test/x\"\n"
                                    "bare-key = 'a.example.test/bare'\n\"library/y\"=\"a.example.test/y\"  # why\n";
        static const char second[] = "[ aliases ]\nx = \"b.example.test/x\"\nbare-key = \"\"\n";
        registries_parse("/1.conf", first, strlen(first), &r);
        expect_names(&r, "x:8", "a.example.test/x:8", "\"x\" is an alias in /1.conf");
        expect_names(&r, "library/y@sha256:0123456789012345678901234567890123456789012345678901234567890123",
                     "a.example.test/y@sha256:0123456789012345678901234567890123456789012345678901234567890123", "\"library/y\" is an alias in /1.conf");
        registries_parse("/2.conf", second, strlen(second), &r);
        expect_names(&r, "x", "b.example.test/x", "\"x\" is an alias in /2.conf");
        expect_names(&r, "bare-key", "r.example.test/bare-key", "/1.conf names this registry");
        assert_null(r.wrong);
}

static void says_why_a_name_means_nothing(void **state) {
        const struct registries none = {};
        _cleanup_strv_ char **names = NULL;
        _cleanup_free_ char *why = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_int_equal(registries_resolve(&none, "x", &names, &why, &e), -ENOENT);
        assert_string_equal(e->message, "\"x\" names no registry, and this host has none for such names");
        e = error_free(e);
        assert_int_equal(registries_resolve(&none, "-v", &names, &why, &e), -EINVAL);
        assert_string_equal(e->message, "\"-v\" is not the name of an image");
        assert_null(names);
}

static void keeps_what_is_right_of_a_file_that_is_wrong(void **state) {
        static const struct {
                const char *text, *wrong;
        } rows[] = {
                { "unqualified-search-registries = \"a\"\n", "/f:1: unqualified-search-registries wants a list" },
                { "unqualified-search-registries = [ \"a\", 7 ]\n", "/f:1: unqualified-search-registries wants a list" },
                { "unqualified-search-registries = [ \"a\n", "/f:1: unqualified-search-registries wants a list" },
                { "\n\nwhat is this\n", "/f:3: This is neither a table nor a key with a value" },
                { "[aliases]\nx = 7\n", "/f:2: An alias wants a name in quotes" },
                { "[aliases]\nx = \"short\"\n", "/f:2: This alias is not the name of an image with its registry" },
                { "[aliases]\nx = \"r.example.test/../x\"\n", "/f:2: This alias is not the name of an image with its registry" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(registries_done) struct registries r = {};
                _cleanup_free_ char *text = str_printf("%s\n[aliases]\nok = \"r.example.test/ok\"\n", rows[i].text);
                registries_parse("/f", text, strlen(text), &r);
                assert_int_equal(strv_length(r.wrong), 1);
                if (!str_starts(r.wrong[0], rows[i].wrong))
                        fail_msg("%s", r.wrong[0]);
                assert_null(r.search);
                expect_names(&r, "ok", "r.example.test/ok", "\"ok\" is an alias in /f");
        }
}

static void reads_the_files_in_their_order(void **state) {
        _cleanup_free_ char *root = tree_new();
        _cleanup_(registries_done) struct registries r = {};
        tree_folder(root, "/etc/containers/registries.conf.d");
        tree_folder(root, "/var/cache/containers");
        tree_write(root, "/etc/containers/registries.conf", "unqualified-search-registries = [\"first.example.test\"]\n");
        tree_write(root, "/etc/containers/registries.conf.d/b.conf", "unqualified-search-registries = [\"b.example.test\"]\n");
        tree_write(root, "/etc/containers/registries.conf.d/a.conf", "unqualified-search-registries = [\"a.example.test\"]\n[aliases]\nx = \"a.example.test/x\"\n");
        tree_write(root, "/etc/containers/registries.conf.d/c.txt", "unqualified-search-registries = [\"c.example.test\"]\n");
        tree_write(root, "/var/cache/containers/short-name-aliases.conf", "[aliases]\n\"x\" = \"chosen.example.test/x\"\n");
        registries_read(root, &r);
        expect_names(&r, "y", "b.example.test/y", "/etc/containers/registries.conf.d/b.conf names this registry");
        expect_names(&r, "x", "chosen.example.test/x", "\"x\" is an alias in /var/cache/containers/short-name-aliases.conf");
        tree_remove(root);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_whole_name_is_itself),
                cmocka_unit_test(asks_each_registry_in_order),
                cmocka_unit_test(an_alias_goes_first),
                cmocka_unit_test(says_why_a_name_means_nothing),
                cmocka_unit_test(keeps_what_is_right_of_a_file_that_is_wrong),
                cmocka_unit_test(reads_the_files_in_their_order),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
