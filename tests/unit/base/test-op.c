/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/base.h"
#include "base/op.h"

struct count {
        unsigned drops, ends;
};

struct work {
        struct op op;
        struct count *count;
        struct op **handle;
        void (*done)(struct work *w);
};

static void drop(struct op *op) {
        container_of(op, struct work, op)->count->drops++;
}

static struct work *work_new(struct count *count) {
        struct work *w = new0(struct work);
        *w = (struct work) { .op.drop = drop, .count = count };
        return w;
}

static void is_stopped_when_it_is_dropped(void **state) {
        struct count count = {};
        assert_null(op_cancel(&work_new(&count)->op));
        assert_int_equal(count.drops, 1);
}

static void is_only_freed_when_it_has_ended(void **state) {
        struct count count = {};
        struct work *w = work_new(&count);
        op_end(&w->op);
        assert_int_equal(count.drops, 1);
        assert_null(op_cancel(&w->op));
        assert_int_equal(count.drops, 1);
}

static void dropping_nothing_is_nothing(void **state) {
        assert_null(op_cancel(NULL));
        _cleanup_(op_cancelp) struct op *op = NULL;
        (void) op;
}

static void goes_with_its_scope(void **state) {
        struct count count = {};
        {
                _cleanup_(op_cancelp) struct op *op = &work_new(&count)->op;
                assert_non_null(op);
        }
        assert_int_equal(count.drops, 1);
}

/* The usual place: first thing in its own callback, which op_end() came before. */
static void on_done(struct work *w) {
        w->count->ends++;
        *w->handle = op_cancel(*w->handle);
}

static void can_be_dropped_in_its_own_callback(void **state) {
        struct count count = {};
        struct work *w = work_new(&count);
        struct op *handle = &w->op;
        w->handle = &handle;
        w->done = on_done;
        op_end(&w->op);
        w->done(w);
        assert_null(handle);
        assert_int_equal(count.drops, 1);
        assert_int_equal(count.ends, 1);
}

/* What an operation waits for goes with it, once, and before another one takes its place. */
static void takes_what_it_waits_for_along(void **state) {
        struct count outer = {}, first = {}, second = {};
        struct work *w = work_new(&outer);
        assert_ptr_equal(op_wait(&w->op, &work_new(&first)->op), &w->op);
        assert_int_equal(first.drops, 0);
        op_wait(&w->op, &work_new(&second)->op);
        assert_int_equal(first.drops, 1);
        op_end(&w->op);
        assert_int_equal(second.drops, 1);
        op_cancel(&w->op);
        assert_int_equal(second.drops, 1);
        assert_int_equal(outer.drops, 1);
}

/* A cancel inside a callback that is not the last one waits for the release. */
static void is_held_during_a_callback(void **state) {
        struct count count = {};
        struct work *w = work_new(&count);
        op_hold(&w->op);
        assert_true(op_release(&w->op));
        op_hold(&w->op);
        op_cancel(&w->op);
        assert_int_equal(count.drops, 0);
        assert_true(w->op.cancelled);
        assert_false(op_release(&w->op));
        assert_int_equal(count.drops, 1);
}

/* A drop may hold the state until others, who are on the stack, have left it. */
static void drop_later(struct op *op) {
        drop(op);
        op_hold(op);
}

static void may_outlive_its_cancel(void **state) {
        struct count count = {};
        struct work *w = work_new(&count);
        w->op.drop = drop_later;
        op_cancel(&w->op);
        assert_int_equal(count.drops, 1);
        assert_ptr_equal(w->count, &count);
        assert_false(op_release(&w->op));
        assert_int_equal(count.drops, 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(is_stopped_when_it_is_dropped),
                cmocka_unit_test(is_only_freed_when_it_has_ended),
                cmocka_unit_test(dropping_nothing_is_nothing),
                cmocka_unit_test(goes_with_its_scope),
                cmocka_unit_test(can_be_dropped_in_its_own_callback),
                cmocka_unit_test(takes_what_it_waits_for_along),
                cmocka_unit_test(is_held_during_a_callback),
                cmocka_unit_test(may_outlive_its_cancel),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
