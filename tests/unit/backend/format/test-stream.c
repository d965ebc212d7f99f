/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "backend/format/json.h"
#include "base/str.h"
#include "tests/fake/json-show.h"

struct catcher {
        struct str seen;
        unsigned n, refuse_at;
};

static int catch_document(struct json_value *o, void *userdata, struct error **reterr) {
        struct catcher *c = userdata;
        if (++c->n == c->refuse_at)
                return error_set(reterr, -EPERM, "Not this one");
        json_show(&c->seen, o);
        str_add(&c->seen, ";");
        return 0;
}

/* Feeds text in pieces; gives the first failure, or that of the end. */
static int run(struct catcher *c, const struct json_stream_sink *like, const char *text, size_t piece,
               struct error **reterr) {
        struct json_stream_sink sink = *like;
        sink.document = catch_document;
        sink.userdata = c;
        str_done(&c->seen);
        c->n = 0;
        _cleanup_(json_stream_freep) struct json_stream *stream = json_stream_new(&sink);
        for (size_t at = 0, n = strlen(text); at < n; at += piece) {
                int r = json_stream_feed(stream, text + at, at + piece < n ? piece : n - at, reterr);
                if (r < 0) {
                        _cleanup_error_ struct error *again = NULL;
                        assert_int_equal(json_stream_feed(stream, "{}", 2, &again), r);
                        assert_string_equal(again->message, (*reterr)->message);
                        return r;
                }
        }
        return json_stream_finish(stream, reterr);
}

static void cuts_documents_at_any_border(void **state) {
        static const char text[] = "\x1e{\"a\":\"}{\\\"ä\"}\n{\"b\":[{}]} {\"c\":\"\\\\\"}{}\r\n";
        struct catcher c = {};
        const struct json_stream_sink sink = {};
        for (size_t piece = 1; piece <= sizeof text; piece++) {
                _cleanup_error_ struct error *e = NULL;
                assert_ok(run(&c, &sink, text, piece, &e), e);
                assert_string_equal(c.seen.text, "{\"a\":\"}{\\\"ä\"};{\"b\":[{}]};{\"c\":\"\\\\\"};{};");
        }
        str_done(&c.seen);
}

/* Wherever a piece ends, and so also in the middle of each. */
static void reads_every_token(void **state) {
        static const struct {
                const char *text, *seen;
        } good[] = {
                { "null,true,false", NULL },
                { "0,-0,12,-1.50,1e5,0E-12,2.5e+10", NULL },
                { "\"\",\"a\",\"1234567\",\"12345678\",\"123456789 123456789\"", NULL },
                { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\b\f\n\r\t\"" },
                { "\"1234567\\\"89\",\"123456789\\\\\"", NULL },
                { "\"ä€😀\x7f 12345678ß\"", NULL },
                { "\"\\u0041\\u00e4\\u20ac\\ud83d\\ude00\\uABCD\"", "\"Aä€😀\xea\xaf\x8d\"" },
                { "\"\\ud83d\",\"\\ude00\",\"\\ud83d\\n\",\"\\ud83d\\u0041\"", "\"?\",\"?\",\"?\n\",\"?A\"" },
                { "{ \"a\" :\t{\"\\u0062\":[ ]\r},\n\"\":{ }} , [[],[{}]]", "{\"a\":{\"b\":[]},\"\":{}},[[],[{}]]" },
        };
        struct catcher c = {};
        for (size_t i = 0; i < ELEMENTS(good); i++) {
                _cleanup_free_ char *text = str_printf("{\"x\":[%s]}", good[i].text),
                                    *seen = str_printf("{\"x\":[%s]};", good[i].seen ? good[i].seen : good[i].text);
                const struct json_stream_sink sink = {};
                for (size_t piece = 1; piece <= strlen(text); piece++) {
                        _cleanup_error_ struct error *e = NULL;
                        assert_ok(run(&c, &sink, text, piece, &e), e);
                        assert_string_equal(c.seen.text, seen);
                }
        }
        str_done(&c.seen);
}

/* Wherever a piece ends. */
static void leaves_out_what_nobody_wants(void **state) {
        static const char text[] = "[{\"z\":0,\"a\":[{\"x\":1},2],\"x\":{\"a\":\",\\\"}\"},\"b\":{\"c\":{\"x\":3}},\"y,\" : [\"a\"],\"ab\":1,\"a\\\"\":4,\"x\":5}"
                                   ",{\"x\":1},{},{\"a\":1,\"x\":[]}]";
        static const struct json_field fields[] = { { .path = "a", .kind = JSON_INT }, { .path = "b.c", .kind = JSON_INT } };
        const struct json_table table = { fields, ELEMENTS(fields), 0 };
        const struct json_stream_sink sink = { .elements = true, .wanted = &table };
        struct catcher c = {};
        for (size_t piece = 1; piece <= sizeof text; piece++) {
                _cleanup_error_ struct error *e = NULL;
                assert_ok(run(&c, &sink, text, piece, &e), e);
                assert_int_equal(c.n, 4);
                assert_non_null(strstr(c.seen.text, "\"a\":[{\"x\":1},2],"));
                assert_non_null(strstr(c.seen.text, "\"b\":{\"c\":{\"x\":3}}"));
        }
        assert_string_equal(c.seen.text, "{\"a\":[{\"x\":1},2],\"b\":{\"c\":{\"x\":3}}};{};{};{\"a\":1};");
        str_done(&c.seen);
}

