/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "completion.h"

#define WORDS(...) ((char **) (const char *[]) { __VA_ARGS__, NULL })

/* Things of a host, by kind; what was asked for is kept. */
static void source(const struct completing *c, const char *kind, char ***list, void *userdata) {
        strv_add(userdata, kind);
        if (strcmp(kind, "IMAGE") == 0)
                strv_add(list, "rsyslog");
        else if (strcmp(kind, "SERVICE") == 0)
                strv_add(list, "chrony");
        else if (strcmp(kind, "JOB") == 0)
                strv_add(list, "20261129-1");
        else if (strcmp(kind, "MODE") == 0 && c->given.words)
                strv_addf(list, "mode-of-%s", c->given.words[0]);
        else if (strcmp(kind, "NAME=VALUE") == 0)
                strv_add(list, "host=");
}

static void check(char **words, const char *want) {
        _cleanup_strv_ char **asked = NULL;
        _cleanup_strv_ char **candidates = completion_candidates(words, source, &asked);
        _cleanup_free_ char *all = strv_join(candidates, " ");
        assert_string_equal(all, want);
}

static void names_verbs(void **state) {
        check(WORDS("reh"), "rehearse");
        check(WORDS("st"), "status start stop");
        check(WORDS("rea"), "realm");
        check(WORDS("realm", ""), "discover status test permit deny renew");
        check(WORDS("realm", "s"), "status");
        check(WORDS("--plain", "unin"), "uninstall");
        check(WORDS("nosuch", ""), "");
}

static void names_options_that_the_verb_takes(void **state) {
        check(WORDS("changes", "x", "--"), "--diff --help --json");
        check(WORDS("install", "--se"), "--secret --set");
        check(WORDS("--pl"), "--plain");
        check(WORDS("exec", "x", "--", "-"), "");
}

static void names_values_of_options(void **state) {
        check(WORDS("--profile", ""), "basic normal rich");
        check(WORDS("--completion", "z"), "zsh");
        check(WORDS("install", "x", "--if-interrupted", "r"), "resume rollback");
        check(WORDS("install", "x", "--if-interrupted=r"), "--if-interrupted=resume --if-interrupted=rollback");
        check(WORDS("logs", "x", "-p", "e"), "emerg err");
        check(WORDS("check", "--mode", ""), "ad ipa");
        check(WORDS("install", "x", "--allow", "host"), "host-command");
}

static void asks_the_host_for_names(void **state) {
        check(WORDS("install", ""), "rsyslog");
        check(WORDS("install", "z"), "");
        check(WORDS("uninstall", ""), "chrony");
        check(WORDS("changes", ""), "chrony 20261129-1");
        check(WORDS("plan", "install", ""), "rsyslog chrony");
        check(WORDS("install", "rsyslog", ""), "");
        check(WORDS("install", "rsyslog", "--mode", ""), "mode-of-rsyslog");
        check(WORDS("install", "rsyslog", "--mode=m"), "--mode=mode-of-rsyslog");
        check(WORDS("install", "rsyslog", "--set", "h"), "host=");
}

static void plans_only_verbs_that_have_a_label(void **state) {
        check(WORDS("plan", "u"), "uninstall upgrade");
}

static void asks_nothing_where_nothing_is_named(void **state) {
        _cleanup_strv_ char **asked = NULL;
        strv_free(completion_candidates(WORDS("install", "--answers", ""), source, &asked));
        assert_int_equal(strv_length(asked), 1);
        assert_string_equal(asked[0], "FILE");
        strv_free(completion_candidates(WORDS(""), source, &asked));
        assert_int_equal(strv_length(asked), 1);
}

static void knows_its_shells(void **state) {
        assert_false(completion_print("csh"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(names_verbs),
                cmocka_unit_test(names_options_that_the_verb_takes),
                cmocka_unit_test(names_values_of_options),
                cmocka_unit_test(asks_the_host_for_names),
                cmocka_unit_test(plans_only_verbs_that_have_a_label),
                cmocka_unit_test(asks_nothing_where_nothing_is_named),
                cmocka_unit_test(knows_its_shells),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
