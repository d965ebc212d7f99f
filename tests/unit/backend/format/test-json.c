/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "backend/format/json.h"
#include "base/str.h"
#include "tests/fake/json-show.h"

static struct json_value *parse(const char *text) {
        _cleanup_error_ struct error *e = NULL;
        struct json_value *o = NULL;
        assert_ok(json_parse(text, strlen(text), NULL, &o, NULL, &e), e);
        return o;
}

static void takes_one_document(void **state) {
        _cleanup_json_value_ struct json_value *o = parse(" {\"a\": [1, \"ä\", null]} \n");
        _cleanup_str_ struct str seen = {};
        json_show(&seen, o);
        assert_string_equal(seen.text, "{\"a\":[1,\"ä\",null]}");
        _cleanup_json_value_ struct json_value *number = parse("12");
        assert_string_equal(number->text, "12");
        _cleanup_json_value_ struct json_value *text = parse("\"x\"");
        assert_string_equal(json_text(text), "x");
}

static void refuses_what_is_not_json(void **state) {
        static const struct {
                const char *text;
                unsigned line;
        } bad[] = {
                { "", 1 },
                { " \n", 2 },
                { "null", 1 },
                { "{", 1 },
                { "{\"a\": 1,\n \"b\" 2}", 2 },
                { "{} {}", 1 },
                { "{}\n\n]", 3 },
                { "{'a': 1}", 1 },
                { "[1, 2", 1 },
                { "[1 2]", 1 },
                { "[1,]", 1 },
                { "{\"a\": 1,}", 1 },
                { "/* no */ {}", 1 },
                { "{\"a\": \"\xff\"}", 1 },
                { "{\"a\": \"\xc3", 1 },
                { "{]", 1 },
                { "{} \"", 1 }, { "{}x", 1 }, { "{}\f", 1 }, { "{\"a\":\n \"x\ny\"}", 2 },
                { "{\"a\\", 1 }, { "[\"\\u12\"]", 1 }, { "[\"\\u12g4\"]", 1 }, { "[\"\\x\"]", 1 },
                { "[\"\x1f\"]", 1 }, { "[01]", 1 }, { "[-]", 1 }, { "[1.]", 1 }, { "[.5]", 1 },
                { "[1e+]", 1 }, { "[+1]", 1 }, { "[nul]", 1 }, { "[nulls]", 1 }, { "[True]", 1 },
                { "[1}", 1 }, { "{\"a\":1]", 1 }, { "{1:1}", 1 }, { "{\"a\"}", 1 },
                { "{\"a\":}", 1 }, { "[:]", 1 },
        };
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                _cleanup_error_ struct error *e = NULL;
                _cleanup_json_value_ struct json_value *o = NULL;
                unsigned line = 0;
                int r = json_parse(bad[i].text, strlen(bad[i].text), NULL, &o, &line, &e);
                if (r != -EBADMSG || line != bad[i].line || !e)
                        print_error("case %zu (%s): %d, line %u\n", i, bad[i].text, r, line);
                assert_int_equal(r, -EBADMSG);
                assert_int_equal(line, bad[i].line);
                assert_null(o);
        }
        _cleanup_error_ struct error *e = NULL;
        _cleanup_json_value_ struct json_value *o = NULL;
        assert_int_equal(json_parse("{}\0x", 4, NULL, &o, NULL, &e), -EBADMSG);
}

static void holds_the_ceilings(void **state) {
        const struct json_limits small = { .bytes = 64, .depth = 3, .weight = 20 };
        static const struct {
                const char *text;
                int code;
        } cases[] = {
                { "[[[1]]]", 0 },
                { "[[[[1]]]]", -E2BIG },
                { "\"[[[[[[\\\"[[[[\"", 0 },
                { "[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6]", 0 },
                { "[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2]", -E2BIG },
                { "[{},{},{}]", -E2BIG },
                { "[1                                                                ]", -E2BIG },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_error_ struct error *e = NULL;
                _cleanup_json_value_ struct json_value *o = NULL;
                assert_int_equal(json_parse(cases[i].text, strlen(cases[i].text), &small, &o, NULL, &e),
                                 cases[i].code);
        }
        /* 32 deep is fine, 33 is not; a stack is not at stake at a million. */
        char *deep = malloc(1000001);
        memset(deep, '[', 1000000);
        deep[1000000] = '\0';
        _cleanup_error_ struct error *e = NULL;
        struct json_value *o = NULL;
        assert_int_equal(json_parse(deep, 1000000, NULL, &o, NULL, &e), -E2BIG);
        assert_string_equal(e->message, "It is nested more than 32 deep");
        memset(deep + 32, ']', 32);
        assert_ok(json_parse(deep, 64, NULL, &o, NULL, &e), e);
        json_value_free(o);
        free(deep);
}

