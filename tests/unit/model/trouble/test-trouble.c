/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "model/trouble/trouble.h"

static void has_a_whole_row_for_each_kind(void **state) {
        for (int kind = 0; kind < _TROUBLE_KIND_MAX; kind++) {
                const struct trouble_row *row = trouble_row(kind);
                assert_non_null(row->id);
                assert_true(row->title && row->source && row->help);
                assert_int_equal(trouble_kind_from_name(row->id), kind);
        }
        assert_int_equal(trouble_kind_from_name("nosuch"), -EINVAL);
}

static void puts_the_severest_first_and_those_asleep_last(void **state) {
        _cleanup_(trouble_list_freep) struct trouble_list *list = new0(struct trouble_list);
        trouble_add(list, TROUBLE_UPDATE, "b", PLACE_UPDATES, "b", "A newer image");
        trouble_add(list, TROUBLE_DISK, "/var", PLACE_TEXT, NULL, "%s is full", "/var");
        trouble_add(list, TROUBLE_UNIT_FAILED, "svc10.service", PLACE_UNIT, "svc10.service", "x");
        trouble_add(list, TROUBLE_UNIT_FAILED, "svc2.service", PLACE_UNIT, "svc2.service", "x");
        trouble_add(list, TROUBLE_UNIT_FAILED, "asleep.service", PLACE_UNIT, NULL, "x")->until = 1;
        trouble_list_sort(list);
        const char *order[] = { "unit-failed:svc2.service", "unit-failed:svc10.service", "disk:/var", "update:b",
                                "unit-failed:asleep.service" };
        assert_int_equal(list->n, ELEMENTS(order));
        assert_int_equal(list->awake, 4);
        assert_int_equal(trouble_count(list, SEVERITY_WARN), 3);
        for (size_t i = 0; i < ELEMENTS(order); i++)
                assert_string_equal(list->items[i].id, order[i]);
        assert_string_equal(list->items[2].sentence, "/var is full");
}

static void keeps_a_bounded_number(void **state) {
        _cleanup_(trouble_list_freep) struct trouble_list *list = new0(struct trouble_list);
        for (unsigned i = 0; i < 3 * TROUBLE_MAX; i++)
                trouble_add(list, TROUBLE_UNIT_FAILED, "x", PLACE_UNIT, NULL, "x");
        assert_int_equal(list->n, TROUBLE_MAX);
}

static void keeps_the_first_reason_for_silence(void **state) {
        _cleanup_(trouble_list_freep) struct trouble_list *list = new0(struct trouble_list);
        trouble_silent(list, TROUBLE_PRESSURE, "one");
        trouble_silent(list, TROUBLE_PRESSURE, "two");
        trouble_silent(list, TROUBLE_DISK, "three");
        assert_int_equal(list->n_silent, 2);
        assert_string_equal(list->silent[0].reason, "one");
}

static void says_that_nothing_needs_anybody_only_where_it_looked(void **state) {
        static const struct {
                bool services;
                unsigned asleep, unseen;
                const char *text;
                bool more;
        } rows[] = {
                { true, 0, 0, "Nothing needs you", false },
                { true, 1, 0, "Nothing needs you; 1 line sleeps", true },
                { true, 0, 2, "Nothing that was looked at needs you; 2 checks could not be made", true },
                { true, 1, 1, "Nothing that was looked at needs you; 1 check could not be made", true },
                { false, 0, 0, "Not all could be looked at", false },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(trouble_list_freep) struct trouble_list *list = new0(struct trouble_list);
                bool more;
                list->services = rows[i].services ? new0(struct service_list) : NULL;
                for (unsigned n = 0; n < rows[i].asleep; n++)
                        trouble_add(list, TROUBLE_DISK, "/var", PLACE_TEXT, NULL, "x")->until = 1;
                for (unsigned n = 0; n < rows[i].unseen; n++)
                        trouble_silent(list, n ? TROUBLE_PRESSURE : TROUBLE_DISK, "x");
                trouble_list_sort(list);
                _cleanup_free_ char *text = trouble_list_nothing(list, &more);
                assert_string_equal(text, rows[i].text);
                assert_int_equal(more, rows[i].more);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(has_a_whole_row_for_each_kind),
                cmocka_unit_test(puts_the_severest_first_and_those_asleep_last),
                cmocka_unit_test(keeps_a_bounded_number),
                cmocka_unit_test(keeps_the_first_reason_for_silence),
                cmocka_unit_test(says_that_nothing_needs_anybody_only_where_it_looked),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
