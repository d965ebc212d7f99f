/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "model/job/lines.h"

static void keeps_lines_and_marks(void **state) {
        _cleanup_(lines_freep) struct lines *lines = lines_new();
        assert_int_equal(lines_end(lines), 0);
        lines_add(lines, "plain", NULL, 5);
        lines_add(lines, "red", (const uint8_t *) "\1\1\1", 3);
        lines_add(lines, "", (const uint8_t *) "", 0);
        struct line line;
        assert_true(lines_get(lines, 0, &line));
        assert_string_equal(line.text, "plain");
        assert_null(line.marks);
        assert_true(lines_get(lines, 1, &line));
        assert_string_equal(line.text, "red");
        assert_memory_equal(line.marks, "\1\1\1", 3);
        assert_true(lines_get(lines, 2, &line));
        assert_int_equal(line.bytes, 0);
        assert_false(lines_get(lines, 3, &line));
        assert_int_equal(lines_end(lines), 3);
}

/* Every kept line is whole and right, whatever was forgotten: lengths that do not divide the ring, with and without marks. */
static void forgets_the_oldest(void **state) {
        _cleanup_(lines_freep) struct lines *lines = lines_new();
        static char text[9000];
        static uint8_t marks[9000];
        memset(marks, 3, sizeof marks);
        unsigned seed = 1;
        for (unsigned i = 0; i < 60000; i++) {
                seed = seed * 1103515245 + 12345;
                size_t n = (seed >> 16) % (i % 7 ? 300 : 9000);
                memset(text, 'a' + (int) (i % 26), n);
                lines_add(lines, text, i % 3 ? NULL : marks, n);
                assert_true(lines_end(lines) - lines_first(lines) <= LINES_MAX);
        }
        size_t total = 0;
        for (uint64_t i = lines_first(lines); i < lines_end(lines); i++) {
                struct line line;
                assert_true(lines_get(lines, i, &line));
                assert_int_equal(strlen(line.text), line.bytes);
                for (size_t k = 0; k < line.bytes; k++) {
                        assert_int_equal(line.text[k], 'a' + (int) (i % 26));
                        if (i % 3 == 0)
                                assert_int_equal(line.marks[k], 3);
                }
                total += line.bytes;
        }
        assert_true(total <= LINES_BYTES);
        assert_true(lines_end(lines) - lines_first(lines) > 100);
}

static void counts_lines(void **state) {
        _cleanup_(lines_freep) struct lines *lines = lines_new();
        for (unsigned i = 0; i < LINES_MAX + 5; i++)
                lines_add(lines, "x", NULL, 1);
        assert_int_equal(lines_first(lines), 5);
        /* Numbers keep meaning the same line; those that are forgotten are the oldest kept, or nothing. */
        struct line line;
        assert_false(lines_get(lines, 4, &line));
        assert_int_equal(lines_search(lines, "x", 0, false), 5);
        assert_int_equal(lines_search(lines, "x", 4, true), lines_end(lines));
        assert_int_equal(lines_search(lines, "x", lines_end(lines), false), lines_end(lines));
}

/* Usual output keeps LINES_MAX lines in as little as they need, however much of it comes; only long lines need all of it. */
static void takes_memory_as_it_is_needed(void **state) {
        _cleanup_(lines_freep) struct lines *lines = lines_new();
        char text[400];
        memset(text, 'x', sizeof text);
        assert_int_equal(lines_memory(lines), 0);
        lines_add(lines, text, NULL, 90);
        assert_true(lines_memory(lines) <= 64 * 1024);
        for (unsigned i = 0; i < 20 * LINES_MAX; i++)
                lines_add(lines, text, NULL, 90);
        assert_true(lines_memory(lines) <= LINES_BYTES / 2);
        assert_true(lines_end(lines) - lines_first(lines) > LINES_MAX * 9 / 10);
        for (unsigned i = 0; i < 20 * LINES_MAX; i++)
                lines_add(lines, text, NULL, 150);
        assert_int_equal(lines_memory(lines), LINES_BYTES);
        assert_true(lines_end(lines) - lines_first(lines) > LINES_MAX * 9 / 10);
        for (unsigned i = 0; i < 20 * LINES_MAX; i++)
                lines_add(lines, text, NULL, 400);
        assert_int_equal(lines_memory(lines), LINES_BYTES);
        assert_true(lines_end(lines) - lines_first(lines) > LINES_BYTES / 401 * 9 / 10);
}

static void a_huge_line_is_cut(void **state) {
        _cleanup_(lines_freep) struct lines *lines = lines_new();
        char *huge = malloc(LINES_BYTES * 2);
        memset(huge, 'x', LINES_BYTES * 2);
        lines_add(lines, huge, NULL, LINES_BYTES * 2);
        struct line line;
        assert_true(lines_get(lines, 0, &line));
        assert_int_equal(line.bytes, LINES_BYTES / 4);
        free(huge);
}

static void searches(void **state) {
        _cleanup_(lines_freep) struct lines *lines = lines_new();
        assert_int_equal(lines_search(lines, "x", 0, false), 0);
        static const char *const texts[] = { "one", "Two", "three two", "four" };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                lines_add(lines, texts[i], NULL, strlen(texts[i]));
        assert_int_equal(lines_search(lines, "two", 0, false), 1);
        assert_int_equal(lines_search(lines, "two", 2, false), 2);
        assert_int_equal(lines_search(lines, "two", 3, false), 4);
        assert_int_equal(lines_search(lines, "two", 3, true), 2);
        assert_int_equal(lines_search(lines, "two", 1, true), 1);
        assert_int_equal(lines_search(lines, "two", 0, true), 4);
        assert_int_equal(lines_search(lines, "one", 99, true), 0);
        assert_int_equal(lines_search(lines, "", 0, false), 4);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(keeps_lines_and_marks),
                cmocka_unit_test(forgets_the_oldest),
                cmocka_unit_test(takes_memory_as_it_is_needed),
                cmocka_unit_test(counts_lines),
                cmocka_unit_test(a_huge_line_is_cut),
                cmocka_unit_test(searches),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