struct thing {
        char *name, *nested;
        char **list;
        int number;
        uint32_t small;
        int64_t big, when;
        uint64_t size;
        bool flag;
        int word;
        unsigned calls;
};

static int word_from_name(const char *name) {
        return strcmp(name, "two") == 0 ? 2 : -EINVAL;
}

static int count_call(struct json_value *value, const char *where, void *target, struct error **reterr) {
        ((struct thing *) target)->calls++;
        return json_is(value, SHAPE_OBJECT)
                       ? 0
                       : error_set(reterr, -EBADMSG, "%s is not for me", where);
}

static const struct json_field thing_fields[] = {
        { "name", JSON_TEXT, offsetof(struct thing, name), .required = true, .max = 10 },
        { "deep.er.name", JSON_TEXT, offsetof(struct thing, nested) },
        { "list", JSON_TEXTS, offsetof(struct thing, list), .max = 3 },
        { "number", JSON_INT, offsetof(struct thing, number) },
        { "small", JSON_UINT32, offsetof(struct thing, small) },
        { "big", JSON_INT64, offsetof(struct thing, big) },
        { "when", JSON_TIME, offsetof(struct thing, when) },
        { "size", JSON_UINT64, offsetof(struct thing, size) },
        { "flag", JSON_BOOL, offsetof(struct thing, flag) },
        { "word", JSON_WORD, offsetof(struct thing, word), .from_name = word_from_name },
        { "call", JSON_CALL, .call = count_call },
};

static void thing_done(struct thing *t) {
        free(t->name);
        free(t->nested);
        strv_free(t->list);
}

static void reads_a_table(void **state) {
        _cleanup_json_value_ struct json_value *o =
                parse("{\"name\":\"n\",\"deep\":{\"er\":{\"name\":\"inner\"}},\"list\":[\"a\",\"b\"],\"number\":-"
                      "5,\"small\":4294967295,"
                      "\"big\":-9000000000,\"when\":\"1970-01-02T01:00:00.5+01:00\",\"size\":"
                      "18000000000000000000,\"flag\":true,\"word\":\"two\","
                      "\"call\":{},\"unknown\":[[]]}");
        _cleanup_(thing_done) struct thing t = { .name = strdup("old") };
        _cleanup_error_ struct error *e = NULL;
        assert_ok(json_read(o, NULL, thing_fields, ELEMENTS(thing_fields), &t, &e), e);
        assert_string_equal(t.name, "n");
        assert_string_equal(t.nested, "inner");
        assert_int_equal(strv_length(t.list), 2);
        assert_int_equal(t.number, -5);
        assert_int_equal(t.small, UINT32_MAX);
        assert_true(t.big == -9000000000);
        assert_int_equal(t.when, 86400);
        assert_true(t.size == 18000000000000000000ULL);
        assert_true(t.flag);
        assert_int_equal(t.word, 2);
        assert_int_equal(t.calls, 1);
}

static void leaves_what_is_absent_or_null(void **state) {
        _cleanup_json_value_ struct json_value *o =
                parse("{\"name\":\"n\",\"deep\":null,\"list\":null,\"number\":null,\"call\":null,\"when\":\"\"}");
        _cleanup_(thing_done) struct thing t = { .number = 7 };
        _cleanup_error_ struct error *e = NULL;
        assert_ok(json_read(o, "x", thing_fields, ELEMENTS(thing_fields), &t, &e), e);
        assert_int_equal(t.number, 7);
        assert_null(t.list);
        assert_int_equal(t.calls, 0);
}

