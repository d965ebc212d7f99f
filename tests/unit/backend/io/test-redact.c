/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "backend/io/redact.h"
#include "base/str.h"

/* Secrets of ordinary memory: the filter only reads them. */
static struct redact *with(const char *const *values, size_t n) {
        struct secret secrets[4], *items[4];
        for (size_t i = 0; i < n; i++) {
                secrets[i] = (struct secret) { .name = (char *) "x", .bytes = (char *) values[i], .length = strlen(values[i]) };
                items[i] = &secrets[i];
        }
        const struct secret_list list = { .items = items, .n = n };
        return redact_new(&list);
}

static void collect(const void *bytes, size_t n, void *userdata) {
        str_add_bytes(userdata, bytes, n);
}

/* The same text in pieces of every size gives the same result. */
static void expect(const char *secret, const char *text, const char *expected) {
        for (size_t piece = 1; piece <= strlen(text) + 1; piece++) {
                _cleanup_(redact_freep) struct redact *r = with(&secret, 1);
                assert_non_null(r);
                _cleanup_str_ struct str out = {};
                for (size_t at = 0; at < strlen(text); at += piece)
                        redact_write(r, text + at, strlen(text) - at < piece ? strlen(text) - at : piece, collect, &out);
                redact_flush(r, collect, &out);
                assert_string_equal(out.text ? out.text : "", expected);
        }
}

static void takes_secrets_out_in_every_form(void **state) {
        expect("S3cret!", "the password S3cret! works", "the password [secret] works");
        expect("S3cret!", "S3cretS3cret!S3cret", "S3cret[secret]S3cret");
        expect("aab", "aaaaab", "aaa[secret]");
        expect("p@ss w/rd", "https://u:p%40ss%20w%2Frd@host p%40ss%20w%2frd p%40ss+w%2Frd", "https://u:[secret]@host [secret] [secret]");
        expect("say \"hi\"", "{\"password\": \"say \\\"hi\\\"\"}", "{\"password\": \"[secret]\"}");
        expect("\"bfrt\"\t\x01", "\\\"bfrt\\\"\\t\\u0001", "[secret]");
        expect("ab", "ab is too short to hide", "ab is too short to hide");
}

/* Base64 of "user:" + secret, "me:" + secret, secret: one for each alignment. */
static void takes_base64_out_at_each_alignment(void **state) {
        static const char *const encoded[] = { "aHVudGVyLTItY2FuYXJ5", "dXNlcjpodW50ZXItMi1jYW5hcnk=", "bWU6aHVudGVyLTItY2FuYXJ5", "eDpodW50ZXItMi1jYW5hcnk=",
                                               "YWE6OmhtOmh1bnRlci0yLWNhbmFyeQ==" };
        const char *secret = "hunter-2-canary";
        for (size_t i = 0; i < ELEMENTS(encoded); i++) {
                _cleanup_(redact_freep) struct redact *r = with(&secret, 1);
                _cleanup_str_ struct str out = {};
                redact_write(r, encoded[i], strlen(encoded[i]), collect, &out);
                redact_flush(r, collect, &out);
                assert_non_null(strstr(out.text, "[secret]"));
                assert_true(out.length < 24);
        }
}

static void passes_everything_without_secrets(void **state) {
        _cleanup_(redact_freep) struct redact *none = redact_new(NULL), *empty = with(NULL, 0);
        _cleanup_str_ struct str out = {};
        redact_write(none, "a\0b", 3, collect, &out);
        redact_write(empty, "cd", 2, collect, &out);
        assert_int_equal(out.length, 5);
        assert_memory_equal(out.text, "a\0bcd", 5);
}

static void prefers_the_longer_of_two(void **state) {
        static const char *const secrets[] = { "hunter", "hunter22" };
        _cleanup_(redact_freep) struct redact *r = with(secrets, 2);
        _cleanup_str_ struct str out = {};
        const char *text = "hunter22 hunter hunter2x";
        for (const char *p = text; *p; p++)
                redact_write(r, p, 1, collect, &out);
        redact_flush(r, collect, &out);
        assert_string_equal(out.text, "[secret] [secret] [secret]2x");
}

static void carries_much(void **state) {
        const char *secret = "needle-in-the-stack";
        _cleanup_(redact_freep) struct redact *r = with(&secret, 1);
        _cleanup_str_ struct str text = {}, out = {};
        for (int i = 0; i < 5000; i++)
                str_addf(&text, "line %d of needle-in-the-hay and needle-in-the-stack\n", i);
        redact_write(r, text.text, text.length, collect, &out);
        redact_flush(r, collect, &out);
        assert_null(strstr(out.text, secret));
        assert_non_null(strstr(out.text, "line 4999 of needle-in-the-hay and [secret]\n"));
        assert_int_equal(out.length, text.length - 5000 * (strlen(secret) - strlen("[secret]")));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(takes_secrets_out_in_every_form),
                cmocka_unit_test(takes_base64_out_at_each_alignment),
                cmocka_unit_test(passes_everything_without_secrets),
                cmocka_unit_test(prefers_the_longer_of_two),
                cmocka_unit_test(carries_much),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
