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
                assert_int_equal(feed_write(feed, bytes + i, n - i < chunk ? n - i : chunk), 0);
        assert_int_equal(feed_flush(feed), 0);
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

static void shows_what_is_pending(void **state) {
        struct str s = {};
        const struct feed_sink sink = { collect, &s };
        _cleanup_(feed_freep) struct feed *feed = feed_new(&sink);
        assert_int_equal(feed_write(feed, "Password: ", 10), 0);
        const char *text;
        const uint8_t *marks;
        size_t n;
        feed_pending(feed, &text, &marks, &n);
        assert_int_equal(n, 10);
        assert_memory_equal(text, "Password: ", 10);
        assert_int_equal(feed_flush(feed), 0);
        feed_pending(feed, &text, &marks, &n);
        assert_int_equal(n, 0);
        str_done(&s);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(understands_terminals), cmocka_unit_test(chunks_do_not_matter), cmocka_unit_test(nothing_that_acts_comes_out),
                cmocka_unit_test(breaks_endless_lines),  cmocka_unit_test(shows_what_is_pending),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
