/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "base/str.h"
#include "model/service/service.h"

static void add(struct service_list *list, const char *name, const char *now) {
        struct service *s = service_new();
        assert_non_null(s);
        str_replace(&s->name, name);
        s->state = now ? (enum service_state) service_state_from_name(now) : SERVICE_UNASKED;
        service_list_take(list, s);
}

static void puts_the_failed_first(void **state) {
        _cleanup_(service_list_freep) struct service_list *list = calloc(1, sizeof *list);
        add(list, "sssd", "running");
        add(list, "chrony", NULL);
        add(list, "rsyslog", "failed");
        add(list, "ntpd", "failed");
        service_list_sort(list);
        const char *order[] = { "ntpd", "rsyslog", "chrony", "sssd" };
        for (size_t i = 0; i < ELEMENTS(order); i++)
                assert_string_equal(list->items[i]->name, order[i]);
}

static void begins_unknown(void **state) {
        _cleanup_(service_freep) struct service *s = service_new();
        assert_true(s->memory == UNIT_UNKNOWN);
        assert_true(s->cpu_nsec == UNIT_UNKNOWN);
        assert_non_null(s->given.answers);
        assert_int_equal(s->state, SERVICE_UNASKED);
        struct service_list empty = {};
        service_list_sort(&empty);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(puts_the_failed_first),
                cmocka_unit_test(begins_unknown),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
