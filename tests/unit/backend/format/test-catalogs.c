/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Catalogs, from folders of the test's: what is listed, in which order, and what is refused in which words. */
#include "backend/format/catalogs.h"
#include "base/str.h"
#include "tests/unit/tree.h"

struct shelf_fixture {
        char *root;
        struct paths paths;
        struct catalog catalog;
};

static int begin(void **state) {
        struct shelf_fixture *f = new0(struct shelf_fixture);
        f->root = tree_new();
        tree_folder(f->root, "/etc/catalog.d");
        tree_folder(f->root, "/usr/catalog.d");
        f->paths = (struct paths) { .config = str_printf("%s/etc", f->root), .data = str_printf("%s/usr", f->root) };
        *state = f;
        return 0;
}

static int end(void **state) {
        struct shelf_fixture *f = *state;
        catalog_done(&f->catalog);
        tree_remove(f->root);
        free((char *) f->paths.config);
        free((char *) f->paths.data);
        FREE_ALL(f->root, f);
        return 0;
}

static void put(struct shelf_fixture *f, const char *path, const char *text, mode_t mode) {
        tree_write(f->root, path, text);
        assert_int_equal(chmod(tree_path(f->root, path), mode), 0);
}

static void expect_references(struct shelf_fixture *f, const char *wanted) {
        catalog_done(&f->catalog);
        catalogs_read(&f->paths, &f->catalog);
        _cleanup_str_ struct str all = {};
        for (size_t i = 0; i < f->catalog.n; i++)
                str_addf(&all, "%s%s", i ? " " : "", f->catalog.items[i].reference);
        assert_string_equal(all.text ? all.text : "", wanted);
}

static void lists_by_group_and_title(void **state) {
        struct shelf_fixture *f = *state;
        put(f, "/usr/catalog.d/a.json",
            "{ \"title\": \"Services\", \"images\": [\n"
            "  { \"reference\": \"r.example.test/plain\", \"title\": \"Alone\" },\n"
            "  { \"reference\": \"r.example.test/log:8\", \"title\": \"zeta\", \"group\": \"Logs\", \"profile\": \"rsyslog\" },\n"
            "  { \"reference\": \"docker://r.example.test/log:9\", \"title\": \"Alpha\", \"group\": \"Logs\" },\n"
            "  { \"reference\": \"oci:/media/stick/x:1\", \"title\": \"From a stick\", \"group\": \"identity\" } ] }", 0644);
        expect_references(f, "oci:/media/stick/x:1 docker://r.example.test/log:9 docker://r.example.test/log:8 docker://r.example.test/plain");
        assert_int_equal(f->catalog.n_errors, 0);
        assert_int_equal(f->catalog.items[2].line, 3);
        assert_string_equal(f->catalog.items[2].profile, "rsyslog");
        assert_non_null(str_ends(f->catalog.items[0].file, "/usr/catalog.d/a.json"));
}

static void etc_hides_a_file_of_usr(void **state) {
        struct shelf_fixture *f = *state;
        put(f, "/usr/catalog.d/a.json", "{ \"images\": [ { \"reference\": \"r.example.test/a\", \"title\": \"A\" } ] }", 0644);
        put(f, "/usr/catalog.d/b.json", "{ \"images\": [ { \"reference\": \"r.example.test/b\", \"title\": \"B\" } ] }", 0644);
        put(f, "/etc/catalog.d/a.json", "{ \"images\": [] }", 0644);
        expect_references(f, "docker://r.example.test/b");
        put(f, "/etc/catalog.d/b.json", "{ \"images\": ", 0644);
        expect_references(f, "");
        assert_int_equal(f->catalog.n_errors, 1);
        assert_non_null(strstr(f->catalog.errors[0]->message, "/etc/catalog.d/b.json:1: "));
}

static void absent_folders_are_empty(void **state) {
        struct shelf_fixture *f = *state;
        tree_remove(f->root);
        expect_references(f, "");
        assert_int_equal(f->catalog.n_errors, 0);
}

