/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/feed.h"
#include "base/str.h"

static void collect(const char *text, const uint8_t *marks, size_t bytes, void *userdata) {
        struct str *s = userdata;
        str_add_bytes(s, text, bytes);
        bool marked = false;
        for (size_t i = 0; i < bytes; i++)
                marked |= marks[i] != 0;
        if (marked) {
                str_add(s, " {");
                for (size_t i = 0; i < bytes; i++)
                        str_addf(s, "%02x", marks[i]);
                str_add(s, "}");
        }
        str_add(s, "|");
}

static char *fed(const char *bytes, size_t n, size_t chunk) {
        struct str s = {};
        const struct feed_sink sink = { collect, &s };
        _cleanup_(feed_freep) struct feed *feed = feed_new(&sink);
        for (size_t i = 0; i < n; i += chunk)
                feed_write(feed, bytes + i, n - i < chunk ? n - i : chunk);
        feed_flush(feed);
        return str_take(&s);
}

static const struct {
        const char *in;
        const char *out;
} vectors[] = {
        { "one\ntwo\n", "one|two|" },
        { "half", "half|" },
        { "dos\r\nline\r\n", "dos|line|" },
        { "10%\r50%\r100%\n", "100%|" },
        { "long text\rshort\n", "shorttext|" },
        { "long text\r\033[Kshort\n", "short|" },
        { "abc\b\bX\n", "aXc|" },
        { "a\tb\n", "a       b|" },
        { "\033[31mred\033[0m plain\n", "red plain {010101000000000000}|" },
        { "\033[1;4mx\033[m\n", "x {30}|" },
        { "\033]52;c;c2VjcmV0\007after\n", "after|" },
        { "\033]0;title\033\\after\n", "after|" },
        { "\033Pq#0\033\\x\n", "x|" },
        { "\033[6n\033[c\033[21t\033[?1049hx\n", "x|" },
        { "\033[2J\033[Hx\n", "x|" },
        { "\033(0lqk\033(B\n", "lqk|" },
        { "bell\007\n", "bell|" },
        { "bidi\xe2\x80\xae" "x\n", "bidi<202e>x|" },
        { "\xc2\x9b" "31mx\n", "<9b>31mx|" },
        { "bad\xff\n", "bad\xef\xbf\xbd|" },
        { "\xe4\xb8\x96\xe7\x95\x8c\n", "\xe4\xb8\x96\xe7\x95\x8c|" },
        /* the cursor, within its line */
        { "abc\033[2DX\n", "aXc|" },
        { "abc\033[DX\n", "abX|" },
        { "abc\033[99DX\n", "Xbc|" },
        { "a\033[3Cb\n", "a   b|" },
        { "a\033[5Gb\n", "a   b|" },
        { "abc\033[2GX\n", "aXc|" },
        { "abc\033[0GX\n", "Xbc|" },
        { "\033[2J\033[3;4Hx\033[Ay\033[Bz\n", "xyz|" },
        /* erasing and deleting */
        { "abcdef\033[3D\033[K\n", "abc|" },
        { "abcdef\033[3D\033[1K\n", "    ef|" },
        { "abcdef\033[2K\n", "|" },
        { "abcdef\033[3D\033[2Xx\n", "abcx f|" },
        { "abcdef\r\033[Xz\n", "zbcdef|" },
        { "abcdef\r\033[2P\n", "cdef|" },
        { "abcdef\r\033[P\n", "bcdef|" },
        { "abcdef\r\033[99P\n", "|" },
        { "50%\033[2K\r60%\n", "60%|" },
        /* tabs, and what ends a line */
        { "a\tb\tc\n", "a       b       c|" },
        { "12345678\tx\n", "12345678        x|" },
        { "abc\r\tX\n", "abc     X|" },
        { "one\vtwo\fthree\n", "one|two|three|" },
        { "\n\n", "||" },
        { "a\r\r\nb\n", "a|b|" },
        /* wide characters of which one half is overwritten, and marks */
        { "\xe4\xb8\x96\xe7\x95\x8c\rX\n", "X \xe7\x95\x8c|" },
        { "\xe4\xb8\x96\xe7\x95\x8c\b\bX\n", "\xe4\xb8\x96X |" },
        { "\xe4\xb8\x96\xe7\x95\x8c\bX\n", "\xe4\xb8\x96 X|" },
        { "\xe4\xb8\x96\xe7\x95\x8c\r\033[X\n", "  \xe7\x95\x8c|" },
        { "\xe4\xb8\x96\xe7\x95\x8c\r\033[P\n", " \xe7\x95\x8c|" },
        { "\xe4\xb8\x96\xe7\x95\x8c\033[3G\033[K\n", "\xe4\xb8\x96|" },
        { "e\xcc\x81x\b\bE\n", "Ex|" },
        { "\xcc\x81x\n", "<301>x|" },
        { "a\r\xcc\x81x\n", "<301>x|" },
        { "x\xe2\x82\ny\n", "x\xef\xbf\xbd|y|" },
        /* marks go with their cells */
        { "\033[31mabc\033[0m\rX\n", "Xbc {000101}|" },
        { "\033[31mabc\rX\n\033[m", "Xbc {010101}|" },
        { "ab\033[7mcd\033[27me\033[3D\033[K\n", "ab|" },
        { "ab\033[7mcd\033[27me\033[2D\033[P\n", "abce {00004000}|" },
        /* sequences: strings end with their line, others are dropped whole, ESC and CAN cut them short */
        { "\033]0;never ended\nnext\n", "|next|" },
        { "\033P1;2q\nnext\n", "|next|" },
        { "\033_apc\033\\a\033^pm\033\\b\033Xsos\033\\c\n", "abc|" },
        { "a\033]8;;http://x\033\\link\033]8;;\033\\b\n", "alinkb|" },
        { "a\033=b\033>c\0337d\0338e\033cf\033Mg\033Eh\n", "abcdefgh|" },
        { "a\033[1;2;3!pb\033[?1;2$pc\033[0qd\n", "abcd|" },
        { "a\033[31\030b\033[31\032c\n", "abc|" },
        { "a\033\033[1mb\033[m\n", "ab {0010}|" },
        { "\033[8mhidden\033[28m\n", "hidden|" },
        { "a\016b\017c\001d\177e\n", "abc<01>de|" },
};