static void names_what_is_wrong(void **state) {
        static const struct {
                const char *text, *message;
                int code;
        } bad[] = {
                { "[]", "images[3] is a list where an object is expected", -EBADMSG },
                { "{}", "images[3].name is missing (a text)", -EBADMSG },
                { "{\"name\":1}", "images[3].name is a number where a text is expected", -EBADMSG },
                { "{\"name\":\"a\\u0000b\"}", "images[3].name has a NUL byte in it", -EBADMSG },
                { "{\"name\":\"12345678901\"}", "images[3].name is longer than 10 bytes", -E2BIG },
                { "{\"name\":\"n\",\"deep\":[]}",
                  "images[3].deep.er.name cannot be reached: something above it is not an object", -EBADMSG },
                { "{\"name\":\"n\",\"list\":\"a\"}", "images[3].list is a text where a list of texts is expected",
                  -EBADMSG },
                { "{\"name\":\"n\",\"list\":[\"a\",{}]}",
                  "images[3].list[1] is an object where a text is expected", -EBADMSG },
                { "{\"name\":\"n\",\"list\":[\"a\",\"\",\"\",\"\"]}",
                  "images[3].list has 4 entries; 3 are the most", -E2BIG },
                { "{\"name\":\"n\",\"number\":3000000000}",
                  "images[3].number is beyond what can be true (3000000000)", -EBADMSG },
                { "{\"name\":\"n\",\"small\":-1}", "images[3].small is beyond what can be true (-1)", -EBADMSG },
                { "{\"name\":\"n\",\"big\":1e3}", "images[3].big is a number where a number is expected",
                  -EBADMSG },
                { "{\"name\":\"n\",\"size\":99999999999999999999999}", NULL, -EBADMSG },
                { "{\"name\":\"n\",\"flag\":1}", "images[3].flag is a number where true or false is expected",
                  -EBADMSG },
                { "{\"name\":\"n\",\"word\":\"one\"}",
                  "images[3].word is \"one\", which is none of the words it can be", -EBADMSG },
                { "{\"name\":\"n\",\"word\":{}}", "images[3].word is an object where a word is expected",
                  -EBADMSG },
                { "{\"name\":\"n\",\"when\":\"yesterday\"}", "images[3].when is no time", -EBADMSG },
                { "{\"name\":\"n\",\"call\":4}", "images[3].call is not for me", -EBADMSG },
        };
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                _cleanup_json_value_ struct json_value *o = parse(bad[i].text);
                _cleanup_(thing_done) struct thing t = {};
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(json_read(o, "images[3]", thing_fields, ELEMENTS(thing_fields), &t, &e),
                                 bad[i].code);
                assert_non_null(e);
                if (bad[i].message)
                        assert_string_equal(e->message, bad[i].message);
        }
}

static void reads_times(void **state) {
        static const struct {
                const char *text;
                int64_t t;
        } good[] = {
                { "2026-11-23T12:07:00Z", 1795435620 },
                { "2026-11-23T12:07:00.123456789+01:00", 1795432020 },
                { "2026-11-23T12:07:00-02:30", 1795444620 },
                { "0001-01-01T00:00:00Z", -62135596800 },
        };
        static const char *const bad[] = { "",
                                           "2026",
                                           "2026-11-23 12:07:00",
                                           "2026-11-23T12:07:00",
                                           "2026-11-23T12:07:00Zx",
                                           "2026-11-23T12:07:00+1" };
        for (size_t i = 0; i < ELEMENTS(good); i++) {
                int64_t t = 0;
                assert_int_equal(json_parse_time(good[i].text, &t), 0);
                assert_true(t == good[i].t);
        }
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                int64_t t;
                assert_int_equal(json_parse_time(bad[i], &t), -EINVAL);
        }
}

static void finds_lines(void **state) {
        static const char text[] = "\n{ \"a\": 1,\n  \"list\": [\n    {\"x\": \"}],\\\"\"},\n    {\"y\": "
                                   "[1,\n2]}\n  ],\n  \"z\": {\n\"list\": 9}}\n";
        static const struct {
                const char *path;
                unsigned line;
        } cases[] = {
                { "", 2 },
                { "a", 2 },
                { "list", 3 },
                { "list[0]", 4 },
                { "list[1].y[0]", 5 },
                { "list[1].y[1]", 6 },
                { "z", 8 },
                { "z.list", 9 },
                { "list[7]", 3 },
                { "list[1].none", 5 },
                { "nothing.at.all", 2 },
        };
        _cleanup_json_value_ struct json_value *o = parse(text);
        for (size_t i = 0; i < ELEMENTS(cases); i++)
                assert_int_equal(json_line_at(o, text, cases[i].path), cases[i].line);
        assert_int_equal(json_line_at(NULL, "", "a.b"), 1);
}