static void others_may_not_write_it(void **state) {
        struct shelf_fixture *f = *state;
        put(f, "/etc/catalog.d/a.json", "{ \"images\": [] }", 0666);
        expect_references(f, "");
        assert_int_equal(f->catalog.n_errors, 1);
        assert_non_null(strstr(f->catalog.errors[0]->message, "can be written by others than root"));
        assert_int_equal(chmod(tree_path(f->root, "/etc/catalog.d"), 0777), 0);
        expect_references(f, "");
        assert_non_null(strstr(f->catalog.errors[0]->message, "so no catalog in it is used"));
}

static void refuses_with_line_and_reason(void **state) {
        static const struct {
                const char *text, *wanted;
        } rows[] = {
                { "[]", "x.json:1: This is a list, not an object" },
                { "{}", "x.json:1: The member \"images\" is missing" },
                { "{\n\"images\": {} }", "x.json:2: images: This is not a list of at most 1000 images" },
                { "{ \"images\": [\n{ \"title\": \"A\" } ] }", "x.json:2: images[0]: The member \"reference\" is missing" },
                { "{ \"images\": [\n{ \"reference\": \"r.example.test/a\" } ] }", "x.json:2: images[0]: The member \"title\" is missing" },
                { "{ \"images\": [\n{ \"reference\": 7, \"title\": \"A\" } ] }",
                  "x.json:2: images[0].reference: This is a number, not the reference of an image" },
                { "{ \"images\": [\n{ \"reference\": \"team/rsyslog\", \"title\": \"A\" } ] }",
                  "x.json:2: images[0].reference: \"team/rsyslog\" names no registry" },
                { "{ \"images\": [\n{ \"reference\": \"oci:stick\", \"title\": \"A\" } ] }", "x.json:2: images[0].reference: " },
                { "{ \"images\": [\n{ \"reference\": \"-v/../x\", \"title\": \"A\" } ] }", "x.json:2: images[0].reference: " },
                { "{ \"images\": [\n{ \"reference\": \"r.example.test/a\", \"title\": \"A\\u001b[m\" } ] }", "x.json:2: images[0].title: " },
                { "{ \"images\": [\n{ \"reference\": \"r.example.test/a\", \"title\": \"A\", \"tilte\": \"\" } ] }", "x.json:2: images[0]" },
                { "{ \"images\": [ { \"reference\": \"r.example.test/a\", \"title\": \"A\" },\n{ \"reference\": \"docker://r.example.test/a\", \"title\": \"B\" } ] }",
                  "x.json:2: images[1].reference: \"docker://r.example.test/a\" stands here twice" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(catalog_done) struct catalog catalog = {};
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(catalog_parse("x.json", rows[i].text, strlen(rows[i].text), &catalog, &e), -EINVAL);
                if (!str_starts(e->message, rows[i].wanted))
                        fail_msg("%s: %s", rows[i].text, e->message);
                assert_int_equal(catalog.n, 0);
        }
}

static void names_the_profile_of_an_image(void **state) {
        _cleanup_(catalog_done) struct catalog catalog = {};
        static const char text[] = "{ \"images\": [ { \"reference\": \"r.example.test/a:1\", \"title\": \"A\", \"profile\": \"one\" },"
                                   "{ \"reference\": \"r.example.test/a:2\", \"title\": \"A\", \"profile\": \"two\" },"
                                   "{ \"reference\": \"r.example.test/b\", \"title\": \"B\" } ] }";
        assert_int_equal(catalog_parse("x", text, strlen(text), &catalog, NULL), 0);
        assert_string_equal(catalog_profile(&catalog, "r.example.test/a:2"), "two");
        assert_string_equal(catalog_profile(&catalog, "r.example.test/a:3"), "one");
        assert_null(catalog_profile(&catalog, "r.example.test/b"));
        assert_null(catalog_profile(&catalog, "other.example.test/a:1"));
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(lists_by_group_and_title, begin, end),
                cmocka_unit_test_setup_teardown(etc_hides_a_file_of_usr, begin, end),
                cmocka_unit_test_setup_teardown(absent_folders_are_empty, begin, end),
                cmocka_unit_test_setup_teardown(others_may_not_write_it, begin, end),
                cmocka_unit_test(refuses_with_line_and_reason),
                cmocka_unit_test(names_the_profile_of_an_image),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
