/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's own settings as they are read, and the plans that change one. */
#include "base/str.h"
#include "tests/unit/backend/host/client.h"

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGyYkVJ9yCCYQ6cWJ3QbYQ2kqv0O4lX5xWmC1H5qZ3nT"

struct fixture {
        struct host_client client;
        struct plan *plan;
        struct error *error;
        bool answered;
};

static int begin(void **state) {
        struct fixture *f = xcalloc(1, sizeof *f);
        host_client_begin(&f->client);
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        plan_free(f->plan);
        error_free(f->error);
        host_client_end(&f->client);
        free(f);
        return 0;
}

static void reads_what_there_is(void **state) {
        struct fixture *f = *state;
        const char *root = f->client.root;
        _cleanup_(setup_done) struct setup none = {}, s = {};
        host_read_setup(f->client.host, &none);
        assert_null(none.host_name);
        assert_null(none.zone);
        assert_null(none.time_unit);
        assert_false(setup_can_enter(&none));

        tree_write(root, "/etc/hostname", "db1.example.test\n");
        tree_write(root, "/usr/share/zoneinfo/zone.tab", "# x\nFR\t+4852+00220\tEurope/Paris\nDE\t+5230+01322\tEurope/Berlin\tmost\nbroken\nXX\t1\t../x\n");
        tree_link(root, "/etc/localtime", "../usr/share/zoneinfo/Europe/Berlin");
        tree_write(root, "/usr/lib/systemd/system/systemd-timesyncd.service", "");
        tree_write(root, "/usr/lib/systemd/system/chrony.service", "");
        tree_link(root, "/run/systemd/units/invocation:chrony.service", "0123");
        tree_write(root, "/usr/sbin/sshd", "");
        tree_write(root, "/etc/passwd",
                   "root:x:0:0:root:/root:/bin/bash\nanna:x:1000:1000::/home/anna:/bin/bash\n"
                   "bert:x:1001:1001::/home/bert:/bin/sh\ncarl:x:1002:1002::/home/carl:/bin/sh\n"
                   "daemon:x:1:1::/:/usr/sbin/nologin\n\nbroken\n");
        tree_write(root, "/etc/shadow",
                   "root:*:1::::::\nanna:$y$j9T$a$b:1::::::\nbert:!:1::::::\ncarl:!:1::::::\ndaemon:$y$j9T$a$b:1::::::\n");
        tree_write(root, "/home/carl/.ssh/authorized_keys", KEY "\n");
        tree_write(root, "/root/.ssh/authorized_keys", "# nobody\n");
        tree_write(root, "/etc/ssh/ssh_host_ed25519_key.pub", KEY " root@db1\n");
        host_read_setup(f->client.host, &s);
        assert_string_equal(s.host_name, "db1.example.test");
        assert_string_equal(s.zone, "Europe/Berlin");
        assert_int_equal(strv_length(s.zones), 3);
        assert_string_equal(s.zones[0], "Europe/Berlin");
        assert_string_equal(s.zones[2], "UTC");
        assert_string_equal(s.time_unit, "chrony.service");
        assert_true(s.time_runs && !s.time_synced && s.ssh);
        assert_int_equal(s.root_password, PASSWORD_NONE);
        assert_int_equal(s.root_keys, 0);
        assert_int_equal(strv_length(s.users), 2);
        assert_string_equal(s.users[0], "anna");
        assert_string_equal(s.users[1], "carl");
        /* as `ssh-keygen -l` shows it */
        assert_int_equal(strv_length(s.host_keys), 1);
        assert_non_null(str_starts(s.host_keys[0], "ED25519 SHA256:"));
        assert_int_equal(strlen(s.host_keys[0]), strlen("ED25519 SHA256:") + 43);
}

static void on_plan(struct plan *plan, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        f->plan = plan;
        f->error = e;
        f->answered = true;
}

static void ask(struct fixture *f, enum setup_topic topic, const char *value) {
        const struct plan_order order = { .verb = VERB_SETUP, .setup = { topic, value, NULL } };
        f->plan = plan_free(f->plan);
        f->error = error_free(f->error);
        f->answered = false;
        struct op *op = host_make_plan(f->client.host, &order, on_plan, f);
        while (!f->answered)
                sd_event_run(f->client.event, UINT64_MAX);
        op_cancel(op);
}