static void writes_what_can_be_read(void **state) {
        static const struct {
                const char *in, *out;
        } cases[] = {
                { "plain ä € 𝄞", "plain ä € 𝄞" },
                { "\xff", "\xef\xbf\xbd" },
                { "a\xc3", "a\xef\xbf\xbd" },
                { "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
                { "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
                { "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
                { "\xe2\x82(", "\xef\xbf\xbd\xef\xbf\xbd(" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_json_ struct json_object *o = json_new_text(cases[i].in);
                assert_string_equal(json_object_get_string(o), cases[i].out);
                _cleanup_free_ char *text = json_write(o);
                _cleanup_json_value_ struct json_value *again = parse(text);
                assert_string_equal(json_text(again), cases[i].out);
        }
        assert_null(json_new_text(NULL));
        char *list[] = { (char *) "a/b", (char *) "c\n", NULL };
        _cleanup_json_ struct json_object *o = json_new_texts(list);
        _cleanup_free_ char *text = json_write(o);
        assert_string_equal(text, "[\n  \"a/b\",\n  \"c\\n\"\n]\n");
}

static void takes_all_of_unicode(void **state) {
        static const char text[] = "{\"n\": \"b\xc3\xa4r \xe2\x80\xae \xe4\xb8\xad \xf0\x9f\x98\x80\"}";
        _cleanup_json_value_ struct json_value *o = NULL;
        assert_int_equal(json_parse(text, strlen(text), NULL, &o, NULL, NULL), 0);
        assert_string_equal(json_text(json_member(o, "n")), "b\xc3\xa4r \xe2\x80\xae \xe4\xb8\xad \xf0\x9f\x98\x80");
        assert_int_equal(json_parse("{\"n\": \"\\\xc3\xa4\"}", 11, NULL, &o, NULL, NULL), -EBADMSG);
}

/* People read --json on terminals, and a terminal obeys U+009B as it does ESC [. */
static void writes_nothing_that_a_terminal_obeys(void **state) {
        static const char text[] = "a\033b\177c\302\2331;1Hd\342\200\256e\342\200\213f\360\237\230\200 \363\240\201\201 \303\244\314\210";
        _cleanup_json_ struct json_object *o = json_new_text(text);
        _cleanup_free_ char *written = json_write(o);
        assert_string_equal(written, "\"a\\u001bb\\u007fc\\u009b1;1Hd\\u202ee\\u200bf\360\237\230\200 \\udb40\\udc41 \303\244\314\210\"\n");
        _cleanup_json_value_ struct json_value *again = parse(written);
        assert_string_equal(json_text(again), text);
        /* A combining mark that would join the quote before it. */
        _cleanup_json_ struct json_object *mark = json_new_text("\314\210x");
        _cleanup_free_ char *marked = json_write(mark);
        assert_string_equal(marked, "\"\\u0308x\"\n");
        /* And those that would stand above each other as high as the screen: two stay. */
        _cleanup_json_ struct json_object *tower = json_new_text("a\314\210\314\210\314\210\314\210bc\314\210\342\200\215\314\210\314\210");
        _cleanup_free_ char *low = json_write(tower);
        assert_string_equal(low, "\"a\314\210\314\210\\u0308\\u0308bc\314\210\\u200d\314\210\314\210\"\n");
        /* As a line of a stream, too. */
        char *list[] = { (char *) "a\nb", (char *) "\302\2332J/", NULL };
        _cleanup_json_ struct json_object *texts = json_new_texts(list);
        _cleanup_free_ char *line = json_write_line(texts);
        assert_string_equal(line, "[\"a\\nb\",\"\\u009b2J/\"]\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(takes_all_of_unicode),
                cmocka_unit_test(takes_one_document),
                cmocka_unit_test(refuses_what_is_not_json),
                cmocka_unit_test(holds_the_ceilings),
                cmocka_unit_test(reads_a_table),
                cmocka_unit_test(leaves_what_is_absent_or_null),
                cmocka_unit_test(names_what_is_wrong),
                cmocka_unit_test(reads_times),
                cmocka_unit_test(finds_lines),
                cmocka_unit_test(writes_what_can_be_read),
                cmocka_unit_test(writes_nothing_that_a_terminal_obeys),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
