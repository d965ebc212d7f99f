/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What services use, from cgroup files of a tree of the test's; and how many units have failed. */
#include "base/str.h"
#include "tests/unit/backend/host/client.h"

#define UNIT "/system.slice/rsyslog.service"
#define SCOPE "/machine.slice/libpod-1234.scope"

struct fixture {
        struct host_client client;
        unsigned topics;
};

static int begin(void **state) {
        struct fixture *f = xcalloc(1, sizeof *f);
        host_client_begin(&f->client);
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        host_client_end(&f->client);
        free(f);
        return 0;
}

static void put(struct fixture *f, const char *cgroup, const char *file, const char *text) {
        _cleanup_free_ char *path = str_printf("/sys/fs/cgroup%s/%s", cgroup, file);
        tree_write(f->client.root, path, text);
}

static struct usage read_usage(struct fixture *f, const char *first, const char *second) {
        struct usage usage;
        struct service service = { .cgroups = (char *[]) { (char *) first, (char *) second, NULL } };
        host_read_usage(f->client.host, &service, &usage);
        return usage;
}

static void reads_a_cgroup(void **state) {
        struct fixture *f = *state;
        put(f, UNIT, "cpu.stat", "usage_usec 123456\nuser_usec 100000\nsystem_usec 23456\n");
        put(f, UNIT, "memory.current", "4096\n");
        put(f, UNIT, "pids.current", "3\n");
        struct usage usage = read_usage(f, UNIT, NULL);
        assert_int_equal(usage.cpu_usec, 123456);
        assert_int_equal(usage.memory, 4096);
        assert_int_equal(usage.tasks, 3);
}

/* A container that podman(1) runs in a scope of its own is not below its unit. */
static void adds_the_container(void **state) {
        struct fixture *f = *state;
        put(f, UNIT, "cpu.stat", "usage_usec 100\n");
        put(f, UNIT, "memory.current", "10\n");
        put(f, SCOPE, "cpu.stat", "usage_usec 23\n");
        put(f, SCOPE, "pids.current", "2\n");
        struct usage usage = read_usage(f, UNIT, SCOPE);
        assert_int_equal(usage.cpu_usec, 123);
        assert_int_equal(usage.memory, 10);
        assert_int_equal(usage.tasks, 2);
}

/* Gone, a controller that is off, a kernel that writes something else. */
static void knows_nothing_of_others(void **state) {
        struct fixture *f = *state;
        put(f, UNIT, "cpu.stat", "");
        put(f, UNIT, "memory.current", "max\n");
        struct usage usage = read_usage(f, UNIT, "/gone");
        assert_true(usage.cpu_usec == UNIT_UNKNOWN && usage.memory == UNIT_UNKNOWN && usage.tasks == UNIT_UNKNOWN);
        usage = read_usage(f, NULL, NULL);
        assert_true(usage.cpu_usec == UNIT_UNKNOWN);
}

static void on_changed(unsigned topics, void *userdata) {
        ((struct fixture *) userdata)->topics |= topics;
}

static void counts_the_failed(void **state) {
        struct fixture *f = *state;
        fake_systemd_add(f->client.systemd, "ssh.service", "active", "running", "enabled");
        fake_systemd_add(f->client.systemd, "oops.service", "failed", "failed", "enabled");
        assert_int_equal(host_status(f->client.host)->failed_units, 0);
        host_listen(f->client.host, on_changed, f);
        for (unsigned i = 0; i < 500 && !(f->topics & TOPIC_HOST); i++)
                sd_event_run(f->client.event, 20 * 1000);
        assert_int_equal(host_status(f->client.host)->failed_units, 1);
        host_listen(f->client.host, NULL, NULL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(reads_a_cgroup, begin, end),
                cmocka_unit_test_setup_teardown(adds_the_container, begin, end),
                cmocka_unit_test_setup_teardown(counts_the_failed, begin, end),
                cmocka_unit_test_setup_teardown(knows_nothing_of_others, begin, end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
