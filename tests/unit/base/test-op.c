/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/op.h"

struct work {
        struct op *op;
        unsigned stops;
        bool freed_itself;
};

static void stop(void *userdata) {
        struct work *w = userdata;
        w->stops++;
        assert_true(op_finished(w->op));        /* so that whoever is called from here does not stop it again */
}

static void is_stopped_when_it_is_dropped(void **state) {
        struct work w = {};
        w.op = op_new(stop, &w);
        assert_non_null(w.op);
        assert_false(op_finished(w.op));
        assert_null(op_cancel(w.op));
        assert_int_equal(w.stops, 1);
}

static void is_only_freed_when_it_has_finished(void **state) {
        struct work w = {};
        w.op = op_new(stop, &w);
        op_finish(w.op);
        assert_true(op_finished(w.op));
        assert_null(op_cancel(w.op));
        assert_int_equal(w.stops, 0);
}

static void dropping_nothing_is_nothing(void **state) {
        assert_null(op_cancel(NULL));
        _cleanup_(op_cancelp) struct op *op = NULL;
        (void) op;
}

static void goes_with_its_scope(void **state) {
        struct work w = {};
        {
                _cleanup_(op_cancelp) struct op *op = w.op = op_new(stop, &w);
                assert_non_null(op);
        }
        assert_int_equal(w.stops, 1);
}

/* The usual place: first thing in its own callback, which op_finish() came before. */
static void done(struct work *w) {
        op_finish(w->op);
        w->op = op_cancel(w->op);
        w->freed_itself = true;
}

static void can_be_dropped_in_its_own_callback(void **state) {
        struct work w = {};
        w.op = op_new(stop, &w);
        done(&w);
        assert_true(w.freed_itself);
        assert_null(w.op);
        assert_int_equal(w.stops, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(is_stopped_when_it_is_dropped),
                cmocka_unit_test(is_only_freed_when_it_has_finished),
                cmocka_unit_test(dropping_nothing_is_nothing),
                cmocka_unit_test(goes_with_its_scope),
                cmocka_unit_test(can_be_dropped_in_its_own_callback),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
