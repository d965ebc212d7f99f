/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The copies of what people type in an editor. */
#include <errno.h>

#include "backend/store/edits.h"
#include "base/str.h"
#include "tests/unit/tree.h"

#define UNIT "demo.service"
#define FILE_NAME "50-fairlead.conf"

static struct paths edits_paths(const char *top) {
        struct paths paths = paths_default;
        paths.state = str_printf("%s/state", top);
        paths.run = str_printf("%s/run", top);
        return paths;
}

static void edits_done(struct paths *paths, const char *top) {
        free((char *) paths->state);
        free((char *) paths->run);
        tree_remove(top);
}

static struct edit_copy edits_open_now(const struct paths *paths) {
        struct edit_copy copy = EDIT_COPY_CLOSED;
        assert_int_equal(edit_copy_open(paths, UNIT, FILE_NAME, &copy, NULL), 0);
        return copy;
}

static void edits_assert(const struct edit_copy *copy, const char *text) {
        _cleanup_free_ char *now = NULL;
        assert_int_equal(edit_copy_read(copy, 1024, &now, NULL), 0);
        assert_string_equal(now, text);
}

/* An editor that failed, a line that was lost, a "no": the next edit finds it. */
static void keeps_what_did_not_count(void **state) {
        _cleanup_free_ char *top = tree_new();
        struct paths paths = edits_paths(top);
        struct edit_copy copy = edits_open_now(&paths);
        assert_false(copy.earlier);
        assert_int_equal(edit_copy_write(&copy, "[Service]\nNice=5\n", NULL), 0);
        edit_copy_close(&copy);
        copy = edits_open_now(&paths);
        assert_true(copy.earlier);
        edits_assert(&copy, "[Service]\nNice=5\n");
        edit_copy_remove(&copy, &paths, UNIT);
        edit_copy_close(&copy);
        copy = edits_open_now(&paths);
        assert_false(copy.earlier);
        edit_copy_close(&copy);
        edits_done(&paths, top);
}

/* Whoever begins anew does not lose what was there. */
static void sets_an_earlier_copy_aside(void **state) {
        _cleanup_free_ char *top = tree_new(), *older = NULL;
        struct paths paths = edits_paths(top);
        struct edit_copy copy = edits_open_now(&paths);
        assert_int_equal(edit_copy_write(&copy, "first\n", NULL), 0);
        edit_copy_close(&copy);
        copy = edits_open_now(&paths);
        assert_int_equal(edit_copy_write(&copy, "second\n", NULL), 0);
        edits_assert(&copy, "second\n");
        edit_copy_remove(&copy, &paths, UNIT);
        edit_copy_close(&copy);
        older = tree_read(paths.state, "/edits/" UNIT "/" FILE_NAME "~");
        assert_string_equal(older, "first\n");
        edits_done(&paths, top);
}

static void has_one_editor_at_a_time(void **state) {
        _cleanup_free_ char *top = tree_new();
        struct paths paths = edits_paths(top);
        struct edit_copy copy = edits_open_now(&paths), second = EDIT_COPY_CLOSED;
        _cleanup_error_ struct error *e = NULL;
        assert_int_equal(edit_copy_open(&paths, UNIT, FILE_NAME, &second, &e), -EBUSY);
        assert_string_equal(e->message, "Somebody edits " UNIT " at this moment");
        assert_int_equal(edit_copy_open(&paths, "../x", FILE_NAME, &second, NULL), -EINVAL);
        assert_int_equal(edit_copy_open(&paths, "demo.container", FILE_NAME, &second, NULL), 0);
        edit_copy_close(&second);
        edit_copy_close(&copy);
        copy = edits_open_now(&paths);
        edit_copy_close(&copy);
        edits_done(&paths, top);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(keeps_what_did_not_count),
                cmocka_unit_test(sets_an_earlier_copy_aside),
                cmocka_unit_test(has_one_editor_at_a_time),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