static void understands_terminals(void **state) {
        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                _cleanup_free_ char *out = fed(vectors[i].in, strlen(vectors[i].in), 4096);
                if (strcmp(out, vectors[i].out) != 0)
                        print_error("vector %zu: \"%s\" is not \"%s\"\n", i, out, vectors[i].out);
                assert_string_equal(out, vectors[i].out);
        }
}

/* However the bytes are cut, the lines are the same. */
static void chunks_do_not_matter(void **state) {
        _cleanup_str_ struct str all = {};
        for (size_t i = 0; i < ELEMENTS(vectors); i++)
                str_add(&all, vectors[i].in);
        _cleanup_free_ char *whole = fed(all.text, all.length, all.length);
        for (size_t chunk = 1; chunk < 40; chunk++) {
                _cleanup_free_ char *cut = fed(all.text, all.length, chunk);
                assert_string_equal(cut, whole);
        }
}

/* Bytes of every kind: nothing that acts on a terminal ever comes out. */
static void nothing_that_acts_comes_out(void **state) {
        char bytes[20000];
        unsigned seed = 7;
        for (size_t i = 0; i < sizeof bytes; i++) {
                seed = seed * 1103515245 + 12345;
                bytes[i] = (char) (seed >> 16);
                if (i % 5 == 0)
                        bytes[i] = "\033\r\b[]P\x9b"[(seed >> 24) % 7];
        }
        _cleanup_free_ char *out = fed(bytes, sizeof bytes, 777);
        for (const unsigned char *p = (const unsigned char *) out; *p; p++)
                assert_true(*p >= 0x20 && *p != 0x7f && !(*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0));
}

static void breaks_endless_lines(void **state) {
        size_t n = 3 * FEED_CELLS_MAX;
        char *bytes = malloc(n);
        memset(bytes, 'x', n);
        _cleanup_free_ char *out = fed(bytes, n, 1000);
        free(bytes);
        size_t lines = 0;
        for (char *p = out; *p; p++)
                lines += *p == '|';
        assert_true(lines >= 3);
}

