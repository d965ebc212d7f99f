/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "backend/engine/frames.h"
#include "base/str.h"

static void on_line(const char *bytes, size_t n, bool is_stderr, void *userdata) {
        struct str *got = userdata;
        assert_true(n <= FRAME_LINE_MAX);
        str_add(got, is_stderr ? "2[" : "1[");
        if (n > 64)
                str_addf(got, "%zu x %c", n, bytes[0]);
        else
                str_add_bytes(got, bytes, n);
        str_add(got, "]");
}

static void add_frame(struct str *s, unsigned stream, const char *bytes, size_t n) {
        const unsigned char header[8] = { (unsigned char) stream, 0, 0, 0, (unsigned char) (n >> 24), (unsigned char) (n >> 16),
                                          (unsigned char) (n >> 8), (unsigned char) n };
        str_add_bytes(s, header, sizeof header);
        str_add_bytes(s, bytes, n);
}

/* All of it in pieces of so many bytes; what came must be `expected`, and the end be as told. */
static void check(const struct str *stream, size_t piece, const char *expected, int ending) {
        _cleanup_str_ struct str got = {};
        struct engine_frames *frames = engine_frames_new(on_line, &got);
        _cleanup_error_ struct error *e = NULL;
        for (size_t i = 0; i < stream->length; i += piece)
                assert_ok(engine_frames_feed(frames, stream->text + i, stream->length - i < piece ? stream->length - i : piece, &e), e);
        assert_int_equal(engine_frames_finish(frames, &e), ending);
        if (ending < 0)
                assert_string_equal(e->message, "It ends in the middle");
        assert_string_equal(got.text ? got.text : "", expected);
        engine_frames_free(frames);
}

static void check_pieces(const struct str *stream, const char *expected, int ending) {
        static const size_t sizes[] = { 1, 2, 3, 7, 8, 9, 4096, SIZE_MAX / 2 };
        for (size_t i = 0; i < ELEMENTS(sizes); i++)
                check(stream, sizes[i], expected, ending);
}

#define TEXT(s) s, sizeof s - 1

static void cuts_lines_in_any_pieces(void **state) {
        _cleanup_str_ struct str s = {};
        add_frame(&s, 1, TEXT("first line\n"));
        add_frame(&s, 2, TEXT("a complaint\r\n"));
        add_frame(&s, 1, TEXT("one frame\nwith two lines\n"));
        add_frame(&s, 1, TEXT("a line in "));
        add_frame(&s, 2, TEXT("between\n"));
        add_frame(&s, 1, TEXT("two frames\n"));
        add_frame(&s, 1, NULL, 0);
        add_frame(&s, 0, TEXT("typed\n"));
        add_frame(&s, 1, TEXT("\n\nno \0 end"));
        check_pieces(&s, "1[first line]2[a complaint]1[one frame]1[with two lines]2[between]1[a line in two frames]1[typed]1[]1[]1[no ", 0);
}

static void gives_the_last_line_without_its_newline(void **state) {
        _cleanup_str_ struct str s = {};
        add_frame(&s, 1, TEXT("out"));
        add_frame(&s, 2, TEXT("err"));
        check_pieces(&s, "1[out]2[err]", 0);
        str_cut(&s, 0);
        check(&s, 1, "", 0);
}

static void says_that_it_ended_in_the_middle(void **state) {
        _cleanup_str_ struct str s = {};
        add_frame(&s, 1, TEXT("whole\n"));
        add_frame(&s, 1, TEXT("never whole\n"));
        str_cut(&s, s.length - 5);
        check_pieces(&s, "1[whole]1[never w]", -EBADMSG);
        str_cut(&s, 8 + 6 + 3);
        check_pieces(&s, "1[whole]", -EBADMSG);
}

static void gives_long_lines_in_pieces(void **state) {
        _cleanup_free_ char *much = malloc(3 * FRAME_LINE_MAX);
        memset(much, 'a', 3 * FRAME_LINE_MAX);
        _cleanup_str_ struct str s = {};
        add_frame(&s, 1, much, 2 * FRAME_LINE_MAX + 10);
        add_frame(&s, 1, TEXT("b\n"));
        check(&s, 4096, "1[65536 x a]1[65536 x a]1[aaaaaaaaaab]", 0);
        check(&s, SIZE_MAX / 2, "1[65536 x a]1[65536 x a]1[aaaaaaaaaab]", 0);
        /* One that just fits is one. */
        str_cut(&s, 0);
        much[FRAME_LINE_MAX - 1] = '\n';
        add_frame(&s, 1, much, FRAME_LINE_MAX);
        check(&s, SIZE_MAX / 2, "1[65535 x a]", 0);
}

/* A claim of 4 GiB costs what comes, not what is claimed. */
static void allocates_nothing_for_a_claim(void **state) {
        _cleanup_str_ struct str got = {};
        struct engine_frames *frames = engine_frames_new(on_line, &got);
        assert_int_equal(engine_frames_feed(frames, "\1\0\0\0\xff\xff\xff\xff" "a line\nanother", 22, NULL), 0);
        assert_string_equal(got.text, "1[a line]");
        assert_int_equal(engine_frames_finish(frames, NULL), -EBADMSG);
        engine_frames_free(frames);
}

static void refuses_what_is_no_frame(void **state) {
        static const char *const bad[] = { "\7\0\0\0\0\0\0\4evil", "\1\1\0\0\0\0\0\1x", "\1\0\0\1\0\0\0\1x", "HTTP/1.1", "\3\0\0\0\0\0\0\0" };
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                _cleanup_str_ struct str got = {};
                _cleanup_error_ struct error *e = NULL;
                struct engine_frames *frames = engine_frames_new(on_line, &got);
                assert_int_equal(engine_frames_feed(frames, bad[i], 8, &e), -EBADMSG);
                assert_string_equal(e->message, "The engine's log is not framed as it should be");
                /* It stays so, whatever comes. */
                assert_int_equal(engine_frames_feed(frames, "\1\0\0\0\0\0\0\2x\n", 10, NULL), -EBADMSG);
                engine_frames_finish(frames, NULL);
                assert_int_equal(got.length, 0);
                engine_frames_free(frames);
        }
        assert_null(engine_frames_free(NULL));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(cuts_lines_in_any_pieces),
                cmocka_unit_test(gives_the_last_line_without_its_newline),
                cmocka_unit_test(says_that_it_ended_in_the_middle),
                cmocka_unit_test(gives_long_lines_in_pieces),
                cmocka_unit_test(allocates_nothing_for_a_claim),
                cmocka_unit_test(refuses_what_is_no_frame),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
