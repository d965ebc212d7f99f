/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "cli/arguments.h"

#define WORDS(...) ((char **) (const char *[]) { "fairlead", __VA_ARGS__, NULL })

static int read_all(char **argv, unsigned long long takes, struct arguments *a, struct error **e) {
        return arguments_read((int) strv_length(argv), argv, 1, takes, false, a, NULL, e);
}

static void reads_options_anywhere(void **state) {
        _cleanup_(arguments_done) struct arguments a = {};
        _cleanup_error_ struct error *e = NULL;
        char **argv = WORDS("install", "--set", "a=b", "img", "--set=c=d e", "-y", "--name=x", "--", "--yes", "-v", "");
        assert_ok(read_all(argv, TAKES(OPTION_SET) | TAKES(OPTION_YES) | TAKES(OPTION_NAME), &a, &e), e);
        assert_string_equal(a.words[0], "install");
        assert_string_equal(a.words[1], "img");
        assert_null(a.words[2]);
        assert_string_equal(a.values[OPTION_SET][0], "a=b");
        assert_string_equal(a.values[OPTION_SET][1], "c=d e");
        assert_true(a.given[OPTION_YES]);
        assert_string_equal(argument_value(&a, OPTION_NAME), "x");
        assert_true(a.divided);
        assert_int_equal(strv_length(a.rest), 3);
        assert_string_equal(a.rest[0], "--yes");
        assert_string_equal(a.rest[2], "");
}

static void stops_at_the_verb(void **state) {
        _cleanup_(arguments_done) struct arguments a = {};
        int next;
        char **argv = WORDS("--plain", "images", "--all");
        assert_int_equal(arguments_read(4, argv, 1, TAKES(OPTION_PLAIN), true, &a, &next, NULL), 0);
        assert_int_equal(next, 2);
        assert_true(a.given[OPTION_PLAIN]);
        assert_false(a.given[OPTION_ALL]);
}

static void says_what_is_wrong(void **state) {
        static const struct {
                const char *word;
                const char *sentence;
        } wrong[] = {
                { "--nonsense", "There is no option --nonsense here" },
                { "--json", "There is no option --json here" },
                { "--yes=1", "--yes takes no value" },
                { "--name", "--name needs a value (NAME)" },
                { "-Z", "There is no option -Z here" },
                { "--nmae=x", "There is no option --nmae=x here. Did you mean --name?" },
        };
        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                _cleanup_(arguments_done) struct arguments a = {};
                _cleanup_error_ struct error *e = NULL;
                char **argv = WORDS(wrong[i].word);
                assert_int_equal(read_all(argv, TAKES(OPTION_YES) | TAKES(OPTION_NAME), &a, &e), -EINVAL);
                assert_string_equal(e->message, wrong[i].sentence);
        }
}

/* An option that takes one of a few words names the nearest. */
static void options_with_few_words_know_them(void **state) {
        static const struct {
                const char *word, *value, *sentence;
        } rows[] = {
                { "--if-interrupted=resume", "resume", NULL },
                { "--if-interrupted=Ask", "ask", NULL },
                { "--if-interrupted=resmue", NULL, "--if-interrupted is one of ask, resume, rollback, not \"resmue\". Did you mean \"resume\"?" },
                { "--if-interrupted=x", NULL, "--if-interrupted is one of ask, resume, rollback, not \"x\"" },
                { "--if-interrupted=", NULL, "--if-interrupted is one of ask, resume, rollback, not \"\"" },
                { "--mode=AD", "ad", NULL },
                { "--mode=iap", NULL, "--mode is one of ad, ipa, not \"iap\". Did you mean \"ipa\"?" },
                { "--profile=baisc", NULL, "--profile is one of basic, normal, rich, not \"baisc\". Did you mean \"basic\"?" },
                { "--completion=fis", NULL, "--completion is one of bash, zsh, fish, not \"fis\". Did you mean \"fish\"?" },
                { "--secret=x=-", "x=-", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(arguments_done) struct arguments a = {};
                _cleanup_error_ struct error *e = NULL;
                char **argv = WORDS(rows[i].word);
                int r = read_all(argv, TAKES(OPTION_IF_INTERRUPTED) | TAKES(OPTION_REALM_KIND) | TAKES(OPTION_PROFILE) | TAKES(OPTION_COMPLETION) | TAKES(OPTION_SECRET), &a, &e);
                assert_int_equal(r, rows[i].value ? 0 : -EINVAL);
                if (!rows[i].value) {
                        assert_string_equal(e->message, rows[i].sentence);
                        continue;
                }
                const char *found = NULL;
                for (int id = 0; id < _OPTION_MAX; id++)
                        found = argument_value(&a, (enum option_id) id) ? argument_value(&a, (enum option_id) id) : found;
                assert_string_equal(found, rows[i].value);
        }
}

static void every_option_has_its_row(void **state) {
        for (int i = 0; i < _OPTION_MAX; i++) {
                assert_non_null(option_table[i].name);
                assert_non_null(option_table[i].help);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_options_anywhere),
                cmocka_unit_test(stops_at_the_verb),
                cmocka_unit_test(says_what_is_wrong),
                cmocka_unit_test(options_with_few_words_know_them),
                cmocka_unit_test(every_option_has_its_row),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
