/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/str.h"
#include "model/param/param.h"

static void answers_are_sorted_and_replaced(void **state) {
        _cleanup_(answers_freep) struct answers *a = new0(struct answers);
        answers_set(a, "port", "514", "default");
        answers_set(a, "host", "log.example.com", "typed");
        answers_set(a, "protocol", "udp", NULL);
        answers_set(a, "port", "10514", "typed");
        assert_int_equal(a->n, 3);
        assert_string_equal(a->items[0].name, "host");
        assert_string_equal(a->items[1].name, "port");
        assert_string_equal(a->items[1].source, "typed");
        assert_string_equal(a->items[2].name, "protocol");
        assert_null(a->items[2].source);
        assert_string_equal(answers_get(a, "port"), "10514");
        assert_null(answers_get(a, "por"));
        assert_null(answers_get(NULL, "port"));

        _cleanup_(answers_freep) struct answers *copy = answers_copy(a);
        answers_set(a, "host", NULL, NULL);
        answers_set(a, "nothing", NULL, NULL);
        assert_null(answers_get(a, "host"));
        assert_int_equal(a->n, 2);
        assert_string_equal(answers_get(copy, "host"), "log.example.com");

        /* the value may be the one that is replaced */
        answers_set(a, "port", answers_get(a, "port"), a->items[0].source);
        assert_string_equal(answers_get(a, "port"), "10514");
}

static void a_field_starts_with_the_best_known_value(void **state) {
        _cleanup_(answers_freep) struct answers *a = new0(struct answers);
        struct param p = { .name = (char *) "port", .type = PARAM_INTEGER, .initial = (char *) "514" };
        assert_string_equal(param_initial(&p, a, NULL), "514");
        assert_string_equal(param_initial(&p, a, ""), "514");
        assert_string_equal(param_initial(&p, a, "600"), "600");
        answers_set(a, "port", "700", "typed");
        assert_string_equal(param_initial(&p, a, "600"), "700");

        struct param_choice choices[] = { { (char *) "udp", NULL }, { (char *) "tcp", NULL } };
        struct param choice = { .name = (char *) "protocol", .type = PARAM_CHOICE, .choices = choices, .n_choices = 2 };
        assert_string_equal(param_initial(&choice, a, NULL), "udp");
        struct param flag = { .name = (char *) "tls", .type = PARAM_BOOLEAN };
        assert_string_equal(param_initial(&flag, NULL, NULL), "no");
        struct param text = { .name = (char *) "x", .type = PARAM_TEXT };
        assert_string_equal(param_initial(&text, NULL, NULL), "");
        struct param secret = { .name = (char *) "x", .type = PARAM_SECRET, .initial = (char *) "hunter2" };
        assert_string_equal(param_initial(&secret, NULL, "hunter3"), "");
}

/* A plan shows its answers as the form asked for them. */
static void answers_get_the_titles_of_their_questions(void **state) {
        struct param_choice choices[] = { { (char *) "udp", NULL }, { (char *) "tcp", (char *) "TCP, reliable" } };
        const struct param all[] = {
                { .name = (char *) "port", .title = (char *) "Port", .type = PARAM_INTEGER },
                { .name = (char *) "protocol", .title = (char *) "Protocol", .type = PARAM_CHOICE, .choices = choices, .n_choices = 2 },
                { .name = (char *) "unasked", .title = (char *) "Unasked", .type = PARAM_TEXT },
        };
        _cleanup_(answers_freep) struct answers *a = new0(struct answers);
        answers_set(a, "port", "514", "default");
        answers_set(a, "protocol", "tcp", "typed");
        answers_set(a, "stranger", "x", NULL);
        answers_entitle(a, all, ELEMENTS(all));
        assert_string_equal(a->items[0].title, "Port");
        assert_string_equal(a->items[0].shown, "514");
        assert_string_equal(a->items[1].shown, "TCP, reliable");
        assert_null(a->items[2].title);
}

static void what_hangs_on_another_answer_applies_with_it(void **state) {
        _cleanup_(answers_freep) struct answers *a = new0(struct answers);
        char *forward[] = { (char *) "yes", NULL }, *tcp[] = { (char *) "tcp", (char *) "tls", NULL };
        struct param all[] = {
                { .name = (char *) "forward", .type = PARAM_BOOLEAN },
                { .name = (char *) "protocol", .type = PARAM_TEXT, .initial = (char *) "tls",
                  .when_name = (char *) "forward", .when_values = forward },
                { .name = (char *) "port", .type = PARAM_INTEGER, .when_name = (char *) "protocol", .when_values = tcp },
                { .name = (char *) "odd", .type = PARAM_TEXT, .when_name = (char *) "later", .when_values = forward },
                { .name = (char *) "later", .type = PARAM_BOOLEAN, .initial = (char *) "yes" },
                { .name = (char *) "itself", .type = PARAM_TEXT, .when_name = (char *) "itself", .when_values = forward },
                { .name = (char *) "nobody", .type = PARAM_TEXT, .when_name = (char *) "ghost", .when_values = forward },
        };
        size_t n = ELEMENTS(all);
        assert_true(param_applies(&all[0], all, n, a));
        assert_false(param_applies(&all[1], all, n, a));
        assert_false(param_applies(&all[2], all, n, a));        /* hidden with what it hangs on, default or not */
        answers_set(a, "forward", "yes", NULL);
        assert_true(param_applies(&all[1], all, n, a));
        assert_true(param_applies(&all[2], all, n, a));         /* by the default of protocol */
        answers_set(a, "protocol", "udp", NULL);
        assert_false(param_applies(&all[2], all, n, a));
        assert_false(param_applies(&all[3], all, n, a));
        assert_false(param_applies(&all[5], all, n, a));
        assert_false(param_applies(&all[6], all, n, a));
}

static void the_words_of_types_stay(void **state) {
        assert_int_equal(param_type_from_name("ou"), PARAM_OU);
        assert_int_equal(param_type_from_name("arguments"), PARAM_ARGUMENTS);
        assert_true(param_type_from_name("password") < 0);
        assert_int_equal(delivery_from_name("argv"), DELIVER_ARGV);
        for (int i = 0; i < _PARAM_TYPE_MAX; i++)
                assert_int_equal(param_type_from_name(param_type_name((enum param_type) i)), i);
        for (int i = 0; i < _DELIVERY_MAX; i++)
                assert_int_equal(delivery_from_name(delivery_name((enum delivery) i)), i);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(answers_are_sorted_and_replaced), cmocka_unit_test(answers_get_the_titles_of_their_questions),
                cmocka_unit_test(a_field_starts_with_the_best_known_value),
                cmocka_unit_test(what_hangs_on_another_answer_applies_with_it),
                cmocka_unit_test(the_words_of_types_stay),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