/* Beyond its ceiling a sequence is dropped up to its end, and no byte of it is text. */
static void drops_sequences_that_are_too_long(void **state) {
        static const size_t sizes[] = { FEED_SEQUENCE_MAX - 2, FEED_SEQUENCE_MAX, FEED_SEQUENCE_MAX + 1, 100000 };
        for (size_t i = 0; i < ELEMENTS(sizes); i++) {
                _cleanup_str_ struct str s = {};
                str_add(&s, "a\033[");
                for (size_t k = 0; k < sizes[i]; k++)
                        str_add_char(&s, '1');
                str_add(&s, "mb\033]0;");
                for (size_t k = 0; k < sizes[i]; k++)
                        str_add_char(&s, 't');
                str_add(&s, "\007c\n");
                _cleanup_free_ char *out = fed(s.text, s.length, 999);
                assert_string_equal(out, "abc|");
        }
}

static void forgets_what_was_begun(void **state) {
        static const char *const begun[] = { "\033", "\033[31", "\033]0;title", "\033P", "\xe4\xb8", "\r", "\033[1" };
        for (size_t i = 0; i < ELEMENTS(begun); i++) {
                struct str s = {};
                _cleanup_(feed_freep) struct feed *feed = feed_new(&(struct feed_sink) { collect, &s });
                feed_write(feed, begun[i], strlen(begun[i]));
                feed_flush(feed);
                size_t before = s.length;
                feed_write(feed, "mx\n", 3);
                assert_string_equal(s.text + before, "mx|");
                str_done(&s);
        }
        assert_null(feed_free(NULL));
}

static void shows_what_is_pending(void **state) {
        struct str s = {};
        const struct feed_sink sink = { collect, &s };
        _cleanup_(feed_freep) struct feed *feed = feed_new(&sink);
        feed_write(feed, "Password: ", 10);
        const char *text;
        const uint8_t *marks;
        size_t n;
        feed_pending(feed, &text, &marks, &n);
        assert_int_equal(n, 10);
        assert_memory_equal(text, "Password: ", 10);
        feed_flush(feed);
        feed_pending(feed, &text, &marks, &n);
        assert_int_equal(n, 0);
        str_done(&s);
}

/* A line of ours is known by its first byte, whatever stood before it or pretends to be one. */
static void knows_lines_of_ours(void **state) {
        static const struct {
                const char *in, *out;
        } rows[] = {
                { "\x1e" "ab\r\ncd\n", "ab {0f0f}|cd|" },
                { "\033[31mx\n\x1e" "ab\r\ncd\n", "x {01}|ab {0f0f}|cd|" },
                { "half\x1e" "ab\n", "half|ab {0f0f}|" },
                { "\033]0;title\x1e" "ab\n", "ab {0f0f}|" },
                { "\033[3\x1e" "ab\n", "ab {0f0f}|" },
                { "\xe4\xb8\x1e" "ab\n", "\xef\xbf\xbd|ab {0f0f}|" },
                { "xxxx\r\x1e" "ab\n", "xxxx|ab {0f0f}|" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                for (size_t chunk = 1; chunk < 40; chunk++) {
                        _cleanup_free_ char *out = fed(rows[i].in, strlen(rows[i].in), chunk);
                        assert_string_equal(out, rows[i].out);
                }
        static const uint8_t own[] = { MARK_OWN, MARK_OWN }, other[] = { 1, MARK_OWN };
        assert_true(marks_are_own(own, 2));
        assert_false(marks_are_own(other, 2));
        assert_false(marks_are_own(own, 0));
        /* No colour that output can ask for is ours. */
        for (unsigned v = 0; v < 256; v++) {
                char text[64];
                snprintf(text, sizeof text, "\033[%um\033[38;5;%umx\n", v, v);
                _cleanup_free_ char *out = fed(text, strlen(text), 99);
                assert_null(strstr(out, "{0f"));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(understands_terminals), cmocka_unit_test(chunks_do_not_matter), cmocka_unit_test(nothing_that_acts_comes_out),
                cmocka_unit_test(breaks_endless_lines),  cmocka_unit_test(shows_what_is_pending),
                cmocka_unit_test(drops_sequences_that_are_too_long), cmocka_unit_test(forgets_what_was_begun),
                cmocka_unit_test(knows_lines_of_ours),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
