/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "backend/realm/repair.h"
#include "tests/tree.h"

/* The machine's own clock and name are nobody's to set: these are asked in their place. */
static struct {
        struct timespec clock;
        char name[80];
        int refuse;             /* errno */
        unsigned asked;
} machine;

int clock_settime(clockid_t clock, const struct timespec *t) {
        machine.asked++;
        assert_int_equal(clock, CLOCK_REALTIME);
        if (machine.refuse) {
                errno = machine.refuse;
                return -1;
        }
        machine.clock = *t;
        return 0;
}

int sethostname(const char *name, size_t n) {
        machine.asked++;
        if (machine.refuse) {
                errno = machine.refuse;
                return -1;
        }
        snprintf(machine.name, sizeof machine.name, "%.*s", (int) n, name);
        return 0;
}

static int64_t now_usec(void) {
        struct timespec t;
        clock_gettime(CLOCK_REALTIME, &t);
        return (int64_t) t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void steps_the_clock(void **state) {
        static const int64_t ahead[] = { 602 * 1000000LL, -602 * 1000000LL, 86400 * 1000000LL + 17, 0 };
        for (size_t i = 0; i < ELEMENTS(ahead); i++) {
                _cleanup_error_ struct error *e = NULL;
                machine.refuse = 0;
                int64_t before = now_usec() - ahead[i];
                assert_ok(repair_clock(ahead[i], &e), e);
                int64_t set = (int64_t) machine.clock.tv_sec * 1000000 + machine.clock.tv_nsec / 1000;
                assert_true(set >= before && set <= now_usec() - ahead[i]);
                assert_in_range(machine.clock.tv_nsec, 0, 999999999);
        }
}

static void says_why_the_clock_stays(void **state) {
        struct error *e = NULL;
        machine.refuse = EPERM;
        assert_int_equal(repair_clock(1000000, &e), -EPERM);
        assert_non_null(strstr(e->message, "The clock could not be set"));
        assert_non_null(strstr(e->hint, "In a container the clock is that of the machine below"));
        e = error_free(e);
        unsigned asked = machine.asked;
        assert_int_equal(repair_clock(INT64_MAX, &e), -EINVAL);  /* before the epoch */
        assert_int_equal(machine.asked, asked);
        error_free(e);
}

static void names_the_host(void **state) {
        _cleanup_free_ char *root = tree_new();
        struct error *e = NULL;
        tree_folder(root, "/etc");
        tree_write(root, "/etc/hostname", "host1\n");
        machine.refuse = 0;
        assert_ok(repair_hostname(root, "host1.example.test", &e), e);
        assert_string_equal(machine.name, "host1.example.test");
        _cleanup_free_ char *written = tree_read(root, "/etc/hostname");
        assert_string_equal(written, "host1.example.test\n");
        static const struct {
                const char *name, *text;
        } wrong[] = {
                { "host1", "not fully qualified" },
                { "Host1.example.test", "capitals" },
                { "localhost.localdomain", "every host" },
                { "host_1.example.test", "parts that names of hosts cannot have" },
                { "h.a234567890123456789012345678901234567890123456789012345678901.test", "longer than 64" },
        };
        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                assert_int_equal(repair_hostname(root, wrong[i].name, &e), -EINVAL);
                if (!strstr(e->message, wrong[i].text))
                        fail_msg("%s: %s", wrong[i].name, e->message);
                e = error_free(e);
        }
        assert_string_equal(machine.name, "host1.example.test");
        tree_remove(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(steps_the_clock), cmocka_unit_test(says_why_the_clock_stays), cmocka_unit_test(names_the_host),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
