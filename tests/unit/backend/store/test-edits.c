/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The copies of what people type in an editor. */
#include <errno.h>
#include <sys/stat.h>
#include <time.h>

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

/* A copy of this unit whose newest file is so many days old. */
static void edits_leave(const struct paths *paths, const char *unit, unsigned days) {
        struct edit_copy copy = EDIT_COPY_CLOSED;
        assert_int_equal(edit_copy_open(paths, unit, FILE_NAME, &copy, NULL), 0);
        assert_int_equal(edit_copy_write(&copy, "[Service]\n", NULL), 0);
        const struct timespec then[2] = { { .tv_sec = time(NULL) - days * 86400LL }, { .tv_sec = time(NULL) - days * 86400LL } };
        assert_int_equal(utimensat(copy.folder, copy.name, then, 0), 0);
        edit_copy_close(&copy);
}

/* Names of the units whose copies go, or would, each followed by a blank; the caller frees. */
static char *edits_swept(const struct paths *paths, const struct retention *limits, bool really) {
        _cleanup_strv_ char **units = NULL;
        struct str out = {};
        edits_sweep(paths, limits, really, &units);
        for (char **unit = units; unit && *unit; unit++)
                str_addf(&out, "%s ", *unit);
        return out.text ? str_take(&out) : xstrdup("");
}

static bool edits_has(const struct paths *paths, const char *unit) {
        _cleanup_free_ char *path = str_printf("%s/edits/%s", paths->state, unit);
        return access(path, F_OK) == 0;
}

/* No more than jobs, none older than they, but the newest five whatever the clock says, and never one that is being edited. */
static void goes_with_finished_jobs(void **state) {
        static const struct {
                struct retention limits;
                const char *swept;
        } rows[] = {
                { { .jobs = 50, .days = 90 }, "u5.service u6.service u8.service " },
                { { .jobs = 50, .days = 400 }, "" },
                { { .jobs = 6, .days = 0 }, "u6.service u8.service " },
                { { .jobs = 0, .days = 0 }, "" },
                { { .jobs = 3, .days = 90 }, "u3.service u4.service u5.service u6.service u8.service " },
                { { .all = true }, "u0.service u1.service u2.service u3.service u4.service u5.service u6.service u8.service " },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *top = tree_new(), *would = NULL, *did = NULL, *again = NULL;
                struct paths paths = edits_paths(top);
                would = edits_swept(&paths, &rows[i].limits, true); /* there is no folder yet */
                assert_string_equal(would, "");
                free(would);
                for (unsigned u = 0; u < 9; u++) {
                        _cleanup_free_ char *unit = str_printf("u%u.service", u);
                        edits_leave(&paths, unit, u < 6 ? u * 30 : 200 + u);
                }
                struct edit_copy copy = EDIT_COPY_CLOSED, begun = EDIT_COPY_CLOSED;
                assert_int_equal(edit_copy_open(&paths, "u7.service", FILE_NAME, &copy, NULL), 0);
                assert_int_equal(edit_copy_open(&paths, "dead.service", FILE_NAME, &begun, NULL), 0);
                edit_copy_close(&begun);
                would = edits_swept(&paths, &rows[i].limits, false);
                assert_string_equal(would, rows[i].swept);
                assert_true(edits_has(&paths, "u8.service"));
                did = edits_swept(&paths, &rows[i].limits, true);
                assert_string_equal(did, rows[i].swept);
                for (unsigned u = 0; u < 9; u++) {
                        _cleanup_free_ char *unit = str_printf("u%u.service", u);
                        assert_int_equal(edits_has(&paths, unit), !strstr(rows[i].swept, unit));
                }
                assert_false(edits_has(&paths, "dead.service"));
                again = edits_swept(&paths, &rows[i].limits, true);
                assert_string_equal(again, "");
                edit_copy_close(&copy);
                edits_done(&paths, top);
        }
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
                cmocka_unit_test(goes_with_finished_jobs),
                cmocka_unit_test(has_one_editor_at_a_time),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