struct numbers {
        int a, b, c, d, again;
};
static const struct json_field number_rows[] = {
        { .path = "a", .kind = JSON_INT, .offset = offsetof(struct numbers, a) },
        { .path = "b.c", .kind = JSON_INT, .offset = offsetof(struct numbers, c) },
        { .path = "b", .kind = JSON_CALL },
        { .path = "ab", .kind = JSON_INT, .offset = offsetof(struct numbers, b) },
        { .path = "d", .kind = JSON_INT, .offset = offsetof(struct numbers, d) },
        { .path = "d", .kind = JSON_INT, .offset = offsetof(struct numbers, again) },
};

static int read_numbers(struct json_value *o, void *userdata, struct error **reterr) {
        struct numbers n = {};
        _cleanup_error_ struct error *e = NULL;
        if (json_read(o, "it", number_rows, ELEMENTS(number_rows), &n, &e) < 0)
                str_addf(userdata, "%s;", e->message);
        else
                str_addf(userdata, "%d %d %d %d %d;", n.a, n.b, n.c, n.d, n.again);
        return 0;
}

/* The parser knows the members of the rows: it reads the same as where they are searched. */
static void reads_by_rows_what_a_search_finds(void **state) {
        static const struct {
                const char *text, *read;
        } rows[] = {
                { "{\"a\":1,\"ab\":2,\"b\":{\"c\":3},\"d\":4}", "1 2 3 4 4;" },
                { "{\"d\":4,\"b\":{\"c\":3},\"ab\":2,\"a\":1}", "1 2 3 4 4;" },
                { "{\"a\":1,\"x\":2,\"a\":3},{\"a\":1,\"a\":null},{\"a\":null,\"a\":5}", "3 0 0 0 0;0 0 0 0 0;5 0 0 0 0;" },
                { "{\"b\":{\"c\":1},\"b\":{\"c\":2}},{\"d\":7,\"d\":8}", "0 0 2 0 0;0 0 0 8 8;" },
                { "{\"a\":1,\"d\":2},{},{\"d\":3}", "1 0 0 2 2;0 0 0 0 0;0 0 0 3 3;" },
                { "{\"\\u0061\":1,\"x\":{\"a\":9},\"ab\":2,\"abc\":5}", "1 2 0 0 0;" },
                { "{\"a\":-12,\"d\":true}", "it.d is true or false where a number is expected;" },
                { "{\"a\":\"1\"}", "it.a is a text where a number is expected;" },
        };
        const struct json_table table = { number_rows, ELEMENTS(number_rows), sizeof(struct numbers) };
        for (size_t i = 0; i < ELEMENTS(rows) * 2; i++) {
                _cleanup_str_ struct str read = {};
                _cleanup_error_ struct error *e = NULL;
                _cleanup_free_ char *text = str_printf("[%s]", rows[i / 2].text);
                const struct json_stream_sink sink = {
                        .elements = true, .wanted = i % 2 ? &table : NULL, .document = read_numbers, .userdata = &read
                };
                _cleanup_(json_stream_freep) struct json_stream *stream = json_stream_new(&sink);
                assert_ok(json_stream_feed(stream, text, strlen(text), &e), e);
                assert_ok(json_stream_finish(stream, &e), e);
                assert_string_equal(read.text, rows[i / 2].read);
        }
}

/* A NUL byte in a name: nobody's member of the document, and no name of a tree. */
static void knows_names_with_a_nul_byte(void **state) {
        static const struct json_field fields[] = { { .path = "a", .kind = JSON_INT } };
        const struct json_table table = { fields, ELEMENTS(fields), 0 };
        const struct json_stream_sink sink = { .elements = true, .wanted = &table };
        struct catcher c = {};
        _cleanup_error_ struct error *e = NULL, *no = NULL;
        assert_ok(run(&c, &sink, "[{\"a\\u0000bc\":1,\"a\":2}]", 5, &e), e);
        assert_string_equal(c.seen.text, "{\"a\":2};");
        assert_int_equal(run(&c, &sink, "[{\"a\":{\"a\\u0000bc\":1}}]", 5, &no), -EBADMSG);
        str_done(&c.seen);
}

static void hands_over_the_entries_of_a_list(void **state) {
        static const char text[] = " [ {\"a\":[1,{}]} ,{} , {\"b\":\"],\"}\n]\n";
        struct catcher c = {};
        const struct json_stream_sink sink = { .elements = true };
        for (size_t piece = 1; piece <= sizeof text; piece++) {
                _cleanup_error_ struct error *e = NULL;
                assert_ok(run(&c, &sink, text, piece, &e), e);
                assert_string_equal(c.seen.text, "{\"a\":[1,{}]};{};{\"b\":\"],\"};");
        }
        _cleanup_error_ struct error *e = NULL;
        assert_ok(run(&c, &sink, "[]", 1, &e), e);
        str_done(&c.seen);
}

