/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "ui/widgets/pace.h"

#define MS 1000

/* Something to paint comes every millisecond; returns how many paints that makes in so many ms. */
static unsigned flood(struct pace *pace, int64_t from, int64_t ms) {
        unsigned paints = 0;
        int64_t at = 0;
        for (int64_t now = from; now < from + ms * MS; now += MS) {
                if (!at)
                        at = pace_next(pace, now);
                if (now >= at) {
                        pace_painted(pace, now);
                        paints++;
                        at = 0;
                }
        }
        return paints;
}

static void a_flood_is_one_paint_a_frame(void **state) {
        struct pace pace = { .frame = 33 * MS, .burst = 3 };
        flood(&pace, 1000 * MS, 1000);
        unsigned paints = flood(&pace, 2000 * MS, 3300);
        assert_in_range(paints, 98, 101);
}

static void a_screen_that_opens_is_not_kept_waiting(void **state) {
        struct pace pace = { .frame = 250 * MS, .burst = 3 };
        int64_t now = 5000 * MS;
        pace_painted(&pace, now);
        for (int i = 0; i < 3; i++) {
                now += 5 * MS;
                assert_int_equal(pace_next(&pace, now), now + PACE_TOGETHER_USEC);
                pace_painted(&pace, now + PACE_TOGETHER_USEC);
        }
        now += 5 * MS;
        assert_true(pace_next(&pace, now) > now + 200 * MS);
}

static void a_key_grants_it_anew_and_a_pause_does(void **state) {
        struct pace pace = { .frame = 250 * MS, .burst = 3 };
        flood(&pace, 1000 * MS, 2000);
        int64_t now = pace_next(&pace, 3000 * MS);
        pace_painted(&pace, now);
        assert_true(pace_next(&pace, now) > now + 200 * MS);
        pace_key(&pace, now);
        assert_int_equal(pace_next(&pace, now), now + PACE_TOGETHER_USEC);
        flood(&pace, now, 2000);
        now += 4000 * MS;
        assert_int_equal(pace_next(&pace, now), now + PACE_TOGETHER_USEC);
}

static void a_slow_line_keeps_the_spacing(void **state) {
        struct pace pace = { .frame = 250 * MS };
        int64_t now = 5000 * MS;
        pace_painted(&pace, now);
        assert_int_equal(pace_next(&pace, now + 5 * MS), now + 250 * MS);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_flood_is_one_paint_a_frame),
                cmocka_unit_test(a_screen_that_opens_is_not_kept_waiting),
                cmocka_unit_test(a_key_grants_it_anew_and_a_pause_does),
                cmocka_unit_test(a_slow_line_keeps_the_spacing),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