static void plans_a_setting(void **state) {
        struct fixture *f = *state;
        tree_write(f->client.root, "/etc/hostname", "db1\n");
        tree_write(f->client.root, "/usr/share/zoneinfo/Europe/Berlin", "");
        tree_write(f->client.root, "/root/.ssh/authorized_keys", KEY "\n");
        static const struct {
                enum setup_topic topic;
                const char *value;
                int code; /* 0: planned */
        } rows[] = {
                { SETUP_HOST_NAME, "db2.example.test", 0 },     { SETUP_HOST_NAME, "db1", -EALREADY },
                { SETUP_HOST_NAME, "d b", -EINVAL },            { SETUP_HOST_NAME, NULL, -EINVAL },
                { SETUP_TIME, "Europe/Berlin", 0 },             { SETUP_TIME, "Europe/Paris", -ENOENT },
                { SETUP_TIME, "Europe", -ENOENT },              { SETUP_TIME, "../hostname", -ENOENT },
                { SETUP_ROOT_KEY, KEY, -EALREADY },             { SETUP_ROOT_KEY, "x", -EINVAL },
                { SETUP_ROOT_PASSWORD, NULL, 0 },               { SETUP_NONE, "x", -EINVAL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                ask(f, rows[i].topic, rows[i].value);
                assert_int_equal(f->error ? f->error->code : 0, rows[i].code);
                if (!f->plan)
                        continue;
                assert_string_equal(f->plan->name, setup_topic_name(rows[i].topic));
                assert_int_equal(f->plan->if_interrupted,
                                 rows[i].topic == SETUP_ROOT_PASSWORD ? INTERRUPTED_ROLL_BACK : INTERRUPTED_RESUME);
                assert_int_equal(f->plan->n_secrets, rows[i].topic == SETUP_ROOT_PASSWORD);
        }
}

/* ---- the network ---- */

static void on_network(struct reach *network, void *userdata) {
        *(struct reach **) userdata = network;
}

/* The line of this title whose text has that. */
static enum reach_state state_of(struct fixture *f, const char *title, const char *text) {
        enum reach_state state = _REACH_STATE_MAX;
        struct reach *network = NULL;
        struct op *op = host_look_network(f->client.host, on_network, &network);
        while (!network)
                assert_true(sd_event_run(f->client.event, UINT64_MAX) >= 0);
        op_cancel(op);
        for (size_t i = 0; i < network->n; i++)
                if (str_equal(network->items[i].title, title) && strstr(network->items[i].text, text))
                        state = network->items[i].state;
        reach_free(network);
        return state;
}

static void what_is_not_configured_is_not_a_failure(void **state) {
        struct fixture *f = *state;
        tree_write(f->client.root, "/proc/net/route", "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n"
                                                      "eth0\t00010A0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\n");
        tree_write(f->client.root, "/etc/resolv.conf", "# nameserver 192.0.2.1\nsearch example.test\n");
        assert_int_equal(state_of(f, "Gateway", "no default route"), REACH_UNSET);
        assert_int_equal(state_of(f, "DNS", "names no server"), REACH_UNSET);
        assert_int_not_equal(state_of(f, "Name", ""), REACH_SUCCESS);
        assert_int_not_equal(state_of(f, "Time", "clock"), _REACH_STATE_MAX);
        assert_int_not_equal(state_of(f, "Address", ""), _REACH_STATE_MAX);
}

/* A server that is no address, one where nobody listens; and a gateway that refuses, which is an answer. */
static void what_gives_no_answer_fails(void **state) {
        struct fixture *f = *state;
        tree_write(f->client.root, "/proc/net/route", "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n"
                                                      "lo\t00000000\t42372C7F\t0003\t0\t0\t0\t00000000\n");
        tree_write(f->client.root, "/etc/resolv.conf", "nameserver not-an-address\nnameserver 127.44.55.66\n");
        assert_int_equal(state_of(f, "DNS", "not-an-address"), REACH_FAIL);
        assert_int_equal(state_of(f, "DNS", "127.44.55.66 does not answer"), REACH_FAIL);
        assert_int_equal(state_of(f, "Gateway", "127.44.55.66 by lo answers"), REACH_SUCCESS);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(reads_what_there_is),
                T(plans_a_setting),
                T(what_is_not_configured_is_not_a_failure),
                T(what_gives_no_answer_fails),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