static void says_what_is_broken(void **state) {
        static const struct {
                bool elements;
                const char *text, *message;
                int code;
        } bad[] = {
                { false, "{\"a\"", "It ends in the middle", -EBADMSG },
                { false, "page not found", "It is not JSON (an object is expected)", -EBADMSG },
                { false, "{} [1]", "It is not JSON (an object is expected)", -EBADMSG },
                { false, "{\"a\" 1}", NULL, -EBADMSG },
                { true, "", "It ends in the middle", -EBADMSG },
                { true, "[", "It ends in the middle", -EBADMSG },
                { true, "[{}", "It ends in the middle", -EBADMSG },
                { true, "[{},", "It ends in the middle", -EBADMSG },
                { true, "[{},]", "It is not JSON (a value is missing)", -EBADMSG },
                { true, "[,{}]", "It is not JSON (a value is missing)", -EBADMSG },
                { true, "[{} {}]", "It is not JSON (a comma or the end of a list is missing)", -EBADMSG },
                { true, "[{}] {}", "It is not JSON (more follows its end)", -EBADMSG },
                { true, "[1]", "It is not JSON (an object is expected)", -EBADMSG },
                { true, "{\"cause\":\"x\"}", "It is not a list in JSON", -EBADMSG },
                { true, "<html>", "It is not a list in JSON", -EBADMSG },
                { true, "[{\"a\":01}]", NULL, -EBADMSG },
                { true, "[{\"a\":\"\xed\xa0\x80\"}]", "It is not JSON (a text is not UTF-8)", -EBADMSG },
                { true, "[{\"a\":\"\xc0\xaf\"}]", "It is not JSON (a text is not UTF-8)", -EBADMSG },
                { true, "[{\"a\\u0000\":1}]", "It is not JSON (a name has a NUL character in it)", -EBADMSG },
                { true, "[{\"a\":\"\n\"}]", NULL, -EBADMSG },
                { true, "[{'a':1}]", NULL, -EBADMSG },
                { true, "[{\"a\":1/**/}]", NULL, -EBADMSG },
                { true, "[{\"a\":NaN}]", NULL, -EBADMSG },
                { false, "{\"a\":1}tru", "It is not JSON (an object is expected)", -EBADMSG },
                { false, "{\"a\":\x1e 1}", "It is not JSON (a document begins within another)", -EBADMSG },
        };
        struct catcher c = {};
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                const struct json_stream_sink sink = { .elements = bad[i].elements };
                for (size_t piece = 1; piece <= 64; piece += 63) {
                        _cleanup_error_ struct error *e = NULL;
                        assert_int_equal(run(&c, &sink, bad[i].text, piece, &e), bad[i].code);
                        if (bad[i].message)
                                assert_string_equal(e->message, bad[i].message);
                }
        }
        str_done(&c.seen);
}

static void holds_the_ceilings(void **state) {
        struct catcher c = {};
        _cleanup_error_ struct error *e = NULL;
        const struct json_stream_sink sink = { .limits = { .bytes = 16, .depth = 2, .weight = 100 }, .max = 2 };
        assert_ok(run(&c, &sink, "{\"a\":\"12345678\"}{\"a\":\"12345678\"}", 3, &e), e);
        assert_int_equal(run(&c, &sink, "{}{}{}", 1, &e), -E2BIG);
        assert_string_equal(e->message, "It holds more than 2 entries");
        assert_int_equal(run(&c, &sink, "{\"a\":\"123456789\"}", 1, &e), -E2BIG);
        assert_string_equal(e->message, "One entry is larger than 0 KiB");
        assert_int_equal(run(&c, &sink, "{\"a\":{\"b\":[]}}", 1, &e), -E2BIG);
        /* Not the end of an entry, and still no more than the ceiling in memory. */
        assert_int_equal(run(&c, &sink, "{\"a\":\"                                 ", 5, &e), -E2BIG);
        str_done(&c.seen);
}

static void stops_when_its_sink_refuses(void **state) {
        struct catcher c = { .refuse_at = 2 };
        _cleanup_error_ struct error *e = NULL;
        const struct json_stream_sink sink = {};
        assert_int_equal(run(&c, &sink, "{\"a\":1}{\"b\":1}{\"c\":1}", 50, &e), -EPERM);
        assert_string_equal(e->message, "Not this one");
        assert_string_equal(c.seen.text, "{\"a\":1};");
        assert_int_equal(c.n, 2);
        str_done(&c.seen);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(cuts_documents_at_any_border), cmocka_unit_test(reads_every_token),
                cmocka_unit_test(leaves_out_what_nobody_wants), cmocka_unit_test(reads_by_rows_what_a_search_finds),
                cmocka_unit_test(knows_names_with_a_nul_byte),
                cmocka_unit_test(hands_over_the_entries_of_a_list),
                cmocka_unit_test(says_what_is_broken),
                cmocka_unit_test(holds_the_ceilings),
                cmocka_unit_test(stops_when_its_sink_refuses),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
