/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pages of the setup, from folders of the test's: which file counts, what masks one, what is refused. */
#include "backend/format/seed/pages.h"
#include "base/str.h"
#include "tests/unit/tree.h"

struct shelf_fixture {
        char *root;
        struct paths paths;
        struct page_list list;
};

static int begin(void **state) {
        struct shelf_fixture *f = new0(struct shelf_fixture);
        f->root = tree_new();
        tree_folder(f->root, "/etc/firstboot.d");
        tree_folder(f->root, "/usr/firstboot.d");
        f->paths = (struct paths) { .config = str_printf("%s/etc", f->root), .data = str_printf("%s/usr", f->root) };
        *state = f;
        return 0;
}

static int end(void **state) {
        struct shelf_fixture *f = *state;
        page_list_done(&f->list);
        tree_remove(f->root);
        free((char *) f->paths.config);
        free((char *) f->paths.data);
        FREE_ALL(f->root, f);
        return 0;
}

static const struct page_text *read_page(struct shelf_fixture *f, enum setup_page page) {
        page_list_done(&f->list);
        pages_read(&f->paths, &f->list);
        return &f->list.items[page];
}

static void has_its_own(void **state) {
        struct shelf_fixture *f = *state;
        for (enum setup_page page = 0; page < _SETUP_PAGE_MAX; page++) {
                const struct page_text *text = read_page(f, page);
                assert_true(text->title && strlen(text->title) <= PAGE_TITLE_MAX && !text->file && !text->masked);
                assert_true(!text->help || strlen(text->help) <= PAGE_HELP_MAX);
                assert_int_equal(setup_page_from_name(setup_page_name(page)), page);
        }
        assert_int_equal(f->list.n_errors, 0);
}

static void takes_a_file_of_etc_before_one_of_usr(void **state) {
        struct shelf_fixture *f = *state;
        tree_write(f->root, "/usr/firstboot.d/time.json", "{ \"title\": \"Clock\", \"help\": \"Ours.\", \"priority\": 5 }");
        const struct page_text *text = read_page(f, PAGE_TIME);
        assert_string_equal(text->title, "Clock");
        assert_string_equal(text->help, "Ours.");
        assert_int_equal(text->priority, 5);
        assert_non_null(str_ends(text->file, "/usr/firstboot.d/time.json"));
        tree_write(f->root, "/etc/firstboot.d/time.json", "{ \"help\": \"Mine.\", \"x-who\": 1 }");
        text = read_page(f, PAGE_TIME);
        assert_string_equal(text->title, "Time");
        assert_string_equal(text->help, "Mine.");
        assert_int_equal(text->priority, 40);
}

static void masks(void **state) {
        struct shelf_fixture *f = *state;
        tree_write(f->root, "/etc/firstboot.d/realm.json", "");
        tree_link(f->root, "/etc/firstboot.d/services.json", "/dev/null");
        tree_write(f->root, "/usr/firstboot.d/services.json", "{ \"title\": \"Ours\" }");
        assert_true(read_page(f, PAGE_REALM)->masked);
        assert_true(read_page(f, PAGE_SERVICES)->masked);
        assert_int_equal(f->list.n_errors, 0);
        tree_write(f->root, "/etc/firstboot.d/summary.json", "");
        assert_false(read_page(f, PAGE_SUMMARY)->masked);
        assert_int_equal(f->list.n_errors, 1);
        assert_non_null(strstr(f->list.errors[0]->message, "summary.json: The summary cannot be masked"));
}

static void refuses_with_line_and_reason(void **state) {
        static const struct {
                const char *name, *text, *wanted;
        } rows[] = {
                { "time.json", "{ \"title\": \"T\",\n  \"titel\": \"x\" }", "time.json:2: titel: " },
                { "time.json", "{ \"priority\":\n 0 }", "time.json:2: priority: This is not a whole number from 1 to 99" },
                { "time.json", "{ \"priority\": 1.5 }", "time.json:1: priority: " },
                { "time.json", "{ \"priority\": 100 }", "time.json:1: priority: " },
                { "time.json", "{ \"title\": [] }", "time.json:1: title: " },
                { "time.json", "{ \"title\": \"01234567890123456789012345678901234567890\" }", "time.json:1: title: " },
                { "time.json", "{", "time.json:1: " },
                { "tyme.json", "{}", "tyme.json: There is no page \"tyme\"" },
                { "50-time.json", "{}", "50-time.json: There is no page \"50-time\"" },
        };
        struct shelf_fixture *f = *state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *path = str_printf("/etc/firstboot.d/%s", rows[i].name);
                _cleanup_error_ struct error *e = NULL;
                tree_write(f->root, path, rows[i].text);
                assert_true(pages_check(tree_path(f->root, path), &e) < 0);
                if (!strstr(e->message, rows[i].wanted))
                        fail_msg("row %zu: %s", i, e->message);
                const struct page_text *text = read_page(f, PAGE_TIME);
                assert_string_equal(text->title, "Time");
                assert_int_equal(f->list.n_errors, 1);
                assert_int_equal(unlink(tree_path(f->root, path)), 0);
        }
}

static void refuses_what_others_may_write(void **state) {
        struct shelf_fixture *f = *state;
        tree_write(f->root, "/etc/firstboot.d/time.json", "{ \"title\": \"Clock\" }");
        assert_int_equal(chmod(tree_path(f->root, "/etc/firstboot.d/time.json"), 0666), 0);
        assert_string_equal(read_page(f, PAGE_TIME)->title, "Time");
        assert_int_equal(f->list.n_errors, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(has_its_own), T(takes_a_file_of_etc_before_one_of_usr), T(masks), T(refuses_with_line_and_reason), T(refuses_what_others_may_write),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
