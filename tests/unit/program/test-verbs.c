/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/verb.h"

#define WORDS(...) ((char **) (const char *[]) { __VA_ARGS__, NULL })

/* `fairlead --help` has 80 columns, 18 of them for the verb. */
static void every_verb_has_one_line(void **state) {
        for (size_t i = 0; verb_table[i]; i++) {
                assert_true(text_width(verb_table[i]->name) <= 14);
                assert_in_range(text_width(verb_table[i]->help), 10, 62);
                assert_null(strchr(verb_table[i]->help, '\n'));
        }
}

static void groups_stand_together(void **state) {
        for (size_t i = 1; verb_table[i]; i++)
                assert_true(verb_table[i]->group >= verb_table[i - 1]->group);
}

static void finds_verbs_of_one_and_two_words(void **state) {
        static const struct {
                const char *words[3];
                const char *name;       /* NULL: none */
                const char *sentence;
        } cases[] = {
                { { "install", "x" }, "install", NULL },
                { { "realm", "status" }, "realm status", NULL },
                { { "instal" }, NULL, "There is no verb \"instal\". Did you mean \"install\"?" },
                { { "realm", "stauts" }, NULL, "There is no verb \"realm stauts\". Did you mean \"realm status\"?" },
                { { "relm", "status" }, NULL, "There is no verb \"relm\". Did you mean \"realm status\"?" },
                { { "frobnicate" }, NULL, "There is no verb \"frobnicate\"" },
                { { "realm" }, NULL, "Missing argument: one of discover, status, test, permit, deny, renew" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_error_ struct error *e = NULL;
                size_t words;
                const struct verb *verb = verb_find((char **) cases[i].words, &words, &e);
                if (cases[i].name)
                        assert_string_equal(verb->name, cases[i].name);
                else
                        assert_string_equal(e->message, cases[i].sentence);
        }
}

static void checks_operands_by_the_synopsis(void **state) {
        const struct {
                const char *operands, *rest;
                struct arguments a;
                const char *sentence;   /* NULL: right */
        } cases[] = {
                { "IMAGE", NULL, { .words = WORDS("x") }, NULL },
                { "IMAGE", NULL, {}, "Missing argument: IMAGE" },
                { "IMAGE", NULL, { .words = WORDS("x", "y") }, "Unexpected argument: \"y\"" },
                { NULL, NULL, { .words = WORDS("y") }, "Unexpected argument: \"y\"" },
                { "VERB [IMAGE|SERVICE]", NULL, { .words = WORDS("x") }, NULL },
                { "[DOMAIN]", NULL, {}, NULL },
                { "UNIT…", NULL, { .words = WORDS("x", "y", "z") }, NULL },
                { "UNIT…", NULL, {}, "Missing argument: UNIT" },
                { "[NAME…]", NULL, {}, NULL },
                { NULL, NULL, { .divided = true }, "fairlead test takes nothing after --" },
                { NULL, "[ARG…]", { .divided = true }, NULL },
                { NULL, "CMD…", {}, "Missing argument: -- CMD…" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                const struct verb verb = { .name = "test", .operands = cases[i].operands, .rest = cases[i].rest };
                _cleanup_error_ struct error *e = NULL;
                int r = verb_check_words(&verb, &cases[i].a, &e);
                assert_int_equal(r, cases[i].sentence ? -EINVAL : 0);
                if (cases[i].sentence)
                        assert_string_equal(e->message, cases[i].sentence);
        }
}

static void prints_the_synopsis_of_the_row(void **state) {
        const struct verb verb = { .name = "test",
                                   .operands = "IMAGE [SERVICE|JOB]",
                                   .rest = "[ARG…]",
                                   .takes = TAKES(OPTION_YES) | TAKES(OPTION_SET),
                                   .json = true };
        _cleanup_strv_ char **pieces = verb_synopsis(&verb);
        _cleanup_free_ char *all = strv_join(pieces, " ");
        assert_string_equal(all, "fairlead test [--json] [--set NAME=VALUE]… [--yes] IMAGE [SERVICE|JOB] [-- ARG…]");
        _cleanup_free_ char *second = verb_operand(&verb, 1), *third = verb_operand(&verb, 2);
        assert_string_equal(second, "SERVICE|JOB");
        assert_null(third);
}

static void statuses_have_texts(void **state) {
        _cleanup_free_ char *text = exit_status_text();
        assert_string_equal(text, "0 done, 1 failed, 2 usage, 3 refused by a finding or missing consent, 4 not found, 5 busy");
}

/* An image's author sees here what an install would refuse. */
static void lint_reads_the_profile(void **state) {
        static const struct {
                const char *labels;
                int status;
                const char *said;
        } rows[] = {
                { "{\"labels\": {\"RUN\": \"podman run -d IMAGE\", \"io.fairlead.profile\": \"{\\\"title\\\": 7}\"}}", 3, "title" },
                { "{\"labels\": {\"RUN\": \"podman run -d IMAGE\", \"io.fairlead.profile\": \"{\\\"title\\\": \\\"T\\\"}\"}}", 0, NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                char path[] = "/tmp/fairlead-lint-XXXXXX", said[4096];
                int fd = mkstemp(path);
                assert_int_equal(write(fd, rows[i].labels, strlen(rows[i].labels)), (ssize_t) strlen(rows[i].labels));
                close(fd);
                _cleanup_free_ char *line = str_printf("%s/fairlead lint --labels %s 2>&1", getenv("BUILD"), path);
                FILE *f = popen(line, "re");
                said[fread(said, 1, sizeof said - 1, f)] = '\0';
                assert_int_equal(WEXITSTATUS(pclose(f)), rows[i].status);
                unlink(path);
                assert_int_equal(strstr(said, "[bad-profile]") != NULL, rows[i].said != NULL);
                if (rows[i].said)
                        assert_non_null(strstr(said, rows[i].said));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lint_reads_the_profile),
                cmocka_unit_test(every_verb_has_one_line),
                cmocka_unit_test(groups_stand_together),
                cmocka_unit_test(finds_verbs_of_one_and_two_words),
                cmocka_unit_test(checks_operands_by_the_synopsis),
                cmocka_unit_test(prints_the_synopsis_of_the_row),
                cmocka_unit_test(statuses_have_texts),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
