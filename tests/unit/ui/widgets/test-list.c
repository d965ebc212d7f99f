/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "ui/widgets/list.h"

struct thing {
        const char *name;
        int64_t size;   /* -1: unknown */
        bool failed;
};

struct things {
        struct thing items[40];
        size_t n;
};

static void thing_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct things *all = owner;
        const struct thing *thing = &all->items[row];
        if (column == 0)
                ret->text = thing->name;
        else if (column == 1 && thing->size >= 0) {
                snprintf(ret->buffer, sizeof ret->buffer, "%lld B", (long long) thing->size);
                ret->text = ret->buffer;
                ret->ordered = true;
                ret->order = thing->size;
        }
}

static const char *thing_identity(const void *owner, size_t row) {
        const struct things *all = owner;
        return all->items[row].name;
}

static unsigned thing_rank(const void *owner, size_t row) {
        const struct things *all = owner;
        return all->items[row].failed ? 0 : 1;
}

static const struct column columns[] = { { "NAME", 10, 20, 0 }, { "SIZE", 8, 8, 1 }, { "NOTE", 8, 8, 2, .optional = true } };

static const struct list_source source = {
        .columns = columns, .n_columns = ELEMENTS(columns), .cell = thing_cell, .identity = thing_identity, .rank = thing_rank
};

static char *names(const struct list *list, const struct things *all) {
        _cleanup_strv_ char **names = NULL;
        for (size_t i = 0; i < list->shown; i++)
                strv_add(&names, all->items[list->order[i]].name);
        return strv_join(names, " ");
}

static void check(const struct list *list, const struct things *all, const char *wanted) {
        _cleanup_free_ char *got = names(list, all);
        assert_string_equal(got, wanted);
}

static void sorts_by_value(void **state) {
        const struct things all = { { { "svc10", 900, false }, { "svc2", 1000000, false }, { "Svc1", -1, false }, { "a", 15, true } }, 4 };
        struct list list;
        list_init(&list, &source, &all);
        list_set(&list, all.n);
        check(&list, &all, "a svc10 svc2 Svc1");        /* failed first, then the owner's order */
        list_sort_next(&list);
        check(&list, &all, "a Svc1 svc2 svc10");
        list_sort_reverse(&list);
        check(&list, &all, "svc10 svc2 Svc1 a");
        list_sort_next(&list);
        check(&list, &all, "a svc10 svc2 Svc1");
        list_sort_reverse(&list);
        check(&list, &all, "svc2 svc10 a Svc1");        /* unknown ones are last in both directions */
        /* a column that is not shown is not sorted by */
        list.drawn = true;
        list.widths[0] = list.widths[1] = 8;
        list_sort_next(&list);
        assert_int_equal(list.sort, 0);
        check(&list, &all, "a svc10 svc2 Svc1");
        list_done(&list);
}

/* Rows that come in above the first are seen, whether the person has moved or not. */
static void the_top_stays_at_the_top(void **state) {
        for (unsigned moved = 0; moved < 2; moved++) {
                struct things all = { { { "b", 1, false }, { "c", 1, false }, { "d", 1, false } }, 3 };
                struct list list;
                list_init(&list, &source, &all);
                list_set(&list, all.n);
                list.height = 2;
                if (moved)
                        list_stay(&list);
                all.items[2].failed = true;
                list_set(&list, all.n);
                check(&list, &all, "d b c");
                assert_int_equal(list.top, 0);
                assert_string_equal(all.items[list_row(&list)].name, moved ? "b" : "d");
                list_done(&list);
        }
}

static void says_what_is_out_of_sight(void **state) {
        static const struct {
                size_t top, height, n;
                const char *text;
        } rows[] = {
                { 0, 10, 5, "" }, { 0, 10, 12, "2 below" }, { 2, 10, 12, "2 above" }, { 3, 10, 40, "3 above, 27 below" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_str_ struct str out = {};
                struct list list = { .top = rows[i].top, .height = rows[i].height, .shown = rows[i].n };
                list_place_text(&list, &out);
                assert_string_equal(out.text ? out.text : "", rows[i].text);
        }
}

/* What a filter found keeps the focus when the filter goes. */
static void the_found_row_keeps_the_focus(void **state) {
        const struct things all = { { { "alpha", 1, false }, { "beta", 1, false }, { "gamma", 1, false } }, 3 };
        struct list list;
        list_init(&list, &source, &all);
        list_set(&list, all.n);
        list_filter(&list, "mma");
        check(&list, &all, "gamma");
        list_filter(&list, NULL);
        assert_string_equal(all.items[list_row(&list)].name, "gamma");
        list_filter(&list, "nothing");
        list_filter(&list, NULL);
        assert_string_equal(all.items[list_row(&list)].name, "gamma");
        list_done(&list);
}

static void fits_columns(void **state) {
        static const struct column wide[] = {
                { "UNIT", 20, 30, 0, .fit = true, .grow = true, .most = 50 }, { "STATE", 10, 10, 0 },
                { "SUB", 9, 10, 3, .spare = true }, { "BOOT", 9, 9, 1 }, { "WHAT", 18, 40, 2, .grow = true, .most = 80 },
        };
        static const struct {
                unsigned cells, widths[5];
        } rows[] = {
                { 38, { 27, 10, 0, 0, 0 } },
                { 78, { 30, 10, 0, 9, 26 } },   /* SUB goes before the name of a unit is cut */
                { 130, { 50, 10, 10, 9, 47 } }, /* and all of the screen is used */
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                unsigned widths[LIST_COLUMNS_MAX];
                list_fit(wide, ELEMENTS(wide), rows[i].cells, widths);
                for (size_t k = 0; k < ELEMENTS(wide); k++)
                        if (widths[k] != rows[i].widths[k])
                                fail_msg("%u cells: %s has %u, not %u", rows[i].cells, wide[k].title, widths[k], rows[i].widths[k]);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(sorts_by_value), cmocka_unit_test(the_top_stays_at_the_top), cmocka_unit_test(says_what_is_out_of_sight),
                cmocka_unit_test(the_found_row_keeps_the_focus), cmocka_unit_test(fits_columns),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
